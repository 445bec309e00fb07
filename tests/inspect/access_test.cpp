// Cards that open by what is printed on them: how, with how many commands, and what becomes of those that are
// not what they were.
#include <doctest/doctest.h>

#include "inspect/guarded_sample.hpp"

using namespace perso;
using namespace perso::test;
using inspect::Verdict;

namespace {

const ChipSecurity& mapping() {
  static const ChipSecurity security({generic_mapping, chip_mapping});
  return security;
}
const ChipSecurity& generic() {
  static const ChipSecurity security({generic_mapping});
  return security;
}

// EF.CardAccess, PACE in 5 commands; SELECT and 6 files; active authentication; SELECT, and 3 files and a
// closed one that have no short identifier.
constexpr std::size_t common = 1 + 5 + 1 + 6 + 1 + 1 + 4 * 2;

/// What goes over the line: how long an answer the reader has to take.
class Line final : public iso7816::Card {
 public:
  explicit Line(GuardedCard& card) : card_(card) {}
  std::size_t longest = 0;
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    longest = std::max(longest, command.ne);
    iso7816::ResponseApdu answer = card_.transmit(command);
    REQUIRE(answer.data.size() <= command.ne);
    return answer;
  }

 private:
  GuardedCard& card_;
};

}  // namespace

TEST_CASE("a guarded card opens the strongest way, and every command is needed") {
  GuardedCard card = guarded_card(mapping());
  const inspect::Report report = guarded_inspector(mapping())(card);
  CHECK(failed_checks(report) == "");
  CHECK(report.access == "PACE-ECDH-CAM-AES-CBC-CMAC-128 with the card access number");
  CHECK(report.trust == inspect::Trust::production);
  CHECK(report.tolerated.empty());
  CHECK(report.files.size() == 2 + 6 + 3);
  CHECK(report.files.front().application == "master");
  CHECK(card.commands == common + 1);  // EF.CardSecurity

  GuardedCard plain = guarded_card(generic());
  Inspector with_zone = guarded_inspector(generic());
  with_zone.access = {printed_zone, ""};
  const inspect::Report by_zone = with_zone(plain);
  // EF.CardSecurity is promised, and read at the end with a SELECT of the master file.
  CHECK(failed_checks(by_zone) == "");
  CHECK(by_zone.access == "PACE-ECDH-GM-AES-CBC-CMAC-128 with the machine readable zone");
  // Chip authentication, and the SELECT of the national application that told the edition.
  CHECK(plain.commands == common + 2 + 2 + 1);
}

TEST_CASE("a foreign document is read the same way") {
  GuardedCard card = guarded_card(mapping());
  Inspector inspect = guarded_inspector(mapping());
  inspect.editions.clear();
  const inspect::Report report = inspect(card);
  CHECK(failed_checks(report) == "");
  CHECK(report.edition == "");
  CHECK(report.tolerated.empty());
  CHECK(report.portrait == portrait());
}

TEST_CASE("a wrong access number opens nothing") {
  GuardedCard card = guarded_card(mapping());
  Inspector inspect = guarded_inspector(mapping());
  inspect.access.access_number = "362881";
  inspect::Report report = inspect(card);
  CHECK(failed_checks(report) == "access");
  CHECK(report.verdict == Verdict::unreadable);
  CHECK(report.files.size() == 1);
  CHECK_FALSE(report.interrupted);
  inspect.access = {};
  report = inspect(card);
  CHECK(failed_checks(report) == "access");
  CHECK(report.access == "");
}

TEST_CASE("a chip that knows no access number is asked for the zone") {
  GuardedCard card = guarded_card(mapping());
  card.can.reset();
  Inspector inspect = guarded_inspector(mapping());
  CHECK(inspect(card).verdict == Verdict::unreadable);
  inspect.access.printed = printed_zone;
  CHECK(inspect(card).verdict == Verdict::genuine);
}

