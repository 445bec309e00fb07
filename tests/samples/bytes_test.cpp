// Each byte of each file of a whole card, changed one at a time on the chip itself, is noticed.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>

#include "samples/workshop.hpp"
#include "support/option.hpp"
#include "vchip/globalplatform_state.hpp"

using namespace perso;
using namespace perso::test;
using inspect::Verdict;

namespace {

vchip::Chip chip_in(const vchip::GlobalPlatformState& state) {
  vchip::Nvm memory;
  memory.replace(state.snapshot());
  return {std::move(memory), chance()};
}

std::vector<std::size_t> change_each_byte(const vchip::GlobalPlatformState& state, vchip::File& file,
                                          const channel::AccessData& access) {
  std::vector<std::size_t> unnoticed;
  for (std::size_t at = 0; at < file.contents.size(); ++at) {
    const auto changed = static_cast<std::uint8_t>(1U << (at % 8));
    file.contents[at] ^= changed;
    vchip::Chip chip = chip_in(state);
    if (inspected(chip, access).verdict == Verdict::genuine) unnoticed.push_back(at);
    file.contents[at] ^= changed;
  }
  return unnoticed;
}

/// With a portrait of a few hundred bytes; --whole takes the edition's own, of 20 kB.
profile::Profile edition_for_bytes(const profile::Profile& of) {
  profile::Profile edition = profile::load(of.file.parent_path());
  if (!option("--whole"))
    for (profile::Field& field : edition.holder) {
      field.portrait.width = 24;
      field.portrait.height = 30;
    }
  return edition;
}

/// Of every file, the bytes whose change is not noticed.
using Unnoticed = std::map<std::string, std::vector<std::size_t>>;

Unnoticed change_every_byte(const char* sample, channel::AccessData MadeCard::*by) {
  const samples::Sample& made_as = sample_named(sample);
  const MadeCard made = make_card(made_as, edition_for_bytes(workshop().edition_of(made_as)));
  auto state = vchip::GlobalPlatformState::load(vchip::Nvm::from_log(made.memory));
  {
    vchip::Chip chip = chip_in(state);
    REQUIRE(inspected(chip, made.*by).verdict == Verdict::genuine);
  }
  Unnoticed unnoticed;
  const auto change_files = [&](vchip::Application& application) {
    for (vchip::File& file : application.files) {
      const std::string name = to_hex(application.aid.bytes()) + '/' + std::to_string(file.fid.value);
      auto offsets = change_each_byte(state, file, made.*by);
      MESSAGE(sample, ": ", name, ", ", file.contents.size(), " bytes, ", offsets.size(), " unnoticed");
      if (!offsets.empty()) unnoticed.emplace(name, std::move(offsets));
    }
  };
  change_files(state.master_file);
  for (vchip::Application& application : state.applications) change_files(application);
  return unnoticed;
}

}  // namespace

TEST_CASE("each byte of a card of the new edition, changed one at a time, is noticed") {
  CHECK(change_every_byte("valid-2023", &MadeCard::by_number).empty());
}

TEST_CASE(
    "each byte of a card of the current edition, changed one at a time, is noticed where something confirms "
    "it") {
  // Nobody signs its text record, and nothing else on the card repeats these places: the Chinese name, the
  // day of issue, version, authority and the mark of the edition.
  struct Place {
    std::size_t begin, end;
  };
  constexpr std::array places{Place{158, 188}, Place{188, 204}, Place{236, 250}};
  for (const auto& [file, offsets] : change_every_byte("valid-2017", &MadeCard::by_zone)) {
    CHECK(file == "F0434E5052433137/1");
    for (const std::size_t at : offsets) {
      CAPTURE(at);
      CHECK(std::ranges::any_of(places,
                                [at](const Place& place) { return at >= place.begin && at < place.end; }));
    }
  }
}
