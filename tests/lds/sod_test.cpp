#include "lds/sod.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "crypto/chain.hpp"
#include "crypto/scratch.hpp"
#include "lds/told.hpp"
#include "tlv/tlv.hpp"

using namespace perso;
using namespace perso::lds;
using test::Chain;

namespace {

const Instant signed_at = test::issued_at + std::chrono::days(2);

struct Sample {
  Bytes dg1 = Bytes(95, 0x61), dg2 = Bytes(300, 0x75), dg15 = Bytes(94, 0x6F);
  SecurityObject object = security_object_over({{1, dg1}, {2, dg2}, {15, dg15}});
};

Bytes sod_of(const Chain& chain, const SecurityObject& object, Random& random) {
  return encode_sod(object, chain.signer, signed_at, chain.by_signer(random));
}

bool malformed(ByteView der) {
  try {
    parse_security_object(der);
  } catch (const Error& error) {
    CHECK(error.code() == Code::malformed);
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("LDS security object: version 0 with SHA-256, and back") {
  const Sample sample;
  const Bytes der = encode_security_object(sample.object);
  CHECK(to_hex(ByteView(der).first(28)) ==
        "308187"
        "020100"
        "300B0609608648016503040201"
        "3075"
        "3025020101"
        "0420");
  CHECK(parse_security_object(der) == sample.object);
  CHECK(sample.object.digests.at(2) == crypto::digest(crypto::Hash::sha256, sample.dg2));
  for (std::size_t size = 0; size < der.size(); ++size) CHECK(malformed(ByteView(der).first(size)));
  for (std::size_t i = 0; i < der.size(); ++i) {
    for (const int flip : {0x01, 0x02, 0x20, 0x80, 0xFF}) {
      CAPTURE(i);
      Bytes changed = der;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      if (malformed(changed)) continue;
      CHECK(parse_security_object(changed) != sample.object);
    }
  }
}

TEST_CASE("LDS security object: version 1 names the LDS and Unicode versions, with any of its hashes") {
  Sample sample;
  const std::map<int, ByteView> files = {{1, sample.dg1}, {2, sample.dg2}};
  const LdsVersions versions{.lds = "0108", .unicode = "040000"};
  struct Case {
    crypto::Hash hash;
    std::string head;  // algorithm and what stands around it, version 1
  };
  const Case cases[] = {
      {crypto::Hash::sha224, "3068020101300B06096086480165030402043046"},
      {crypto::Hash::sha256, "3070020101300B0609608648016503040201304E"},
      {crypto::Hash::sha384, "308190020101300B0609608648016503040202306E"},
      {crypto::Hash::sha512, "3081B1020101300B060960864801650304020330818E"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.head);
    const SecurityObject object = security_object_over(files, one.hash, versions);
    CHECK(object.digests.at(2) == crypto::digest(one.hash, sample.dg2));
    const Bytes der = encode_security_object(object);
    const std::string hex = to_hex(der);
    CHECK(hex.starts_with(one.head));
    CHECK(hex.ends_with("300E1304303130381306303430303030"));
    CHECK(parse_security_object(der) == object);
    for (std::size_t size = 0; size < der.size(); ++size) CHECK(malformed(ByteView(der).first(size)));
  }
  const std::string good =
      to_hex(encode_security_object(security_object_over(files, crypto::Hash::sha256, versions)));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string hex = good;
    hex.replace(hex.find(from), from.size(), to);
    return malformed(from_hex(hex));
  };
  CHECK(changed("3070020101", "3070020100"));      // version 0 has no versions
  CHECK(changed("3070020101", "3070020102"));      // there is no version 2
  CHECK(changed("130430313038", "0C0430313038"));  // no PrintableString
  CHECK(changed("130430313038", "130430313041"));  // no digits
  for (const LdsVersions& wrong :
       {LdsVersions{.lds = "108", .unicode = "040000"}, LdsVersions{.lds = "0108", .unicode = "04000"},
        LdsVersions{.lds = "01.8", .unicode = "040000"}})
    CHECK_THROWS_AS(encode_security_object(security_object_over(files, crypto::Hash::sha256, wrong)), Error);
  for (const crypto::Hash hash : {crypto::Hash::sha1, crypto::Hash::sm3})
    CHECK_THROWS_AS(encode_security_object(security_object_over(files, hash)), Error);
}

TEST_CASE("EF.SOD: the object's hash and the signer's need not be one") {
  const auto random = crypto::system_random();
  const Sample sample;
  const Chain chain = Chain::on("secp384r1", crypto::EcParameters::named_curve, *random);
  const SecurityObject object = security_object_over({{1, sample.dg1}, {2, sample.dg2}}, crypto::Hash::sha512,
                                                     LdsVersions{"0108", "040000"});
  const Sod sod = parse_sod(sod_of(chain, object, *random));
  CHECK(sod.object == object);
  CHECK(sod.cms.digest_algorithm == crypto::Hash::sha384);
  CHECK(sod.cms.verify());
}

TEST_CASE("EF.SOD: a signer with an SM2 key, and a signature of another key, are refused") {
  const auto random = crypto::system_random();
  const auto refused = [&](const Chain& chain, const crypto::SignOperation& sign) {
    try {
      encode_sod(Sample().object, chain.signer, signed_at, sign);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const Chain sm2 = Chain::sm2(*random), ecdsa = Chain::make(crypto::EcParameters::named_curve, *random);
  CHECK(refused(sm2, sm2.by_signer(*random))
            .starts_with("crypto-failed: EF.SOD: the signer's key is one of SM2"));
  CHECK(refused(ecdsa, ecdsa.by_csca(*random)).starts_with("crypto-failed: "));
  CHECK(refused(ecdsa, ecdsa.by_signer(*random)).empty());
}

TEST_CASE("EF.SOD: a detached signature is none") {
  const auto random = crypto::system_random();
  const Chain chain = Chain::make(crypto::EcParameters::named_curve, *random);
  const Bytes detached = crypto::sign_cms_detached(encode_security_object(Sample().object), chain.signer,
                                                   signed_at, chain.by_signer(*random));
  CHECK_THROWS_AS(parse_sod(tlv::encode(tlv::Tag{0x77}, detached)), Error);
}

TEST_CASE("LDS security object: with NULL as parameters, and with what 9303-10 does not allow") {
  const std::string digest = "0420" + std::string(64, 'A');
  const auto object = [](const std::string& version, const std::string& algorithm,
                         const std::string& digests) {
    const auto element = [](std::uint32_t tag, const Bytes& value) {
      return tlv::encode(tlv::Tag{tag}, value);
    };
    return element(0x30, concat({element(0x02, from_hex(version)), element(0x30, from_hex(algorithm)),
                                 element(0x30, from_hex(digests))}));
  };
  const std::string sha256 = "0609608648016503040201";
  const auto entry = [&digest](const std::string& number) { return "30250201" + number + digest; };
  CHECK_FALSE(malformed(object("00", sha256, entry("01") + entry("02"))));
  CHECK_FALSE(malformed(object("00", sha256 + "0500", entry("01") + entry("02"))));
  CHECK(malformed(object("00", sha256 + "050100", entry("01") + entry("02"))));
  CHECK(malformed(object("01", sha256, entry("01") + entry("02"))));            // version 1
  CHECK(malformed(object("00", "06052B0E03021A", entry("01") + entry("02"))));  // SHA-1
  CHECK(malformed(
      object("00", "0609608648016503040202", entry("01") + entry("02"))));          // digests of another size
  CHECK(malformed(object("00", sha256, entry("01"))));                              // only one
  CHECK(malformed(object("00", sha256, entry("01") + entry("01") + entry("02"))));  // twice
  CHECK(malformed(object("00", sha256, entry("00") + entry("02"))));
  CHECK(malformed(object("00", sha256, entry("01") + entry("11"))));  // 17
  CHECK_THROWS_AS(encode_security_object(security_object_over({})), Error);
}

TEST_CASE("LDS security object: what is tolerated") {
  const auto element = [](std::uint32_t tag, const Bytes& value) {
    return tlv::encode(tlv::Tag{tag}, value);
  };
  const auto object = [&](const std::string& version, const std::string& oid, const std::string& digests,
                          const std::string& rest = "") {
    return element(0x30, concat({element(0x02, from_hex(version)), element(0x30, from_hex(oid)),
                                 element(0x30, from_hex(digests)), from_hex(rest)}));
  };
  const std::string sha1 = "06052B0E03021A", sha256 = "0609608648016503040201";
  const std::string old_digest = "0414" + std::string(40, 'A'), digest = "0420" + std::string(64, 'A');
  const std::string old_pair = "3019020101" + old_digest + "3019020102" + old_digest;
  const std::string pair = "3025020101" + digest + "3025020102" + digest;
  const std::string versions = "300E1304303130381306303430303030";
  const struct {
    const char* says;
    Bytes der;
    std::size_t digests;
  } cases[] = {
      {"a hash that 9303-12 does not allow", object("00", sha1, old_pair), 2},
      {"2 to 16 digests", object("00", sha256, "3025020101" + digest), 1},
      {"version does not go with", object("01", sha256, pair), 2},
      {"version does not go with", object("00", sha256, pair, versions), 2},
      {"version does not go with", object("05", sha256, pair), 2},
      {"LDS and Unicode version", object("01", sha256, pair, "300D13033130381306303430303030"), 2},
      {"a length is not in its shortest form",
       object("00", sha256, "308125020101" + digest + pair.substr(78)), 2},
      {"bytes follow the last element", object("00", sha256, pair, "0500"), 2},
  };
  for (const auto& one : cases) {
    const std::string says = one.says;
    CAPTURE(says);
    test::Told told;
    CHECK(parse_security_object(one.der, told).digests.size() == one.digests);
    CHECK(told.says(one.says));
    CHECK(malformed(one.der));
  }
  for (const Bytes& der : {object("00", "06082A864886F70D0205", pair),  // MD5
                           object("00", sha1, pair), object("00", sha256, pair + pair)}) {
    test::Told told;
    CHECK_THROWS_AS(parse_security_object(der, told), Error);
  }
}

TEST_CASE("EF.SOD: what is tolerated around the signature") {
  const auto random = crypto::system_random();
  const Chain chain = Chain::make(crypto::EcParameters::named_curve, *random);
  const Bytes object = encode_security_object(Sample().object);
  const auto signed_as = [&](const char* type) {
    return tlv::encode(tlv::Tag{0x77},
                       crypto::sign_cms(type, object, chain.signer, signed_at, chain.by_signer(*random)));
  };
  const auto told_of = [](const Bytes& file) {
    test::Told told;
    const Sod sod = parse_sod(file, told);
    CHECK(sod.cms.verify());
    CHECK(sod.object == Sample().object);
    return told.all;
  };
  const Bytes good = signed_as(security_object_oid);
  CHECK(told_of(good).empty());
  const Bytes early = signed_as("1.3.27.1.1.1");
  CHECK(told_of(early) == "EF.SOD: the LDS security object has an identifier of the first years|");
  CHECK_THROWS_AS(parse_sod(early), Error);
  const Bytes padded = concat({good, Bytes(16)});
  CHECK(told_of(padded) == "EF.SOD: bytes follow the last element|");
  CHECK_THROWS_AS(parse_sod(padded), Error);
  // What was signed for another purpose is no security object.
  test::Told told;
  CHECK_THROWS_AS(parse_sod(signed_as("0.4.0.127.0.7.3.2.1"), told), Error);
}

TEST_CASE("EF.SOD: signed, read back, verified") {
  const auto random = crypto::system_random();
  const Sample sample;
  for (const auto parameters : {crypto::EcParameters::explicit_curve, crypto::EcParameters::named_curve}) {
    const Chain chain = Chain::make(parameters, *random);
    const Bytes file = sod_of(chain, sample.object, *random);
    CHECK(file[0] == 0x77);
    const Sod sod = parse_sod(file);
    CHECK(sod.object == sample.object);
    CHECK(sod.cms.verify());
    CHECK(sod.cms.signer.signed_by(chain.csca));
    CHECK(sod.cms.signing_time == signed_at);
  }
}

TEST_CASE("EF.SOD: any cut is malformed, no changed byte is taken for genuine") {
  const auto random = crypto::system_random();
  const Sample sample;
  const Chain chain = Chain::make(crypto::EcParameters::named_curve, *random);
  const Bytes file = sod_of(chain, sample.object, *random);
  for (std::size_t size = 0; size < file.size(); ++size)
    CHECK_THROWS_AS(parse_sod(ByteView(file).first(size)), Error);
  std::size_t genuine = 0;
  for (std::size_t i = 0; i < file.size(); ++i) {
    Bytes changed = file;
    changed[i] ^= 0x01;
    try {
      const Sod sod = parse_sod(changed);
      if (sod.cms.verify() && sod.cms.signer.signed_by(chain.csca) && sod.object != sample.object) ++genuine;
    } catch (const Error& error) {
      CHECK(error.code() == Code::malformed);
    }
  }
  CHECK(genuine == 0);
}

TEST_CASE("EF.SOD: openssl reads it and verifies it up to the CSCA") {
  const auto random = crypto::system_random();
  const Sample sample;
  const Chain chain = Chain::make(crypto::EcParameters::named_curve, *random);
  const Bytes file = sod_of(chain, sample.object, *random);
  const test::Scratch scratch;
  const tlv::Element cms = tlv::single(file);
  scratch.write("sod.der", cms.value);
  scratch.write("csca.der", chain.csca.der());
  scratch.write("object.der", encode_security_object(sample.object));
  const std::string at = " -attime " + std::to_string(signed_at.time_since_epoch().count());
  const auto verified = scratch.run(
      "openssl x509 -inform DER -in csca.der -out csca.pem && openssl cms -verify -inform DER -in sod.der"
      " -CAfile csca.pem -purpose any -out content.der" +
      at);
  CAPTURE(verified.output);
  CHECK(verified.status == 0);
  CHECK(scratch.read("content.der") == encode_security_object(sample.object));
  const auto parsed = scratch.run("openssl asn1parse -inform DER -in object.der");
  CHECK(parsed.status == 0);
  CHECK(parsed.says(":sha256"));
  CHECK(parsed.says(to_hex(sample.object.digests.at(15))));

  Bytes changed(cms.value.begin(), cms.value.end());
  changed.back() ^= 0x01;
  scratch.write("sod.der", changed);
  CHECK(
      scratch
          .run("openssl cms -verify -inform DER -in sod.der -CAfile csca.pem -purpose any -out content.der" +
               at)
          .status != 0);
}
