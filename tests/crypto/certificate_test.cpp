#include "crypto/certificate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/chain.hpp"
#include "crypto/scratch.hpp"
#include "support/told.hpp"

using namespace perso;
using namespace perso::crypto;
using test::Chain;
using test::Told;

namespace {

bool malformed(ByteView der) {
  try {
    Certificate::parse(der);
  } catch (const Error& error) {
    return error.code() == Code::malformed;
  }
  return false;
}

/// A certificate of the chain's CSCA with other extensions: signed, so that nothing but them can be at fault.
Bytes with_extensions(const Chain& chain, const Bytes& extensions, Random& random) {
  const std::uint8_t tag = 0xA3;
  tlv::Reader fields(tlv::single(chain.csca.tbs()).value);
  Bytes contents;
  while (!fields.at_end()) {
    const tlv::Element field = fields.next();
    append(contents,
           field.tag.value == tag ? tlv::encode(tlv::Tag{tag}, asn1::sequence({extensions})) : field.encoded);
  }
  const Bytes tbs = asn1::sequence({contents});
  const Bytes signature = chain.csca_key.sign(Hash::sha256, tbs, random);
  const Bytes algorithm = asn1::sequence({asn1::oid("1.2.840.10045.4.3.2")});
  return asn1::sequence({tbs, algorithm, asn1::bit_string(signature)});
}

Bytes extension(const std::string& id, bool critical, const std::string& value) {
  const Bytes flag = critical ? from_hex("0101FF") : Bytes();
  return asn1::sequence({asn1::oid(id), flag, tlv::encode(asn1::tag::octet_string, from_hex(value))});
}

}  // namespace

TEST_CASE("what was issued is what is read") {
  const auto random = system_random();
  for (const auto form : {EcParameters::named_curve, EcParameters::explicit_curve}) {
    const Chain chain = Chain::make(form, *random);
    CHECK(chain.csca.subject_text() == "CN=CSCA Utopia 001, O=Utopia, C=UT");
    CHECK(chain.signer.subject_text() == "CN=Document Signer Utopia 001, O=Utopia, C=UT");
    CHECK(chain.signer.issuer_name() == chain.csca.subject_name());
    CHECK(to_hex(chain.signer.serial()) == "0123456789");
    CHECK(to_hex(chain.csca.serial()) == "0080112233445566778899AABBCCDDEEFF");
    CHECK(chain.csca.is_ca());
    CHECK(chain.csca.may_sign_certificates());
    CHECK_FALSE(chain.csca.may_sign_documents());
    CHECK_FALSE(chain.signer.is_ca());
    CHECK_FALSE(chain.signer.may_sign_certificates());
    CHECK(chain.signer.may_sign_documents());
    CHECK(chain.signer.authority_key_id() == chain.csca.subject_key_id());
    CHECK(chain.csca.subject_key_id().size() == 20);
    CHECK(chain.signer.not_before() == test::issued_at);
    CHECK(chain.signer.public_key().ec()->point() == chain.signer_key.public_key().point());
    CHECK(chain.signer.signed_by(chain.csca));
    CHECK(chain.csca.signed_by(chain.csca));
    CHECK_FALSE(chain.csca.signed_by(chain.signer));
    CHECK_FALSE(chain.signer.signed_by(Chain::make(form, *random).csca));
  }
}

TEST_CASE("an issuer is its key and its name") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  auto request = Chain::csca_request(EcParameters::named_curve);
  request.subject.common_name = request.issuer.common_name = "CSCA Utopia 002";
  const auto renamed = Certificate::parse(Chain::issue(request, chain.csca_key, chain.csca_key, *random));
  CHECK(renamed.public_key() == chain.csca.public_key());
  CHECK(chain.signer.issuer_name() != renamed.subject_name());
  CHECK(chain.signer.authority_key_id() == renamed.subject_key_id());
  CHECK_FALSE(chain.signer.signed_by(renamed));
  CHECK(chain.signer.signed_by(chain.csca));
  CHECK_FALSE(chain.signer.signed_by(chain.signer));
}

TEST_CASE("validity has an inclusive beginning and end") {
  const auto random = system_random();
  const Certificate signer = Chain::make(EcParameters::named_curve, *random).signer;
  const auto second = std::chrono::seconds(1);
  CHECK(signer.valid_at(signer.not_before()));
  CHECK(signer.valid_at(signer.not_after()));
  CHECK_FALSE(signer.valid_at(signer.not_before() - second));
  CHECK_FALSE(signer.valid_at(signer.not_after() + second));
}

