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
  // SELECT, 5 files by short identifier, INTERNAL AUTHENTICATE; SELECT, 4 files with a SELECT each; the 3
  // probes.
  CHECK(card.commands.size() == 1 + 5 + 1 + 1 + 4 * 2 + 3);
  // What is probed with could change nothing: the byte that stands there already, and a reserved empty DGI.
  const auto& update = card.commands[card.commands.size() - 3];
  CHECK(update.ins == 0xD6);
  CHECK(update.data == Bytes{0x30});
  CHECK(card.commands.back().data == from_hex("3FFF00"));
}

TEST_CASE("a card without extended length is read in short parts, to the same verdict") {
  FakeCard card = good_card();
  card.extended_length = false;
  const inspect::Report report = inspected(card);
  CHECK(failed_checks(report) == "");
  CHECK(report.files.at(2).contents == card.applications[emrtd].files[0x0102].contents);
  CHECK(report.files.at(6).contents == portrait());
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
    const inspect::Report report =
        inspect::inspect(card, promises(), std::nullopt, trust(), chance(), today, row.limit);
    CHECK(failed_checks(report) == "");
    CHECK(report.files.at(6).contents == portrait());
    std::size_t longest = 0;
    for (const auto& command : card.commands) longest = std::max(longest, command.ne);
    CHECK(longest == row.longest);
  }
}

TEST_CASE("a card that gives less than it was asked for is asked on for what a template announces") {
  FakeCard card = good_card();
  card.most_at_once = 200;
  const inspect::Report report = inspected(card);
  CHECK(report.files.at(2).contents == card.applications[emrtd].files[0x0102].contents);
  CHECK(failed_checks(report) == "SIGN signature; portrait copy");  // these files announce nothing to readers
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
      {"application missing", [](FakeCard& c) { c.applications.erase(national); },
       "national; SIGN signature; record number; portrait copy"},
      {"EF.COM missing", [](FakeCard& c) { c.applications[emrtd].files.erase(0x011E); },
       "EF.COM is readable"},
      {"EF.COM broken", [](FakeCard& c) { c.applications[emrtd].files[0x011E].contents[3] ^= 0x40; },
       "EF.COM"},
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
       "SIGN signature; record number"},
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
      {"a hidden file that is readable",
       [](FakeCard& c) { c.applications[national].files[0x0003].readable = true; }, "HIDDEN is not readable"},
      {"a hidden file of which a part is readable",
       [](FakeCard& c) { c.applications[national].files[0x0003].readable_from_start = 4; },
       "HIDDEN is not readable"},
      {"a hidden file that is not there", [](FakeCard& c) { c.applications[national].files.erase(0x0003); },
       "HIDDEN is not readable"},
      {"a file that cannot be read",
       [](FakeCard& c) { c.applications[emrtd].files[0x0101].readable = false; },
       "EF.DG1 is readable; record number"},
      {"not locked: written", [](FakeCard& c) { c.update_answer = 0x9000; },
       "a stranger's UPDATE BINARY is refused"},
      {"not locked: written with a warning", [](FakeCard& c) { c.update_answer = 0x63C1; },
       "a stranger's UPDATE BINARY is refused"},
      {"not locked: personalizing",
       [](FakeCard& c) {
         c.issuer_domain_fci = from_hex(
             "6F0D"
             "8408A000000151000000"
             "8A0107");
       },
       "life cycle"},
      {"an issuer security domain that does not say its state",
       [](FakeCard& c) {
         c.issuer_domain_fci = from_hex(
             "6F0A"
             "8408A000000151000000");
       },
       "life cycle"},
      {"an issuer security domain that answers nonsense",
       [](FakeCard& c) { c.issuer_domain_fci = from_hex("6FFF"); }, "life cycle"},
      {"not locked: STORE DATA taken", [](FakeCard& c) { c.store_answer = 0x9000; },
       "a stranger's STORE DATA is refused"},
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
        "document signer; SIGN signer");
  CHECK(failed_checks(inspected(card, promises(), test::issued_at + std::chrono::days(12 * 365))) ==
        "document signer; SIGN signer");
}

TEST_CASE("the document signer is no trust anchor of its own") {
  FakeCard card = good_card();
  const auto report = inspect::inspect(card, promises(), std::nullopt,
                                       {{chain().signer, national_chain().csca}}, chance(), today);
  CHECK(failed_checks(report) == "document signer");
  CHECK(failed_checks(inspect::inspect(card, promises(), std::nullopt, {{national_chain().csca}}, chance(),
                                       today)) == "document signer");

  // Nor may it issue another one.
  const auto key = crypto::EcPrivateKey::generate("secp256r1", chance());
  auto request = Chain::signer_request(crypto::EcParameters::named_curve);
  request.issuer = request.subject;
  request.subject.common_name = "Document Signer Utopia 002";
  const Bytes der = Chain::issue(request, key, chain().signer_key, chance());
  FakeCard::Application& files = card.applications[emrtd];
  files.files[0x011D].contents = lds::encode_sod(
      lds::parse_sod(files.files[0x011D].contents).object, crypto::Certificate::parse(der), test::issued_at,
      [&key](ByteView message) { return key.sign(crypto::Hash::sha256, message, chance()); });
  const auto report_of_both =
      inspect::inspect(card, promises(), std::nullopt,
                       {{chain().signer, chain().csca, national_chain().csca}}, chance(), today);
  CHECK(failed_checks(report_of_both) == "document signer");
}

