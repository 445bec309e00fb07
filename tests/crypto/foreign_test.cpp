// Certificates and revocation lists as other issuers make them: openssl's, and our own with single faults.
#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/chain.hpp"
#include "crypto/path.hpp"
#include "crypto/scratch.hpp"
#include "support/told.hpp"

using namespace perso;
using namespace perso::crypto;
using test::Chain;
using test::Told;

namespace {

const tlv::Tag extensions_tag{0xA3};

Bytes copy(ByteView view) {
  return Bytes(view.begin(), view.end());
}

/// TBSCertificate in its parts, to be changed and signed again.
struct Tbs {
  Bytes version, serial, algorithm, issuer, validity, subject, key;
  std::vector<Bytes> extensions;

  explicit Tbs(const Certificate& certificate) {
    tlv::Reader fields(tlv::single(certificate.tbs()).value);
    for (Bytes* part : {&version, &serial, &algorithm, &issuer, &validity, &subject, &key})
      *part = copy(fields.next().encoded);
    for (tlv::Reader list(tlv::single(fields.next().value).value); !list.at_end();)
      extensions.push_back(copy(list.next().encoded));
  }

  Bytes whole() const {
    Bytes list;
    for (const Bytes& extension : extensions) append(list, extension);
    const Bytes wrapped = extensions.empty() ? Bytes() : tlv::encode(extensions_tag, asn1::sequence({list}));
    return asn1::sequence({version, serial, algorithm, issuer, validity, subject, key, wrapped});
  }
  Bytes signed_by(const Chain& chain, Random& random) const {
    const Bytes tbs = whole();
    return asn1::sequence({tbs, algorithm, asn1::bit_string(chain.csca_key.sign(tbs, random))});
  }
  void without(const std::string& id) {
    const Bytes oid = asn1::oid(id);
    std::erase_if(extensions, [&](const Bytes& extension) {
      return std::search(extension.begin(), extension.end(), oid.begin(), oid.end()) != extension.end();
    });
  }
  void add(const std::string& id, const std::string& flag, const std::string& value) {
    extensions.push_back(asn1::sequence(
        {asn1::oid(id), from_hex(flag), tlv::encode(asn1::tag::octet_string, from_hex(value))}));
  }
};

bool malformed(ByteView der, Deviations& deviations) {
  try {
    Certificate::parse(der, deviations);
  } catch (const Error& error) {
    return error.code() == Code::malformed;
  }
  return false;
}

bool strictly_malformed(ByteView der) {
  NoDeviations none;
  return malformed(der, none);
}

Bytes name_with(tlv::Tag string, const Bytes& text) {
  return asn1::sequence(
      {tlv::encode(asn1::tag::set, asn1::sequence({asn1::oid("2.5.4.3"), tlv::encode(string, text)}))});
}

Bytes validity(const std::string& from, const std::string& to) {
  return asn1::sequence({tlv::encode(asn1::tag::utc_time, as_bytes(from)),
                         tlv::encode(asn1::tag::generalized_time, as_bytes(to))});
}

}  // namespace

