#include "crypto/crl.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/chain.hpp"
#include "crypto/scratch.hpp"
#include "support/told.hpp"

using namespace perso;
using namespace perso::crypto;
using test::Chain;

namespace {

const Bytes some_serial = from_hex("0123456789");

CrlRequest request_of(std::vector<Revocation> revoked) {
  return {.number = from_hex("80"),
          .this_update = test::issued_at + std::chrono::days(30),
          .next_update = test::issued_at + std::chrono::days(120),
          .revoked = std::move(revoked)};
}

std::vector<Revocation> two_entries() {
  return {{.serial = some_serial, .at = test::issued_at, .reason = RevocationReason::key_compromise},
          {.serial = from_hex("0099"), .at = test::issued_at + std::chrono::days(1), .reason = std::nullopt}};
}

bool malformed(ByteView der) {
  try {
    Crl::parse(der);
  } catch (const Error& error) {
    return error.code() == Code::malformed;
  }
  return false;
}

Chain on_curve(bool sm2, Random& random) {
  return sm2 ? Chain::sm2(random) : Chain::make(EcParameters::named_curve, random);
}

/// The list with other fields behind its times, signed: nothing but them can be at fault.
Bytes with_rest(const Chain& chain, const Bytes& der, const Bytes& rest, Random& random) {
  tlv::Reader outer(tlv::single(der).value);
  tlv::Reader fields(outer.next().value);
  Bytes contents;
  for (int i = 0; i < 5; ++i) append(contents, fields.next().encoded);  // version to nextUpdate
  append(contents, rest);
  const Bytes tbs = asn1::sequence({contents});
  return asn1::sequence({tbs, outer.next().encoded, asn1::bit_string(chain.csca_key.sign(tbs, random))});
}

Bytes extension(const std::string& id, bool critical, const std::string& value) {
  const Bytes flag = critical ? from_hex("0101FF") : Bytes();
  return asn1::sequence({asn1::oid(id), flag, tlv::encode(asn1::tag::octet_string, from_hex(value))});
}

}  // namespace

TEST_CASE("revocation lists: what was issued is what is read") {
  const auto random = system_random();
  for (const bool sm2 : {false, true}) {
    const Chain chain = on_curve(sm2, *random);
    for (const auto& revoked : {std::vector<Revocation>{}, two_entries()}) {
      const Crl list = Crl::parse(issue_crl(request_of(revoked), chain.csca, chain.by_csca(*random)));
      CHECK(list.issuer_name() == chain.csca.subject_name());
      CHECK(list.authority_key_id() == chain.csca.subject_key_id());
      CHECK(list.number() == from_hex("80"));
      CHECK(list.this_update() == test::issued_at + std::chrono::days(30));
      CHECK(list.next_update() == test::issued_at + std::chrono::days(120));
      CHECK(list.revoked() == revoked);
      CHECK(list.revokes(some_serial) == !revoked.empty());
      CHECK_FALSE(list.revokes(from_hex("0123456788")));
      CHECK(list.signed_by(chain.csca));
      CHECK_FALSE(list.signed_by(chain.signer));
      CHECK_FALSE(list.signed_by(on_curve(sm2, *random).csca));
    }
  }
}

TEST_CASE("a list's issuer is its key and its name") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  auto request = Chain::csca_request(EcParameters::named_curve);
  request.subject.common_name = request.issuer.common_name = "CSCA Utopia 002";
  const auto renamed = Certificate::parse(Chain::issue(request, chain.csca_key, chain.csca_key, *random));
  const Crl list = Crl::parse(issue_crl(request_of({}), chain.csca, chain.by_csca(*random)));
  CHECK(list.signed_by(chain.csca));
  CHECK(list.authority_key_id() == renamed.subject_key_id());
  CHECK_FALSE(list.signed_by(renamed));
}

TEST_CASE("openssl verifies a revocation list and finds what it revokes") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  scratch.write("csca.crt", chain.csca.der());
  scratch.write("signer.crt", chain.signer.der());
  REQUIRE(
      scratch.run("openssl x509 -in csca.crt -out csca.pem && openssl x509 -in signer.crt -out signer.pem")
          .status == 0);
  const auto judge = [&](std::vector<Revocation> revoked) {
    scratch.write("list.crl", issue_crl(request_of(std::move(revoked)), chain.csca, chain.by_csca(*random)));
    const auto verified =
        scratch.run("openssl crl -inform DER -in list.crl -out list.pem -verify -CAfile csca.pem");
    CAPTURE(verified.output);
    CHECK(verified.says("verify OK"));
    return scratch.run(
        "openssl verify -attime 1776000000 -crl_check -CAfile csca.pem -CRLfile list.pem signer.pem");
  };
  CHECK(judge({}).says("signer.pem: OK"));
  CHECK(judge(two_entries()).says("certificate revoked"));
  const auto printed = scratch.run("openssl crl -inform DER -in list.crl -noout -text");
  for (const std::string line :
       {"Version 2 (0x1)", "Issuer: C = UT, O = Utopia, CN = CSCA Utopia 001",
        "X509v3 CRL Number: \n                128", "Serial Number: 0123456789",
        "Revocation Date: Mar  1 00:00:00 2026 GMT", "Key Compromise", "X509v3 Authority Key Identifier"}) {
    CAPTURE(line);
    CHECK(printed.says(line));
  }
}

