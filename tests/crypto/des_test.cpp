#include "crypto/des.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::crypto;

namespace {

const Bytes zero_iv(8);

Secret key_of(const test::VectorCase& vector, const std::string& name) {
  return Secret(vector.hex(name));
}

}  // namespace

TEST_CASE("triple DES and retail MAC: the worked example of ICAO 9303-11") {
  for (const auto& vector : test::load_vectors("des.vec")) {
    CAPTURE(vector.name);
    const Secret enc = key_of(vector, "KeyEnc");
    CHECK(des3_cbc_encrypt(enc, zero_iv, vector.hex("Plain")) == vector.hex("Cipher"));
    CHECK(des3_cbc_decrypt(enc, zero_iv, vector.hex("Cipher")) == vector.hex("Plain"));
    CHECK(retail_mac(key_of(vector, "KeyMac"), vector.hex("Maced")) == vector.hex("Mac"));
    Bytes changed = vector.hex("Maced");
    changed.front() ^= 1;
    CHECK(retail_mac(key_of(vector, "KeyMac"), changed) != vector.hex("Mac"));
  }
}

TEST_CASE("triple DES chains its blocks from the iv on") {
  const Secret key(from_hex("AB94FDECF2674FDFB9B391F85D7F76F2"));
  const Bytes plain(16, 0x55), iv(8, 0x0F);
  const Bytes cipher = des3_cbc_encrypt(key, iv, plain);
  CHECK(Bytes(cipher.begin(), cipher.begin() + 8) != Bytes(cipher.begin() + 8, cipher.end()));
  CHECK(des3_cbc_decrypt(key, iv, cipher) == plain);
  CHECK(des3_cbc_decrypt(key, zero_iv, cipher) != plain);
  CHECK(des3_cbc_encrypt(key, iv, Bytes()).empty());
}

TEST_CASE("a key that is set up once computes each message as if it were the first") {
  const Bytes key = from_hex("AB94FDECF2674FDFB9B391F85D7F76F2"), iv(8, 0x0F);
  TripleDesKey kept(Secret::copy_of(key));
  const Secret fresh = Secret::copy_of(key);
  for (const std::size_t blocks : {1u, 3u, 40u, 2u}) {
    const Bytes plain(8 * blocks, static_cast<std::uint8_t>(blocks));
    CHECK_THROWS_AS(kept.cbc_encrypt(iv, Bytes(7)), Error);  // leaves nothing behind
    CHECK_THROWS_AS(kept.retail_mac(Bytes()), Error);
    const Bytes cipher = kept.cbc_encrypt(iv, plain);
    CHECK(cipher == des3_cbc_encrypt(fresh, iv, plain));
    CHECK(kept.cbc_decrypt(iv, cipher) == plain);
    CHECK(kept.retail_mac(plain) == retail_mac(fresh, plain));
  }
}

TEST_CASE("keys of another size and parts of blocks are refused") {
  const Secret key(Bytes(16, 0x11));
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 8, 15, 24}) {
    const Secret other(Bytes(size, 0x11));
    CHECK_THROWS_AS(des3_cbc_encrypt(other, zero_iv, Bytes(8)), Error);
    CHECK_THROWS_AS(retail_mac(other, Bytes(8)), Error);
  }
  CHECK_THROWS_AS(des3_cbc_encrypt(key, zero_iv, Bytes(7)), Error);
  CHECK_THROWS_AS(des3_cbc_decrypt(key, zero_iv, Bytes(9)), Error);
  CHECK_THROWS_AS(des3_cbc_decrypt(key, Bytes(16), Bytes(8)), Error);
  CHECK_THROWS_AS(des3_cbc_encrypt(key, Bytes(), Bytes(8)), Error);
  CHECK_THROWS_AS(retail_mac(key, Bytes(12)), Error);
  CHECK_THROWS_AS(retail_mac(key, Bytes()), Error);
}
