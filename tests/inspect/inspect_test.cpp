#include <doctest/doctest.h>

#include <functional>

#include "bytes/error.hpp"
#include "inspect/sample_card.hpp"

using namespace perso;
using namespace perso::test;

TEST_CASE("a card that keeps every promise passes, in the least number of commands") {
  FakeCard card = good_card();
  const inspect::Report report = inspected(card);
  CHECK(failed_checks(report) == "");
  CHECK(report.number == number);
  CHECK(report.holder.at("name") == "MUSTER ANNA");
  CHECK(report.portrait == portrait());
  CHECK(report.digest ==
        crypto::digest(crypto::Hash::sha256, card.applications[emrtd].files[0x011D].contents));
  REQUIRE(report.files.size() == 8);
  for (const inspect::ReadFile& file : report.files)
    CHECK(file.contents ==
          card.applications[file.application == "eMRTD" ? emrtd : national].files[file.fid.value].contents);
  // EF.CardAccess is looked for in the master file that may be current, and there is none to select; SELECT,
  // 5 files by short identifier, INTERNAL AUTHENTICATE; SELECT, 3 files with a SELECT each.
  CHECK(card.commands.size() == 2 + 1 + 5 + 1 + 1 + 4 * 2);
  CHECK(report.verdict == inspect::Verdict::genuine);
  CHECK(report.trust == inspect::Trust::production);
  CHECK(report.edition == "sample");
  CHECK(report.access == "");
  CHECK(report.took.count() > 0);
}

TEST_CASE("a card without extended length is read in short parts, to the same verdict") {
  FakeCard card = good_card();
  card.extended_length = false;
  const inspect::Report report = inspected(card);
  CHECK(failed_checks(report) == "");
  CHECK(*found(report, "EF.DG2") == card.applications[emrtd].files[0x0102].contents);
  CHECK(*found(report, "PORTRAIT") == portrait());
  std::size_t extended = 0;
  for (const auto& command : card.commands) extended += command.extended() ? 1 : 0;
  CHECK(extended == 1);
}

TEST_CASE("a reader's limit holds from the first command on") {
  struct Row {
    std::size_t limit;
    std::size_t longest;  // Ne of any command
  };
  for (const Row& row : {Row{255, 256}, Row{256, 256}, Row{1024, 1024}, Row{65535, 65536}}) {
    CAPTURE(row.limit);
    FakeCard card = good_card();
    card.reader_limit = std::max<std::size_t>(row.limit, 256);
    const inspect::Report report = Inspector{.command_limit = row.limit}(card);
    CHECK(failed_checks(report) == "");
    CHECK(*found(report, "PORTRAIT") == portrait());
    std::size_t longest = 0;
    for (const auto& command : card.commands) longest = std::max(longest, command.ne);
    CHECK(longest == row.longest);
  }
}

TEST_CASE("a card that gives less than it was asked for is asked on for what a template announces") {
  FakeCard card = good_card();
  card.most_at_once = 200;
  const inspect::Report report = inspected(card);
  CHECK(*found(report, "EF.DG2") == card.applications[emrtd].files[0x0102].contents);
  CHECK(failed_checks(report) ==
        "SIGN signature; portrait copy; date of issue; date of expiry");  // these announce no length
}

TEST_CASE("bytes behind a template are no part of its file") {
  FakeCard card = good_card();
  append(card.applications[emrtd].files[0x0101].contents, Bytes(40, 0));
  CHECK(failed_checks(inspected(card)) == "");
}