TEST_CASE("openssl verifies the signature of an SM2 revocation list and prints it") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain chain = Chain::sm2(*random);
  const Bytes der = issue_crl(request_of(two_entries()), chain.csca, chain.by_csca(*random));
  scratch.write("list.crl", der);
  const auto printed = scratch.run("openssl crl -inform DER -in list.crl -noout -text");
  CHECK(printed.says("Signature Algorithm: SM2-with-SM3"));
  CHECK(printed.says("Serial Number: 0123456789"));
  tlv::Reader whole(tlv::single(der).value);
  const ByteView tbs = whole.next().encoded;
  whole.next();
  scratch.write("tbs", tbs);
  scratch.write("signature", asn1::read_bit_string(whole.next()));
  scratch.write("key.pub", chain.csca.public_key().ec()->spki(EcParameters::named_curve));
  CHECK(scratch
            .run("openssl pkeyutl -verify -rawin -digest sm3 -pkeyopt distid:1234567812345678 "
                 "-pubin -keyform DER -inkey key.pub -in tbs -sigfile signature")
            .says("Signature Verified Successfully"));
}

TEST_CASE("a list that openssl made is read") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  scratch.write("csca.crt", chain.csca.der());
  scratch.write("csca.key", chain.csca_key.pkcs8().expose());
  scratch.write("signer.crt", chain.signer.der());
  scratch.write("ca.cnf",
                as_bytes("[ca]\ndefault_ca=d\n[d]\ndatabase=index\ncrlnumber=number\ndefault_md=sha384\n"
                         "default_crl_days=30\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n"));
  scratch.write("index", Bytes());
  scratch.write("number", as_bytes("1000\n"));
  const auto made = scratch.run(
      "openssl x509 -in csca.crt -out csca.pem && openssl x509 -in signer.crt -out signer.pem && "
      "openssl pkey -inform DER -in csca.key -out key.pem && "
      "openssl ca -config ca.cnf -cert csca.pem -keyfile key.pem -revoke signer.pem -crl_reason superseded "
      "&& "
      "openssl ca -config ca.cnf -cert csca.pem -keyfile key.pem -gencrl -out list.pem && "
      "openssl crl -in list.pem -outform DER -out list.crl");
  CAPTURE(made.output);
  REQUIRE(made.status == 0);
  const Crl list = Crl::parse(scratch.read("list.crl"));
  CHECK(list.signed_by(chain.csca));
  CHECK(list.number() == from_hex("1000"));
  REQUIRE(list.revoked().size() == 1);
  CHECK(list.revokes(chain.signer.serial()));
  CHECK(list.revoked()[0].reason == RevocationReason::superseded);
}

TEST_CASE("any changed byte of a list is refused or breaks the signature, any cut is refused") {
  const auto random = system_random();
  for (const bool sm2 : {false, true}) {
    const Chain chain = on_curve(sm2, *random);
    const Bytes der = issue_crl(request_of(two_entries()), chain.csca, chain.by_csca(*random));
    for (std::size_t i = 0; i < der.size(); ++i) {
      CAPTURE(i);
      CHECK(malformed(ByteView(der).first(i)));
      Bytes changed = der;
      changed[i] ^= 1;
      CHECK((malformed(changed) || !Crl::parse(changed).signed_by(chain.csca)));
    }
    CHECK(malformed(concat({der, Bytes{0}})));
  }
  CHECK(malformed(tlv::encode(asn1::tag::sequence, Bytes((1 << 20) + 1))));
}

TEST_CASE("lists that are partial, indirect or out of form are refused") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const Bytes der = issue_crl(request_of({}), chain.csca, chain.by_csca(*random));
  const Bytes authority = extension("2.5.29.35", false, "3016801400112233445566778899AABBCCDDEEFF00112233");
  const Bytes number = extension("2.5.29.20", false, "020101");
  const auto entry = [](const Bytes& extensions) {
    return asn1::sequence({asn1::integer(some_serial), asn1::time(test::issued_at), extensions});
  };
  const auto refused = [&](const Bytes& entries, const Bytes& extensions) {
    const Bytes rest = concat({entries, tlv::encode(tlv::Tag{0xA0}, asn1::sequence({extensions}))});
    return malformed(with_rest(chain, der, rest, *random));
  };
  const Bytes good = concat({authority, number});
  CHECK_FALSE(refused(Bytes(), good));
  CHECK_FALSE(refused(Bytes(), concat({good, extension("1.2.3", false, "0500")})));
  CHECK_FALSE(refused(asn1::sequence({entry(Bytes())}), good));
  CHECK(refused(Bytes(), concat({good, extension("2.5.29.27", true, "020101")})));      // delta
  CHECK(refused(Bytes(), concat({good, extension("2.5.29.27", false, "020101")})));     // not critical
  CHECK(refused(Bytes(), concat({good, extension("2.5.29.28", true, "30038401FF")})));  // indirect
  CHECK(refused(Bytes(), concat({good, number})));
  CHECK(refused(Bytes(), number));
  CHECK(refused(asn1::sequence({Bytes()}), good));
  const auto entry_with = [&](const Bytes& extension) {
    return refused(asn1::sequence({entry(asn1::sequence({extension}))}), good);
  };
  CHECK_FALSE(entry_with(extension("2.5.29.21", false, "0A0104")));
  CHECK(entry_with(extension("2.5.29.21", false, "0A0107")));  // there is no reason 7
  CHECK(entry_with(extension("2.5.29.21", false, "0A010B")));  // nor 11
  CHECK(entry_with(extension("2.5.29.21", false, "020104")));  // no ENUMERATED
  CHECK_FALSE(entry_with(extension("2.5.29.24", false, "0500")));
  CHECK(entry_with(extension("2.5.29.29", true, "3000")));    // another issuer's
  CHECK(malformed(with_rest(chain, der, Bytes(), *random)));  // no extensions
}