TEST_CASE("openssl verifies the chain with named curves and prints the profile of ICAO 9303-12") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  scratch.write("csca.crt", chain.csca.der());
  scratch.write("signer.crt", chain.signer.der());
  REQUIRE(scratch.run("openssl x509 -in csca.crt -out csca.pem").status == 0);
  const std::string verify = "openssl verify -attime 1775000000 -x509_strict -check_ss_sig -CAfile csca.pem ";
  for (const std::string file : {"signer.crt", "csca.crt"}) {
    const auto verified = scratch.run(verify + file);
    CAPTURE(verified.output);
    CHECK(verified.says(file + ": OK"));
  }

  const auto csca = scratch.run("openssl x509 -in csca.crt -noout -text");
  for (const std::string line :
       {"Version: 3 (0x2)", "Signature Algorithm: ecdsa-with-SHA256",
        "Subject: C = UT, O = Utopia, CN = CSCA Utopia 001", "Not Before: Mar  1 00:00:00 2026 GMT",
        "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n",
        "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0\n",
        "X509v3 Subject Key Identifier: \n", "X509v3 Authority Key Identifier: \n",
        "X509v3 CRL Distribution Points: \n", "URI:https://csca.utopia.invalid/crl\n",
        "X509v3 Subject Alternative Name: \n                URI:https://csca.utopia.invalid/, "
        "DirName:/L=UTO\n",
        "X509v3 Issuer Alternative Name: \n                URI:https://csca.utopia.invalid/, "
        "DirName:/L=UTO\n",
        "X509v3 Private Key Usage Period: \n                Not Before: Mar  1 00:00:00 2026 GMT, Not After: "
        "Feb 28"}) {
    CAPTURE(line);
    CHECK(csca.says(line));
  }
  CHECK_FALSE(csca.says("2.23.136.1.1.6.2"));

  const auto signer = scratch.run("openssl x509 -in signer.crt -noout -text");
  CHECK(signer.says("X509v3 Key Usage: critical\n                Digital Signature\n"));
  CHECK(signer.says("2.23.136.1.1.6.2"));
  CHECK_FALSE(signer.says("Basic Constraints"));
  // documentTypeList: version 0, and the types in DER order, shorter first.
  const Bytes list = from_hex(
      "300C0201003107"
      "130150"
      "13024952");
  const Bytes& der = chain.signer.der();
  CHECK(std::search(der.begin(), der.end(), list.begin(), list.end()) != der.end());
}

TEST_CASE("explicit parameters: openssl prints them and verifies the signature under the named key") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain chain = Chain::make(EcParameters::explicit_curve, *random);
  scratch.write("csca.crt", chain.csca.der());
  CHECK(scratch.run("openssl x509 -in csca.crt -noout -text").says("Cofactor:  1 (0x1)"));
  scratch.write("csca.pub", chain.csca.public_key().ec()->spki(EcParameters::named_curve));
  scratch.write("tbs", chain.signer.tbs());
  scratch.write("signature", chain.signer.signature());
  CHECK(scratch.run("openssl dgst -sha256 -keyform DER -verify csca.pub -signature signature tbs")
            .says("Verified OK"));
}

TEST_CASE("any changed byte is refused or breaks the signature, any cut is refused") {
  const auto random = system_random();
  for (const auto form : {EcParameters::named_curve, EcParameters::explicit_curve}) {
    const Chain chain = Chain::make(form, *random);
    const Bytes& der = chain.signer.der();
    for (std::size_t i = 0; i < der.size(); ++i) {
      CAPTURE(i);
      CHECK(malformed(ByteView(der).first(i)));
      Bytes changed = der;
      changed[i] ^= 0x01;
      CHECK((malformed(changed) || !Certificate::parse(changed).signed_by(chain.csca)));
    }
    Bytes longer = der;
    longer.push_back(0);
    CHECK(malformed(longer));
  }
  CHECK(malformed(tlv::encode(asn1::tag::sequence, Bytes(20000))));
}

