#include "lds/card_security.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/chain.hpp"
#include "crypto/scratch.hpp"
#include "lds/sod.hpp"
#include "lds/told.hpp"

using namespace perso;
using namespace perso::lds;
using test::Chain;

namespace {

const Instant signed_at = test::issued_at + std::chrono::days(2);

SecurityInfos infos_with(const crypto::EcPublicKey& key) {
  SecurityInfos infos;
  infos.pace = {
      {{channel::KeyAgreement::ecdh, channel::Mapping::generic, channel::Cipher::aes_128}, 12},
      {{channel::KeyAgreement::ecdh, channel::Mapping::chip_authentication, channel::Cipher::aes_128}, 12}};
  infos.chip_authentication_keys = {{key, std::nullopt}};
  return infos;
}

CardSecurity strict(ByteView file) {
  NoDeviations none;
  return parse_card_security(file, none);
}

}  // namespace

TEST_CASE("EF.CardSecurity: signed, read back, verified, and the same ways in as EF.CardAccess") {
  const auto random = crypto::system_random();
  const Chain chain = Chain::make(crypto::EcParameters::named_curve, *random);
  const SecurityInfos infos = infos_with(crypto::EcPrivateKey::generate("secp256r1", *random).public_key());
  const Bytes file = encode_card_security(infos, chain.signer, signed_at, chain.by_signer(*random));
  const CardSecurity read = strict(file);
  CHECK(read.cms.verify());
  CHECK(read.cms.signer.signed_by(chain.csca));
  CHECK(read.cms.signing_time == signed_at);
  CHECK(*read.cms.content == encode_security_infos(infos));
  CHECK(read.infos.pace == infos.pace);
  REQUIRE(read.infos.chip_authentication_keys.size() == 1);
  SecurityInfos shown;
  shown.pace = infos.pace;
  NoDeviations none;
  const auto card_access = [&] { return parse_security_infos(encode_security_infos(shown), none); };
  CHECK(downgrade_of(card_access(), read.infos) == Downgrade::none);
  shown.pace.pop_back();
  CHECK(downgrade_of(card_access(), read.infos) == Downgrade::found);
}

TEST_CASE("EF.CardSecurity: openssl verifies it up to the CSCA, and reads what it says") {
  const auto random = crypto::system_random();
  const Chain chain = Chain::make(crypto::EcParameters::named_curve, *random);
  const crypto::EcPublicKey key = crypto::EcPrivateKey::generate("secp256r1", *random).public_key();
  const SecurityInfos infos = infos_with(key);
  const Bytes file = encode_card_security(infos, chain.signer, signed_at, chain.by_signer(*random));
  const test::Scratch scratch;
  scratch.write("security.der", file);
  scratch.write("csca.der", chain.csca.der());
  const std::string verify =
      "openssl x509 -inform DER -in csca.der -out csca.pem && openssl cms -verify -inform DER -in "
      "security.der"
      " -CAfile csca.pem -purpose any -out content.der -attime " +
      std::to_string(signed_at.time_since_epoch().count());
  const auto verified = scratch.run(verify);
  CAPTURE(verified.output);
  CHECK(verified.status == 0);
  CHECK(scratch.read("content.der") == encode_security_infos(infos));

  const auto parsed = scratch.run("openssl asn1parse -inform DER -in content.der");
  CHECK(parsed.status == 0);
  CHECK(parsed.says("SET"));
  for (const char* oid : {":0.4.0.127.0.7.2.2.4.2.2", ":0.4.0.127.0.7.2.2.4.6.2", ":0.4.0.127.0.7.2.2.1.2"})
    CHECK(parsed.says(oid));
  // The key, with its curve written out, is one that openssl takes for P-256.
  const Bytes spki = key.spki(crypto::EcParameters::explicit_curve);
  const auto at = std::search(file.begin(), file.end(), spki.begin(), spki.end());
  REQUIRE(at != file.end());
  scratch.write("key.der", spki);
  const auto shown = scratch.run("openssl pkey -pubin -inform DER -in key.der -noout -text_pub");
  CHECK(shown.status == 0);
  CHECK(shown.says("256 bit"));

  Bytes changed = file;
  changed.back() ^= 0x01;
  scratch.write("security.der", changed);
  CHECK(scratch.run(verify).status != 0);
}

TEST_CASE("EF.CardSecurity: what is none") {
  const auto random = crypto::system_random();
  const Chain chain = Chain::make(crypto::EcParameters::named_curve, *random);
  const Chain sm2 = Chain::sm2(*random);
  const SecurityInfos infos = infos_with(crypto::EcPrivateKey::generate("secp256r1", *random).public_key());
  const auto refused = [](const Bytes& file) {
    test::Told told;
    try {
      parse_card_security(file, told);
    } catch (const Error& error) {
      return error.code() == Code::malformed;
    }
    return false;
  };
  const auto signed_as = [&](const char* type, const Bytes& content) {
    return crypto::sign_cms(type, content, chain.signer, signed_at, chain.by_signer(*random));
  };
  const Bytes content = encode_security_infos(infos);
  CHECK_FALSE(refused(signed_as(card_security_oid, content)));
  CHECK(refused(signed_as(security_object_oid, content)));
  CHECK(refused(signed_as(card_security_oid, from_hex("3000"))));
  CHECK(refused(crypto::sign_cms_detached(content, chain.signer, signed_at, chain.by_signer(*random))));
  try {
    encode_card_security(infos, sm2.signer, signed_at, sm2.by_signer(*random));
    FAIL("an SM2 key signed");
  } catch (const Error& error) {
    CHECK(error.code() == Code::crypto_failed);
    CHECK(error.message().starts_with("EF.CardSecurity: the signer's key is one of SM2"));
  }
}

TEST_CASE("EF.CardSecurity: any cut is malformed, no changed byte is taken for genuine") {
  const auto random = crypto::system_random();
  const Chain chain = Chain::make(crypto::EcParameters::named_curve, *random);
  const SecurityInfos infos = infos_with(crypto::EcPrivateKey::generate("secp256r1", *random).public_key());
  const Bytes file = encode_card_security(infos, chain.signer, signed_at, chain.by_signer(*random));
  for (std::size_t size = 0; size < file.size(); ++size)
    CHECK_THROWS_AS(strict(ByteView(file).first(size)), Error);
  const Bytes content = encode_security_infos(infos);
  std::size_t genuine = 0;
  for (std::size_t i = 0; i < file.size(); ++i) {
    Bytes changed = file;
    changed[i] ^= 0x01;
    test::Told told;
    try {
      const CardSecurity read = parse_card_security(changed, told);
      if (read.cms.verify() && read.cms.signer.signed_by(chain.csca) && *read.cms.content != content)
        ++genuine;
    } catch (const Error& error) {
      CHECK(error.code() == Code::malformed);
    }
  }
  CHECK(genuine == 0);
}
