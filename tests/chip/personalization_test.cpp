// A whole personalization against the virtual chip, and what it costs.
#include <doctest/doctest.h>

#include "chip/driver.hpp"
#include "crypto/ec.hpp"
#include "errors.hpp"
#include "lds/security_infos.hpp"
#include "virtual_card.hpp"

using namespace perso;
using chip::FileImage;
using chip::Life;
using chip::ReadAccess;
using iso7816::Aid;
using iso7816::Fid;
using iso7816::ShortFid;

namespace {

constexpr std::uint8_t transport_version = 0x01, issuer_version = 0x02;
const chip::ProgressMark run_name = {0xC0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

Bytes sample(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
  return bytes;
}

/// Two applications as a document has them: one makes a key, one has a file above 32,767 bytes and one that
/// nobody reads.
struct Document {
  Bytes com = sample(22), mrz = sample(93), face = sample(17000), key = sample(97), sod = sample(1900);
  Bytes record = sample(256), portrait = sample(33500), secret = sample(40);
  std::vector<FileImage> travel = {{Fid{0x011E}, ShortFid{0x1E}, ReadAccess::always, com},
                                   {Fid{0x0101}, ShortFid{0x01}, ReadAccess::always, mrz},
                                   {Fid{0x0102}, ShortFid{0x02}, ReadAccess::always, face},
                                   {Fid{0x010F}, ShortFid{0x0F}, ReadAccess::always, key},
                                   {Fid{0x011D}, ShortFid{0x1D}, ReadAccess::always, sod}};
  std::vector<FileImage> national = {{Fid{0x0001}, std::nullopt, ReadAccess::always, record},
                                     {Fid{0x0002}, std::nullopt, ReadAccess::always, portrait},
                                     {Fid{0x0003}, std::nullopt, ReadAccess::never, secret}};
  Aid travel_aid{from_hex("A0000002471001")};
  Aid national_aid{from_hex("F050524300010203")};
};

vchip::ChipConfig config(std::uint8_t i = 0x70, std::size_t key_size = 16) {
  vchip::ChipConfig made{{}, test::chip_side_keys(transport_version, key_size)};
  made.hardware.i = i;
  return made;
}

struct Station {
  explicit Station(test::VirtualCard& card, std::size_t limit, std::size_t key_size = 16)
      : transport(test::station_keys(transport_version, key_size)),
        issuer(test::station_keys(issuer_version, key_size)),
        driver(chip::make_driver(*platform::find("globalplatform"), card, *random, limit)) {}
  std::unique_ptr<Random> random = crypto::system_random();
  test::ClearChipKeys transport, issuer;
  std::unique_ptr<chip::Driver> driver;
};

/// As a run does it, from the first command to the lock.
void personalize(Station& station, const Document& document) {
  chip::Driver& driver = *station.driver;
  REQUIRE(driver.identify().life == Life::blank);
  driver.open(&station.transport);
  driver.mark(run_name);
  driver.install(document.travel_aid);
  driver.install(document.national_aid);
  driver.replace_keys(station.issuer);
  const Bytes point = driver.generate(document.travel_aid, {1, "ecdsa-p256"});
  CHECK(point.size() == 65);
  driver.write(document.travel_aid, document.travel);
  driver.write(document.national_aid, document.national);
  for (const auto& [aid, files] :
       {std::pair(document.travel_aid, document.travel), std::pair(document.national_aid, document.national)})
    for (const FileImage& file : files)
      if (file.read == ReadAccess::always)
        CHECK(std::ranges::equal(driver.read_back(aid, file.fid, file.contents.size()), file.contents));
  driver.lock();
}

/// How the chip opens once it is locked: by PACE with both passwords, or by basic access control.
struct Closing {
  channel::AccessData data = {channel::PrintedData{"932682198", "850101", "360331"}, "271828"};
  std::vector<channel::PaceInfo> pace;
  bool bac = false;
};

Closing by_pace() {
  using enum channel::Mapping;
  const auto with = [](channel::Mapping mapping) {
    return channel::PaceInfo{{channel::KeyAgreement::ecdh, mapping, channel::Cipher::aes_128}, 12};
  };
  Closing closing;
  closing.pace = {with(generic), with(chip_authentication)};
  return closing;
}

Closing by_bac() {
  Closing closing;
  closing.bac = true;
  return closing;
}

/// The master file's own: EF.CardAccess, which everybody reads, with what `closing` offers.
Bytes card_access(const Closing& closing) {
  lds::SecurityInfos infos;
  infos.pace = closing.pace;
  return lds::encode_security_infos(infos);
}

/// A chip with a travel document that is closed; it is locked, and has been reset.
struct ClosedCard {
  explicit ClosedCard(const Closing& closing, std::uint8_t i = 0x70) : card(config(i)) {
    Station station(card, 1024);
    chip::Driver& driver = *station.driver;
    driver.identify();
    driver.open(&station.transport);
    driver.mark(run_name);
    driver.install(aid);
    driver.replace_keys(station.issuer);
    driver.generate(aid, {1, "ecdsa-p256"});
    driver.generate(aid, {2, "ecdh-p256"});
    driver.open(&station.issuer);
    driver.set_access({closing.data, closing.bac, closing.pace});
    const Bytes offer = card_access(closing);
    const FileImage master[] = {{Fid{0x011C}, ShortFid{0x1C}, ReadAccess::always, offer}};
    if (!closing.pace.empty()) driver.write(Aid::master_file(), master);
    const FileImage travel[] = {{Fid{0x0101}, ShortFid{0x01}, ReadAccess::access_control, mrz}};
    driver.write(aid, travel);
    CHECK(driver.read_back(aid, Fid{0x0101}, mrz.size()) == mrz);  // open until the lock
    driver.lock();
    card.chip().reset();
  }
  Bytes mrz = sample(93);
  Aid aid{from_hex("A0000002471001")};
  test::VirtualCard card;
};

}  // namespace

TEST_CASE("a document is made at every command size, in both modes, with keys of every size") {
  struct Row {
    std::size_t limit;
    std::uint8_t i;
    std::size_t key_size;
  };
  const Row rows[] = {{255, 0x70, 16}, {1024, 0x70, 24}, {65535, 0x70, 32},
                      {255, 0x71, 32}, {1024, 0x71, 16}, {65535, 0x71, 24}};
  const Document document;
  for (const Row& row : rows) {
    CAPTURE(row.limit);
    CAPTURE(int{row.i});
    test::VirtualCard card(config(row.i, row.key_size));
    Station station(card, row.limit, row.key_size);
    personalize(station, document);
    CHECK(card.longest <= row.limit);
    CHECK(card.chip().life() == vchip::LifeCycle::issued);

    card.chip().reset();
    Station later(card, row.limit);
    const chip::Identity identity = later.driver->identify();
    CHECK(identity.life == Life::issued);
    CHECK_FALSE(identity.mark.has_value());
    CHECK(std::ranges::equal(later.driver->read_back(document.travel_aid, Fid{0x011D}, document.sod.size()),
                             document.sod));
  }
}

TEST_CASE("commands and bytes stay at the least that the contract allows") {
  const Document document;
  const test::ApplicationLoad loads[] = {{document.travel_aid, document.travel, 1},
                                         {document.national_aid, document.national, 0}};
  for (const std::size_t limit : {255u, 1024u, 65535u}) {
    test::VirtualCard card(config());
    Station station(card, limit);
    personalize(station, document);
    const std::size_t field = std::min<std::size_t>(limit, vchip::Hardware{}.max_command_data);
    const test::Traffic least = test::TrafficFloor(field, 16).of(loads);
    MESSAGE("limit ", limit, ": ", card.traffic.commands, " commands of at least ", least.commands, ", ",
            card.traffic.bytes, " bytes of at least ", least.bytes);
    CHECK(card.traffic.commands >= least.commands);
    CHECK(card.traffic.commands <= least.commands + 2);  // SELECT of two files
    CHECK(card.traffic.bytes >= least.bytes);
    CHECK(static_cast<double>(card.traffic.bytes) <= 1.02 * static_cast<double>(least.bytes));
  }
}

TEST_CASE("an interrupted chip names its run") {
  test::VirtualCard card(config());
  {
    Station station(card, 255);
    station.driver->identify();
    station.driver->open(&station.transport);
    station.driver->mark(run_name);
  }
  card.chip().reset();
  Station later(card, 255);
  const chip::Identity identity = later.driver->identify();
  CHECK(identity.life == Life::personalizing);
  CHECK(identity.mark == run_name);
}

TEST_CASE("other keys do not open the chip, and twenty attempts do not block it") {
  test::VirtualCard card(config());
  Station station(card, 255);
  station.driver->identify();
  const auto wrong = test::sample_keys(0x33, 16);
  const test::ClearChipKeys other(transport_version, wrong[0], wrong[1], wrong[2]);
  for (int attempt = 0; attempt < 20; ++attempt)
    CHECK(test::error_of([&] { station.driver->open(&other); }).code() == Code::keys_do_not_open);
  CHECK(test::error_of([&] { station.driver->open(&station.issuer); }).status_word() == 0x6A88);
  station.driver->open(&station.transport);
  station.driver->mark(run_name);
}

TEST_CASE("a chip without room says so") {
  vchip::ChipConfig small = config();
  small.hardware.memory = 4096;
  test::VirtualCard card(small);
  Station station(card, 1024);
  const Document document;
  station.driver->identify();
  station.driver->open(&station.transport);
  station.driver->mark(run_name);
  station.driver->install(document.travel_aid);
  const Error error = test::error_of([&] { station.driver->write(document.travel_aid, document.travel); });
  CHECK(error.code() == Code::chip_full);
  CHECK(error.status_word() == 0x6A84);
}

TEST_CASE("nothing is written to a locked chip") {
  const Document document;
  test::VirtualCard card(config());
  Station station(card, 65535);
  personalize(station, document);
  const Error error = test::error_of([&] { station.driver->install(document.travel_aid); });
  CHECK(error.code() == Code::command_refused);
  CHECK(error.status_word() == 0x6985);
}

TEST_CASE("the issuer proves the lock on a fresh connection") {
  const Document document;
  SUBCASE("issued") {
    test::VirtualCard card(config());
    Station station(card, 65535);
    personalize(station, document);
    card.chip().reset();
    Station later(card, 65535);
    later.driver->prove_locked(document.travel_aid, &later.issuer);
    CHECK(test::error_of([&] { later.driver->prove_locked(document.travel_aid, &later.transport); }).code() ==
          Code::keys_do_not_open);
    CHECK(card.chip().life() == vchip::LifeCycle::issued);
  }
  SUBCASE("personalizing") {
    test::VirtualCard card(config());
    Station station(card, 255);
    station.driver->identify();
    station.driver->open(&station.transport);
    station.driver->mark(run_name);
    station.driver->install(document.travel_aid);
    card.chip().reset();
    Station later(card, 255);
    const Error error =
        test::error_of([&] { later.driver->prove_locked(document.travel_aid, &later.transport); });
    CHECK(error.code() == Code::verification_failed);
    CHECK(error.status_word() == 0x9000);
  }
}

TEST_CASE("a closed chip says who it is to whoever knows what is printed on it, and to the issuer then") {
  struct Row {
    const char* what;
    Closing closing;
    channel::AccessData with;
    std::size_t commands;  // to identify and to prove the lock
  };
  const Closing pace = by_pace(), bac = by_bac();
  const channel::AccessData number = {std::nullopt, pace.data.access_number}, zone = {pace.data.printed, ""};
  // SELECT and CPLC in the clear; EF.CardAccess, MSE and four, CPLC; the two of SCP03 and the write.
  // With basic access control: EF.CardAccess, SELECT and two, SELECT, CPLC.
  for (const Row& row : {Row{"access number", pace, number, 12}, Row{"zone", pace, zone, 12},
                         Row{"both", pace, pace.data, 12}, Row{"basic access control", bac, zone, 11}}) {
    CAPTURE(row.what);
    for (const std::uint8_t i : {std::uint8_t{0x70}, std::uint8_t{0x71}}) {
      CAPTURE(int{i});
      ClosedCard closed(row.closing, i);
      Station later(closed.card, 65535);
      const chip::Identity stranger = later.driver->identify();
      CHECK(stranger.life == Life::issued);
      CHECK_FALSE(stranger.chip.has_value());

      const std::size_t before = closed.card.traffic.commands;
      const chip::Identity identity = later.driver->identify(row.with);
      CHECK(identity.life == Life::issued);
      REQUIRE(identity.chip.has_value());
      CHECK(std::ranges::equal(identity.chip->bytes, vchip::Hardware{}.chip_id()));
      later.driver->prove_locked(closed.aid, &later.issuer);
      CHECK(closed.card.traffic.commands - before == row.commands + (i == 0x71 ? 1 : 0));
      later.driver->identify(row.with);  // once more, out of the issuer's channel
      later.driver->prove_locked(Aid::master_file(), &later.issuer);
    }
  }
}

TEST_CASE("a closed chip does not open to what is printed on another card") {
  const Closing closing = by_pace(), bac = by_bac();
  const channel::AccessData other_number = {std::nullopt, "271829"},
                            other_zone = {channel::PrintedData{"932682199", "850101", "360331"}, ""};
  struct Row {
    channel::AccessData with;
    Closing of;
  };
  for (const Row& row : {Row{other_number, closing}, Row{other_zone, closing}, Row{other_zone, bac}}) {
    ClosedCard closed(row.of);
    Station later(closed.card, 65535);
    CHECK(test::error_of([&] { later.driver->identify(row.with); }).code() == Code::keys_do_not_open);
    // The next try is on the same connection, with the right data.
    CHECK(later.driver->identify(row.of.data).chip.has_value());
    CHECK(test::error_of([&] { later.driver->prove_locked(closed.aid, &later.transport); }).code() ==
          Code::keys_do_not_open);
  }
}

TEST_CASE("without its access channel a closed chip does not open to its issuer") {
  ClosedCard closed(by_pace());
  Station later(closed.card, 65535);
  later.driver->identify();
  const Error error = test::error_of([&] { later.driver->prove_locked(closed.aid, &later.issuer); });
  CHECK(error.code() == Code::command_refused);
  CHECK(error.status_word() == 0x6982);
}

TEST_CASE("injected keys are those that the chip then uses") {
  test::VirtualCard card(config());
  Station station(card, 255);
  chip::Driver& driver = *station.driver;
  const Document document;
  driver.identify();
  driver.open(&station.transport);
  driver.mark(run_name);
  driver.install(document.travel_aid);
  const crypto::PrivateKey key = crypto::EcPrivateKey::generate("secp256r1", *station.random);
  driver.inject(document.travel_aid, {1, "ecdsa-p256", key});
  driver.inject(document.travel_aid, {2, "ecdh-p256", key});
  card.transmit({0x00, 0xA4, 0x04, 0x0C,
                 Bytes(document.travel_aid.bytes().begin(), document.travel_aid.bytes().end()), 0});
  const Bytes challenge(8, 0xC7);
  const auto answer = card.transmit({0x00, 0x88, 0x00, 0x00, challenge, 256});
  REQUIRE(answer.status.ok());
  CHECK(std::get<crypto::EcPrivateKey>(key).public_key().verify_plain(crypto::Hash::sha256, challenge,
                                                                      answer.data));
}
