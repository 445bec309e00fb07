// A whole passport on a virtual chip of the iso7816 platform.
#include <doctest/doctest.h>

#include <functional>

#include "sample_passport.hpp"

using namespace perso;
using namespace perso::test;
using chip::Life;
using iso7816::Fid;
using vchip::PassportKind;

namespace {

/// A locked chip with this passport, as it is after a reset.
struct Issued {
  explicit Issued(const Passport& passport, PassportKind kind = PassportKind::own) : card(blank(kind)) {
    const auto driver = driver_for(card);
    write(*driver, passport);
    CHECK(card.chip().life() == vchip::LifeCycle::personalizing);
    driver->lock();
    CHECK(card.chip().life() == vchip::LifeCycle::issued);
    made = card.traffic.commands;
    card.chip().reset();
  }
  VirtualCard card;
  std::size_t made = 0;  // commands that it took
};

}  // namespace

TEST_CASE("a passport is written, locked, proven to be locked, and read in its channel") {
  const Passport passport;
  Issued issued(passport);
  // Identify 4, keys 3, access data 1, lock 1; and each file: CREATE FILE, SELECT, what 255 bytes a command
  // and 256 an answer take. Nothing can be left out.
  std::size_t least = 4 + 3 + 1 + 1;
  for (const auto& [fid, contents] : passport.files)
    least += 2 + (contents.size() + 254) / 255 + (contents.size() + 255) / 256;
  CHECK(issued.made == least);
  CHECK(issued.card.longest == 255);

  const auto later = driver_for(issued.card);
  CHECK(later->identify(printed).life == Life::issued);
  const std::size_t before = issued.card.traffic.commands;
  later->prove_locked(passport.aid, nullptr);
  // CREATE FILE, the two that open, SELECT, READ BINARY, UPDATE BINARY.
  CHECK(issued.card.traffic.commands - before == 6);
  check_contents(*later, passport);
  CHECK(issued.card.chip().life() == vchip::LifeCycle::issued);
}

TEST_CASE("a chip that answers as the published applet does is made and proven alike") {
  const Passport passport = plain_passport();
  Issued issued(passport, PassportKind::published);
  // Beyond what every chip is sent: the key number in the form that it refuses, the READ BINARY that it
  // refuses in the clear with the SELECT before it, and the two that open it. An answer holds 224 bytes.
  std::size_t least = 4 + 2 + 1 + 1;
  for (const auto& [fid, contents] : passport.files)
    least += 3 + (contents.size() + 254) / 255 + (contents.size() + 223) / 224;
  CHECK(issued.made == least + 1 + 2 + 2);

  const auto later = driver_for(issued.card);
  CHECK(later->identify(printed).life == Life::issued);
  later->prove_locked(passport.aid, nullptr);
  check_contents(*later, passport);
  issued.card.chip().reset();
  const Error error = error_of([&] { driver_for(issued.card)->write(passport.aid, passport.images()); });
  CHECK(error.code() == Code::command_refused);
  CHECK(error.status_word() == 0x6985);
}

TEST_CASE("a chip without chip authentication refuses the key for it") {
  VirtualCard card(blank(PassportKind::published));
  const Passport passport = plain_passport();
  const auto driver = driver_for(card);
  CHECK(error_of([&] {
          driver->inject(passport.aid, {2, "ecdh-p256", p256()});
        }).code() == Code::command_refused);
}

TEST_CASE("a chip that wants basic access control to be read is not opened with what was not set on it") {
  const Passport passport = plain_passport();
  VirtualCard card(blank(PassportKind::published));
  const auto driver = driver_for(card);
  driver->write(passport.aid, passport.images());
  const std::size_t size = passport.files.at(0x0101).size();
  const auto read = [&](chip::Driver& by) { return by.read_back(passport.aid, Fid{0x0101}, size); };
  CHECK(error_of([&] { read(*driver); }).status_word() == 0x6982);  // no access data yet
  driver->set_access({printed, true, {}});
  CHECK(read(*driver) == passport.files.at(0x0101));
  const auto later = driver_for(card);  // another connection, which has set nothing
  const Error error = error_of([&] { read(*later); });
  CHECK(error.code() == Code::command_refused);
  CHECK(error.status_word() == 0x6982);
}

TEST_CASE("a lock is proven with what is printed on that card alone") {
  const Passport passport;
  Issued issued(passport);
  const auto driver = driver_for(issued.card);
  CHECK(driver->identify({channel::PrintedData{"932682199", "850101", "360331"}, ""}).chip.has_value());
  CHECK(error_of([&] { driver->prove_locked(passport.aid, nullptr); }).code() == Code::keys_do_not_open);
  driver->identify();
  driver->prove_locked(passport.aid, nullptr);  // by what a stranger can try
}

TEST_CASE("a chip that refuses a stranger and obeys in its channel is not proven to be locked") {
  /// Refuses CREATE FILE, as if it were locked.
  class Pretender final : public iso7816::Card {
   public:
    explicit Pretender(iso7816::Card& card) : card_(card) {}
    iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
      if (command.ins == 0xE0) return {{}, iso7816::sw::ins_not_supported};
      return card_.transmit(command);
    }

   private:
    iso7816::Card& card_;
  };
  const Passport passport = plain_passport();
  VirtualCard card(blank(PassportKind::published));
  write(*driver_for(card), passport);
  card.chip().reset();
  Pretender pretender(card);
  const auto driver = driver_for(pretender);
  driver->identify();
  driver->prove_locked(passport.aid, nullptr);  // a stranger sees no more
  driver->identify(printed);
  const Error error = error_of([&] { driver->prove_locked(passport.aid, nullptr); });
  CHECK(error.code() == Code::verification_failed);
  CHECK(error.status_word() == 0x9000);
}

TEST_CASE("nothing is written to a locked chip") {
  const Passport passport;
  Issued issued(passport);
  const auto driver = driver_for(issued.card);
  const std::function<void()> calls[] = {
      [&] { driver->write(passport.aid, passport.images()); },
      [&] {
        driver->inject(passport.aid, {1, "rsa-1024", rsa_1024()});
      },
      [&] {
        driver->inject(passport.aid, {2, "ecdh-p256", p256()});
      },
      [&] {
        driver->set_access({printed, true, {}});
      },
      [&] { driver->lock(); },
  };
  for (const auto& call : calls) {
    const Error error = error_of(call);
    CHECK(error.code() == Code::command_refused);
    CHECK(error.status_word() == 0x6D00);
  }
  driver->identify(printed);
  check_contents(*driver, passport);
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
  check_contents(*driver, passport);
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
