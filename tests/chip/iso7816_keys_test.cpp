// Keys and access data as chips of the iso7816 platform take them, byte by byte, against a script.
#include <doctest/doctest.h>

#include "iso7816_bench.hpp"

using namespace perso;
using namespace perso::test;
using namespace perso::test::applet_script;

TEST_CASE("a key pair and the access data are put as the contract has them") {
  Bench bench;
  const std::string modulus = to_hex(rsa_key().modulus());
  const std::string exponent = to_hex(rsa_key().private_exponent().expose());
  REQUIRE(exponent.size() == 256);
  bench.script.expect(select_applet, "9000")
      .expect(
          "00DA006086"
          "608183"
          "048180" +
              modulus,
          "9000")
      .expect(
          "00DA006186"
          "618183"
          "048180" +
              exponent,
          "9000")
      .expect(
          "00DA006220"
          "621E"
          "5F1F09"
          "4C3839383930324330"
          "5F1806"
          "363930383036"
          "5F1906"
          "393430363233",
          "9000");
  bench.driver.inject(applet(), {1, "rsa-1024", private_key()});
  bench.driver.set_access({printed, true, {}});
}

TEST_CASE("a key of chip authentication is put with its curve, as SEC 2 has it") {
  Bench bench;
  const auto key = crypto::EcPrivateKey::generate("secp256r1", *bench.random);
  const std::string scalar = to_hex(key.scalar().expose());
  bench.script.expect(select_applet, "9000")
      .expect(
          "00DA0063F4"
          "6381F1"
          "8120FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"
          "8220FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC"
          "83205AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"
          "844104"
          "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
          "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"
          "8520FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"
          "8620" +
              scalar + "87020001",
          "9000");
  const crypto::PrivateKey injected = crypto::EcPrivateKey::from_pkcs8(key.pkcs8());
  bench.driver.inject(applet(), {2, "ecdh-p256", injected});
}

TEST_CASE("a chip that refuses a nested number is given it behind its object, and so the other half") {
  Bench bench;
  const std::string modulus = to_hex(rsa_key().modulus());
  const std::string exponent = to_hex(rsa_key().private_exponent().expose());
  bench.script.expect(select_applet, "9000")
      .expect("00DA006086608183048180" + modulus, "6F00")
      .expect(
          "00DA006085"
          "6000"
          "048180" +
              modulus,
          "9000")
      .expect(
          "00DA006185"
          "6100"
          "048180" +
              exponent,
          "9000");
  bench.driver.inject(applet(), {1, "rsa-1024", private_key()});
}
