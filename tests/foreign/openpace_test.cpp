// OpenPACE in front of this project's chip, and this project's terminal in front of a chip of OpenPACE: every
// protocol that it has, with every group.
#include <doctest/doctest.h>

#include <set>

#include "bytes/error.hpp"
#include "channel/chip_authentication.hpp"
#include "channel/pace.hpp"
#include "openpace_chip.hpp"
#include "openpace_terminal.hpp"
#include "support/seeded_random.hpp"
#include "vchip/closed_chip.hpp"

namespace perso::test {
namespace {

using channel::Cipher;
using channel::KeyAgreement;
using channel::Mapping;

const std::string digits = vchip::test::access_number;
const Bytes emrtd = from_hex(vchip::test::app);
constexpr std::uint16_t record = 0x0101;

struct Variant {
  channel::PaceProtocol protocol;
  int parameters;
  std::string oid() const { return channel::oid_of(protocol); }
  std::string name() const { return channel::name_of(protocol) + " " + std::to_string(parameters); }
};

/// Generic mapping with each cipher and each group: 12 with MODP groups, 44 with curves; and chip
/// authentication mapping with each of its ciphers. Integrated mapping OpenPACE has only as a draft had it.
std::vector<Variant> variants(const std::set<int>& with_chip_key) {
  std::vector<Variant> out;
  for (const channel::DomainParameters& group : channel::standardised_parameters())
    for (const Cipher cipher : {Cipher::triple_des, Cipher::aes_128, Cipher::aes_192, Cipher::aes_256}) {
      out.push_back({{group.agreement, Mapping::generic, cipher}, group.id});
      if (cipher != Cipher::triple_des && with_chip_key.contains(group.id))
        out.push_back({{group.agreement, Mapping::chip_authentication, cipher}, group.id});
    }
  return out;
}

std::string offer_of(const Variant& variant) {
  const auto id = static_cast<std::uint8_t>(variant.parameters);
  return vchip::test::pace_offer(to_hex(openpace::oid_contents(variant.oid())), to_hex(Bytes{id}));
}

openpace::Terminal terminal_of(vchip::Chip& chip) {
  return openpace::Terminal([&chip](ByteView command) { return chip.process(command); });
}

/// What it failed at; empty where it did not.
std::string failure_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const openpace::Failure& failure) {
    return failure.what();
  }
  return "";
}

}  // namespace

TEST_CASE("OpenPACE opens our chip by every protocol and reads it") {
  constexpr std::size_t offers_a_chip = 20;
  openpace::repeat_from(1);
  const std::vector<Variant> all = variants({12});
  CHECK(all.size() == 4 * 3 + 4 * 11 + 3);
  const openpace::Secret number = openpace::number_secret(digits);
  for (std::size_t first = 0; first < all.size(); first += offers_a_chip) {
    const std::span<const Variant> some =
        std::span(all).subspan(first, std::min(offers_a_chip, all.size() - first));
    std::string access = vchip::test::tlv("82", vchip::test::hex_of(digits));
    for (const Variant& variant : some) access += offer_of(variant);
    vchip::test::ClosedChip bench(access);
    for (const Variant& variant : some) {
      CAPTURE(variant.name());
      bench.chip.reset();
      openpace::Terminal terminal = terminal_of(bench.chip);
      terminal.pace(variant.oid(), variant.parameters, openpace::Password::access_number, *number);
      terminal.select_application(emrtd);
      CHECK(to_hex(terminal.read(record).value()) == vchip::test::holder_record);
      // The same in one answer of extended length, and by an odd instruction.
      CHECK(to_hex(terminal.demand({0x00, 0xB0, 0x81, 0x00, {}, 0x10000}, "READ BINARY")) ==
            vchip::test::holder_record);
      CHECK(to_hex(terminal.demand({0x00, 0xB1, 0x00, 0x00, from_hex("54020002"), 0x100}, "READ BINARY, odd"))
                .starts_with("5381"));
      CHECK(terminal.send({0x00, 0xB0, 0x82, 0x00, {}, 0x100}).status == 0x6A82);
      if (variant.protocol.mapping == Mapping::chip_authentication) {
        CHECK(terminal.proven_by(from_hex(bench.agreement_key)));
        CHECK_FALSE(terminal.proven_by(from_hex(bench.signing_key)));
      }
    }
  }
}

TEST_CASE("OpenPACE opens our chip with what its machine readable zone says") {
  openpace::repeat_from(2);
  vchip::test::ClosedChip bench;
  const std::string zone =
      "I<UTOL898902C<3<<<<<<<<<<<<<<<"
      "6908061F9406236UTO<<<<<<<<<<<1"
      "ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
  const openpace::Secret secrets[] = {openpace::zone_secret(zone),
                                      openpace::information_secret("L898902C<369080619406236")};
  for (const openpace::Secret& secret : secrets) {
    bench.chip.reset();
    openpace::Terminal terminal = terminal_of(bench.chip);
    terminal.pace("0.4.0.127.0.7.2.2.4.2.2", 12, openpace::Password::zone, *secret);
    CHECK(to_hex(terminal.read(0x011D).value()) == vchip::test::card_security);
  }
  // What opens it by one reference does not by the other.
  bench.chip.reset();
  openpace::Terminal terminal = terminal_of(bench.chip);
  const openpace::Secret number = openpace::number_secret(digits);
  CHECK(failure_of([&] {
          terminal.pace("0.4.0.127.0.7.2.2.4.2.2", 12, openpace::Password::zone, *number);
        }) == "GENERAL AUTHENTICATE: 6300");
}

