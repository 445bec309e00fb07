// The card's side of secure messaging: triple DES against answers computed apart from this project's code;
// AES is held to a second computation with PACE (pace_card_test.cpp).
#include "vchip/secure_messaging_card.hpp"

#include <doctest/doctest.h>

#include "crypto/des.hpp"
#include "refusals.hpp"
#include "support/vectors.hpp"
#include "tlv/tlv.hpp"

namespace perso::vchip {
namespace {

using iso7816::CommandApdu;
using perso::test::load_vectors;
using perso::test::VectorCase;

VectorCase named(const std::string& file, const std::string& name) {
  for (const VectorCase& each : load_vectors(file))
    if (each.name == name) return each;
  FAIL("no such case: " << name);
  return {};
}

/// Of 9303-11 D.3.
SessionKeys des_keys() {
  const VectorCase d3 = named("icao9303-11-bac.vec", "D.3 authentication and establishment of session keys");
  return {Secret(d3.hex("KS_enc")), Secret(d3.hex("KS_mac"))};
}

SessionKeys keys_of(Cipher cipher) {
  return {Secret(Bytes(key_size(cipher), 0x11)), Secret(Bytes(key_size(cipher), 0x22)), cipher};
}

constexpr Cipher all_ciphers[] = {Cipher::triple_des, Cipher::aes_128, Cipher::aes_192, Cipher::aes_256};

}  // namespace

TEST_CASE("secure messaging: answers that were computed elsewhere") {
  std::size_t seen = 0;
  for (const VectorCase& each : load_vectors("secure-messaging.vec")) {
    if (!each.has("protected_response")) continue;
    CAPTURE(each.name);
    SecureMessagingCard card(des_keys(), each.hex("SSC"));
    CHECK(to_hex(card.unwrap(CommandApdu::parse(each.hex("protected_command"))).encode()) ==
          each.text("plain_command"));
    const Bytes plain = each.hex("plain_response");
    const Bytes status(plain.end() - 2, plain.end());
    const Bytes wrapped = card.wrap({Bytes(plain.begin(), plain.end() - 2), {be16(status)}});
    CHECK(to_hex(wrapped) + to_hex(status) == each.text("protected_response"));
    ++seen;
  }
  CHECK(seen >= 5);
}

TEST_CASE("secure messaging: what an answer has room for") {
  for (const Cipher cipher : all_ciphers) {
    CAPTURE(int(cipher));
    const SecureMessagingCard card(keys_of(cipher));
    const std::size_t block = block_size(cipher);
    CHECK(card.plain_capacity(256) == (block == 8 ? 231 : 223));
    CHECK(card.plain_capacity(0) == 0);
    // DO 87 of one block, DO 99, DO 8E.
    const std::size_t least = 3 + block + 4 + 10;
    CHECK(card.plain_capacity(least - 1) == 0);
    CHECK(card.plain_capacity(least) == block - 1);
    CHECK(card.plain_capacity(65536) == card.plain_capacity(65533));
    for (const std::size_t ne : {least, least + block, std::size_t{149}, std::size_t{150}, std::size_t{256},
                                 std::size_t{272}, std::size_t{273}, std::size_t{1000}, std::size_t{65533}}) {
      CAPTURE(ne);
      const std::size_t room = card.plain_capacity(ne);
      const auto wrapped = [&](std::size_t size) {
        SecureMessagingCard fresh(keys_of(cipher));
        return fresh.wrap({Bytes(size)}).size();
      };
      CHECK(wrapped(room) <= ne);
      CHECK(wrapped(room + 1) > ne);
      CHECK(wrapped(room) + 2 <= 65535);
    }
  }
}

namespace {

/// The status word with which a command is refused, or "".
std::string refusal(const std::string& data, const std::string& header = "0CA4020C",
                    const std::string& counter = "887022120C06C226") {
  SecureMessagingCard card(des_keys(), from_hex(counter));
  CommandApdu command = CommandApdu::parse(from_hex(header));
  command.data = from_hex(data);
  return refusal_of([&] { card.unwrap(command); });
}

}  // namespace

TEST_CASE("secure messaging: commands that are refused") {
  const std::string cryptogram = "8709016375432908C044F6", mac = "8E08BF8B92D635FF24F8";
  REQUIRE(refusal(cryptogram + mac) == "");
  struct {
    std::string what, data, status;
  } cases[] = {
      {"nothing", "", "6987"},
      {"no MAC", cryptogram, "6987"},
      {"another cryptogram", "8709016375432908C044F7" + mac, "6988"},
      {"another MAC", cryptogram + "8E08BF8B92D635FF24F9", "6988"},
      {"a MAC of 7 bytes", cryptogram + "8E07BF8B92D635FF24", "6988"},
      {"an empty MAC", cryptogram + "8E00", "6988"},
      {"the MAC first", mac + cryptogram, "6988"},
      {"a cryptogram that was left out", mac, "6988"},
      {"an expected length that was put in", cryptogram + "970100" + mac, "6988"},
      {"bytes behind the MAC", cryptogram + mac + "00", "6988"},
      {"an object that is cut", "8709016375", "6988"},
      {"an unknown object", "8001FF" + mac, "6988"},
      {"the object of odd commands", "85086375432908C044F6" + mac, "6988"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    CHECK(refusal(each.data) == each.status);
  }
  CHECK(refusal(cryptogram + mac, "0CA40204") == "6988");                      // another header
  CHECK(refusal(cryptogram + mac, "0CA4020C", "887022120C06C227") == "6988");  // replayed
  CHECK(refusal(cryptogram + mac, "0CA4020C", "887022120C06C224") == "6988");  // one was left out
}

namespace {

/// The first command of a channel with these objects, right in its MAC.
CommandApdu signed_command(Cipher cipher, const std::string& header, const std::string& objects) {
  const std::size_t block = block_size(cipher);
  const auto fill = [&](Bytes& bytes) {
    bytes.push_back(0x80);
    while (bytes.size() % block != 0) bytes.push_back(0x00);
  };
  Bytes message(block);
  message.back() = 1;
  append(message, from_hex(header));
  fill(message);
  append(message, from_hex(objects));
  fill(message);
  const SessionKeys keys = keys_of(cipher);
  Bytes mac = cipher == Cipher::triple_des ? crypto::retail_mac(keys.mac, message)
                                           : crypto::aes_cmac(keys.mac, message);
  mac.resize(8);
  CommandApdu command = CommandApdu::parse(from_hex(header));
  command.data = concat({from_hex(objects), from_hex("8E08"), mac});
  return command;
}

}  // namespace

TEST_CASE("secure messaging: objects that are wrong under a right MAC") {
  struct {
    const char* what;
    const char* header;
    const char* objects;
    const char* status;
  } cases[] = {
      {"nothing but the MAC", "0CB00000", "", ""},
      {"a length of one byte", "0CB00000", "970105", ""},
      {"a length of two bytes", "0CB00000", "97020100", ""},
      {"an empty length", "0CB00000", "9700", "6988"},
      {"a length of three bytes", "0CB00000", "9703000100", "6988"},
      {"an empty cryptogram", "0CB00000", "8700", "6988"},
      {"no block", "0CB00000", "870101", "6988"},
      {"half a block", "0CB00000", "870501AABBCCDD", "6988"},
      {"another padding indicator", "0CB00000", "87110200112233445566778899AABBCCDDEEFF", "6988"},
      {"without the indicator", "0CB00000", "871000112233445566778899AABBCCDDEEFF", "6988"},
      {"no padding within", "0CB00000", "87110100112233445566778899AABBCCDDEEFF", "6988"},
      {"an odd command, half a block", "0CB10000", "8504AABBCCDD", "6988"},
      {"an odd command, empty", "0CB10000", "8500", "6988"},
  };
  for (const Cipher cipher : all_ciphers)
    for (const auto& each : cases) {
      CAPTURE(each.what);
      CAPTURE(int(cipher));
      SecureMessagingCard card(keys_of(cipher));
      const CommandApdu command = signed_command(cipher, each.header, each.objects);
      CHECK(refusal_of([&] { card.unwrap(command); }) == each.status);
    }
}

TEST_CASE("secure messaging: the padding of a cryptogram") {
  for (const Cipher cipher : all_ciphers) {
    CAPTURE(int(cipher));
    const std::size_t block = block_size(cipher);
    const SessionKeys keys = keys_of(cipher);
    /// A command with these whole blocks in DO 87, the counter being 1.
    const auto status_of = [&](const char* indicator, const Bytes& blocks) {
      Bytes counter(block);
      counter.back() = 1;
      const Bytes cryptogram =
          cipher == Cipher::triple_des
              ? crypto::des3_cbc_encrypt(keys.enc, Bytes(block), blocks)
              : crypto::aes_cbc_encrypt(keys.enc, crypto::aes_encrypt_block(keys.enc, counter), blocks);
      const Bytes object = tlv::encode(tlv::Tag{0x87}, concat({from_hex(indicator), cryptogram}));
      SecureMessagingCard card(keys_of(cipher));
      const CommandApdu command = signed_command(cipher, "0CD60000", to_hex(object));
      return refusal_of([&] {
        const CommandApdu plain = card.unwrap(command);
        CHECK(plain.data == Bytes{0xAA, 0x00});
      });
    };
    Bytes right = {0xAA, 0x00, 0x80};
    right.resize(block);
    Bytes without = right, two_blocks = right;
    without[2] = 0x00;
    two_blocks.resize(2 * block);
    CHECK(status_of("01", right) == "");
    CHECK(status_of("02", right) == "6988");
    CHECK(status_of("01", without) == "6988");
    CHECK(status_of("01", two_blocks) == "6988");  // more padding than a block
    CHECK(status_of("01", Bytes(block)) == "6988");
  }
}

}  // namespace perso::vchip
