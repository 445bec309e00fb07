// SignedData as other issuers make it: openssl's, and our own in BER.
#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/chain.hpp"
#include "crypto/cms.hpp"
#include "crypto/scratch.hpp"
#include "support/told.hpp"

using namespace perso;
using namespace perso::crypto;
using test::Chain;
using test::Told;

namespace {

const Bytes some_content = from_hex("300302012A"), other_content = from_hex("300302012B");

Bytes copy(ByteView view) {
  return Bytes(view.begin(), view.end());
}

bool strictly_malformed(ByteView der) {
  try {
    SignedData::parse(der);
  } catch (const Error& error) {
    return error.code() == Code::malformed;
  }
  return false;
}

/// A signer on each kind of key, and what openssl makes with it.
struct Openssl {
  explicit Openssl(const std::string& key) {
    scratch.write("content", some_content);
    scratch.write("cnf",
                  as_bytes("[req]\ndistinguished_name=d\n[d]\n[e]\nkeyUsage=critical,digitalSignature\n"
                           "subjectKeyIdentifier=hash\n"));
    REQUIRE(scratch
                .run("openssl genpkey -algorithm " + key +
                     " -out key.pem && openssl req -new -x509 -config cnf -extensions e -key key.pem -subj "
                     "/C=UT/CN=DS -days 90 -sha256 -out ds.pem")
                .status == 0);
  }
  Bytes sign(const std::string& options) const {
    const auto made = scratch.run(
        "openssl cms -sign -binary -nosmimecap -in content -signer ds.pem -inkey key.pem "
        "-outform DER -out cms -md sha256 " +
        options);
    CAPTURE(made.output);
    REQUIRE(made.status == 0);
    return scratch.read("cms");
  }

  test::Scratch scratch;
};

const std::string econtent = "-nodetach -econtent_type 2.23.136.1.1.1 ";

}  // namespace

TEST_CASE("what openssl signs with RSA, RSA-PSS and ECDSA is read without a deviation") {
  const std::string pss = "-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32";
  const std::pair<std::string, std::string> cases[] = {
      {"rsa -pkeyopt rsa_keygen_bits:2048", ""},
      {"rsa -pkeyopt rsa_keygen_bits:2048", pss},
      {"ec -pkeyopt ec_paramgen_curve:brainpoolP320r1 -pkeyopt ec_param_enc:named_curve", ""},
      {"ec -pkeyopt ec_paramgen_curve:secp224r1 -pkeyopt ec_param_enc:explicit", ""}};
  for (const auto& entry : cases) {
    CAPTURE(entry.first);
    CAPTURE(entry.second);
    const Openssl openssl(entry.first);
    Told told;
    const SignedData read = SignedData::parse(openssl.sign(econtent + entry.second), told);
    CHECK(told.sentences.empty());
    CHECK(read.content == some_content);
    CHECK(read.verify());
    CHECK_FALSE(read.verify(other_content));
    CHECK((read.signature_algorithm.scheme == Scheme::rsa_pss) == !entry.second.empty());
  }
}

TEST_CASE(
    "openssl without attributes, by key identifier, streamed, with other certificates: told, and verifies") {
  const Openssl openssl("ec -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve");
  REQUIRE(openssl.scratch
              .run("openssl req -new -x509 -newkey ed25519 -nodes -keyout k -subj /CN=Other -out other.pem")
              .status == 0);
  struct Case {
    std::string options, told;
  };
  const Case cases[] = {{"-nodetach -noattr", "no signed attributes"},
                        {econtent + "-keyid", "named by its key identifier"},
                        {econtent + "-stream", "indefinite"}};
  for (const Case& test : cases) {
    CAPTURE(test.options);
    const Bytes der = openssl.sign(test.options);
    Told told;
    const SignedData read = SignedData::parse(der, told);
    CHECK(told.of(test.told));
    CHECK(read.content == some_content);
    CHECK(read.verify());
    CHECK_FALSE(read.verify(other_content));
    CHECK(strictly_malformed(der));
  }
  Told told;
  CHECK(SignedData::parse(openssl.sign("-noattr"), told).verify(some_content));  // detached
  CHECK(SignedData::parse(openssl.sign(econtent + "-certfile other.pem"), told).verify());
  CHECK_THROWS_AS(SignedData::parse(openssl.sign(econtent + "-nocerts"), told), Error);
}

