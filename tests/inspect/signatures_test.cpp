// Detached signatures over files, and who may make them.
#include <doctest/doctest.h>

#include <functional>

#include "crypto/cms.hpp"
#include "inspect/sample_card.hpp"

using namespace perso;
using namespace perso::test;

namespace {

constexpr std::uint16_t text = 0x0001, portrait_copy = 0x0002, sign = 0x0004;

Bytes& contents(FakeCard& card, std::uint16_t fid) {
  return card.applications[national].files[fid].contents;
}

Bytes gmt_over(ByteView content, const Chain& signers) {
  return crypto::sign_gmt0010(content, signers.signer, signers.by_signer(chance()));
}

Bytes cms_over(ByteView content) {
  return crypto::sign_cms_detached(content, chain().signer, issued_at, chain().by_signer(chance()));
}

inspect::Promises cms_promised() {
  inspect::Promises promised = promises();
  promised.signatures.front().kind = inspect::Promises::Signature::Kind::cms;
  return promised;
}

Bytes revocation_list(const Chain& chain, const crypto::Certificate& revoked) {
  return crypto::issue_crl({.number = {1},
                            .this_update = issued_at,
                            .next_update = issued_at + std::chrono::days(90),
                            .revoked = {{revoked.serial(), issued_at, std::nullopt}}},
                           chain.csca, chain.by_csca(chance()));
}

}  // namespace

TEST_CASE("each fault of the national signature fails its own check") {
  const struct {
    const char* fault;
    std::function<void(FakeCard&)> make;
    const char* failed;
  } faults[] = {
      {"over the portrait first and the record behind",
       [](FakeCard& c) {
         contents(c, sign) = gmt_over(concat({portrait(), text_record()}), national_chain());
       },
       "SIGN signature"},
      {"over the record alone",
       [](FakeCard& c) { contents(c, sign) = gmt_over(text_record(), national_chain()); }, "SIGN signature"},
      {"one letter of the record", [](FakeCard& c) { contents(c, text)[0] = 'X'; }, "SIGN signature"},
      {"a signer of another national CSCA",
       [](FakeCard& c) {
         const Chain stranger = Chain::sm2(chance());
         contents(c, sign) = gmt_over(concat({text_record(), portrait()}), stranger);
       },
       "SIGN signer"},
      {"signature value changed", [](FakeCard& c) { contents(c, sign).back() ^= 1; }, "SIGN signature"},
      {"cut short", [](FakeCard& c) { contents(c, sign).resize(100); }, "SIGN signature"},
      {"no signature at all", [](FakeCard& c) { contents(c, sign) = Bytes(64, 0x00); }, "SIGN signature"},
      {"CMS in the place of GM/T 0010",
       [](FakeCard& c) {
         contents(c, sign) = cms_over(concat({text_record(), portrait()}));
       },
       "SIGN signature"},
      {"bytes behind it that fill nothing up", [](FakeCard& c) { contents(c, sign).push_back(0x01); },
       "SIGN signature"},
      {"not there", [](FakeCard& c) { c.applications[national].files.erase(sign); },
       "SIGN is readable; SIGN signature"},
  };
  for (const auto& fault : faults) {
    CAPTURE(fault.fault);
    FakeCard card = good_card();
    fault.make(card);
    CHECK(failed_checks(inspected(card)) == fault.failed);
  }
}

TEST_CASE("a CMS signature over the same files, and its faults") {
  const Bytes over = concat({text_record(), portrait()});
  FakeCard card = good_card();
  contents(card, sign) = cms_over(over);
  CHECK(failed_checks(inspected(card, cms_promised())) == "");
  contents(card, sign) = cms_over(text_record());
  CHECK(failed_checks(inspected(card, cms_promised())) == "SIGN signature");
  // Contents of its own prove nothing of the files.
  contents(card, sign) =
      crypto::sign_cms("1.2.840.113549.1.7.1", over, chain().signer, issued_at, chain().by_signer(chance()));
  CHECK(failed_checks(inspected(card, cms_promised())) == "SIGN signature");
  contents(card, sign) = gmt_over(over, national_chain());
  CHECK(failed_checks(inspected(card, cms_promised())) == "SIGN signature");
}

TEST_CASE("files may be filled up with 00") {
  FakeCard card = good_card();
  contents(card, portrait_copy).resize(portrait().size() + 100);
  contents(card, sign) =
      gmt_over(concat({contents(card, text), contents(card, portrait_copy)}), national_chain());
  contents(card, sign).resize(1000);
  CHECK(failed_checks(inspected(card)) == "");
  contents(card, portrait_copy).back() = 0x01;
  CHECK(failed_checks(inspected(card)) == "SIGN signature; portrait copy");
}

TEST_CASE("a signature over a file that nobody may read cannot be judged") {
  FakeCard card = good_card();
  inspect::Promises promised = promises();
  promised.signatures.front().over.emplace_back("national", "HIDDEN");
  CHECK(failed_checks(inspected(card, promised)) == "SIGN signature");
}

TEST_CASE("whom an anchor has revoked is not believed, in either chain") {
  FakeCard card = good_card();
  const auto judged = [&](const Bytes& list) {
    inspect::TrustStore whom = trust();
    whom.add(crypto::Crl::parse(list));
    const inspect::Report report = Inspector{.store = &whom}(card);
    CHECK((report.verdict == inspect::Verdict::revoked) != (report.verdict == inspect::Verdict::genuine));
    return failed_checks(report);
  };
  // Both CSCAs have one name and both signers one serial number: a list of either is a list of that issuer.
  CHECK(judged(revocation_list(chain(), chain().signer)) == "document signer; SIGN signer");
  CHECK(judged(revocation_list(national_chain(), national_chain().signer)) == "document signer; SIGN signer");
  const Chain stranger = Chain::sm2(chance());
  CHECK(judged(revocation_list(stranger, stranger.signer)) == "");
}