TEST_CASE("deviations are told, and the certificate is read and verifies") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  struct Case {
    std::string told;
    std::function<void(Tbs&)> change;
  };
  const std::vector<Case> cases = {
      {"not version 3", [](Tbs& t) { t.version.clear(); }},
      {"not version 3", [](Tbs& t) { t.version = from_hex("A003020101"); }},
      {"not version 3",
       [](Tbs& t) {
         t.version = from_hex("A003020100");
         t.extensions.clear();
       }},
      {"negative", [](Tbs& t) { t.serial = from_hex("0202A001"); }},
      {"zero", [](Tbs& t) { t.serial = from_hex("020100"); }},
      {"more than 20", [](Tbs& t) { t.serial = tlv::encode(asn1::tag::integer, Bytes(21, 0x11)); }},
      {"shortest form", [](Tbs& t) { t.serial = from_hex("02020012"); }},
      {"no seconds", [](Tbs& t) { t.validity = validity("2601010000Z", "20510101000000Z"); }},
      {"UTCTime", [](Tbs& t) { t.validity = validity("260101000000Z", "20360101000000Z"); }},
      {"no key usage", [](Tbs& t) { t.without("2.5.29.15"); }},
      {"which key signed", [](Tbs& t) { t.without("2.5.29.35"); }},
      {"trailing zero",
       [](Tbs& t) {
         t.without("2.5.29.15");
         t.add("2.5.29.15", "0101FF", "03020080");
       }},
      {"FALSE", [](Tbs& t) { t.add("2.5.29.19", "0101FF", "3003010100"); }},
      {"FALSE", [](Tbs& t) { t.add("1.2.3.4", "010100", "0500"); }},
      {"TRUE", [](Tbs& t) { t.add("2.5.29.19", "010101", "3000"); }},
      {"path length", [](Tbs& t) { t.add("2.5.29.19", "0101FF", "3003020100"); }},
      {"critical",
       [](Tbs& t) {
         t.without("2.5.29.31");
         t.add("2.5.29.31", "0101FF", "3000");
       }},
      {"without a time",
       [](Tbs& t) {
         t.without("2.5.29.16");
         t.add("2.5.29.16", "", "3000");
       }},
      {"unique", [](Tbs& t) { append(t.key, from_hex("81020055")); }},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(i);
    CAPTURE(cases[i].told);
    Tbs tbs(chain.signer);
    cases[i].change(tbs);
    const Bytes der = tbs.signed_by(chain, *random);
    Told told;
    const Certificate read = Certificate::parse(der, told);
    CHECK(told.of(cases[i].told));
    CHECK(read.signed_by(chain.csca));
    CHECK(read.may_sign_documents());
    CHECK_FALSE(read.is_ca());
    CHECK(strictly_malformed(der));
  }
  Told told;
  Certificate::parse(chain.signer.der(), told);
  CHECK(told.sentences.empty());
}

TEST_CASE("what cannot be trusted is refused by the tolerant reader too") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const std::vector<std::function<void(Tbs&)>> faults = {
      [](Tbs& t) { t.add("1.2.3.4", "0101FF", "0500"); },    // critical and unknown
      [](Tbs& t) { t.add("2.5.29.30", "0101FF", "3000"); },  // name constraints
      [](Tbs& t) {
        t.add("1.2.3", "", "0500");
        t.add("1.2.3", "", "0500");
      },
      [](Tbs& t) { t.add("2.5.29.15", "0101FF", "03020780"); },  // a second key usage
      [](Tbs& t) { t.add("2.5.29.37", "", "3000"); },            // good for nothing
      [](Tbs& t) { t.version = from_hex("A003020103"); },
      [](Tbs& t) { t.serial = from_hex("0200"); },
      [](Tbs& t) { t.serial = tlv::encode(asn1::tag::integer, Bytes(65, 0x11)); },
      [](Tbs& t) { t.validity = validity("270101000000Z", "20260101000000Z"); },
      [](Tbs& t) { t.validity = validity("271301000000Z", "20560101000000Z"); },
      [](Tbs& t) { t.key = from_hex("3000"); },
      [](Tbs& t) { t.subject = from_hex("310100"); },
      [](Tbs& t) { t.algorithm = from_hex("300506032A0304"); },
  };
  for (std::size_t i = 0; i < faults.size(); ++i) {
    CAPTURE(i);
    Tbs tbs(chain.signer);
    faults[i](tbs);
    Told told;
    CHECK(malformed(tbs.signed_by(chain, *random), told));
  }
  Tbs two(chain.signer);
  const Bytes tbs = two.whole();
  Told told;
  CHECK(malformed(asn1::sequence({tbs, asn1::sequence({asn1::oid("1.2.840.10045.4.3.3")}),
                                  asn1::bit_string(chain.csca_key.sign(tbs, *random))}),
                  told));
}

TEST_CASE("a certificate in BER verifies over the bytes that were signed") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const Bytes der_tbs = chain.signer.tbs();
  const ByteView inside = tlv::single(der_tbs).value;
  const Bytes ber_tbs = concat({from_hex("3080"), inside, from_hex("0000")});
  for (const bool whole : {false, true}) {  // only outside, or what is signed too
    const Bytes tbs = whole ? ber_tbs : der_tbs;
    const Bytes rest = concat({asn1::sequence({asn1::oid("1.2.840.10045.4.3.2")}),
                               asn1::bit_string(chain.csca_key.sign(tbs, *random))});
    const Bytes received = concat({from_hex("3080"), tbs, rest, from_hex("0000")});
    Told told;
    const Certificate read = Certificate::parse(received, told);
    CHECK(told.of("indefinite"));
    CHECK(read.der() == received);
    CHECK(read.signed_by(chain.csca));
    CHECK(read.subject_text() == chain.signer.subject_text());
    CHECK(strictly_malformed(received));
  }
}

