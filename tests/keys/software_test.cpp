#include "keys/software.hpp"

#include <doctest/doctest.h>

#include <set>

#include "bytes/error.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::keys;

namespace {

constexpr Role all_roles[] = {Role::enc, Role::mac, Role::dek};

Secret master() {
  return Secret(Bytes(32, 0x4D));
}

ChipId chip(std::uint8_t last) {
  ChipId out;
  out.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, last};
  return out;
}

Bytes shown(const Secret& key) {
  return Bytes(key.expose().begin(), key.expose().end());
}

/// Another store's keys.
class ForeignKeys final : public ChipKeys {
 public:
  std::uint8_t version() const override { return 1; }
  std::size_t key_size() const override { return 16; }
  Kcv kcv(Role) const override { return {}; }
  Bytes cmac(Role, ByteView) const override { return {}; }
  Bytes wrapped_under(const ChipKeys&, Role) const override { return {}; }
};

}  // namespace

TEST_CASE("key check values") {
  for (const auto& vector : test::load_vectors("key-check-values.vec")) {
    CAPTURE(vector.name);
    CHECK(kcv_of(Secret(vector.hex("Key"))).hex() == vector.text("Kcv"));
  }
}

TEST_CASE("a chip's keys are SP 800-108 over role, version and chip, written out") {
  // PRF(master, 00000001 || "SCP03-MAC" 31 || 00 || chip || 00000080)
  Bytes input = from_hex("00000001");
  append(input, as_bytes("SCP03-MAC\x31"));
  input.push_back(0);
  append(input, chip(12).bytes);
  append(input, from_hex("00000080"));
  CHECK(shown(diversified(master(), Role::mac, 0x31, chip(12), 16)) == crypto::aes_cmac(master(), input));
}

TEST_CASE("no two roles, versions, chips or sizes share a key") {
  std::set<std::string> seen;
  int count = 0;
  for (const std::size_t size : std::initializer_list<std::size_t>{16, 24, 32}) {
    for (const std::uint8_t version : {std::uint8_t{0x30}, std::uint8_t{0x31}}) {
      for (const std::uint8_t last : {std::uint8_t{0}, std::uint8_t{1}}) {
        const auto keys = software_card_keys(master(), version, size)->for_chip(chip(last));
        CHECK(keys->version() == version);
        CHECK(keys->key_size() == size);
        for (const Role role : all_roles) {
          seen.insert(to_hex(keys->cmac(role, Bytes{1})));
          const Secret key = diversified(master(), role, version, chip(last), size);
          CHECK(keys->kcv(role) == kcv_of(key));
          CHECK(keys->cmac(role, Bytes{1}) == crypto::aes_cmac(key, Bytes{1}));
          ++count;
        }
      }
    }
  }
  CHECK(std::ssize(seen) == count);
}

TEST_CASE("a key is wrapped under the current DEK with AES-CBC, zero iv, whole blocks") {
  for (const std::size_t size : std::initializer_list<std::size_t>{16, 24, 32}) {
    CAPTURE(size);
    const auto current = software_card_keys(master(), 0x30, 16)->for_chip(chip(1));
    const auto next = software_card_keys(Secret(Bytes(32, 0x49)), 0x31, size)->for_chip(chip(1));
    const Secret dek = diversified(master(), Role::dek, 0x30, chip(1), 16);
    for (const Role role : all_roles) {
      const Bytes wrapped = next->wrapped_under(*current, role);
      CHECK(wrapped.size() == (size == 16 ? 16 : 32));
      Bytes plain = crypto::aes_cbc_decrypt(dek, Bytes(16), wrapped);
      plain.resize(size);
      CHECK(plain == shown(diversified(Secret(Bytes(32, 0x49)), role, 0x31, chip(1), size)));
    }
  }
  const auto keys = software_card_keys(master(), 0x30, 16)->for_chip(chip(1));
  CHECK_THROWS_AS(keys->wrapped_under(ForeignKeys(), Role::enc), Error);
}

TEST_CASE("versions and sizes that do not exist are refused") {
  for (const std::uint8_t version : {std::uint8_t{0x00}, std::uint8_t{0x80}, std::uint8_t{0xFF}}) {
    CHECK_THROWS_AS(software_card_keys(master(), version, 16), Error);
  }
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 15, 20, 33})
    CHECK_THROWS_AS(software_card_keys(master(), 0x30, size), Error);
}

TEST_CASE("the ledger's commitments differ by purpose and message, and its order keys come back") {
  const auto random = crypto::system_random();
  const auto keys = software_ledger_keys(master(), *random);
  const auto same = software_ledger_keys(master(), *random);
  CHECK(keys->commit("event", Bytes{1}).size() == 32);
  CHECK(keys->commit("event", Bytes{1}) == same->commit("event", Bytes{1}));
  CHECK(keys->commit("event", Bytes{1}) != keys->commit("head", Bytes{1}));
  CHECK(keys->commit("event", Bytes{1}) != keys->commit("event", Bytes{2}));
  CHECK(keys->commit("event", Bytes{1}) !=
        software_ledger_keys(Secret(Bytes(32)), *random)->commit("event", Bytes{1}));

  const Secret order_key = keys->new_order_key();
  CHECK(order_key.size() == 32);
  CHECK(shown(order_key) != shown(keys->new_order_key()));
  const Bytes wrapped = keys->wrap(order_key, as_bytes("order 1"));
  CHECK(shown(same->unwrap(wrapped, as_bytes("order 1"))) == shown(order_key));
  CHECK_THROWS_AS(keys->unwrap(wrapped, as_bytes("order 2")), Error);
  CHECK_THROWS_AS(software_ledger_keys(Secret(Bytes(32)), *random)->unwrap(wrapped, as_bytes("order 1")),
                  Error);
}
