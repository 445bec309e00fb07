#include "crypto/primitives.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/scratch.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::crypto;

namespace {

Secret secret(ByteView bytes) {
  return Secret::copy_of(bytes);
}

Bytes shown(const Secret& key) {
  return Bytes(key.expose().begin(), key.expose().end());
}

/// SP 800-108 counter mode with the counter in any width and place, out of aes_cmac alone.
Bytes rebuilt_kdf(const test::VectorCase& vector) {
  const std::size_t counter_size = std::stoul(vector.text("r_bits")) / 8;
  const std::size_t size = std::stoul(vector.text("L_bits")) / 8;
  const bool split = vector.has("DataBeforeCtr");
  const Bytes before = split ? vector.hex("DataBeforeCtr") : Bytes();
  const Bytes after = vector.hex(split ? "DataAfterCtr" : "FixedInputData");
  Bytes out;
  for (std::uint32_t i = 1; out.size() < size; ++i) {
    Bytes counter;
    append_be32(counter, i);
    append(out, aes_cmac(secret(vector.hex("K_in")),
                         concat({before, ByteView(counter).last(counter_size), after})));
  }
  out.resize(size);
  return out;
}

Code code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("no error");
  return Code::usage;
}

}  // namespace

TEST_CASE("AES blocks, CBC and CMAC") {
  for (const auto& vector : test::load_vectors("aes.vec")) {
    CAPTURE(vector.name);
    const Secret key = secret(vector.hex("Key"));
    const Bytes plain = vector.hex("Plain");
    if (vector.text("Operation") == "block") {
      CHECK(aes_encrypt_block(key, plain) == vector.hex("Cipher"));
    } else if (vector.text("Operation") == "cbc") {
      CHECK(aes_cbc_encrypt(key, vector.hex("Iv"), plain) == vector.hex("Cipher"));
      CHECK(aes_cbc_decrypt(key, vector.hex("Iv"), vector.hex("Cipher")) == plain);
    } else {
      CHECK(aes_cmac(key, plain) == vector.hex("Mac"));
    }
  }
}

TEST_CASE("a key that is set up once treats each message as if it were the first") {
  const Secret key = secret(Bytes(16, 0x2B));
  AesKey many(secret(Bytes(16, 0x2B)));
  const Bytes iv(16, 0x07);
  for (const std::size_t blocks : {1u, 3u, 0u, 2u}) {
    const Bytes message(16 * blocks, static_cast<std::uint8_t>(blocks));
    CHECK(many.cmac(message) == aes_cmac(key, message));
    CHECK(many.encrypt_block(iv) == aes_encrypt_block(key, iv));
    const Bytes cipher = many.cbc_encrypt(iv, message);
    CHECK(cipher == aes_cbc_encrypt(key, iv, message));
    CHECK(many.cbc_decrypt(iv, cipher) == message);
  }
}

TEST_CASE("hashes, HMAC and sealing") {
  const std::map<std::string, Hash> hashes = {{"sha1", Hash::sha1},
                                              {"sha224", Hash::sha224},
                                              {"sha256", Hash::sha256},
                                              {"sha384", Hash::sha384},
                                              {"sha512", Hash::sha512}};
  for (const auto& vector : test::load_vectors("hash-hmac-gcm.vec")) {
    CAPTURE(vector.name);
    if (vector.text("Operation") == "digest") {
      const Hash hash = hashes.at(vector.text("Hash"));
      CHECK(digest(hash, vector.hex("Message")) == vector.hex("Digest"));
      CHECK(digest_size(hash) == vector.hex("Digest").size());
    } else if (vector.text("Operation") == "hmac") {
      CHECK(hmac_sha256(secret(vector.hex("Key")), vector.hex("Message")) == vector.hex("Mac"));
    } else {
      const Secret opened = open(secret(vector.hex("Key")), vector.hex("Sealed"), vector.hex("BoundTo"));
      CHECK(shown(opened) == vector.hex("Plain"));
    }
  }
}

TEST_CASE("SP 800-108 in counter mode with AES-CMAC") {
  int direct = 0;
  for (const auto& vector : test::load_vectors("sp800-108-cmac.vec")) {
    CAPTURE(vector.name);
    CHECK(rebuilt_kdf(vector) == vector.hex("K_out"));
    if (vector.text("r_bits") != "32" || !vector.has("FixedInputData")) continue;
    ++direct;
    const Secret out = sp800_108_cmac_fixed(secret(vector.hex("K_in")), vector.hex("FixedInputData"),
                                            vector.hex("K_out").size());
    CHECK(shown(out) == vector.hex("K_out"));
  }
  CHECK(direct == 2);
}