TEST_CASE("any changed byte is refused by the tolerant reader too, or breaks the signature") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::explicit_curve, *random);
  const Bytes& der = chain.signer.der();
  for (std::size_t i = 0; i < der.size(); ++i) {
    CAPTURE(i);
    Told told;
    CHECK(malformed(ByteView(der).first(i), told));
    for (const int flip : {0x01, 0x80}) {
      Bytes changed = der;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      CHECK((malformed(changed, told) || !Certificate::parse(changed, told).signed_by(chain.csca)));
    }
  }
}

TEST_CASE("names in any string type come out as UTF-8") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const auto text_of = [&](std::uint32_t tag, const std::string& hex) {
    Tbs tbs(chain.signer);
    tbs.subject = name_with(tlv::Tag{tag}, from_hex(hex));
    Told told;
    return Certificate::parse(tbs.signed_by(chain, *random), told).subject_text();
  };
  CHECK(text_of(0x0C, "41C3A9E4B8AD") == "CN=A\xC3\xA9\xE4\xB8\xAD");
  CHECK(text_of(0x0C, "41C3") == "CN=A?");
  CHECK(text_of(0x0C, "C0AFEDA080F4908080") == "CN=?????????");
  CHECK(text_of(0x14, "41E9") == "CN=A?");
  CHECK(text_of(0x1E, "004100420414") == "CN=AB?");
  CHECK(text_of(0x1E, "004100") == "CN=A?");
  CHECK(text_of(0x13, "410A7F") == "CN=A??");
}

TEST_CASE("certificates that openssl made with RSA, RSA-PSS and ECDSA are read and verify") {
  const test::Scratch scratch;
  scratch.write("v3.cnf",
                as_bytes("[req]\ndistinguished_name=d\n[d]\n[ca]\nbasicConstraints=critical,CA:TRUE\n"
                         "keyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
                         "[ds]\nkeyUsage=critical,digitalSignature\nauthorityKeyIdentifier=keyid\n"));
  struct Case {
    std::string key, options;
    SignatureAlgorithm algorithm;
  };
  const auto pss = [](Hash hash, std::size_t salt) {
    return SignatureAlgorithm{.scheme = Scheme::rsa_pss, .hash = hash, .salt = salt, .mask_hash = hash};
  };
  const auto plain = [](Scheme scheme, Hash hash) {
    SignatureAlgorithm out;
    out.scheme = scheme;
    out.hash = hash;
    return out;
  };
  const std::string with_pss = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:";
  const std::vector<Case> cases = {
      {"rsa -pkeyopt rsa_keygen_bits:2048", "-sha256", plain(Scheme::rsa_pkcs1, Hash::sha256)},
      {"rsa -pkeyopt rsa_keygen_bits:3072", "-sha512 " + with_pss + "64", pss(Hash::sha512, 64)},
      {"rsa -pkeyopt rsa_keygen_bits:2048", "-sha256 " + with_pss + "32", pss(Hash::sha256, 32)},
      {"rsa-pss -pkeyopt rsa_keygen_bits:2048", "-sha384 " + with_pss + "48", pss(Hash::sha384, 48)},
      {"ec -pkeyopt ec_paramgen_curve:brainpoolP384r1 -pkeyopt ec_param_enc:explicit", "-sha384",
       plain(Scheme::ecdsa, Hash::sha384)},
      {"ec -pkeyopt ec_paramgen_curve:secp224r1 -pkeyopt ec_param_enc:named_curve", "-sha224",
       plain(Scheme::ecdsa, Hash::sha224)},
  };
  for (const Case& test : cases) {
    CAPTURE(test.key);
    CAPTURE(test.options);
    const auto made = scratch.run(
        "openssl genpkey -algorithm " + test.key + " -out ca.key && openssl genpkey -algorithm " + test.key +
        " -out ds.key && openssl req -new -x509 -config v3.cnf -extensions ca -key ca.key -subj "
        "/C=UT/CN=CSCA " +
        test.options +
        " -days 90 -out ca.pem && openssl req -new -config v3.cnf -key ds.key -subj "
        "/C=UT/CN=DS -out ds.csr && openssl x509 -req -in ds.csr -CA ca.pem -CAkey ca.key -set_serial 77 "
        "-days 80 -extfile v3.cnf -extensions ds " +
        test.options + " -outform DER -out ds && openssl x509 -in ca.pem -outform DER -out ca");
    CAPTURE(made.output);
    REQUIRE(made.status == 0);
    Told told;
    const Certificate csca = Certificate::parse(scratch.read("ca"), told);
    const Certificate signer = Certificate::parse(scratch.read("ds"), told);
    CHECK(told.sentences.empty());
    CHECK(csca.signature_algorithm() == test.algorithm);
    CHECK(csca.signed_by(csca));
    CHECK(signer.signed_by(csca));
    CHECK_FALSE(csca.signed_by(signer));
    CHECK_FALSE(check_path(signer, {csca}, {}, signer.not_before() + std::chrono::hours(1)));
    Bytes changed = scratch.read("ds");
    changed[changed.size() - 1] ^= 1;
    CHECK_FALSE(Certificate::parse(changed, told).signed_by(csca));
  }
}

