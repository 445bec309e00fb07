// A whole passport on a virtual chip of the iso7816 platform: made by the driver, judged by the inspection.
#include <doctest/doctest.h>

#include <functional>

#include "sample_passport.hpp"

using namespace perso;
using namespace perso::test;
using chip::Life;
using iso7816::Fid;
using iso7816::ShortFid;
using vchip::PassportKind;

namespace {

/// A locked chip with this passport, as it is after a reset.
struct Issued {
  explicit Issued(const Passport& passport = {}, PassportKind kind = PassportKind::own)
      : card(blank(kind)), promises(promised_by(passport)) {
    const auto driver = driver_for(card);
    write(*driver, passport);
    driver->lock();
    card.chip().reset();
  }
  VirtualCard card;
  inspect::Promises promises;
};

inspect::Report judged(iso7816::Card& card, const inspect::Promises& promises,
                       const std::optional<channel::PrintedData>& opens = printed) {
  return inspect::inspect(card, promises, opens, trust(), chance(), today, 255);
}

/// A card between the reader and another one, which may change what goes through.
class Between final : public iso7816::Card {
 public:
  using Change = std::function<iso7816::ResponseApdu(iso7816::Card&, const iso7816::CommandApdu&)>;
  Between(iso7816::Card& card, Change change) : card_(card), change_(std::move(change)) {}
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    return change_(card_, command);
  }

 private:
  iso7816::Card& card_;
  Change change_;
};

}  // namespace

TEST_CASE("a passport is written, locked, proven to be locked, and passes as a stranger sees it") {
  const Passport passport;
  VirtualCard card(blank());
  const auto driver = driver_for(card);
  write(*driver, passport);
  CHECK(card.chip().life() == vchip::LifeCycle::personalizing);
  driver->lock();
  CHECK(card.chip().life() == vchip::LifeCycle::issued);

  // Identify 4, key pair 2, access data 1, lock 1; and each file: CREATE FILE, SELECT, what 255 bytes a
  // command and 256 an answer take. Nothing can be left out.
  std::size_t least = 4 + 2 + 1 + 1;
  for (const auto& [fid, contents] : passport.files)
    least += 2 + (contents.size() + 254) / 255 + (contents.size() + 255) / 256;
  CHECK(card.traffic.commands == least);
  CHECK(card.longest == 255);

  card.chip().reset();
  const auto later = driver_for(card);
  CHECK(later->identify().life == Life::issued);
  const std::size_t before = card.traffic.commands;
  const inspect::Report report = judged(card, promised_by(passport));
  CHECK(failed_checks(report) == "");
  CHECK(report.number == number);
  CHECK(report.portrait == portrait());
  CHECK(report.digest == crypto::digest(crypto::Hash::sha256, passport.files.at(0x011D)));
  for (const inspect::ReadFile& file : report.files)
    CHECK(file.contents == passport.files.at(file.fid.value));
  // SELECT, a stranger at each file, the two that open, each file in the channel, the challenge, UPDATE
  // BINARY.
  constexpr std::size_t room = 231;
  std::size_t reading = 1 + passport.files.size() + 2 + 1 + 1;
  for (const auto& [fid, contents] : passport.files) reading += (contents.size() + room - 1) / room;
  CHECK(card.traffic.commands - before == reading);

  const auto prover = driver_for(card);  // knows nothing of what the stranger has selected
  prover->prove_locked(passport.aid, nullptr);
  CHECK(card.chip().life() == vchip::LifeCycle::issued);
}

TEST_CASE("a chip that answers as the published applet does is made and judged alike") {
  Passport passport;
  passport.short_ids = false;  // it knows none
  VirtualCard card(blank(PassportKind::published));
  const auto driver = driver_for(card);
  write(*driver, passport);
  CHECK(card.chip().life() == vchip::LifeCycle::personalizing);
  driver->lock();

  // Beyond what every chip is sent: the key number in the form that it refuses, the READ BINARY that it
  // refuses in the clear with the SELECT before it, and the two that open it. An answer holds 224 bytes.
  std::size_t least = 4 + 2 + 1 + 1;
  for (const auto& [fid, contents] : passport.files)
    least += 3 + (contents.size() + 254) / 255 + (contents.size() + 223) / 224;
  CHECK(card.traffic.commands == least + 1 + 2 + 2);

  card.chip().reset();
  CHECK(driver_for(card)->identify().life == Life::issued);
  const inspect::Report report = judged(card, promised_by(passport));
  CHECK(failed_checks(report) == "");
  for (const inspect::ReadFile& file : report.files)
    CHECK(file.contents == passport.files.at(file.fid.value));
  driver_for(card)->prove_locked(passport.aid, nullptr);
  const Error error = error_of([&] { driver_for(card)->write(passport.aid, passport.images()); });
  CHECK(error.code() == Code::command_refused);
  CHECK(error.status_word() == 0x6985);
}