TEST_CASE("SP 800-108's fixed input is label, 00, context and the length in bits") {
  const Secret key = secret(Bytes(32, 0x5A));
  const Bytes fixed = concat({as_bytes("label"), Bytes{0}, as_bytes("context"), Bytes{0, 0, 1, 0}});
  CHECK(shown(sp800_108_cmac(key, as_bytes("label"), as_bytes("context"), 32)) ==
        shown(sp800_108_cmac_fixed(key, fixed, 32)));
  CHECK(code_of([&] { sp800_108_cmac(key, {}, {}, 0); }) == Code::crypto_failed);
  CHECK(code_of([&] { sp800_108_cmac(key, {}, {}, 1025); }) == Code::crypto_failed);
}

TEST_CASE("keys, blocks and ivs of a wrong size are refused") {
  const Secret key = secret(Bytes(16, 1));
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 15, 17, 33}) {
    CHECK(code_of([&] { aes_cmac(secret(Bytes(size)), {}); }) == Code::crypto_failed);
    CHECK(code_of([&] { aes_encrypt_block(key, Bytes(size)); }) == Code::crypto_failed);
    CHECK(code_of([&] { aes_cbc_encrypt(key, Bytes(size), Bytes(16)); }) == Code::crypto_failed);
  }
  CHECK(code_of([&] { aes_cbc_decrypt(key, Bytes(16), Bytes(17)); }) == Code::crypto_failed);
  CHECK(aes_cbc_encrypt(key, Bytes(16), Bytes()).empty());
  CHECK(code_of([&] { open(key, Bytes(40), {}); }) == Code::crypto_failed);
}

TEST_CASE("a sealed form opens with its key, its binding and every byte, and not otherwise") {
  const auto random = system_random();
  const Secret key = secret(Bytes(32, 7));
  const Bytes plain = {1, 2, 3, 4, 5};
  const Bytes sealed = seal(key, plain, as_bytes("order 1"), *random);
  CHECK(sealed.size() == 12 + plain.size() + 16);
  CHECK(sealed != seal(key, plain, as_bytes("order 1"), *random));
  CHECK(shown(open(key, sealed, as_bytes("order 1"))) == plain);
  CHECK(code_of([&] { open(key, sealed, as_bytes("order 2")); }) == Code::crypto_failed);
  CHECK(code_of([&] { open(secret(Bytes(32, 8)), sealed, as_bytes("order 1")); }) == Code::crypto_failed);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 0x40;
    CHECK(code_of([&] { open(key, changed, as_bytes("order 1")); }) == Code::crypto_failed);
    CHECK(code_of([&] { open(key, ByteView(sealed).first(i), as_bytes("order 1")); }) == Code::crypto_failed);
  }
}

TEST_CASE("a stretched passphrase is scrypt N=16384 r=8 p=2, as Python computes it") {
  const test::Scratch scratch;
  const auto python = scratch.run(
      "python3 -c 'import hashlib; print(hashlib.scrypt(b\"correct horse battery\", salt=bytes(range(16)), "
      "n=16384, r=8, "
      "p=2, maxmem=1<<26, dklen=96).hex().upper())'");
  REQUIRE(python.status == 0);
  Bytes salt(16);
  for (std::size_t i = 0; i < salt.size(); ++i) salt[i] = static_cast<std::uint8_t>(i);
  CHECK(to_hex(shown(stretch(secret(as_bytes("correct horse battery")), salt, 96))) + "\n" == python.output);
}

TEST_CASE("the system's random source does not repeat") {
  const auto random = system_random();
  Bytes a(32), b(32);
  random->fill(a);
  random->fill(b);
  CHECK(a != b);
  CHECK(std::count(a.begin(), a.end(), 0) < 16);
}

TEST_CASE("hashes have the object identifiers that openssl gives them, and are found by them") {
  const test::Scratch scratch;
  const std::pair<Hash, const char*> hashes[] = {{Hash::sha1, "sha1"},     {Hash::sha224, "sha224"},
                                                 {Hash::sha256, "sha256"}, {Hash::sha384, "sha384"},
                                                 {Hash::sha512, "sha512"}, {Hash::sm3, "sm3"}};
  for (const auto& [hash, name] : hashes) {
    const std::string wanted = name;
    CAPTURE(wanted);
    CHECK(hash_of(oid_of(hash)) == hash);
    scratch.write("oid.der", asn1::oid(oid_of(hash)));
    CHECK(scratch.run("openssl asn1parse -inform DER -in oid.der").says(":" + wanted + "\n"));
  }
  CHECK_FALSE(hash_of("2.16.840.1.101.3.4.2"));
  CHECK_FALSE(hash_of(""));
}