TEST_CASE("the attributes of one signature are no content of another") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const Bytes der =
      sign_cms("2.23.136.1.1.1", some_content, chain.signer, test::issued_at, chain.by_signer(*random));
  SignedData read = SignedData::parse(der);
  const Bytes attributes = std::exchange(read.signed_attributes, Bytes());
  CHECK(read.signer.public_key().verify(read.signature_algorithm, attributes, read.signature));
  CHECK_FALSE(read.verify(attributes));
}

TEST_CASE("attributes out of order verify as they stand, and as they should") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const Bytes der =
      sign_cms("2.23.136.1.1.1", some_content, chain.signer, test::issued_at, chain.by_signer(*random));
  const SignedData read = SignedData::parse(der);
  std::vector<Bytes> attributes;
  for (tlv::Reader list(tlv::single(read.signed_attributes).value); !list.at_end();)
    attributes.push_back(copy(list.next().encoded));
  std::ranges::reverse(attributes);
  Bytes reversed;
  for (const Bytes& attribute : attributes) append(reversed, attribute);
  const Bytes set = tlv::encode(asn1::tag::set, reversed);
  for (const bool sorted_before : {false, true}) {
    const Bytes signature = chain.signer_key.sign(sorted_before ? read.signed_attributes : set, *random);
    const Bytes digest = from_hex("300B0609608648016503040201");
    const Bytes info = asn1::sequence(
        {from_hex("020101"),
         asn1::sequence({chain.signer.issuer_name(), tlv::encode(asn1::tag::integer, chain.signer.serial())}),
         digest, tlv::encode(tlv::Tag{0xA0}, reversed), from_hex("300A06082A8648CE3D040302"),
         tlv::encode(asn1::tag::octet_string, signature)});
    const Bytes content =
        asn1::sequence({asn1::oid("2.23.136.1.1.1"),
                        tlv::encode(tlv::Tag{0xA0}, tlv::encode(asn1::tag::octet_string, some_content))});
    const auto whole = [&](const Bytes& version, const Bytes& digests, const Bytes& behind) {
      const Bytes data =
          asn1::sequence({version, digests, content, tlv::encode(tlv::Tag{0xA0}, chain.signer.der()), behind,
                          tlv::encode(asn1::tag::set, info)});
      return asn1::sequence({asn1::oid("1.2.840.113549.1.7.2"), tlv::encode(tlv::Tag{0xA0}, data)});
    };
    const Bytes announced = tlv::encode(asn1::tag::set, digest);
    Told order, version, digests, lists;
    CHECK(SignedData::parse(whole(from_hex("020103"), announced, Bytes()), order).verify());
    CHECK(order.sentences == std::vector<std::string>{"the signed attributes are not in DER order"});
    CHECK(SignedData::parse(whole(from_hex("020101"), announced, Bytes()), version).verify());
    CHECK(version.of("another version"));
    CHECK(SignedData::parse(whole(from_hex("020103"), from_hex("3100"), Bytes()), digests).verify());
    CHECK(digests.of("not announced"));
    CHECK(SignedData::parse(whole(from_hex("020103"), announced, from_hex("A1023000")), lists).verify());
    CHECK(lists.of("revocation lists"));
  }
}

TEST_CASE("any changed byte of a streamed SignedData is refused or does not verify") {
  const Openssl openssl("ec -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve");
  const Bytes der = openssl.sign(econtent + "-stream");
  Told told;
  const Bytes inside = SignedData::parse(der, told).signer.der();
  const auto skip_from = std::search(der.begin(), der.end(), inside.begin(), inside.end()) - der.begin();
  const auto skip_to = skip_from + std::ssize(inside);
  const auto verifies = [&](ByteView bytes) {
    try {
      return SignedData::parse(bytes, told).verify();
    } catch (const Error& error) {
      CHECK(error.code() == Code::malformed);
      return false;
    }
  };
  REQUIRE(verifies(der));
  std::size_t unnoticed = 0;
  for (std::ptrdiff_t i = 0; i < std::ssize(der); ++i) {
    CAPTURE(i);
    CHECK_FALSE(verifies(ByteView(der).first(static_cast<std::size_t>(i))));
    if (i >= skip_from && i < skip_to) continue;
    Bytes changed = der;
    changed[static_cast<std::size_t>(i)] ^= 0x01;
    if (verifies(changed)) ++unnoticed;
  }
  // Versions, and the digest algorithms that are announced, are signed by nobody: changes in them are told.
  CHECK(unnoticed <= 20);
  CHECK_THROWS_AS(SignedData::parse(Bytes((1 << 20) + 1, 0x30), told), Error);
}