TEST_CASE("a chip that wants basic access control to be read is not opened with what was not set on it") {
  Passport passport;
  passport.short_ids = false;
  VirtualCard card(blank(PassportKind::published));
  const auto driver = driver_for(card);
  driver->write(passport.aid, passport.images());
  const std::size_t size = passport.files.at(0x0101).size();
  const auto read = [&](chip::Driver& by) { return by.read_back(passport.aid, Fid{0x0101}, size); };
  CHECK(error_of([&] { read(*driver); }).status_word() == 0x6982);  // no access data yet
  driver->set_access(passport.aid, printed);
  CHECK(read(*driver) == passport.files.at(0x0101));
  const auto later = driver_for(card);  // another connection, which has set nothing
  const Error error = error_of([&] { read(*later); });
  CHECK(error.code() == Code::command_refused);
  CHECK(error.status_word() == 0x6982);
}

TEST_CASE("nothing is written to a locked chip") {
  const Passport passport;
  Issued issued(passport);
  const auto driver = driver_for(issued.card);
  const std::function<void()> calls[] = {
      [&] { driver->write(passport.aid, passport.images()); },
      [&] {
        driver->inject(passport.aid, {1, "rsa-1024", chip_key()});
      },
      [&] { driver->set_access(passport.aid, printed); },
      [&] { driver->lock(); },
  };
  for (const auto& call : calls) {
    const Error error = error_of(call);
    CHECK(error.code() == Code::command_refused);
    CHECK(error.status_word() == 0x6D00);
  }
  CHECK(failed_checks(judged(issued.card, issued.promises)) == "");
}

TEST_CASE("a chip that was cut off is known by its first file, and is not proven to be locked") {
  const Passport passport;
  VirtualCard card(blank());
  write(*driver_for(card), passport);
  card.chip().reset();
  const auto driver = driver_for(card);
  CHECK(driver->identify().life == Life::personalizing);
  const Error error = error_of([&] { driver->prove_locked(passport.aid, nullptr); });
  CHECK(error.code() == Code::verification_failed);
  CHECK(error.status_word() == 0x6700);
  for (const auto& [fid, contents] : passport.files)
    CHECK(driver->read_back(passport.aid, Fid{fid}, contents.size()) == contents);
}

TEST_CASE("a chip without room says so before a file is filled") {
  vchip::ChipConfig small = blank();
  small.hardware.memory = 4096;
  VirtualCard card(small);
  const Passport passport;
  const auto driver = driver_for(card);
  const Error error = error_of([&] { driver->write(passport.aid, passport.images()); });
  CHECK(error.code() == Code::chip_full);
  CHECK(error.status_word() == 0x6A84);
}

TEST_CASE("a chip of the other platform is foreign to each driver") {
  VirtualCard passport_chip(blank());
  const auto other = chip::make_driver(*platform::find("globalplatform"), passport_chip, chance(), 255);
  CHECK(error_of([&] { other->identify(); }).code() == Code::chip_foreign);
  VirtualCard globalplatform_chip(vchip::ChipConfig{{}, chip_side_keys(0x01)});
  CHECK(error_of([&] { driver_for(globalplatform_chip)->identify(); }).code() == Code::chip_foreign);
}

TEST_CASE("each fault of a passport fails its own check") {
  struct Fault {
    const char* fault;
    std::function<void(Passport&)> make;
    const char* failed;
  };
  const Fault faults[] = {
      {"active authentication by another key",
       [](Passport& p) {
         p.files[0x010F] = lds::encode_dg15(crypto::RsaPrivateKey::generate(1024, chance()).public_key());
         p.sign();
       },
       "active authentication"},
      {"a key on a curve, which the chip does not hold",
       [](Passport& p) {
         const auto key = crypto::EcPrivateKey::generate("secp256r1", chance());
         p.files[0x010F] = lds::encode_dg15(key.public_key(), crypto::EcParameters::named_curve);
         p.sign();
       },
       "active authentication"},
      {"one byte of the portrait", [](Passport& p) { p.files[0x0102].back() ^= 1; }, "EF.DG2 digest"},
      {"a signer whom nobody knows",
       [](Passport& p) {
         const Chain stranger = Chain::make(crypto::EcParameters::named_curve, chance());
         p.files[0x011D] = lds::encode_sod(lds::parse_sod(p.files[0x011D]).object, stranger.signer, issued_at,
                                           stranger.by_signer(chance()));
       },
       "document signer"},
  };
  for (const Fault& fault : faults) {
    CAPTURE(fault.fault);
    Passport passport;
    fault.make(passport);
    Issued issued(passport);
    CHECK(failed_checks(judged(issued.card, issued.promises)) == fault.failed);
  }
}

