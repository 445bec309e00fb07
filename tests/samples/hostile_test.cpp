// Whatever real chips answer, or somebody between them and the reader: no crash, no end that never comes, and
// nobody fooled.
#include <doctest/doctest.h>

#include "edition/promises.hpp"
#include "inspect/corruptor.hpp"
#include "run/edition.hpp"
#include "samples/workshop.hpp"
#include "support/option.hpp"
#include "support/seed.hpp"
#include "vchip/globalplatform_state.hpp"

using namespace perso;
using namespace perso::test;
using inspect::Verdict;

namespace {

/// An honest inspection takes some 30.
constexpr std::size_t most_commands = 500;

/// A card that opens one way, in two copies of different holders.
struct Subject {
  std::string name;
  inspect::Edition edition;
  MadeCard card, other;
  channel::AccessData access;
};

Subject subject(std::string name, const profile::Profile& edition, const char* one, const char* other,
                channel::AccessData MadeCard::*by) {
  Subject made{std::move(name),
               edition::inspected_edition(edition),
               make_card(sample_named(one), edition),
               make_card(sample_named(other), edition),
               {}};
  made.access = made.card.*by;
  return made;
}

// The new edition as it would be with less.

profile::Profile new_edition() {
  return profile::load(PERSO_SOURCE_DIR "/profiles/prc-2023");
}

profile::Profile with_generic_mapping_alone() {
  profile::Profile edition = new_edition();
  edition.chip.access->pace.resize(1);
  return edition;
}

/// The first of the applications: references count from it.
void take_away_master_file(profile::Profile& edition) {
  edition.applications.erase(edition.applications.begin());
  for (profile::Application& application : edition.applications)
    for (profile::File& file : application.files)
      if (auto* const signature = std::get_if<profile::Cms>(&file.content))
        for (profile::FileRef& over : signature->over) --over.application;
}

profile::Profile with_basic_access_alone() {
  profile::Profile edition = new_edition();
  edition.chip.access->pace.clear();
  edition.chip.access->access_number.reset();
  edition.chip.access->bac = true;
  take_away_master_file(edition);
  return edition;
}

profile::Profile without_access() {
  profile::Profile edition = with_basic_access_alone();
  edition.chip.access.reset();
  edition.chip.chip_authentication.reset();
  std::erase_if(edition.chip.generates, [](const auto& key) { return key.name == "chip-authentication"; });
  for (profile::Application& application : edition.applications)
    for (profile::File& file : application.files) file.read = profile::Access::always;
  return edition;
}

std::vector<Subject>& subjects() {
  static std::vector<Subject> made = [] {
    const Workshop& shop = workshop();
    std::vector<Subject> all;
    all.push_back(subject("chip authentication mapping", shop.new_edition, "valid-2023", "number-x",
                          &MadeCard::by_number));
    all.push_back(subject("generic mapping", with_generic_mapping_alone(), "valid-2023", "number-x",
                          &MadeCard::by_zone));
    all.push_back(subject("basic access control", with_basic_access_alone(), "valid-2023", "number-x",
                          &MadeCard::by_zone));
    all.push_back(subject("open", without_access(), "valid-2023", "number-x", &MadeCard::by_nothing));
    return all;
  }();
  return made;
}

using Contents = std::map<std::string, Bytes>;

Contents contents_of(const inspect::Report& report) {
  Contents contents;
  for (const inspect::ReadFile& file : report.files)
    contents.emplace(file.application + '/' + file.name, file.contents);
  return contents;
}

Contents honest_contents(const Subject& subject) {
  vchip::Chip chip = subject.card.chip();
  CardInReader card(chip);
  const inspect::Report report = inspected(card, subject.access, card.took, {&subject.edition, 1});
  REQUIRE(failed_checks(report) == "");
  return contents_of(report);
}

std::uint64_t first_seed() {
  return seed_option().value_or(20'261'122);
}

struct Tally {
  std::size_t genuine = 0, touched = 0;
};

void judge(const inspect::Report& report, const Contents& honest, Tally& tally) {
  if (report.verdict != Verdict::genuine) return;
  ++tally.genuine;
  const Contents read = contents_of(report);
  REQUIRE(read.size() == honest.size());
  for (const auto& [name, contents] : honest) {
    const std::string& file = name;
    CAPTURE(file);
    const bool same = read.at(name) == contents;
    REQUIRE(same);
  }
}

/// One session, with chance of its own: the seed alone says what happens in it.
void corrupted_session(const Subject& subject, vchip::Chip& chip, std::uint64_t seed, const Contents& honest,
                       Tally& tally) {
  chance().begin_anew(seed);
  CardInReader card(chip);
  Corruptor corruptor(card, seed, 1 + seed % 6, seed / 6 % 24);
  inspect::Report report;
  REQUIRE_NOTHROW(report = inspected(corruptor, subject.access, corruptor.late, {&subject.edition, 1}));
  REQUIRE(corruptor.commands < most_commands);
  CHECK(report.took == corruptor.late);
  tally.touched += corruptor.touched ? 1 : 0;
  judge(report, honest, tally);
}

std::vector<vchip::File*> readable_files(vchip::GlobalPlatformState& state) {
  std::vector<vchip::File*> files;
  for (vchip::File& file : state.master_file.files) files.push_back(&file);
  for (vchip::Application& application : state.applications)
    for (vchip::File& file : application.files) files.push_back(&file);
  return files;
}

/// Another content, cut, lengthened, with another bit, head or piece.
void spoil(vchip::File& file, SeededRandom& random) {
  Bytes& contents = file.contents;
  const auto byte = [&] { return static_cast<std::uint8_t>(random.next()); };
  const auto place = [&] { return static_cast<std::ptrdiff_t>(random.next() % contents.size()); };
  switch (random.next() % 6) {
    case 0:
      contents.resize(1 + random.next() % 3000);
      random.fill(contents);
      break;
    case 1:
      contents.resize(1 + random.next() % contents.size());
      break;
    case 2:  // not of zeros, which some files are filled up with
      for (std::size_t more = 1 + random.next() % 300; more > 0; --more) contents.push_back(byte() | 1);
      break;
    case 3:
      contents[random.next() % contents.size()] ^= static_cast<std::uint8_t>(1U << (byte() % 8));
      break;
    case 4:
      contents[random.next() % std::min<std::size_t>(contents.size(), 40)] = byte();
      break;
    default:
      std::rotate(contents.begin(), contents.begin() + place(), contents.end());
  }
  file.size = static_cast<std::uint16_t>(contents.size());
}

/// A chip with another memory of its own making, which speaks every protocol as it should. Where a byte of
/// what it held is another it is never genuine; bytes behind a template are not read.
void spoilt_session(const Subject& subject, std::uint64_t seed, const Contents& honest, Tally& tally) {
  SeededRandom random(seed);
  chance().begin_anew(seed);
  auto state = vchip::GlobalPlatformState::load(vchip::Nvm::from_log(subject.card.memory));
  const auto files = readable_files(state);
  std::vector<Bytes> before;
  for (const vchip::File* const file : files) before.push_back(file->contents);
  for (std::size_t i = 1 + random.next() % 2; i > 0; --i) spoil(*files[random.next() % files.size()], random);
  std::vector<Bytes> spoilt;
  for (const vchip::File* const file : files) spoilt.push_back(file->contents);
  vchip::Nvm memory;
  memory.replace(state.snapshot());
  vchip::Chip chip(std::move(memory), chance());
  CardInReader card(chip);
  inspect::Report report;
  REQUIRE_NOTHROW(report = inspected(card, subject.access, card.took, {&subject.edition, 1}));
  REQUIRE(card.commands < most_commands);
  bool harmed = false;
  for (std::size_t i = 0; i < files.size(); ++i)
    harmed = harmed || !std::equal(before[i].begin(), before[i].end(), spoilt[i].begin(),
                                   spoilt[i].begin() + static_cast<std::ptrdiff_t>(
                                                           std::min(spoilt[i].size(), before[i].size())));
  if (harmed) CHECK(report.verdict != Verdict::genuine);
  tally.touched += harmed ? 1 : 0;
  judge(report, honest, tally);
}

/// With another card of the edition from one command on: from `at` on it is the other's.
inspect::Report swapped_session(const Subject& subject, const MadeCard& other, std::size_t at) {
  vchip::Chip first = subject.card.chip(), second = other.chip();
  CardInReader card(first);
  card.before = [&](std::size_t number) {
    if (number == at) card.swap_for(second);
  };
  return inspected(card, subject.access, card.took, {&subject.edition, 1});
}

}  // namespace

