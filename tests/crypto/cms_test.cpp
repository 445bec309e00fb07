#include "crypto/cms.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/chain.hpp"
#include "crypto/scratch.hpp"

using namespace perso;
using namespace perso::crypto;
using test::Chain;

namespace {

const std::string id_security_object = "2.23.136.1.1.1";
const Bytes some_content = from_hex("300302012A");

Bytes signed_by(const Chain& chain, Random& random) {
  return sign_cms(id_security_object, some_content, chain.signer, test::issued_at + std::chrono::days(1),
                  chain.by_signer(random));
}

bool malformed(ByteView der) {
  try {
    SignedData::parse(der);
  } catch (const Error& error) {
    return error.code() == Code::malformed;
  }
  return false;
}

Bytes replaced(const Bytes& in, const Bytes& from, const Bytes& to) {
  const auto found = std::search(in.begin(), in.end(), from.begin(), from.end());
  REQUIRE(found != in.end());
  Bytes out(in.begin(), found);
  append(out, to);
  out.insert(out.end(), found + std::ssize(from), in.end());
  return out;
}

/// The parts of a SignedData, to be put together in another way.
struct Parts {
  Bytes version, digests, encapsulated, certificates, signer_info;

  explicit Parts(const Bytes& der) {
    tlv::Reader info(tlv::single(der).value);
    info.next();
    tlv::Reader fields(tlv::single(info.next().value).value);
    const auto take = [&] {
      const ByteView encoded = fields.next().encoded;
      return Bytes(encoded.begin(), encoded.end());
    };
    version = take();
    digests = take();
    encapsulated = take();
    certificates = take();
    const ByteView inside = fields.next().value;
    signer_info.assign(inside.begin(), inside.end());
  }

  Bytes whole() const {
    const Bytes signed_data = asn1::sequence(
        {version, digests, encapsulated, certificates, tlv::encode(asn1::tag::set, signer_info)});
    return asn1::sequence({asn1::oid("1.2.840.113549.1.7.2"), tlv::encode(tlv::Tag{0xA0}, signed_data)});
  }
};

/// A SignerInfo over other attributes, signed with the signer's key.
Bytes signer_info(const Chain& chain, const std::vector<Bytes>& attributes, Random& random,
                  bool in_order = true) {
  Bytes set = asn1::set_of(attributes);
  if (!in_order) {
    Bytes contents;
    for (const Bytes& attribute : attributes) append(contents, attribute);
    set = tlv::encode(asn1::tag::set, contents);
  }
  const Bytes signature = chain.signer_key.sign(Hash::sha256, set, random);
  set[0] = 0xA0;
  return asn1::sequence(
      {asn1::integer(std::uint8_t{1}),
       asn1::sequence({chain.signer.issuer_name(), tlv::encode(asn1::tag::integer, chain.signer.serial())}),
       from_hex("300B0609608648016503040201"), set, from_hex("300A06082A8648CE3D040302"),
       tlv::encode(asn1::tag::octet_string, signature)});
}

Bytes attribute(const std::string& type, const Bytes& value) {
  return asn1::sequence({asn1::oid(type), tlv::encode(asn1::tag::set, value)});
}

}  // namespace

TEST_CASE("what was signed is what is read, and verifies") {
  const auto random = system_random();
  for (const auto form : {EcParameters::named_curve, EcParameters::explicit_curve}) {
    const Chain chain = Chain::make(form, *random);
    const SignedData read = SignedData::parse(signed_by(chain, *random));
    CHECK(read.content_type == id_security_object);
    CHECK(read.content == some_content);
    CHECK(read.signer.der() == chain.signer.der());
    CHECK(read.signing_time == test::issued_at + std::chrono::days(1));
    CHECK(read.digest_algorithm == Hash::sha256);
    CHECK(read.verify());
  }
}

TEST_CASE("digest and signature are of the signer's own hash") {
  const auto random = system_random();
  const std::map<std::string, Hash> curves = {
      {"secp384r1", Hash::sha384}, {"secp521r1", Hash::sha512}, {"sm2p256v1", Hash::sm3}};
  for (const auto& entry : curves) {
    const std::string& curve = entry.first;
    const Hash hash = entry.second;
    CAPTURE(curve);
    const Chain chain = Chain::on(curve, EcParameters::named_curve, *random);
    const Bytes der = signed_by(chain, *random);
    const SignedData read = SignedData::parse(der);
    CHECK(read.digest_algorithm == hash);
    CHECK(read.message_digest == digest(hash, some_content));
    CHECK(read.verify());
    CHECK(read.signer.signed_by(chain.csca));
    if (hash == Hash::sm3) continue;  // OpenSSL 3.0 has no SM2 in CMS
    const test::Scratch scratch;
    scratch.write("sod", der);
    scratch.write("csca.crt", chain.csca.der());
    const auto verified = scratch.run(
        "openssl x509 -in csca.crt -out csca.pem && openssl cms -verify -inform DER -in sod -CAfile "
        "csca.pem -out content -attime 1775000000");
    CAPTURE(verified.output);
    CHECK(verified.says("CMS Verification successful"));
  }
}