TEST_CASE("the tolerant reader tells what deviates, and refuses what makes a list partial") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const Bytes der = issue_crl(request_of(two_entries()), chain.csca, chain.by_csca(*random));
  const Bytes authority = extension("2.5.29.35", false, "3016801400112233445566778899AABBCCDDEEFF00112233");
  const auto read = [&](const Bytes& entries, const Bytes& extensions, test::Told& told) {
    const Bytes wrapped = tlv::encode(tlv::Tag{0xA0}, asn1::sequence({extensions}));
    const Bytes list =
        with_rest(chain, der, concat({entries, extensions.empty() ? Bytes() : wrapped}), *random);
    return Crl::parse(list, told);
  };
  test::Told told;
  CHECK(read(asn1::sequence({Bytes()}), authority, told).signed_by(chain.csca));
  CHECK(told.of("empty list"));
  const Bytes odd = asn1::sequence({from_hex("0202FF80"), asn1::time(test::issued_at)});  // -128, too long
  const Crl negative = read(asn1::sequence({odd}), authority, told);
  CHECK(negative.revokes(from_hex("80")));
  CHECK(told.of("negative"));
  CHECK(read(Bytes(), Bytes(), told).authority_key_id().empty());
  CHECK(told.of("which key signed it"));
  CHECK_THROWS_AS(read(Bytes(), concat({authority, extension("2.5.29.27", false, "020101")}), told), Error);
  CHECK_THROWS_AS(read(Bytes(), concat({authority, extension("2.5.29.28", true, "30038401FF")}), told),
                  Error);

  const Bytes ber = concat({from_hex("3080"), tlv::single(der).value, from_hex("0000")});
  test::Told lengths;
  CHECK(Crl::parse(ber, lengths).signed_by(chain.csca));
  CHECK(lengths.of("indefinite"));
  CHECK(malformed(ber));

  for (std::size_t i = 0; i < der.size(); ++i) {
    CAPTURE(i);
    const auto genuine = [&](ByteView bytes) {
      try {
        return Crl::parse(bytes, told).signed_by(chain.csca);
      } catch (const Error& error) {
        return error.code() != Code::malformed;
      }
    };
    Bytes changed = der;
    changed[i] ^= 1;
    CHECK_FALSE(genuine(changed));
    CHECK_FALSE(genuine(ByteView(der).first(i)));
  }
}

TEST_CASE("a request that breaks the profile, or an issuer that may not, is refused") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const auto refused = [&](const CrlRequest& request, const Certificate& issuer, const SignOperation& sign) {
    try {
      issue_crl(request, issuer, sign);
    } catch (const Error& error) {
      return error.code() == Code::crypto_failed;
    }
    return false;
  };
  const std::vector<std::function<void(CrlRequest&)>> faults = {
      [](auto& r) { r.number.clear(); },
      [](auto& r) { r.number = Bytes(20, 1); },
      [](auto& r) { r.next_update = r.this_update; },
      [](auto& r) { r.revoked.push_back(r.revoked[0]); },
      [](auto& r) { r.revoked[0].serial.clear(); },
      [](auto& r) { r.revoked[0].serial = Bytes(21, 1); },
      [](auto& r) { r.revoked[0].serial = from_hex("99"); },    // negative
      [](auto& r) { r.revoked[0].serial = from_hex("0001"); },  // a byte that it does not need
      [](auto& r) { r.revoked[0].serial = from_hex("FFFF"); },
      [](auto& r) { r.revoked[0].at = r.this_update + std::chrono::seconds(1); },
  };
  CHECK_FALSE(refused(request_of(two_entries()), chain.csca, chain.by_csca(*random)));
  for (std::size_t i = 0; i < faults.size(); ++i) {
    CAPTURE(i);
    CrlRequest request = request_of(two_entries());
    faults[i](request);
    CHECK(refused(request, chain.csca, chain.by_csca(*random)));
  }
  CHECK(refused(request_of({}), chain.signer, chain.by_signer(*random)));
  CHECK(refused(request_of({}), chain.csca, chain.by_signer(*random)));
}