TEST_CASE("basic access control, where there is no PACE") {
  ChipSecurity security({});
  GuardedCard card = guarded_card(security);
  card.files.applications.erase(Bytes{});
  card.basic = vchip::bac_access_keys(as_bytes(printed_zone.number), as_bytes(printed_zone.birth),
                                      as_bytes(printed_zone.expiry));
  Inspector inspect = guarded_inspector(security);
  inspect.editions[0].promises.applications.erase(inspect.editions[0].promises.applications.begin());
  inspect.editions[0].promises.bac = true;
  inspect.access = {printed_zone, can};
  const inspect::Report report = inspect(card);
  CHECK(failed_checks(report) == "");
  CHECK(report.access == "BAC with the machine readable zone");
  // EF.CardAccess and the master file are not there; SELECT, basic access control, 6 files, chip and active
  // authentication, and the national application.
  CHECK(card.commands == 2 + 1 + 2 + 6 + 2 + 1 + 1 + 4 * 2);

  inspect.access.printed->birth = "850102";
  CHECK(failed_checks(inspect(card)) == "access");
  inspect.access.printed.reset();
  const inspect::Report without = inspect(card);
  CHECK(failed_checks(without) == "access");
  CHECK(without.files.empty());
}

TEST_CASE("less than was signed is a downgrade, whoever asks") {
  ChipSecurity security({generic_mapping, chip_mapping});
  security.ways.pace = {generic_mapping};
  GuardedCard card = guarded_card(security);
  Inspector inspect = guarded_inspector(mapping());
  inspect::Report report = inspect(card);
  CHECK(report.verdict == Verdict::altered);
  CHECK(failed_checks(report).starts_with("access as promised"));
  inspect.editions.clear();
  report = inspect(card);
  CHECK(report.verdict == Verdict::altered);
  CHECK(failed_checks(report) == "EF.CardAccess against EF.DG14");
  // Nor can the file be taken away, so that basic access control is left.
  card.files.applications.erase(Bytes{});
  card.basic = vchip::bac_access_keys(as_bytes(printed_zone.number), as_bytes(printed_zone.birth),
                                      as_bytes(printed_zone.expiry));
  inspect.access.printed = printed_zone;
  report = inspect(card);
  CHECK(report.access == "BAC with the machine readable zone");
  CHECK(failed_checks(report) == "EF.CardAccess against EF.DG14");
}

TEST_CASE("another chip with the same files is a clone") {
  const ChipSecurity other({generic_mapping, chip_mapping});
  for (const bool known : {true, false}) {
    Inspector inspect = guarded_inspector(mapping());
    if (!known) inspect.editions.clear();
    GuardedCard by_mapping = guarded_card(mapping());
    by_mapping.mapping_key = other.of_chip();
    CHECK(failed_checks(inspect(by_mapping)) == "chip authentication");
    CHECK(inspect(by_mapping).verdict == Verdict::cloned);
    GuardedCard by_signature = guarded_card(mapping());
    by_signature.files.key = crypto::EcPrivateKey::generate("secp256r1", chance());
    CHECK(failed_checks(inspect(by_signature)) == "active authentication");
  }
  for (const bool known : {true, false}) {
    Inspector inspect = guarded_inspector(generic());
    if (!known) inspect.editions.clear();
    GuardedCard by_agreement = guarded_card(generic());
    by_agreement.key = other.of_chip();
    inspect::Report report = inspect(by_agreement);
    CHECK(report.verdict == Verdict::cloned);
    CHECK(failed_checks(report) == "chip authentication");
    by_agreement.key.reset();
    report = inspect(by_agreement);
    CHECK(report.verdict == Verdict::cloned);
    CHECK(failed_checks(report) == "chip authentication");
  }
}

TEST_CASE("a card that is swapped at any moment after access is noticed") {
  GuardedCard whole = guarded_card(mapping());
  const Inspector inspect = guarded_inspector(mapping());
  inspect(whole);
  const std::size_t opened = 1 + 5;
  for (std::size_t at = opened; at < whole.commands; ++at) {
    CAPTURE(at);
    GuardedCard card = guarded_card(mapping());
    card.before = [&](std::size_t number_of_command) {
      if (number_of_command == at) card.forget_channel();
    };
    const inspect::Report report = inspect(card);
    CHECK(report.verdict == Verdict::unreadable);
    CHECK(failed_checks(report) == "secure channel");
  }
}

