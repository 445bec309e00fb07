// Each sample leads to its verdict and to no other, however its reader opens it.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>

#include "bytes/error.hpp"
#include "plan/batch.hpp"
#include "samples/workshop.hpp"

using namespace perso;
using namespace perso::test;
using inspect::Trust;
using inspect::Verdict;
using samples::Sample;

namespace {

/// As `perso vchip serve` gives it up: the reader's deadline passes.
constexpr std::size_t commands_before_silence = 6;

void behave(CardInReader& card, samples::Manner manner) {
  if (manner == samples::Manner::slow) card.timing = vchip::Timing::slowest();
  if (manner == samples::Manner::stops)
    card.before = [](std::size_t number) {
      if (number >= commands_before_silence) throw Error(Code::reader_stuck, "the card does not answer");
    };
}

inspect::Report inspected_sample(const Sample& sample, const MadeCard& made,
                                 const channel::AccessData& access) {
  vchip::Chip chip = made.chip();
  CardInReader card(chip);
  behave(card, sample.manner);
  return inspected(card, access);
}

/// The checks by which a sample is found out. A verdict that came of another is chance.
const std::map<std::string_view, std::string> found_out_by = {
    {"expired", "date of expiry"},
    {"not-yet-valid", "date of issue"},
    {"altered-data-group", "EF.DG1 digest; record against EF.DG1"},
    {"revoked-signer", "EF.CardSecurity signer; document signer"},
    {"unknown-signer", "EF.CardSecurity signer; document signer"},
    {"wrong-digest", "EF.DG2 digest"},
    {"downgraded-access",
     "access as promised; EF.CardAccess against EF.CardSecurity; EF.CardAccess against EF.DG14"},
    {"cloned-chip", "chip authentication; active authentication"},
    {"stops-answering", "card"}};

void check_report(const Sample& sample, const inspect::Report& report) {
  CHECK(report.verdict == sample.verdict);
  CHECK(report.trust == sample.trust);
  const auto expected = found_out_by.find(sample.name);
  CHECK(failed_checks(report) == (expected == found_out_by.end() ? "" : expected->second));
  CHECK((report.verdict == Verdict::genuine) == failed_checks(report).empty());
  if (sample.manner == samples::Manner::stops) {
    REQUIRE(report.interrupted);
    CHECK(report.interrupted->code() == Code::reader_stuck);
    return;
  }
  CHECK_FALSE(report.interrupted);
  CHECK(report.edition == sample.edition);
  CHECK(report.tolerated.empty());
}

/// What identifies neither card nor holder: EF.CardAccess, which is the same on every card.
void check_nothing_read(const inspect::Report& report) {
  CHECK(report.verdict == Verdict::unreadable);
  CHECK(report.trust == Trust::unknown);
  CHECK(failed_checks(report) == "access");
  CHECK(report.access == "");
  CHECK(report.number == "");
  CHECK(report.holder.empty());
  CHECK(report.portrait.empty());
  for (const inspect::ReadFile& file : report.files) CHECK(file.name == "EF.CardAccess");
}

channel::AccessData wrong(channel::AccessData access) {
  if (access.printed)
    access.printed->birth = access.printed->birth == "700101" ? "700102" : "700101";
  else
    access.access_number.back() = access.access_number.back() == '9' ? '0' : '9';
  return access;
}

}  // namespace

TEST_CASE("every sample leads to its verdict and trust, by its access number and by its zone") {
  for (const Sample& sample : samples::all()) {
    const std::string_view name = sample.name;
    CAPTURE(name);
    const MadeCard made = make_card(sample, workshop().edition_of(sample));
    check_report(sample, inspected_sample(sample, made, made.by_zone));
    check_nothing_read(inspected_sample(sample, made, wrong(made.by_zone)));
    check_nothing_read(inspected_sample(sample, made, {}));
    if (made.by_number.empty()) continue;
    check_report(sample, inspected_sample(sample, made, made.by_number));
    check_nothing_read(inspected_sample(sample, made, wrong(made.by_number)));
  }
}

TEST_CASE("a sample opens the strongest way of its edition, and says by what") {
  const auto access_of = [](const char* name, channel::AccessData MadeCard::*by) {
    const Sample& sample = sample_named(name);
    const MadeCard made = make_card(sample, workshop().edition_of(sample));
    return inspected_sample(sample, made, made.*by).access;
  };
  CHECK(access_of("valid-2023", &MadeCard::by_number) ==
        "PACE-ECDH-CAM-AES-CBC-CMAC-128 with the card access number");
  CHECK(access_of("valid-2023", &MadeCard::by_zone) ==
        "PACE-ECDH-CAM-AES-CBC-CMAC-128 with the machine readable zone");
  CHECK(access_of("downgraded-access", &MadeCard::by_number) ==
        "PACE-ECDH-GM-AES-CBC-CMAC-128 with the card access number");
  CHECK(access_of("valid-2017", &MadeCard::by_zone) == "BAC with the machine readable zone");
}

TEST_CASE("a border that knows no edition comes to the same, but for what the edition alone promises") {
  for (const Sample& sample : samples::all()) {
    if (sample.manner == samples::Manner::stops) continue;
    const std::string_view name = sample.name;
    CAPTURE(name);
    const MadeCard made = make_card(sample, workshop().edition_of(sample));
    vchip::Chip chip = made.chip();
    CardInReader card(chip);
    const inspect::Report report = inspected(card, made.by_zone, card.took, {});
    CHECK(report.verdict == sample.verdict);
    CHECK(report.trust == sample.trust);
    CHECK(report.edition == "");
    CHECK(report.tolerated.empty());
  }
}

TEST_CASE("the slow sample takes its time, and is genuine all the same") {
  const auto took = [](const char* name) {
    const Sample& sample = sample_named(name);
    const MadeCard made = make_card(sample, workshop().edition_of(sample));
    return inspected_sample(sample, made, made.by_number).took;
  };
  CHECK(took("slow") > std::chrono::seconds(5));
  CHECK(took("valid-2023") == std::chrono::seconds(0));
}

TEST_CASE("an edition's kit has an order for each of its samples, all valid, and no other") {
  for (const profile::Profile* edition : {&workshop().new_edition, &workshop().current_edition}) {
    std::set<std::string> expected, found;
    for (const Sample& sample : samples::all())
      if (sample.edition == edition->name) expected.emplace(sample.name);
    plan::read_batch(edition->file.parent_path() / "sample/kit.csv", {*edition, today, chance()},
                     [&](plan::Order&& order) { found.insert(order.id); });
    CHECK(found == expected);
  }
  CHECK(samples::find("no-such-sample") == nullptr);
  Sample unknown = sample_named("valid-2023");
  unknown.name = "no-such-sample";
  CHECK_THROWS_AS(samples::order_of(unknown, workshop().new_edition, chance(), today), Error);
}

TEST_CASE("no two samples have one number, access number or name") {
  std::set<std::string> numbers, access_numbers;
  for (const Sample& sample : samples::all()) {
    const plan::Order order = samples::order_of(sample, workshop().edition_of(sample), chance(), today);
    CHECK(numbers.insert(order.fields.at("number")).second);
    if (const auto number = order.fields.find("access_number"); number != order.fields.end())
      CHECK(access_numbers.insert(number->second).second);
  }
}
