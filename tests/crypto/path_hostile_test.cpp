// Authorities that are trusted, and go beyond what they may: each state certifies and revokes its own alone.
#include <doctest/doctest.h>

#include "crypto/generations.hpp"

using namespace perso;
using namespace perso::crypto;
using test::Chain;
using test::Generations;
using test::replaced;

namespace {

const Instant in_time = test::issued_at + std::chrono::days(10);
const Bytes utopia = from_hex("060355040613025554"), elsewhere = from_hex("060355040613025858"),
            small_letters = from_hex("060355040613027574");

/// A CSCA with the key of `key`, called as the state likes.
Certificate authority(const Name& name, const EcPrivateKey& key, Random& random) {
  auto request = Chain::csca_request(EcParameters::named_curve);
  request.subject = request.issuer = name;
  return Certificate::parse(Chain::issue(request, key, key, random));
}

const Name other_state{"XX", "Elsewhere", "CSCA Elsewhere"};

Crl list_by(const Certificate& issuer, const EcPrivateKey& key, const Bytes& revoked, Random& random) {
  const CrlRequest request{.number = {1},
                           .this_update = test::issued_at,
                           .next_update = test::issued_at + std::chrono::days(1),
                           .revoked = {{.serial = revoked, .at = test::issued_at, .reason = std::nullopt}}};
  return Crl::parse(issue_crl(request, issuer, [&](ByteView tbs) { return key.sign(tbs, random); }));
}

}  // namespace

TEST_CASE("a key identifier alone makes no issuer") {
  const auto random = system_random();
  const EcPrivateKey key = EcPrivateKey::generate("secp256r1", *random);
  const Certificate other = authority(other_state, key, *random);
  // In Utopia's name, under the other state's key.
  const auto signer =
      Certificate::parse(Chain::issue(Chain::signer_request(EcParameters::named_curve), key, key, *random));
  CHECK(signer.authority_key_id() == other.subject_key_id());
  CHECK_FALSE(signer.names_issuer(other));
  CHECK(check_path(signer, {other}, {}, in_time) == PathFault::issuer_unknown);
}

TEST_CASE("the same name in other string types, letters and blanks is known by the key identifier") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const auto issuer_with = [&](const std::string& from, const std::string& to) {
    return Certificate::parse(replaced(chain.csca, from_hex(from), from_hex(to), chain.csca_key, *random));
  };
  const struct {
    const char* what;
    std::string from, to;
    bool same;
  } cases[] = {
      {"PrintableString", "0C0655746F706961", "130655746F706961", true},
      {"capital letters", "0C0655746F706961", "0C0655544F504941", true},
      {"a country in small letters", "13025554", "13027574", true},

      {"another letter", "0C0655746F706961", "0C0655746F706962", false},
      {"another country", "13025554", "13025858", false},
      {"another attribute", "060355040A", "060355040B", false},
  };
  for (const auto& one : cases) {
    const std::string what = one.what;
    CAPTURE(what);
    const Certificate renamed = issuer_with(one.from, one.to);
    CHECK(chain.signer.names_issuer(renamed) == one.same);
    CHECK(chain.signer.signed_by(renamed) == one.same);
    CHECK(list_by(chain.csca, chain.csca_key, {1}, *random).signed_by(renamed) == one.same);
  }
}

