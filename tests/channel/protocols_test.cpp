#include "channel/protocols.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>

#include "crypto/curve.hpp"
#include "crypto/dh.hpp"

using namespace perso;
using channel::ChipAuthenticationProtocol;
using channel::Cipher;
using channel::KeyAgreement;
using channel::Mapping;
using channel::PaceProtocol;

namespace {

constexpr std::array ciphers = {Cipher::triple_des, Cipher::aes_128, Cipher::aes_192, Cipher::aes_256};
constexpr std::array agreements = {KeyAgreement::dh, KeyAgreement::ecdh};

}  // namespace

TEST_CASE("object identifiers and names of PACE") {
  struct Row {
    PaceProtocol protocol;
    const char *oid, *name;
  };
  for (const Row& row : {Row{{KeyAgreement::dh, Mapping::generic, Cipher::triple_des},
                             "0.4.0.127.0.7.2.2.4.1.1",
                             "PACE-DH-GM-3DES-CBC-CBC"},
                         {{KeyAgreement::ecdh, Mapping::generic, Cipher::aes_128},
                          "0.4.0.127.0.7.2.2.4.2.2",
                          "PACE-ECDH-GM-AES-CBC-CMAC-128"},
                         {{KeyAgreement::dh, Mapping::integrated, Cipher::aes_192},
                          "0.4.0.127.0.7.2.2.4.3.3",
                          "PACE-DH-IM-AES-CBC-CMAC-192"},
                         {{KeyAgreement::ecdh, Mapping::integrated, Cipher::aes_256},
                          "0.4.0.127.0.7.2.2.4.4.4",
                          "PACE-ECDH-IM-AES-CBC-CMAC-256"},
                         {{KeyAgreement::ecdh, Mapping::chip_authentication, Cipher::aes_128},
                          "0.4.0.127.0.7.2.2.4.6.2",
                          "PACE-ECDH-CAM-AES-CBC-CMAC-128"}}) {
    CHECK(channel::oid_of(row.protocol) == row.oid);
    CHECK(channel::name_of(row.protocol) == row.name);
    CHECK(channel::pace_protocol(row.oid) == row.protocol);
  }
}

TEST_CASE("every protocol of PACE has its own identifier, and no other has one") {
  std::set<std::string> oids;
  int none = 0;
  for (const KeyAgreement agreement : agreements)
    for (const Mapping mapping : {Mapping::generic, Mapping::integrated, Mapping::chip_authentication})
      for (const Cipher cipher : ciphers) {
        const PaceProtocol protocol{agreement, mapping, cipher};
        const std::string oid = channel::oid_of(protocol);
        CHECK(oid.empty() == channel::name_of(protocol).empty());
        none += oid.empty();
        if (oid.empty()) continue;
        oids.insert(oid);
        CHECK(channel::pace_protocol(oid) == protocol);
      }
  CHECK(oids.size() == 19);
  CHECK(none == 5);
  for (const char* other : {"", "0.4.0.127.0.7.2.2.4", "0.4.0.127.0.7.2.2.4.5.1", "0.4.0.127.0.7.2.2.4.6.1",
                            "0.4.0.127.0.7.2.2.4.2.5", "0.4.0.127.0.7.2.2.4.2.2.1", "0.4.0.127.0.7.2.2.4.2",
                            "0.4.0.127.0.7.2.2.3.2.2"})
    CHECK_FALSE(channel::pace_protocol(other).has_value());
}

TEST_CASE("object identifiers and names of chip authentication") {
  CHECK(channel::oid_of(ChipAuthenticationProtocol{KeyAgreement::dh, Cipher::triple_des}) ==
        "0.4.0.127.0.7.2.2.3.1.1");
  CHECK(channel::oid_of(ChipAuthenticationProtocol{}) == "0.4.0.127.0.7.2.2.3.2.2");
  CHECK(channel::name_of(ChipAuthenticationProtocol{}) == "CA-ECDH-AES-CBC-CMAC-128");
  CHECK(channel::name_of(ChipAuthenticationProtocol{KeyAgreement::dh, Cipher::triple_des}) ==
        "CA-DH-3DES-CBC-CBC");
  for (const KeyAgreement agreement : agreements)
    for (const Cipher cipher : ciphers) {
      const ChipAuthenticationProtocol protocol{agreement, cipher};
      CHECK(channel::chip_authentication_protocol(channel::oid_of(protocol)) == protocol);
    }
  for (const char* other : {"", "0.4.0.127.0.7.2.2.3.2", "0.4.0.127.0.7.2.2.3.3.2", "0.4.0.127.0.7.2.2.3.2.5",
                            "0.4.0.127.0.7.2.2.4.2.2", "0.4.0.127.0.7.2.2.3.2.2.9"})
    CHECK_FALSE(channel::chip_authentication_protocol(other).has_value());
}

TEST_CASE("the strongest comes last") {
  CHECK(PaceProtocol{KeyAgreement::ecdh, Mapping::generic, Cipher::aes_256} <
        PaceProtocol{KeyAgreement::ecdh, Mapping::chip_authentication, Cipher::aes_128});
  CHECK(ChipAuthenticationProtocol{KeyAgreement::ecdh, Cipher::triple_des} < ChipAuthenticationProtocol{});
}

TEST_CASE("the standardised parameters are those of the library") {
  struct Row {
    int id;
    const char* name;
    std::size_t bits;
  };
  const Row rows[] = {{0, "modp-1024-160", 1024},   {1, "modp-2048-224", 2048},  {2, "modp-2048-256", 2048},
                      {8, "secp192r1", 192},        {9, "brainpoolP192r1", 192}, {10, "secp224r1", 224},
                      {11, "brainpoolP224r1", 224}, {12, "secp256r1", 256},      {13, "brainpoolP256r1", 256},
                      {14, "brainpoolP320r1", 320}, {15, "secp384r1", 384},      {16, "brainpoolP384r1", 384},
                      {17, "brainpoolP512r1", 512}, {18, "secp521r1", 521}};
  CHECK(channel::standardised_parameters().size() == std::size(rows));
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto* parameters = channel::find_parameters(row.id);
    REQUIRE(parameters != nullptr);
    CHECK(parameters->name == row.name);
    CHECK(channel::find_parameters(row.name) == parameters);
    CHECK(parameters->agreement == (row.id < 3 ? KeyAgreement::dh : KeyAgreement::ecdh));
    CHECK((row.id < 3 ? 8 * crypto::rfc5114_group(row.id).p.size() : crypto::Curve(row.name).field_bits()) ==
          row.bits);
  }
  for (const int other : {-1, 3, 7, 19, 32, 256}) CHECK(channel::find_parameters(other) == nullptr);
  CHECK(channel::find_parameters("sm2p256v1") == nullptr);
}