TEST_CASE("OpenPACE with another number is refused by every cipher") {
  openpace::repeat_from(3);
  const openpace::Secret wrong = openpace::number_secret("481208");
  for (const Variant& variant : variants({12})) {
    if (variant.parameters != 0 && variant.parameters != 12) continue;
    CAPTURE(variant.name());
    vchip::test::ClosedChip bench(vchip::test::tlv("82", vchip::test::hex_of(digits)) + offer_of(variant));
    openpace::Terminal terminal = terminal_of(bench.chip);
    CHECK(failure_of([&] {
            terminal.pace(variant.oid(), variant.parameters, openpace::Password::access_number, *wrong);
          }) == "GENERAL AUTHENTICATE: 6300");
    CHECK_FALSE(terminal.read(record).has_value());
  }
}

TEST_CASE("OpenPACE authenticates our chip with each cipher") {
  openpace::repeat_from(4);
  vchip::test::ClosedChip bench;
  const openpace::Secret number = openpace::number_secret(digits);
  for (const Cipher cipher : {Cipher::triple_des, Cipher::aes_128, Cipher::aes_192, Cipher::aes_256})
    for (const bool right : {true, false}) {
      const std::string oid =
          channel::oid_of(channel::ChipAuthenticationProtocol{KeyAgreement::ecdh, cipher});
      CAPTURE(oid);
      bench.chip.reset();
      openpace::Terminal terminal = terminal_of(bench.chip);
      terminal.pace("0.4.0.127.0.7.2.2.4.2.2", 12, openpace::Password::access_number, *number);
      terminal.select_application(emrtd);
      terminal.authenticate_chip(oid, 12, from_hex(right ? bench.agreement_key : bench.signing_key));
      if (right) CHECK(to_hex(terminal.read(record).value()) == vchip::test::holder_record);
      if (!right) CHECK(failure_of([&] { terminal.read(record); }) == "in the channel: 6988");
    }
}

namespace {

const Bytes file = from_hex(vchip::test::noise(200, 7));

std::variant<crypto::EcPublicKey, crypto::DhPublicKey> public_key_of(const openpace::Chip& chip,
                                                                     const channel::DomainParameters& group) {
  if (group.agreement == KeyAgreement::dh)
    return crypto::DhPublicKey{crypto::rfc5114_group(group.id), chip.key().public_part};
  return crypto::EcPublicKey::from_point(std::string(group.name), chip.key().public_part);
}

/// READ BINARY of the chip's one file.
Bytes read_through(iso7816::Card& channel) {
  return channel.transmit({0x00, 0xB0, 0x00, 0x00, {}, 0x100}).data;
}

}  // namespace

TEST_CASE("we open a chip of OpenPACE by every protocol and read it") {
  openpace::repeat_from(5);
  SeededRandom random(5);
  std::set<int> curves;
  for (const channel::DomainParameters& group : channel::standardised_parameters())
    if (group.agreement == KeyAgreement::ecdh) curves.insert(group.id);
  const std::vector<Variant> all = variants(curves);
  CHECK(all.size() == 4 * 3 + 4 * 11 + 3 * 11);
  for (const Variant& variant : all) {
    CAPTURE(variant.name());
    openpace::Chip chip(variant.parameters, digits, file);
    const channel::PaceInfo info{variant.protocol, variant.parameters};
    const channel::Pace open =
        channel::open_pace(chip, info, channel::ParameterSets::one, {std::nullopt, digits}, random);
    CHECK(read_through(*open.channel) == file);
    CHECK(open.channel->transmit({0x00, 0xB1, 0x00, 0x01, from_hex("54020000"), 0x100}).status ==
          iso7816::sw::ins_not_supported);
    REQUIRE(open.proof.has_value() == (variant.protocol.mapping == Mapping::chip_authentication));
    if (!open.proof) continue;
    CHECK(open.proof->proves(chip.key().public_part, random));
    CHECK_FALSE(
        open.proof->proves(openpace::Chip(variant.parameters, digits, file).key().public_part, random));
  }
}

TEST_CASE("a chip of OpenPACE does not open with another number") {
  openpace::repeat_from(6);
  SeededRandom random(6);
  for (const Variant& variant : variants({12})) {
    if (variant.parameters != 0 && variant.parameters != 12) continue;
    CAPTURE(variant.name());
    openpace::Chip chip(variant.parameters, digits, file);
    try {
      channel::open_pace(chip, {variant.protocol, variant.parameters}, channel::ParameterSets::one,
                         {std::nullopt, "481208"}, random);
      FAIL("it opened");
    } catch (const Error& error) {
      CHECK(error.code() == Code::keys_do_not_open);
    }
  }
}

TEST_CASE("we authenticate a chip of OpenPACE by every protocol") {
  openpace::repeat_from(7);
  SeededRandom random(7);
  for (const channel::DomainParameters& group : channel::standardised_parameters())
    for (const Cipher cipher : {Cipher::triple_des, Cipher::aes_128, Cipher::aes_192, Cipher::aes_256}) {
      const channel::ChipAuthenticationProtocol protocol{group.agreement, cipher};
      CAPTURE(channel::name_of(protocol));
      CAPTURE(std::string(group.name));
      openpace::Chip chip(group.id, digits, file);
      const channel::PaceInfo info{{group.agreement, Mapping::generic, Cipher::aes_128}, group.id};
      const channel::Pace open =
          channel::open_pace(chip, info, channel::ParameterSets::one, {std::nullopt, digits}, random);
      const auto agreed = channel::authenticate_chip(chip, *open.channel, protocol,
                                                     {public_key_of(chip, group), std::nullopt}, random);
      CHECK(read_through(*agreed) == file);
    }
}

}  // namespace perso::test
