// What a locked card does for somebody without a key.
#include <doctest/doctest.h>

#include "inspect/guarded_sample.hpp"

using namespace perso;
using namespace perso::test;

namespace {

std::string faults_of(iso7816::Card& card, const inspect::Promises& promised = promises()) {
  return failed_checks(inspect::probe_as_stranger(card, promised, 65535));
}

}  // namespace

TEST_CASE("a locked card refuses a stranger, who could change nothing on any chip") {
  FakeCard card = good_card();
  CHECK(faults_of(card) == "");
  for (const auto& command : card.commands) {
    if (command.ins == 0xD6) CHECK((command.data == Bytes{0x60} || command.data == Bytes{0x20}));
    if (command.ins == 0xE2) CHECK(command.data == from_hex("3FFF00"));
    CHECK((command.ins == 0xA4 || command.ins == 0xB0 || command.ins == 0xD6 || command.ins == 0xE2));
  }
  for (const iso7816::StatusWord refusal : std::initializer_list<iso7816::StatusWord>{
           {0x6D00}, {0x6E00}, {0x6982}, {0x6985}, {0x6986}, {0x6700}}) {
    card.update_answer = refusal.value;
    CHECK(faults_of(card) == "");
  }
  card.issuer_domain_fci.reset();
  CHECK(faults_of(card) == "");
}

TEST_CASE("each way to be open fails its own check") {
  const std::string updates =
      "a stranger's UPDATE BINARY of EF.COM is refused; a stranger's UPDATE BINARY of TEXT is refused";
  const struct {
    const char* fault;
    std::function<void(FakeCard&)> make;
    std::string failed;
  } faults[] = {
      {"written", [](FakeCard& c) { c.update_answer = 0x9000; }, updates},
      {"written with a warning", [](FakeCard& c) { c.update_answer = 0x63C1; }, updates},
      {"personalizing", [](FakeCard& c) { c.issuer_domain_fci = from_hex("6F0D8408A0000001510000008A0107"); },
       "life cycle"},
      {"no state", [](FakeCard& c) { c.issuer_domain_fci = from_hex("6F0A8408A000000151000000"); },
       "life cycle"},
      {"nonsense", [](FakeCard& c) { c.issuer_domain_fci = from_hex("6FFF"); }, "life cycle"},
      {"STORE DATA taken", [](FakeCard& c) { c.store_answer = 0x9000; },
       "a stranger's STORE DATA is refused"},
      {"a hidden file that is readable",
       [](FakeCard& c) { c.applications[national].files[0x0003].readable = true; }, "HIDDEN is not readable"},
      {"a hidden file of which a part is readable",
       [](FakeCard& c) { c.applications[national].files[0x0003].readable_from_start = 4; },
       "HIDDEN is not readable"},
      {"a hidden file that is not there", [](FakeCard& c) { c.applications[national].files.erase(0x0003); },
       "HIDDEN is not readable"},
      {"an application missing", [](FakeCard& c) { c.applications.erase(national); }, "national"},
  };
  for (const auto& fault : faults) {
    CAPTURE(fault.fault);
    FakeCard card = good_card();
    fault.make(card);
    CHECK(faults_of(card) == fault.failed);
  }
}

TEST_CASE("a guarded card says nothing, and an open one of its edition does") {
  const ChipSecurity security({generic_mapping, chip_mapping});
  GuardedCard card = guarded_card(security);
  CHECK(faults_of(card, guarded_promises(security)) == "");
  FakeCard open = good_card();
  const std::string faults = faults_of(open, guarded_promises(security));
  for (const char* const name : {"EF.DG1", "EF.DG2", "EF.DG15", "EF.SOD", "TEXT", "PORTRAIT", "SIGN"})
    CHECK(faults.find(std::string(name) + " is closed to strangers") != std::string::npos);
}

TEST_CASE("a card that stops answering a stranger ends the probe with that error") {
  class Torn final : public iso7816::Card {
   public:
    iso7816::ResponseApdu transmit(const iso7816::CommandApdu&) override {
      throw Error(Code::card_torn, "gone");
    }
  } torn;
  CHECK_THROWS_AS(faults_of(torn), Error);
}