TEST_CASE("without what is printed on the card nothing is read") {
  Issued issued;
  const std::string nothing =
      "EF.DG1 is readable; EF.DG2 is readable; EF.DG15 is readable; EF.SOD is readable; EF.COM is readable; "
      "active authentication; lock";
  const channel::PrintedData other = {"932682199", "850101", "360331"};
  CHECK(failed_checks(judged(issued.card, issued.promises, other)) == "basic access control; " + nothing);
  CHECK(failed_checks(judged(issued.card, issued.promises, std::nullopt)) ==
        "basic access control; " + nothing);
  CHECK(failed_checks(judged(issued.card, issued.promises)) == "");
}

TEST_CASE("a file that a stranger may read is told, though it reads well in the channel") {
  const Passport passport;
  Issued issued(passport);
  Between open_to_all(issued.card, [&](iso7816::Card& card, const iso7816::CommandApdu& command) {
    const bool of_dg2 = command.ins == 0xB0 && command.cla == 0x00 && command.p1 == 0x82;
    if (!of_dg2) return card.transmit(command);
    return iso7816::ResponseApdu{Bytes(command.ne, 0x75), iso7816::sw::success};
  });
  CHECK(failed_checks(judged(open_to_all, issued.promises)) == "EF.DG2 is closed to strangers");

  VirtualCard unlocked(blank());
  write(*driver_for(unlocked), passport);
  const inspect::Report report = judged(unlocked, issued.promises);
  CHECK(failed_checks(report).starts_with("EF.DG1 is closed to strangers; EF.DG2 is closed to strangers; "));
}

TEST_CASE("a stranger may be refused with 6982 or 6985, and with nothing else") {
  Issued issued;
  for (const iso7816::StatusWord status :
       {iso7816::StatusWord{0x6982}, {0x6985}, {0x6986}, {0x6F00}, {0x6282}}) {
    CAPTURE(status.value);
    Between refusing(issued.card, [&](iso7816::Card& card, const iso7816::CommandApdu& command) {
      const bool of_dg1 = command.ins == 0xB0 && command.cla == 0x00 && command.p1 == 0x81;
      return of_dg1 ? iso7816::ResponseApdu{{}, status} : card.transmit(command);
    });
    const bool right = status.value == 0x6982 || status.value == 0x6985;
    CHECK(failed_checks(judged(refusing, issued.promises)) == (right ? "" : "EF.DG1 is closed to strangers"));
  }
}

TEST_CASE("a channel that breaks is a failed check and not the end of the inspection") {
  Issued issued;
  std::size_t protected_answers = 0;
  Between tampering(issued.card, [&](iso7816::Card& card, const iso7816::CommandApdu& command) {
    iso7816::ResponseApdu answer = card.transmit(command);
    if (command.cla == 0x0C && ++protected_answers == 3) answer.data.back() ^= 1;
    return answer;
  });
  const inspect::Report report = judged(tampering, issued.promises);
  CHECK(failed_checks(report).starts_with("EF.DG2 is readable; EF.DG15 is readable; EF.SOD is readable; "));
  REQUIRE(report.files.size() == 1);
  CHECK(report.files.front().name == "EF.DG1");
}

TEST_CASE("SELECT of an application ends the channel: what is for everybody is read in the clear again") {
  const Passport passport;
  Issued issued(passport);
  int selected = 0;
  Between with_more(issued.card, [&](iso7816::Card& card, const iso7816::CommandApdu& command) {
    if (command.ins == 0xA4 && command.p1 == 0x04) ++selected;
    const bool of_com = command.ins == 0xB0 && command.cla == 0x00 && command.p1 == 0x9E;
    if (selected < 2 || !of_com) return card.transmit(command);
    return iso7816::ResponseApdu{passport.files.at(0x011E), iso7816::sw::success};
  });
  inspect::Promises promises = issued.promises;
  promises.active_authentication = false;
  promises.applications.push_back(
      {"open", passport.aid, {{"EF.COM", Fid{0x011E}, inspect::PromisedFile::Read::always, ShortFid{0x1E}}}});
  const inspect::Report report = judged(with_more, promises);
  CHECK(failed_checks(report).find("is readable") == std::string::npos);
  CHECK(report.files.back().application == "open");
}

TEST_CASE("a chip may refuse a write outside of the channel too, and must not obey it there") {
  Issued issued;
  struct Row {
    iso7816::StatusWord status;
    const char* failed;
  };
  for (const Row& row :
       {Row{{0x6D00}, ""}, Row{{0x6982}, ""}, Row{{0x9000}, "a stranger's UPDATE BINARY is refused"}}) {
    CAPTURE(row.status.value);
    Between bare(issued.card, [&](iso7816::Card& card, const iso7816::CommandApdu& command) {
      return command.ins == 0xD6 ? iso7816::ResponseApdu{{}, row.status} : card.transmit(command);
    });
    CHECK(failed_checks(judged(bare, issued.promises)) == row.failed);
  }
}