TEST_CASE("SHA-1 is read, told and not ours") {
  const test::Scratch scratch;
  REQUIRE(scratch
              .run("openssl req -new -x509 -newkey rsa:1024 -nodes -keyout key.pem -subj /C=UT/CN=Old -sha1 "
                   "-days 90 -outform DER -out old")
              .status == 0);
  Told told;
  const Certificate old = Certificate::parse(scratch.read("old"), told);
  CHECK(told.of("SHA-1"));
  CHECK(old.signed_by(old));
  CHECK(strictly_malformed(scratch.read("old")));
}

TEST_CASE("revocation lists of openssl, of RSA and of version 1") {
  const test::Scratch scratch;
  scratch.write("ca.cnf",
                as_bytes("[ca]\ndefault_ca=d\n[d]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\n"
                         "default_crl_days=30\n[with]\nauthorityKeyIdentifier=keyid\n"));
  scratch.write("number", as_bytes("07\n"));
  scratch.write("index", as_bytes("R\t351130000000Z\t261101000000Z\t4D\tunknown\t/C=UT/CN=DS\n"));
  const std::string list = "openssl ca -config ca.cnf -cert ca.pem -keyfile key.pem -gencrl -out list.pem ";
  const auto made = scratch.run(
      "openssl req -new -x509 -newkey rsa:2048 -nodes -keyout key.pem -subj /C=UT/CN=CSCA -days 90 -out "
      "ca.pem && "
      "openssl x509 -in ca.pem -outform DER -out ca && " +
      list +
      "-crlexts with && openssl crl -in list.pem -outform DER -out two && sed -i /crlnumber/d ca.cnf && " +
      list + "&& openssl crl -in list.pem -outform DER -out one && " + list +
      "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 && openssl crl -in list.pem -outform DER -out "
      "pss");
  CAPTURE(made.output);
  REQUIRE(made.status == 0);
  Told told;
  const Certificate csca = Certificate::parse(scratch.read("ca"), told);
  for (const std::string name : {"two", "one", "pss"}) {
    CAPTURE(name);
    Told deviations;
    const Crl crl = Crl::parse(scratch.read(name), deviations);
    CHECK(deviations.of("not version 2") == (name != "two"));
    CHECK(crl.signed_by(csca));
    CHECK(crl.revokes(from_hex("4D")));
    CHECK_FALSE(crl.revokes(from_hex("4E")));
    NoDeviations none;
    if (name != "two") CHECK_THROWS_AS(Crl::parse(scratch.read(name), none), Error);
  }
}

TEST_CASE("an issuer's name in UTF-16 and with other blanks is the same, with another letter it is not") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const auto part = [](const char* type, tlv::Tag string, const std::string& text) {
    Bytes value;
    for (const char c : text) {
      if (string == asn1::tag::bmp_string) value.push_back(0);
      value.push_back(static_cast<std::uint8_t>(c));
    }
    return tlv::encode(asn1::tag::set, asn1::sequence({asn1::oid(type), tlv::encode(string, value)}));
  };
  for (const std::string common_name : {" csca  Utopia 001 ", "CSCA Utopia 002"}) {
    CAPTURE(common_name);
    Tbs tbs(chain.signer);
    tbs.issuer = asn1::sequence({part("2.5.4.6", asn1::tag::utf8_string, "ut"),
                                 part("2.5.4.10", asn1::tag::bmp_string, "Utopia"),
                                 part("2.5.4.3", asn1::tag::bmp_string, common_name)});
    const auto read = Certificate::parse(tbs.signed_by(chain, *random));
    CHECK(read.signed_by(chain.csca) == (common_name.back() == ' '));
  }
}