TEST_CASE("extensions: critical and unknown, doubled, or out of form") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const Bytes usage = extension("2.5.29.15", true, "03020106");
  const auto refused = [&](const Bytes& extensions) {
    return malformed(with_extensions(chain, concat({usage, extensions}), *random));
  };
  const auto usage_refused = [&](const std::string& value) {
    return malformed(with_extensions(chain, extension("2.5.29.15", true, value), *random));
  };

  CHECK_FALSE(refused(extension("2.5.29.19", true, "30060101FF020100")));
  CHECK_FALSE(refused(extension("1.2.3.4", false, "0500")));
  CHECK(refused(extension("1.2.3.4", true, "0500")));
  CHECK(refused(extension("2.5.29.16", true, "3000")));
  CHECK_FALSE(refused(Bytes()));
  CHECK(refused(usage));
  CHECK(malformed(with_extensions(chain, extension("1.2.3.4", false, "0500"), *random)));  // no usage
  CHECK(usage_refused("03020006"));                            // trailing zero bit
  CHECK(usage_refused("03020100"));                            // no bit
  CHECK(usage_refused("0302010600"));                          // something behind it
  CHECK(refused(extension("2.5.29.19", true, "3003010100")));  // FALSE is left out in DER
  CHECK(refused(extension("2.5.29.19", true, "3003020100")));  // a path length without a CA
  CHECK(refused(extension("2.5.29.14", false, "3000")));       // no octet string
  Bytes many;
  for (int i = 0; i < 40; ++i) append(many, extension("1.2.3." + std::to_string(i), false, "0500"));
  CHECK(refused(many));
}

TEST_CASE("the private key's usage period: its end as it was issued, and none where none is set") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  CHECK(chain.signer.private_key_not_after() == test::issued_at + std::chrono::days(90));
  CHECK(chain.csca.private_key_not_after() == test::issued_at + std::chrono::days(5 * 365));

  const Bytes usage = extension("2.5.29.15", true, "03020106");
  const auto with_period = [&](const char* period) {
    return with_extensions(chain, concat({usage, extension("2.5.29.16", false, period)}), *random);
  };
  const std::string begin = "800F32303236303330313030303030305A", end = "810F32303236303533303030303030305A";
  const auto period = [](const std::string& times) {
    return to_hex(tlv::encode(asn1::tag::sequence, from_hex(times)));
  };
  CHECK(Certificate::parse(with_period(period(end).c_str())).private_key_not_after() ==
        test::issued_at + std::chrono::days(90));
  CHECK_FALSE(Certificate::parse(with_period(period(begin).c_str())).private_key_not_after());
  CHECK_FALSE(Certificate::parse(with_extensions(chain, usage, *random)).private_key_not_after());
  for (const std::string& times : {std::string(), end + begin, begin + end + end,
                                   std::string("810D3236303533303030303030305A"),       // UTCTime
                                   std::string("810F32303236313333303030303030305A")})  // month 13
    CHECK(malformed(with_period(period(times).c_str())));
}

TEST_CASE("the types of documents that a signer signs: as they were issued, also critical") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  CHECK(chain.signer.document_types() == std::vector<std::string>{"P", "IR"});
  CHECK(chain.csca.document_types().empty());
  const Bytes usage = extension("2.5.29.15", true, "03020780");
  const auto with_list = [&](const char* list, bool critical) {
    return with_extensions(chain, concat({usage, extension("2.23.136.1.1.6.2", critical, list)}), *random);
  };
  for (const bool critical : {false, true}) {
    CAPTURE(critical);
    CHECK(Certificate::parse(with_list("30090201003104"
                                       "13024944",
                                       critical))
              .document_types() == std::vector<std::string>{"ID"});
  }
  for (const char* list :
       {"3000", "30050201003100", "30080201013103130150", "30080201003103130170", "300A0201003105130350505A",
        "30080201003103130109", "300802010031030C0150", "300A02010031031301500500", "0500"}) {
    CAPTURE(list);
    CHECK(malformed(with_list(list, false)));
    Told told;
    if (list == std::string("0500")) {
      CHECK(Certificate::parse(with_list(list, false), told).document_types().empty());
      CHECK(told.of("document type list"));
      CHECK_THROWS_AS(Certificate::parse(with_list(list, true), told), Error);
    }
  }
}

