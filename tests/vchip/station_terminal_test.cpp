// A closed chip before the station's own terminal: each protocol with each of its parameters. The two sides
// share nothing but primitives.
#include <doctest/doctest.h>

#include <sstream>

#include "bytes/error.hpp"
#include "channel/chip_authentication.hpp"
#include "channel/pace.hpp"
#include "closed_chip.hpp"
#include "vchip/pace_card.hpp"

namespace perso::vchip {
namespace {

using namespace test;

/// Contents of a dotted object identifier whose numbers are below 128.
Bytes oid_contents(const std::string& dotted) {
  Bytes contents;
  std::istringstream numbers(dotted);
  for (std::string number; std::getline(numbers, number, '.');)
    contents.push_back(static_cast<std::uint8_t>(std::stoi(number)));
  contents[1] = static_cast<std::uint8_t>(40 * contents[0] + contents[1]);
  contents.erase(contents.begin());
  return contents;
}

/// All protocols that work with these parameters; chip authentication mapping with the curve of the chip's
/// key alone.
std::vector<channel::PaceProtocol> protocols_with(const channel::DomainParameters& parameters) {
  std::vector<channel::PaceProtocol> protocols;
  for (const auto mapping :
       {channel::Mapping::generic, channel::Mapping::integrated, channel::Mapping::chip_authentication}) {
    if (mapping == channel::Mapping::chip_authentication && parameters.name != "secp256r1") continue;
    for (const auto cipher : {channel::Cipher::triple_des, channel::Cipher::aes_128, channel::Cipher::aes_192,
                              channel::Cipher::aes_256}) {
      const channel::PaceProtocol protocol{parameters.agreement, mapping, cipher};
      const std::string oid = channel::oid_of(protocol);
      if (!oid.empty() && pace_works(oid_contents(oid), static_cast<std::uint8_t>(parameters.id)))
        protocols.push_back(protocol);
    }
  }
  return protocols;
}

void read_in(iso7816::Card& channel) {
  CHECK(channel.transmit({0x00, 0xA4, 0x04, 0x0C, from_hex(app), 0}).status.ok());
  const auto answer = channel.transmit({0x00, 0xB0, 0x81, 0x00, {}, 700});
  CHECK(answer.status.ok());
  CHECK(to_hex(answer.data) == holder_record);
}

TEST_CASE(
    "closed chip: the station's terminal opens it by every protocol and parameter, and by nothing wrong") {
  RepeatableRandom random(7);
  std::size_t runs = 0;
  for (const channel::DomainParameters& parameters : channel::standardised_parameters()) {
    const auto protocols = protocols_with(parameters);
    std::string access = printed_object() + tlv("82", hex_of(access_number));
    for (const channel::PaceProtocol& protocol : protocols)
      access += pace_offer(to_hex(oid_contents(channel::oid_of(protocol))),
                           to_hex(Bytes{static_cast<std::uint8_t>(parameters.id)}));
    ClosedChip bench(access);
    ChipAsCard card(bench.chip);
    for (const channel::PaceProtocol& protocol : protocols) {
      const std::string name = channel::name_of(protocol);
      CAPTURE(name);
      CAPTURE(parameters.id);
      bench.chip.reset();
      const channel::PaceInfo info{protocol, parameters.id};
      const auto sets = runs % 3 == 0 ? channel::ParameterSets::several : channel::ParameterSets::one;
      CHECK_THROWS_AS(channel::open_pace(card, info, sets, {std::nullopt, "000000"}, random), Error);
      const channel::AccessData right =
          ++runs % 2 == 0 ? channel::AccessData{std::nullopt, access_number}
                          : channel::AccessData{channel::PrintedData{"L898902C<", "690806", "940623"}, ""};
      const channel::Pace pace = channel::open_pace(card, info, sets, right, random);
      CHECK(pace.proof.has_value() == (protocol.mapping == channel::Mapping::chip_authentication));
      if (pace.proof) {
        CHECK(pace.proof->proves(from_hex(bench.agreement_key), random));
        CHECK_FALSE(pace.proof->proves(from_hex(bench.signing_key), random));
      }
      read_in(*pace.channel);
    }
  }
  CHECK(runs >= 100);
}

TEST_CASE("closed chip: the station's terminal authenticates it by every protocol") {
  RepeatableRandom random(8);
  ClosedChip bench;
  ChipAsCard card(bench.chip);
  const channel::PaceInfo info{
      {channel::KeyAgreement::ecdh, channel::Mapping::generic, channel::Cipher::aes_128}, 12};
  const auto key_of = [](const std::string& point) {
    return channel::ChipAuthenticationKey{crypto::EcPublicKey::from_point("secp256r1", from_hex(point)),
                                          Bytes{0x02}};
  };
  for (const auto cipher : {channel::Cipher::triple_des, channel::Cipher::aes_128, channel::Cipher::aes_192,
                            channel::Cipher::aes_256}) {
    const channel::ChipAuthenticationProtocol protocol{channel::KeyAgreement::ecdh, cipher};
    const std::string name = channel::name_of(protocol);
    CAPTURE(name);
    bench.chip.reset();
    channel::Pace pace =
        channel::open_pace(card, info, channel::ParameterSets::one, {std::nullopt, access_number}, random);
    read_in(*pace.channel);
    const auto proven =
        channel::authenticate_chip(card, *pace.channel, protocol, key_of(bench.agreement_key), random);
    read_in(*proven);
    const auto copied =
        channel::authenticate_chip(card, *proven, protocol, key_of(bench.signing_key), random);
    CHECK_THROWS_AS(copied->transmit({0x00, 0xB0, 0x81, 0x00, {}, 4}), Error);
  }
}

}  // namespace
}  // namespace perso::vchip