TEST_CASE("a detached signature verifies over its content alone, and openssl agrees") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const Bytes der = sign_cms_detached(some_content, chain.signer, test::issued_at + std::chrono::days(1),
                                      chain.by_signer(*random));
  const SignedData read = SignedData::parse(der);
  CHECK(read.content_type == "1.2.840.113549.1.7.1");
  CHECK_FALSE(read.content.has_value());
  CHECK_FALSE(read.verify());
  CHECK(read.verify(some_content));
  CHECK_FALSE(read.verify(from_hex("300302012B")));

  scratch.write("signature", der);
  scratch.write("content", some_content);
  scratch.write("csca.crt", chain.csca.der());
  REQUIRE(scratch.run("openssl x509 -in csca.crt -out csca.pem").status == 0);
  const std::string verify =
      "openssl cms -verify -binary -inform DER -in signature -content content -CAfile csca.pem -out out "
      "-attime "
      "1775000000";
  CHECK(scratch.run(verify).says("CMS Verification successful"));
  CHECK(scratch.run("openssl cms -cmsout -print -noout -inform DER -in signature").says("version: 1"));
  scratch.write("content", from_hex("300302012B"));
  CHECK_FALSE(scratch.run(verify).says("CMS Verification successful"));
}

TEST_CASE("a signature of another key than the certificate's is not handed out") {
  const auto random = system_random();
  for (const Chain& chain : {Chain::make(EcParameters::named_curve, *random), Chain::sm2(*random)}) {
    const SignOperation other = chain.by_csca(*random);
    CHECK_THROWS_WITH_AS(sign_cms(id_security_object, some_content, chain.signer, test::issued_at, other),
                         doctest::Contains("another key"), Error);
    CHECK_THROWS_WITH_AS(sign_cms_detached(some_content, chain.signer, test::issued_at, other),
                         doctest::Contains("another key"), Error);
  }
}

TEST_CASE("a detached signature that openssl made is read") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  scratch.write("signer.key", chain.signer_key.pkcs8().expose());
  scratch.write("signer.crt", chain.signer.der());
  scratch.write("content", some_content);
  const auto made = scratch.run(
      "openssl x509 -in signer.crt -out signer.pem && openssl cms -sign -binary -md sha512 -nosmimecap "
      "-signer "
      "signer.pem -inkey signer.key -keyform DER -in content -outform DER -out signature");
  CAPTURE(made.output);
  REQUIRE(made.status == 0);
  const SignedData read = SignedData::parse(scratch.read("signature"));
  CHECK(read.digest_algorithm == Hash::sha512);
  CHECK_FALSE(read.content.has_value());
  CHECK(read.verify(some_content));
}

TEST_CASE("openssl cms verifies the content and the chain with named curves") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  scratch.write("sod", signed_by(chain, *random));
  REQUIRE(scratch.run("true").status == 0);
  scratch.write("csca.crt", chain.csca.der());
  REQUIRE(scratch.run("openssl x509 -in csca.crt -out csca.pem").status == 0);
  const std::string at = " -attime 1775000000 ";
  const auto verified =
      scratch.run("openssl cms -verify -inform DER -in sod -CAfile csca.pem -out content" + at);
  CHECK(verified.says("CMS Verification successful"));
  CHECK(scratch.read("content") == some_content);
  const auto printed = scratch.run("openssl cms -cmsout -print -noout -inform DER -in sod");
  for (const std::string line :
       {"version: 3", "eContentType: undefined (2.23.136.1.1.1)", "d.issuerAndSerialNumber", "version: 1",
        "object: signingTime", "UTCTIME:Mar  2 00:00:00 2026 GMT"}) {
    CAPTURE(line);
    CHECK(printed.says(line));
  }
  const Chain other = Chain::make(EcParameters::named_curve, *random);
  scratch.write("csca.crt", other.csca.der());
  REQUIRE(scratch.run("openssl x509 -in csca.crt -out csca.pem").status == 0);
  CHECK_FALSE(scratch.run("openssl cms -verify -inform DER -in sod -CAfile csca.pem -out content" + at)
                  .says("CMS Verification successful"));
}

TEST_CASE(
    "explicit parameters: openssl verifies the signature over the SET OF attributes under the named key") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain chain = Chain::make(EcParameters::explicit_curve, *random);
  const SignedData read = SignedData::parse(signed_by(chain, *random));
  scratch.write("signer.pub", chain.signer.public_key().ec()->spki(EcParameters::named_curve));
  scratch.write("attributes", read.signed_attributes);
  scratch.write("signature", read.signature);
  CHECK(read.signed_attributes[0] == 0x31);
  CHECK(scratch.run("openssl dgst -sha256 -keyform DER -verify signer.pub -signature signature attributes")
            .says("Verified OK"));
}