TEST_CASE("a signature that is played back does not pass twice") {
  FakeCard card = good_card();
  card.plays_back = true;
  CHECK(failed_checks(inspected(card)) == "");
  CHECK(failed_checks(inspected(card)) == "active authentication");
}

TEST_CASE("EF.SOD and the edition name the same data groups") {
  FakeCard card = good_card();
  inspect::Promises more = promises();
  more.applications[0].files.push_back({"EF.DG3", iso7816::Fid{0x0103}});
  card.applications[emrtd].files[0x0103].contents = from_hex("630100");
  card.applications[emrtd].files[0x011E].contents = lds::encode_com({"0107", "040000", {1, 2, 3, 15}});
  CHECK(failed_checks(inspected(card, more)) == "EF.DG3 digest");

  FakeCard less_card = good_card();
  inspect::Promises less = promises();
  std::erase_if(less.applications[0].files, [](const auto& file) { return file.name == "EF.DG2"; });
  less_card.applications[emrtd].files[0x011E].contents = lds::encode_com({"0107", "040000", {1, 15}});
  less.portrait_copy.reset();
  CHECK(failed_checks(inspected(less_card, less)) == "EF.DG2 digest");
}

TEST_CASE("a promise of what is nowhere to be found is broken") {
  FakeCard card = good_card();
  inspect::Promises promised = promises();
  promised.record_number->file = "NOWHERE";
  promised.portrait_copy->application = "NOWHERE";
  std::erase_if(promised.applications[0].files, [](const auto& file) { return file.name == "EF.DG15"; });
  card.applications[emrtd].files[0x011E].contents = lds::encode_com({"0107", "040000", {1, 2}});
  CHECK(failed_checks(inspected(card, promised)) ==
        "EF.DG15 digest; active authentication; record number; portrait copy");
  inspect::Promises no_emrtd = promises();
  no_emrtd.applications.erase(no_emrtd.applications.begin());
  CHECK(failed_checks(inspected(card, no_emrtd)) == "active authentication; portrait copy");
  inspect::Promises nothing;
  nothing.locked = false;
  CHECK_FALSE(inspected(card, nothing).passed());
}

TEST_CASE(
    "a foreign chip that knows no issuer security domain, or no command, is locked by what it refuses") {
  FakeCard card = good_card();
  card.issuer_domain_fci.reset();
  CHECK(failed_checks(inspected(card)) == "");
  for (const iso7816::StatusWord refusal : std::initializer_list<iso7816::StatusWord>{
           {0x6D00}, {0x6E00}, {0x6982}, {0x6985}, {0x6986}, {0x6700}}) {
    card.update_answer = refusal.value;
    CHECK(failed_checks(inspected(card)) == "");
  }
}

TEST_CASE("nothing is written back where the last file could not be read") {
  FakeCard card = good_card();
  card.applications[national].files.erase(0x0004);
  CHECK(failed_checks(inspected(card)) == "SIGN is readable; SIGN signature");
  for (const auto& command : card.commands) CHECK(command.ins != 0xD6);
}

TEST_CASE("a card that answers nonsense is judged, never trusted and never a crash") {
  const auto random = crypto::system_random();
  class Noise final : public iso7816::Card {
   public:
    explicit Noise(Random& source) : source_(source) {}
    iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
      Bytes answer(std::min<std::size_t>(command.ne, 300));
      source_.fill(answer);
      if (!answer.empty()) answer[0] = 0x77;
      return {answer, iso7816::sw::success};
    }

   private:
    Random& source_;
  } noise(*random);
  inspect::Promises closed = promises();
  for (inspect::PromisedFile& file : closed.applications[0].files)
    file.read = inspect::PromisedFile::Read::bac;
  const channel::PrintedData printed = {"932682198", "850101", "360331"};
  for (int i = 0; i < 50; ++i)
    for (const inspect::Promises& promised : {promises(), closed})
      CHECK_FALSE(inspect::inspect(noise, promised, printed, trust(), *random, today).passed());
}

TEST_CASE("a card that stops answering ends the inspection with that error") {
  class Torn final : public iso7816::Card {
   public:
    iso7816::ResponseApdu transmit(const iso7816::CommandApdu&) override {
      throw Error(Code::card_torn, "gone");
    }
  } torn;
  try {
    inspect::inspect(torn, promises(), std::nullopt, trust(), chance(), today);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == Code::card_torn);
  }
}

TEST_CASE("no detail of a check says who the holder is") {
  FakeCard card = good_card();
  card.update_answer = 0x9000;
  card.applications[national].files[0x0001].contents[122] ^= 1;
  for (const inspect::Check& check : inspected(card).checks) {
    CHECK(check.detail.find(number) == std::string::npos);
    CHECK(check.detail.find("MUSTER") == std::string::npos);
  }
}