TEST_CASE("signer, links and anchor are of one state") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const auto signer_from = [&](const Bytes& country) {
    return Certificate::parse(replaced(chain.signer, utopia, country, chain.csca_key, *random, 1));
  };
  CHECK(signer_from(elsewhere).subject_country() == "XX");
  CHECK(check_path(signer_from(elsewhere), {chain.csca}, {}, in_time) == PathFault::another_state);
  CHECK(signer_from(small_letters).subject_country() == "ut");
  CHECK_FALSE(check_path(signer_from(small_letters), {chain.csca}, {}, in_time));

  // A link from the other state's anchor to a key in Utopia's name.
  const EcPrivateKey key = EcPrivateKey::generate("secp256r1", *random);
  const Certificate other = authority(other_state, key, *random);
  auto request = Chain::csca_request(EcParameters::named_curve);
  request.profile = CertificateProfile::link;
  request.issuer = other_state;
  request.subject.country = "XX";
  const auto linked = Certificate::parse(Chain::issue(request, chain.csca_key, key, *random));
  const auto link = Certificate::parse(replaced(linked, elsewhere, utopia, key, *random, 1));
  REQUIRE(chain.signer.signed_by(link));
  REQUIRE(link.signed_by(other));
  const Path found = check_path(chain.signer, SignerPurpose::documents, {{&other}, {&link}, {}}, in_time);
  CHECK(found.fault == PathFault::another_state);
  CHECK(found.anchor == &other);
}

TEST_CASE("no state revokes another one's signers") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const EcPrivateKey key = EcPrivateKey::generate("secp256r1", *random);
  const Certificate other = authority(other_state, key, *random);
  const Certificate pretended = authority({"UT", "Utopia", "CSCA Utopia 001"}, key, *random);
  const Crl list = list_by(pretended, key, chain.signer.serial(), *random);
  CHECK(list.issuer_name() == chain.csca.subject_name());
  CHECK_FALSE(check_path(chain.signer, {chain.csca, other}, {list}, in_time));
  CHECK_FALSE(check_path(chain.signer, {other, chain.csca}, {list}, in_time));

  // The other state's CSCA certifies its key as a link in Utopia's name.
  auto request = Chain::csca_request(EcParameters::named_curve);
  request.profile = CertificateProfile::link;
  request.issuer = other_state;
  request.subject.country = "XX";
  const auto linked = Certificate::parse(Chain::issue(request, key, key, *random));
  const auto link = Certificate::parse(replaced(linked, elsewhere, utopia, key, *random, 1));
  REQUIRE(list.signed_by(link));
  const PathSources sources{{&chain.csca, &other}, {&link}, {&list}};
  CHECK_FALSE(check_path(chain.signer, SignerPurpose::documents, sources, in_time).fault);
}

TEST_CASE("whatever the number of namesakes, a revoked signer is not believed") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  const Crl list = list_by(chain.csca, chain.csca_key, chain.signer.serial(), *random);
  const EcPrivateKey key = EcPrivateKey::generate("secp256r1", *random);
  const Certificate namesake = authority({"UT", "Utopia", "CSCA Utopia 001"}, key, *random);
  const auto fault = [&](std::size_t namesakes, bool before) {
    PathSources sources{std::vector(namesakes, &namesake), {}, {&list}};
    sources.anchors.insert(before ? sources.anchors.end() : sources.anchors.begin(), &chain.csca);
    return check_path(chain.signer, SignerPurpose::documents, sources, in_time).fault;
  };
  for (const std::size_t namesakes : {0u, 1u, 500u, 509u, 510u}) {
    CAPTURE(namesakes);
    CHECK(fault(namesakes, true) == PathFault::revoked);
  }
  for (const std::size_t namesakes : {511u, 512u, 600u}) {
    CAPTURE(namesakes);
    CHECK(fault(namesakes, true) == PathFault::search_ended);
    CHECK(fault(namesakes, false) == PathFault::revoked);
  }
}

TEST_CASE("an authority of another name is a link only where it says that the name has changed") {
  const auto random = system_random();
  Generations state(*random, 2, true);
  const Certificate signer = state.signer(1), &link = state.links[0];
  const auto fault = [&](const Certificate& by) {
    return check_path(signer, SignerPurpose::documents, {{&state.roots[0]}, {&by}, {}}, in_time).fault;
  };
  CHECK_FALSE(fault(link));
  // The extension becomes one that nobody knows.
  const auto below = Certificate::parse(
      replaced(link, asn1::oid("2.23.136.1.1.6.1"), asn1::oid("2.23.136.1.1.6.9"), state.keys[0], *random));
  CHECK(fault(below) == PathFault::issuer_no_ca);
}