TEST_CASE("a request that breaks the profile is refused") {
  const auto random = system_random();
  const EcPrivateKey key = EcPrivateKey::generate("secp256r1", *random);
  const std::vector<std::function<void(CertificateRequest&)>> faults = {
      [](auto& r) { r.subject.country = "ut"; },
      [](auto& r) { r.issuer.country = "UTO"; },
      [](auto& r) { r.subject.country = "XX"; },
      [](auto& r) { r.subject.common_name.clear(); },
      [](auto& r) { r.subject.organization = std::string(129, 'x'); },
      [](auto& r) { r.subject = r.issuer; },
      [](auto& r) { r.serial.clear(); },
      [](auto& r) { r.serial = Bytes(8); },
      [](auto& r) { r.serial = Bytes(21, 1); },
      [](auto& r) { r.serial = Bytes(20, 0x80); },
      [](auto& r) { r.not_after = r.not_before; },
      [](auto& r) { r.private_key_not_after = r.not_after + std::chrono::seconds(1); },
      [](auto& r) { r.crl_url = "has space"; },
      [](auto& r) { r.contact_uri.clear(); },
      [](auto& r) { r.state = "Utopia"; },
      [](auto& r) { r.document_types.clear(); },
      [](auto& r) { r.document_types = {"p"}; },
      [](auto& r) { r.document_types = {"PPP"}; },
      [](auto& r) { r.profile = CertificateProfile::csca; },
  };
  const auto outcome = [&](const CertificateRequest& request) {
    try {
      Chain::issue(request, key, key, *random);
    } catch (const Error& error) {
      return error.code() == Code::crypto_failed;
    }
    return false;
  };
  CHECK_FALSE(outcome(Chain::signer_request(EcParameters::named_curve)));
  for (std::size_t i = 0; i < faults.size(); ++i) {
    CAPTURE(i);
    auto request = Chain::signer_request(EcParameters::named_curve);
    faults[i](request);
    CHECK(outcome(request));
  }
}

TEST_CASE("link certificates and master list signers: openssl verifies the chain and prints the profile") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain old = Chain::make(EcParameters::named_curve, *random);
  const EcPrivateKey next = EcPrivateKey::generate("secp384r1", *random);
  auto request = Chain::csca_request(EcParameters::named_curve);
  request.profile = CertificateProfile::link;
  const auto link = Certificate::parse(Chain::issue(request, next, old.csca_key, *random));
  CHECK(link.is_ca());
  CHECK(link.self_issued());
  CHECK(link.signed_by(old.csca));
  CHECK_FALSE(link.signed_by(link));
  auto list = Chain::signer_request(EcParameters::named_curve);
  list.profile = CertificateProfile::master_list_signer;
  list.document_types.clear();
  const auto lister = Certificate::parse(Chain::issue(list, old.signer_key, next, *random));
  CHECK(lister.may_sign_master_lists());
  CHECK_FALSE(lister.may_sign_documents());
  CHECK(lister.signed_by(link));
  scratch.write("old", old.csca.der());
  scratch.write("link", link.der());
  scratch.write("signer", lister.der());
  const auto verified = scratch.run(
      "for f in old link signer; do openssl x509 -in $f -out $f.pem || exit 1; done; openssl verify -attime "
      "1775000000 -CAfile old.pem -untrusted link.pem signer.pem");
  CAPTURE(verified.output);
  CHECK(verified.says("signer.pem: OK"));
  const auto printed = scratch.run("openssl x509 -in signer -noout -text");
  CHECK(printed.says("X509v3 Extended Key Usage: critical\n                2.23.136.1.1.3\n"));
  CHECK_FALSE(printed.says("2.23.136.1.1.6.2"));

  list.document_types = {"P"};
  CHECK_THROWS_AS(Chain::issue(list, old.signer_key, next, *random), Error);
  request.profile = CertificateProfile::csca;
  request.issuer.common_name = "CSCA Utopia 002";
  CHECK_THROWS_AS(Chain::issue(request, next, old.csca_key, *random), Error);
  request.profile = CertificateProfile::link;  // a CSCA may take another name with its next key
  const auto renamed = Certificate::parse(Chain::issue(request, next, old.csca_key, *random));
  CHECK(renamed.changes_name());
  CHECK_FALSE(link.changes_name());
}

TEST_CASE("a signature of another key than the issuer's is not handed out") {
  const auto random = system_random();
  const EcPrivateKey key = EcPrivateKey::generate("secp256r1", *random);
  const EcPrivateKey other = EcPrivateKey::generate("secp256r1", *random);
  CHECK_THROWS_AS(
      issue_certificate(Chain::csca_request(EcParameters::named_curve), key.public_key(), key.public_key(),
                        [&](ByteView tbs) { return other.sign(Hash::sha256, tbs, *random); }),
      Error);
}
