#include <doctest/doctest.h>

#include "crypto/generations.hpp"

using namespace perso;
using namespace perso::crypto;
using test::Chain;
using test::Generations;
using test::pointers;

namespace {

const Instant in_time = test::issued_at + std::chrono::days(10);

Path path(const Certificate& signer, const PathSources& sources, Instant now = in_time,
          SignerPurpose purpose = SignerPurpose::documents) {
  return check_path(signer, purpose, sources, now);
}

}  // namespace

TEST_CASE("link certificates lead from a new key to an old anchor, four at most") {
  const auto random = system_random();
  for (const bool renamed : {false, true}) {
    CAPTURE(renamed);
    Generations state(*random, 6, renamed);
    for (std::size_t generation = 0; generation < 6; ++generation) {
      CAPTURE(generation);
      const Certificate signer = state.signer(generation);
      const Path found = path(signer, {{&state.roots[0]}, pointers(state.links), {}});
      if (generation > 4) {
        CHECK(found.anchor == nullptr);
        CHECK(found.fault == (renamed ? PathFault::issuer_unknown : PathFault::signature_wrong));
        continue;
      }
      CHECK_FALSE(found.fault);
      CHECK(found.anchor == &state.roots[0]);
      REQUIRE(found.links.size() == generation);
      for (std::size_t i = 0; i < generation; ++i) CHECK(found.links[i] == &state.links[generation - 1 - i]);
    }
    CHECK(path(state.signer(2), {{&state.roots[0]}, {&state.links[0]}, {}}).fault ==
          (renamed ? PathFault::issuer_unknown : PathFault::signature_wrong));
  }
}

TEST_CASE("two anchors of one name and different keys are both tried, with and without links") {
  const auto random = system_random();
  Generations state(*random, 2), other(*random, 2);
  const Certificate signer = state.signer(1);
  CHECK(path(signer, {{&other.roots[0], &state.roots[1]}, {}, {}}).anchor == &state.roots[1]);
  CHECK(path(signer, {{&other.roots[0], &state.roots[0]}, {&other.links[0], &state.links[0]}, {}}).anchor ==
        &state.roots[0]);
  CHECK(path(signer, {{&other.roots[0]}, {&other.links[0]}, {}}).fault == PathFault::signature_wrong);
}

TEST_CASE("faults on the way are told, with the anchor that was reached") {
  const auto random = system_random();
  Generations state(*random, 2);
  const Certificate signer = state.signer(1);
  const PathSources sources{{&state.roots[0]}, {&state.links[0]}, {}};
  const auto with_list = [&](const Crl& list) {
    PathSources out = sources;
    out.lists = {&list};
    return path(signer, out);
  };

  // The signer is on the list of the key that issued it; the link on that of the old key; and either on the
  // list that the CSCA now signs with its newest key alone.
  const Crl by_new = state.list(state.links[0], 1, signer.serial());
  CHECK(with_list(by_new).fault == PathFault::revoked);
  CHECK(with_list(by_new).anchor == &state.roots[0]);
  CHECK(with_list(state.list(state.roots[0], 0, signer.serial())).fault == PathFault::revoked);
  const Crl link_by_old = state.list(state.roots[0], 0, state.links[0].serial());
  CHECK(with_list(link_by_old).fault == PathFault::issuer_revoked);
  CHECK(with_list(link_by_old).anchor == &state.roots[0]);
  CHECK(with_list(state.list(state.links[0], 1, state.links[0].serial())).fault == PathFault::issuer_revoked);
  CHECK_FALSE(with_list(state.list(state.roots[0], 0, Bytes{0x77})).fault);
  // A link that leads nowhere signs lists for nobody.
  Generations other(*random, 2);
  PathSources foreign = sources;
  const Crl stray = other.list(other.links[0], 1, signer.serial());
  foreign.links.push_back(&other.links[0]);
  foreign.lists = {&stray};
  CHECK_FALSE(path(signer, foreign).fault);

  CHECK(path(signer, sources, state.links[0].not_after() + std::chrono::seconds(1)).fault ==
        PathFault::issuer_not_valid);
  auto leaf = state.request(CertificateProfile::document_signer, 1, 0);
  leaf.subject.common_name = "Signer";
  leaf.document_types = {"P"};
  const auto no_ca = Certificate::parse(Chain::issue(leaf, state.keys[1], state.keys[0], *random));
  auto below = state.request(CertificateProfile::document_signer, 1, 1);
  below.issuer = leaf.subject;
  below.subject.common_name = "Signer below";
  below.document_types = {"P"};
  const auto child = Certificate::parse(
      Chain::issue(below, EcPrivateKey::generate("secp256r1", *random), state.keys[1], *random));
  CHECK(path(child, {{&state.roots[0]}, {&no_ca}, {}}).fault == PathFault::issuer_no_ca);
}

TEST_CASE("of two certificates of one key, the valid one is taken") {
  const auto random = system_random();
  Generations state(*random, 1);
  auto request = state.request(CertificateProfile::csca, 0, 0);
  request.not_after = in_time - std::chrono::days(1);
  request.private_key_not_after = request.not_after;
  const auto expired = Certificate::parse(Chain::issue(request, state.keys[0], state.keys[0], *random));
  const Certificate signer = state.signer(0);
  CHECK(path(signer, {{&expired}, {}, {}}).fault == PathFault::issuer_not_valid);
  CHECK(path(signer, {{&expired}, {}, {}}).anchor == &expired);
  CHECK_FALSE(path(signer, {{&expired, &state.roots[0]}, {}, {}}).fault);
}

TEST_CASE("a document signer signs no master list, and a master list signer no document") {
  const auto random = system_random();
  Generations state(*random, 1);
  const PathSources sources{{&state.roots[0]}, {}, {}};
  const Certificate document = state.signer(0),
                    list = state.signer(0, CertificateProfile::master_list_signer);
  CHECK_FALSE(path(document, sources).fault);
  CHECK(path(document, sources, in_time, SignerPurpose::master_lists).fault ==
        PathFault::signer_may_not_sign);
  CHECK(path(list, sources).fault == PathFault::signer_may_not_sign);
  CHECK_FALSE(path(list, sources, in_time, SignerPurpose::master_lists).fault);
}

TEST_CASE("a crowd of links that certify each other costs a limited number of signatures") {
  const auto random = system_random();
  Generations state(*random, 2), crowd(*random, 1);
  const Certificate signer = crowd.signer(0);
  std::vector<Certificate> many;
  for (int i = 0; i < 40; ++i) many.push_back(crowd.certificate(CertificateProfile::csca, 0, 0));
  const PathSources sources{{&state.roots[0]}, pointers(many), {}};
  CHECK(path(signer, sources).anchor == nullptr);  // 40^4 paths, were they all walked
}
