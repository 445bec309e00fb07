#include "crypto/path.hpp"

#include <doctest/doctest.h>

#include "crypto/chain.hpp"

using namespace perso;
using namespace perso::crypto;
using test::Chain;

namespace {

const Instant in_time = test::issued_at + std::chrono::days(10);

Crl list_of(const Chain& chain, const Bytes& serial, Random& random) {
  const CrlRequest request{.number = {1},
                           .this_update = test::issued_at,
                           .next_update = test::issued_at + std::chrono::days(1),
                           .revoked = {{.serial = serial, .at = test::issued_at, .reason = std::nullopt}}};
  return Crl::parse(issue_crl(request, chain.csca, chain.by_csca(random)));
}

}  // namespace

TEST_CASE("a signer under its anchor is believed, and each fault of the path is told") {
  const auto random = system_random();
  for (const bool sm2 : {false, true}) {
    CAPTURE(sm2);
    const auto make = [&] {
      return sm2 ? Chain::sm2(*random) : Chain::make(EcParameters::explicit_curve, *random);
    };
    const Chain chain = make(), same_name = make();
    const auto fault = [&](const std::vector<Certificate>& anchors, Instant now = in_time) {
      return check_path(chain.signer, anchors, {}, now);
    };
    CHECK_FALSE(fault({chain.csca}));
    CHECK_FALSE(fault({same_name.csca, chain.csca}));  // two keys of one authority, in any order
    CHECK_FALSE(fault({chain.csca, same_name.csca}));
    CHECK(fault({}) == PathFault::issuer_unknown);
    CHECK(fault({chain.signer}) == PathFault::issuer_unknown);
    CHECK(fault({same_name.csca}) == PathFault::signature_wrong);
    CHECK(fault({chain.csca}, test::issued_at - std::chrono::seconds(1)) == PathFault::issuer_not_valid);
    CHECK(fault({chain.csca}, chain.csca.not_after() + std::chrono::seconds(1)) ==
          PathFault::issuer_not_valid);
    CHECK(fault({chain.csca}, chain.signer.not_after() + std::chrono::seconds(1)) ==
          PathFault::signer_not_valid);
    CHECK_FALSE(fault({chain.csca}, chain.signer.not_after()));
    CHECK(check_path(chain.csca, {chain.csca}, {}, in_time) == PathFault::signer_may_not_sign);

    const Bytes other = from_hex("55");
    const auto listed = [&](const std::vector<Crl>& lists, Instant now = in_time) {
      return check_path(chain.signer, {chain.csca}, lists, now);
    };
    const Crl revoking = list_of(chain, chain.signer.serial(), *random);
    CHECK(listed({revoking}) == PathFault::revoked);
    CHECK(listed({list_of(chain, other, *random), revoking}) == PathFault::revoked);
    CHECK(listed({revoking}, test::issued_at + std::chrono::days(900)) == PathFault::revoked);  // for good
    CHECK_FALSE(listed({list_of(chain, other, *random)}));
    CHECK_FALSE(listed({list_of(same_name, chain.signer.serial(), *random)}));  // another key's list
  }
}

TEST_CASE("an anchor that may not sign certificates vouches for nobody") {
  const auto random = system_random();
  const Chain chain = Chain::make(EcParameters::named_curve, *random);
  // A document signer that issued another one under its own name.
  auto request = Chain::signer_request(EcParameters::named_curve);
  request.issuer = Chain::signer_request(EcParameters::named_curve).subject;
  request.subject.common_name = "Document Signer Utopia 002";
  const auto issued = Certificate::parse(Chain::issue(request, chain.csca_key, chain.signer_key, *random));
  CHECK(issued.signed_by(chain.signer));
  CHECK(check_path(issued, {chain.signer}, {}, in_time) == PathFault::issuer_no_ca);
}

TEST_CASE("each fault has its own words") {
  CHECK(text_of(PathFault::revoked) == "its issuer has revoked it");
  CHECK(text_of(PathFault::issuer_unknown) != text_of(PathFault::signature_wrong));
}
