#include "channel/scp03_kdf.hpp"

#include <doctest/doctest.h>

#include "crypto/primitives.hpp"
#include "support/chip_keys.hpp"
#include "support/vectors.hpp"

using namespace perso;

namespace {

Bytes derived(const Bytes& key, std::uint8_t constant, const Bytes& context, std::size_t size) {
  const Secret secret = Secret::copy_of(key);
  return channel::derive([&](ByteView message) { return crypto::aes_cmac(secret, message); },
                         static_cast<channel::Derivation>(constant), context, size);
}

}  // namespace

TEST_CASE("the derivation gives the published outputs, of one block and of two") {
  int seen = 0;
  for (const auto& each : test::load_vectors("scp03.vec")) {
    if (!each.name.starts_with("KDF ")) continue;
    CAPTURE(each.name);
    const std::size_t size = be16(each.hex("L_bits")) / 8u;
    CHECK(derived(each.hex("key"), each.hex("constant").front(), each.hex("context"), size) ==
          each.hex("output"));
    ++seen;
  }
  CHECK(seen == 40);
}

TEST_CASE("session keys and cryptograms of every session") {
  int seen = 0;
  for (const auto& each : test::load_vectors("scp03.vec")) {
    if (!each.has("S_ENC")) continue;
    CAPTURE(each.name);
    const Bytes context = concat({each.hex("host_challenge"), each.hex("card_challenge")});
    const std::size_t key_size = each.hex("key_ENC").size();
    const std::size_t half = each.hex("host_challenge").size();
    CHECK(derived(each.hex("key_ENC"), 0x04, context, key_size) == each.hex("S_ENC"));
    CHECK(derived(each.hex("key_MAC"), 0x06, context, key_size) == each.hex("S_MAC"));
    CHECK(derived(each.hex("key_MAC"), 0x07, context, key_size) == each.hex("S_RMAC"));
    CHECK(derived(each.hex("S_MAC"), 0x00, context, half) == each.hex("card_cryptogram"));
    CHECK(derived(each.hex("S_MAC"), 0x01, context, half) == each.hex("host_cryptogram"));
    ++seen;
  }
  CHECK(seen == 19);
}

TEST_CASE("key check values: the test's own key set is a right one") {
  int seen = 0;
  for (const auto& each : test::load_vectors("scp03.vec")) {
    if (!each.has("KCV_1")) continue;
    CAPTURE(each.name);
    const test::ClearChipKeys keys(0x01, each.hex("key_1"), each.hex("key_2"), each.hex("key_3"));
    CHECK(keys.kcv(keys::Role::enc).hex() == each.text("KCV_1"));
    CHECK(keys.kcv(keys::Role::mac).hex() == each.text("KCV_2"));
    CHECK(keys.kcv(keys::Role::dek).hex() == each.text("KCV_3"));
    ++seen;
  }
  CHECK(seen == 4);
}