TEST_CASE("sessions with a chip whose answers are replaced, cut, lengthened, repeated or late") {
  const std::size_t sessions = sessions_option(2000);
  const std::uint64_t seed = first_seed();
  for (const Subject& subject : subjects()) {
    const Contents honest = honest_contents(subject);
    vchip::Chip chip = subject.card.chip();
    Tally tally;
    for (std::size_t i = 0; i < sessions; ++i) {
      CAPTURE(seed + i);
      corrupted_session(subject, chip, seed + i, honest, tally);
    }
    MESSAGE(subject.name, ": ", sessions, " sessions, ", tally.touched, " touched, ", tally.genuine,
            " genuine");
    CHECK(tally.touched > sessions / 2);
  }
}

TEST_CASE("sessions with a chip that holds what nobody signed") {
  const std::size_t sessions = sessions_option(2000) / 4;
  const std::uint64_t seed = first_seed();
  for (const Subject& subject : subjects()) {
    const Contents honest = honest_contents(subject);
    Tally tally;
    for (std::size_t i = 0; i < sessions; ++i) {
      const std::string& name = subject.name;
      CAPTURE(name);
      CAPTURE(seed + i);
      spoilt_session(subject, seed + i, honest, tally);
    }
    MESSAGE(subject.name, ": ", sessions, " sessions, ", tally.genuine, " genuine");
    CHECK(tally.touched > sessions / 2);
  }
}

TEST_CASE("a card that is swapped for another of its edition, between any two commands, is noticed") {
  for (const Subject& subject : subjects()) {
    vchip::Chip whole = subject.card.chip();
    CardInReader card(whole);
    REQUIRE(inspected(card, subject.access, card.took, {&subject.edition, 1}).verdict == Verdict::genuine);
    const Contents others = contents_of(swapped_session(subject, subject.other, 0));
    const std::string& name = subject.name;
    CAPTURE(name);
    std::size_t genuine = 0;
    for (std::size_t at = 1; at < card.commands; ++at) {
      CAPTURE(at);
      const inspect::Report report = swapped_session(subject, subject.other, at);
      if (report.verdict != Verdict::genuine) continue;
      // In time: all that was read is the other's.
      ++genuine;
      const bool all_of_other = contents_of(report) == others;
      CHECK(all_of_other);
    }
    CHECK((genuine > 0) == subject.access.empty());
  }
}