TEST_CASE("what openssl signed with a larger hash is read") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  scratch.write("signer.key", chain.signer_key.pkcs8().expose());
  scratch.write("signer.crt", chain.signer.der());
  scratch.write("content", some_content);
  REQUIRE(scratch.run("openssl x509 -in signer.crt -out signer.pem").status == 0);
  const auto made = scratch.run("openssl cms -sign -binary -nodetach -md sha384 -nosmimecap -econtent_type " +
                                id_security_object +
                                " -signer signer.pem -inkey signer.key -keyform DER -in content "
                                "-outform DER -out sod");
  CAPTURE(made.output);
  REQUIRE(made.status == 0);
  const SignedData read = SignedData::parse(scratch.read("sod"));
  CHECK(read.content == some_content);
  CHECK(read.digest_algorithm == Hash::sha384);
  CHECK(read.verify());
}

TEST_CASE("any changed byte is refused or does not verify, any cut is refused") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const Bytes der = signed_by(chain, *random);
  // The certificate inside carries its own signature, which is the chain's matter.
  const Bytes& inside = chain.signer.der();
  const auto skip_from = std::search(der.begin(), der.end(), inside.begin(), inside.end()) - der.begin();
  const auto skip_to = skip_from + std::ssize(inside);
  for (std::ptrdiff_t i = 0; i < std::ssize(der); ++i) {
    CAPTURE(i);
    CHECK(malformed(ByteView(der).first(static_cast<std::size_t>(i))));
    if (i >= skip_from && i < skip_to) continue;
    Bytes changed = der;
    changed[static_cast<std::size_t>(i)] ^= 0x01;
    CHECK((malformed(changed) || !SignedData::parse(changed).verify()));
  }
  Bytes longer = der;
  longer.push_back(0);
  CHECK(malformed(longer));
}

TEST_CASE("digest parameters may be NULL or absent") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  Parts parts(signed_by(chain, *random));
  const Bytes absent = from_hex("300B0609608648016503040201");
  const Bytes null = from_hex("300D06096086480165030402010500");
  parts.digests = tlv::encode(asn1::tag::set, null);
  Bytes contents(tlv::single(parts.signer_info).value.begin(), tlv::single(parts.signer_info).value.end());
  parts.signer_info = tlv::encode(asn1::tag::sequence, replaced(contents, absent, null));
  CHECK(SignedData::parse(parts.whole()).verify());
  parts.digests = from_hex("310F300D06096086480165030402020500");
  CHECK(malformed(parts.whole()));  // the signer's digest is not announced
}

TEST_CASE("one signer with its certificate inside") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const Bytes der = signed_by(chain, *random);
  Parts two(der);
  append(two.signer_info, Bytes(two.signer_info));
  CHECK(malformed(two.whole()));
  Parts none(der);
  none.signer_info.clear();
  CHECK(malformed(none.whole()));
  Parts other(der);
  other.certificates = tlv::encode(tlv::Tag{0xA0}, chain.csca.der());
  CHECK(malformed(other.whole()));
  Parts with_csca(der);
  with_csca.certificates = tlv::encode(tlv::Tag{0xA0}, {chain.csca.der(), chain.signer.der()});
  CHECK(SignedData::parse(with_csca.whole()).verify());
  Parts version(der);
  version.version = asn1::integer(std::uint8_t{1});
  CHECK(malformed(version.whole()));
}

TEST_CASE("signed attributes: missing, doubled, contradicting, out of order") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  Parts parts(signed_by(chain, *random));
  const Bytes type = attribute("1.2.840.113549.1.9.3", asn1::oid(id_security_object));
  const Bytes other_type = attribute("1.2.840.113549.1.9.3", asn1::oid("1.2.3"));
  const Bytes digest =
      attribute("1.2.840.113549.1.9.4",
                tlv::encode(asn1::tag::octet_string, crypto::digest(Hash::sha256, some_content)));
  const Bytes other_digest =
      attribute("1.2.840.113549.1.9.4", tlv::encode(asn1::tag::octet_string, Bytes(32)));
  const Bytes own = attribute("1.2.3.4", from_hex("0500"));
  const auto with = [&](const std::vector<Bytes>& attributes, bool in_order = true) {
    parts.signer_info = signer_info(chain, attributes, *random, in_order);
    return parts.whole();
  };
  const Bytes time = attribute("1.2.840.113549.1.9.5", asn1::time(test::issued_at));
  CHECK(SignedData::parse(with({type, digest, time})).verify());
  CHECK(SignedData::parse(with({type, digest, time, own})).verify());
  CHECK_FALSE(SignedData::parse(with({type, other_digest, time})).verify());
  CHECK(malformed(with({type, digest})));
  CHECK(malformed(with({digest, time})));
  CHECK(malformed(with({type, time})));
  CHECK(malformed(with({other_type, digest, time})));
  CHECK(malformed(with({type, type, digest, time})));
  CHECK(malformed(with({type, digest, other_digest, time})));
  CHECK(malformed(with({digest, type, time}, false)));
}