TEST_CASE("each single fault fails its own check") {
  const struct {
    const char* fault;
    std::function<void(FakeCard&)> make;
    const char* failed;
  } faults[] = {
      {"EF.COM missing", [](FakeCard& c) { c.applications[emrtd].files.erase(0x011E); },
       "EF.COM form; EF.COM is readable"},
      {"EF.COM broken", [](FakeCard& c) { c.applications[emrtd].files[0x011E].contents[3] ^= 0x40; },
       "EF.COM; EF.COM form"},
      {"EF.COM lists less",
       [](FakeCard& c) {
         c.applications[emrtd].files[0x011E].contents = lds::encode_com({"0107", "040000", {1, 2}});
       },
       "EF.COM"},
      {"a letter of the name changed",
       [](FakeCard& c) { c.applications[emrtd].files[0x0101].contents[5 + 61] = 'X'; }, "EF.DG1 digest"},
      {"MRZ with a wrong check digit",
       [](FakeCard& c) {
         c.applications[emrtd].files[0x0101].contents[5 + 30] = '9';
         sign_again(c);
       },
       "EF.DG1 machine readable zone; record number"},
      {"another number in EF.DG1",
       [](FakeCard& c) {
         identity::MrzFields fields = zone();
         fields.number = "93164319020415002X";
         c.applications[emrtd].files[0x0101].contents = dg1_of(fields);
         sign_again(c);
       },
       "record number"},
      {"another number in the record",
       [](FakeCard& c) { c.applications[national].files[0x0001].contents[122] ^= 1; },
       "SIGN signature; record number"},
      {"a record that is not UTF-16",
       [](FakeCard& c) { c.applications[national].files[0x0001].contents[123] = 0xDC; },
       "SIGN signature; record number"},
      {"a record cut short", [](FakeCard& c) { c.applications[national].files[0x0001].contents.resize(100); },
       "SIGN signature; record number; date of issue; date of expiry"},
      {"one byte of the portrait's copy",
       [](FakeCard& c) { c.applications[national].files[0x0002].contents.back() ^= 1; },
       "SIGN signature; portrait copy"},
      {"one byte of the portrait in EF.DG2",
       [](FakeCard& c) { c.applications[emrtd].files[0x0102].contents.back() ^= 1; },
       "EF.DG2 digest; portrait copy"},
      {"EF.DG2 says another size",
       [](FakeCard& c) {
         Bytes& file = c.applications[emrtd].files[0x0102].contents;
         file[file.size() - portrait().size() - 9] ^= 1;
         sign_again(c);
       },
       "EF.DG2 face image"},
      {"EF.SOD missing", [](FakeCard& c) { c.applications[emrtd].files.erase(0x011D); },
       "EF.SOD is readable"},
      {"EF.SOD cut short", [](FakeCard& c) { c.applications[emrtd].files[0x011D].contents.resize(200); },
       "EF.SOD"},
      {"EF.SOD's signature changed",
       [](FakeCard& c) { c.applications[emrtd].files[0x011D].contents.back() ^= 1; }, "EF.SOD signature"},
      {"EF.SOD of an unknown issuer",
       [](FakeCard& c) {
         const Chain stranger = Chain::make(crypto::EcParameters::named_curve, chance());
         FakeCard::Application& files = c.applications[emrtd];
         files.files[0x011D].contents = sod_over(files, stranger, test::issued_at);
       },
       "document signer"},
      {"EF.DG15 of another key",
       [](FakeCard& c) {
         const auto other = crypto::EcPrivateKey::generate("secp256r1", chance());
         c.applications[emrtd].files[0x010F].contents =
             lds::encode_dg15(other.public_key(), crypto::EcParameters::named_curve);
         sign_again(c);
       },
       "active authentication"},
      {"a clone without the key", [](FakeCard& c) { c.key.reset(); }, "active authentication"},
      {"EF.DG15 broken",
       [](FakeCard& c) {
         c.applications[emrtd].files[0x010F].contents[2] ^= 1;
         sign_again(c);
       },
       "active authentication"},
      {"a file that cannot be read",
       [](FakeCard& c) { c.applications[emrtd].files[0x0101].readable = false; }, "EF.DG1 is readable"},
  };
  for (const auto& fault : faults) {
    CAPTURE(fault.fault);
    FakeCard card = good_card();
    fault.make(card);
    CHECK(failed_checks(inspected(card)) == fault.failed);
  }
}

TEST_CASE("certificates are judged on the day of the inspection") {
  FakeCard card = good_card();
  CHECK(failed_checks(inspected(card, promises(), test::issued_at - std::chrono::days(1))) ==
        "document signer; SIGN signer; date of issue");
  CHECK(failed_checks(inspected(card, promises(), test::issued_at + std::chrono::days(12 * 365))) ==
        "document signer; SIGN signer; date of expiry");
}

TEST_CASE("a signature that is played back does not pass twice") {
  FakeCard card = good_card();
  card.plays_back = true;
  CHECK(failed_checks(inspected(card)) == "");
  CHECK(failed_checks(inspected(card)) == "active authentication");
}