TEST_CASE("a chip that takes no extended length in its channel is opened again for short length") {
  for (const ChipSecurity* const security : {&mapping(), &generic()}) {
    GuardedCard card = guarded_card(*security);
    card.long_in_channel = false;
    const inspect::Report report = guarded_inspector(*security)(card);
    CHECK(failed_checks(report) == "");
    CHECK(report.tolerated.size() == 1);
  }
  GuardedCard card = guarded_card(mapping());
  Inspector inspect = guarded_inspector(mapping());
  inspect.command_limit = 255;
  CHECK(failed_checks(inspect(card)) == "");
  CHECK(inspect(card).tolerated.empty());
}

TEST_CASE("no answer in a channel is longer than the reader takes") {
  for (const ChipSecurity* const security : {&mapping(), &generic()})
    for (const std::size_t limit : {64, 255, 256, 300, 1024, 20000, 65534, 65535}) {
      CAPTURE(limit);
      GuardedCard card = guarded_card(*security);
      Line line(card);
      Inspector inspect = guarded_inspector(*security);
      inspect.command_limit = limit;
      const inspect::Report report = inspect(line);
      CHECK(failed_checks(report) == "");
      CHECK(report.tolerated.empty());
      CHECK(line.longest == (limit == 65535 ? 65536 : std::max<std::size_t>(limit, 256)));
    }
}

TEST_CASE("what is promised to nobody is closed to who opened the card") {
  GuardedCard card = guarded_card(mapping());
  card.files.applications[national].files[0x0003].readable = true;
  const inspect::Report report = guarded_inspector(mapping())(card);
  CHECK(report.verdict == Verdict::altered);
  CHECK(failed_checks(report) == "HIDDEN is not readable");
}

TEST_CASE("EF.CardSecurity is judged whichever way the card opened") {
  for (const ChipSecurity* const security : {&mapping(), &generic()}) {
    GuardedCard card = guarded_card(*security);
    Bytes& file = card.files.applications[{}].files[0x011D].contents;
    const auto checks = [&] { return failed_checks(guarded_inspector(*security)(card)); };
    file.back() ^= 0x01;
    CHECK(checks() == "EF.CardSecurity signature");
    file.back() ^= 0x01;
    lds::SecurityInfos less = security->all;
    less.pace.clear();
    file = lds::encode_card_security(less, chain().signer, issued_at, chain().by_signer(chance()));
    CHECK(checks() == "EF.CardAccess against EF.CardSecurity");
    file.resize(20);
    CHECK(checks().starts_with("EF.CardSecurity"));
  }
}

TEST_CASE("each byte of EF.CardAccess, which nobody signs, changed one at a time, is noticed") {
  GuardedCard card = guarded_card(mapping());
  const Inspector inspect = guarded_inspector(mapping());
  std::size_t unnoticed = 0;
  for (std::uint8_t& byte : card.files.applications[{}].files[0x011C].contents) {
    byte ^= 0x01;
    unnoticed += inspect(card).verdict == Verdict::genuine ? 1 : 0;
    byte ^= 0x01;
  }
  CHECK(unnoticed == 0);
}

TEST_CASE("each byte of each file, changed one at a time, is noticed") {
  // Small pictures: every byte is tried.
  FakeCard card = good_card();
  const Bytes small = make_jpeg(24, 24);
  auto& files = card.applications[emrtd].files;
  files[0x0102].contents = lds::encode_dg2(small);
  card.applications[national].files[0x0002].contents = small;
  card.applications[national].files[0x0004].contents =
      national_signature(card.applications[national], national_chain());
  sign_again(card);
  const Inspector inspect;
  REQUIRE(inspect(card).verdict == Verdict::genuine);
  for (const Bytes& application : {emrtd, national})
    for (auto& [fid, file] : card.applications[application].files) {
      if (!file.readable) continue;
      std::size_t unnoticed = 0;
      for (std::uint8_t& byte : file.contents) {
        byte ^= 0x01;
        unnoticed += inspect(card).verdict == Verdict::genuine ? 1 : 0;
        byte ^= 0x01;
      }
      const std::uint16_t of_file = fid;
      CAPTURE(of_file);
      CHECK(unnoticed == 0);
    }
}
