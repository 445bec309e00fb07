// To what an inspection comes, and for whom.
#include <doctest/doctest.h>

#include "inspect/sample_card.hpp"
#include "inspect/signatures.hpp"
#include "lds/security_infos.hpp"

using namespace perso;
using namespace perso::test;
using inspect::Trust;
using inspect::Verdict;

namespace {

Bytes& contents(FakeCard& card, std::uint16_t fid, const Bytes& application = emrtd) {
  return card.applications[application].files[fid].contents;
}

inspect::TrustStore with_list_against(const Chain& chain) {
  inspect::TrustStore store = trust();
  store.add(
      crypto::Crl::parse(crypto::issue_crl({.number = {1},
                                            .this_update = issued_at,
                                            .next_update = issued_at + std::chrono::days(90),
                                            .revoked = {{chain.signer.serial(), issued_at, std::nullopt}}},
                                           chain.csca, chain.by_csca(chance()))));
  return store;
}

}  // namespace

TEST_CASE("the first verdict that applies") {
  FakeCard card = good_card();
  Inspector inspect;
  const inspect::TrustStore revoking = with_list_against(chain()), nobody;
  const auto verdict = [&] { return inspect(card).verdict; };

  CHECK(verdict() == Verdict::genuine);
  inspect.now = issued_at + std::chrono::days(10 * 365 + 60);  // signers are valid for 30 days more
  CHECK(verdict() == Verdict::expired);
  inspect.now = issued_at - std::chrono::days(1);
  inspect.editions[0].promises.signatures.clear();
  CHECK(verdict() == Verdict::not_trusted);
  inspect.now = today;
  inspect.store = &nobody;
  CHECK(verdict() == Verdict::not_trusted);
  inspect.store = &revoking;
  CHECK(verdict() == Verdict::revoked);
  card.key.reset();
  CHECK(verdict() == Verdict::cloned);
  contents(card, 0x0102).back() ^= 1;
  CHECK(verdict() == Verdict::altered);
  card.applications[emrtd].files.erase(0x0102);
  CHECK(verdict() == Verdict::unreadable);
}

TEST_CASE("the day of issue is the first, the day of expiry the last, by the days of China") {
  FakeCard card = good_card();
  inspect::Promises promised = promises();
  const auto record = [&](const char* issued, const char* expires, const char* zone_expires) {
    std::string text(256 / 2, ' ');
    text.replace(122 / 2, number.size(), number);
    text.replace(188 / 2, 8, issued);
    text.replace(204 / 2, 8, expires);
    contents(card, 0x0001, national) = identity::utf16le(text);
    contents(card, 0x0004, national) = national_signature(card.applications[national], national_chain());
    identity::MrzFields fields = zone();
    fields.expiry = zone_expires;
    contents(card, 0x0101) = dg1_of(fields);
    sign_again(card);
    return inspected(card, promised).verdict;
  };
  // Today is 2026-03-31.
  CHECK(record("20260331", "20360331", "360331") == Verdict::genuine);
  CHECK(record("20260401", "20360331", "360331") == Verdict::not_yet_valid);
  CHECK(record("20160401", "20260331", "260331") == Verdict::genuine);
  CHECK(record("20160401", "20260330", "260330") == Verdict::expired);
  CHECK(record("20260331", "20360331", "360330") == Verdict::altered);
  CHECK(record("20260331", "20361331", "360331") == Verdict::altered);
  CHECK(record("        ", "20360331", "360331") == Verdict::altered);
  // It is the next day in China eight hours earlier.
  FakeCard good = good_card();
  CHECK(inspected(good, promised, issued_at - std::chrono::hours(9)).verdict == Verdict::not_trusted);
  // Without a record the zone's two digits decide.
  promised.record_issued.reset();
  promised.record_expires.reset();
  CHECK(record("        ", "        ", "360331") == Verdict::genuine);
  CHECK(record("        ", "        ", "751231") == Verdict::genuine);
  CHECK(record("        ", "        ", "760101") == Verdict::expired);
  CHECK(record("        ", "        ", "260330") == Verdict::expired);
}

TEST_CASE("trust is that of the anchor, and never more than its name says") {
  FakeCard card = good_card();
  Inspector inspect;
  inspect.editions.clear();
  for (const Trust trust : {Trust::production, Trust::specimen, Trust::foreign}) {
    const inspect::TrustStore store = trusting({chain().csca}, trust);
    inspect.store = &store;
    const inspect::Report report = inspect(card);
    CHECK(report.verdict == Verdict::genuine);
    CHECK(report.trust == trust);
    CHECK(report.edition == "");
  }
  const inspect::TrustStore nobody;
  inspect.store = &nobody;
  CHECK(inspect(card).trust == Trust::unknown);
  CHECK(inspect(card).verdict == Verdict::not_trusted);

  auto request = Chain::csca_request(crypto::EcParameters::named_curve);
  request.subject.common_name = request.issuer.common_name = "CSCA Specimen 001";
  request.subject.country = request.issuer.country = "CN";
  Chain specimen = Chain::make(crypto::EcParameters::named_curve, chance());
  specimen.csca =
      crypto::Certificate::parse(Chain::issue(request, specimen.csca_key, specimen.csca_key, chance()));
  auto of_signer = Chain::signer_request(crypto::EcParameters::named_curve);
  of_signer.issuer = request.subject;
  of_signer.subject.country = "CN";
  specimen.signer =
      crypto::Certificate::parse(Chain::issue(of_signer, specimen.signer_key, specimen.csca_key, chance()));
  contents(card, 0x011D) = sod_over(card.applications[emrtd], specimen, issued_at);
  const inspect::TrustStore store = trusting({specimen.csca});
  inspect.store = &store;
  CHECK(inspect(card).trust == Trust::specimen);
  CHECK(inspect(card).verdict == Verdict::genuine);
}

TEST_CASE("a state's signer signs for that state alone") {
  const auto verdict = [](const char* state, const char* country) {
    const Chain abroad = chain_of(country);
    FakeCard card = good_card();
    identity::MrzFields fields = zone();
    fields.issuing_state = state;
    contents(card, 0x0101) = dg1_of(fields);
    contents(card, 0x011D) = sod_over(card.applications[emrtd], abroad, issued_at);
    const inspect::TrustStore store = trusting({abroad.csca}, Trust::foreign);
    return Inspector{.editions = {}, .store = &store}(card).verdict;
  };
  CHECK(verdict("D", "DE") == Verdict::genuine);
  CHECK(verdict("FRA", "FR") == Verdict::genuine);
  CHECK(verdict("D", "FR") == Verdict::not_trusted);
  CHECK(verdict("FRA", "DE") == Verdict::not_trusted);
  // Issuers and examples that ISO 3166-1 does not know.
  CHECK(verdict("UTO", "UT") == Verdict::genuine);
  CHECK(verdict("EUE", "EU") == Verdict::genuine);
  CHECK(verdict("GBD", "GB") == Verdict::genuine);
  // One that it knows does not sign for one that it does not, nor the other way round.
  CHECK(verdict("UTO", "DE") == Verdict::not_trusted);
  CHECK(verdict("FRA", "UT") == Verdict::not_trusted);
  CHECK(verdict("CHN", "HK") == Verdict::genuine);
  CHECK(verdict("CHN", "TW") == Verdict::not_trusted);
  CHECK(verdict("FRA", "HK") == Verdict::not_trusted);
  CHECK(inspect::is_of_another_state("D", "fr"));
  CHECK_FALSE(inspect::is_of_another_state("D", "de"));
  CHECK(inspect::is_of_another_state("D", ""));
  CHECK_FALSE(inspect::is_of_another_state("", "DE"));
}

TEST_CASE("a card of a known edition is not made genuine by another issuer, nor by less than is promised") {
  FakeCard card = good_card();
  const inspect::TrustStore abroad = trusting({chain().csca, national_chain().csca}, Trust::foreign);
  CHECK(Inspector{.store = &abroad}(card).verdict == Verdict::not_trusted);

  inspect::Promises more = promises();
  more.chip_authentication = true;
  CHECK(failed_checks(inspected(card, more)) == "chip authentication");
  CHECK(inspected(card, more).verdict == Verdict::cloned);
  inspect::Promises with_bac = promises();
  with_bac.bac = true;
  CHECK(failed_checks(inspected(card, with_bac)) == "access as promised");
  inspect::Promises with_pace = promises();
  with_pace.pace = {{{}, 12}};
  CHECK(failed_checks(inspected(card, with_pace)) == "access as promised");

  // A key that the signature lists cannot be left out.
  card.applications[emrtd].files.erase(0x010F);
  CHECK(failed_checks(inspected(card)) == "EF.DG15 is readable; active authentication");
  CHECK(Inspector{.editions = {}}(card).verdict == Verdict::unreadable);
}

TEST_CASE(
    "editions with one zone are told apart by their applications, and a card that has none of them is not "
    "whole") {
  FakeCard card = good_card();
  inspect::Promises other = promises();
  other.applications[1].aid = iso7816::Aid(from_hex("F0434E5052433137"));
  Inspector inspect;
  inspect.editions = {{"other", other, "IRCHN"}, edition()};
  CHECK(inspect(card).edition == "sample");
  CHECK(inspect(card).verdict == Verdict::genuine);
  inspect.editions = {{"other", other, "IRCHN"}, {"none", {}, "PPCHN"}};
  CHECK(inspect(card).edition == "");
  CHECK(inspect(card).verdict == Verdict::unreadable);
  // What says nothing of a known edition is a document as any other.
  inspect.editions = {{"none", {}, "PPCHN"}};
  CHECK(inspect(card).verdict == Verdict::genuine);
  // One of them makes it what it has of it.
  other.applications.push_back(promises().applications[1]);
  inspect.editions = {{"other", other, "IRCHN"}};
  CHECK(inspect(card).edition == "other");
  CHECK(inspect(card).verdict == Verdict::unreadable);
}

TEST_CASE("data groups behind extended access control are not possible, others must be there") {
  FakeCard card = good_card();
  contents(card, 0x0103) = from_hex("6300");
  sign_again(card);
  card.applications[emrtd].files.erase(0x0103);
  const inspect::Report report = Inspector{.editions = {}}(card);
  CHECK(report.verdict == Verdict::genuine);
  const auto digest = std::ranges::find(report.checks, "EF.DG3 digest", &inspect::Check::name);
  REQUIRE(digest != report.checks.end());
  CHECK(digest->result == inspect::Check::Result::not_possible);
  for (const auto& command : card.commands) CHECK_FALSE((command.ins == 0xB0 && command.p1 == 0x83));
}

TEST_CASE(
    "active authentication over the hash that EF.DG14 names, and a DER signature in a foreign document") {
  FakeCard card = good_card();
  lds::SecurityInfos options;
  options.active_authentication = lds::ActiveAuthenticationInfo{crypto::Hash::sha384};
  contents(card, 0x010E) = lds::encode_dg14(options);
  sign_again(card);
  const Inspector abroad{.editions = {}};
  CHECK(abroad(card).verdict == Verdict::cloned);
  card.aa_hash = crypto::Hash::sha384;
  CHECK(abroad(card).verdict == Verdict::genuine);
  CHECK(abroad(card).tolerated.empty());
  card.signs_in_der = true;
  CHECK(abroad(card).verdict == Verdict::genuine);
  CHECK(abroad(card).tolerated.size() == 1);
}

TEST_CASE("a file beyond 32 KiB is read with an odd INS, and one beyond 1 MiB not at all") {
  FakeCard card = good_card();
  card.extended_length = false;
  const auto grow = [&](std::size_t size) {
    contents(card, 0x0110) = tlv::encode(tlv::Tag{0x70}, Bytes(size, 0x02));
    card.applications[emrtd].short_fids[0x10] = 0x0110;
    sign_again(card);
    return Inspector{.editions = {}}(card);
  };
  const inspect::Report report = grow(70000);
  CHECK(failed_checks(report) == "");
  CHECK(*found(report, "EF.DG16") == contents(card, 0x0110));
  card.far_offsets = false;
  CHECK(grow(70000).verdict == Verdict::unreadable);
  card.far_offsets = true;
  CHECK(grow(1100000).verdict == Verdict::unreadable);
  card.commands.clear();
  card.most_at_once = 1;
  CHECK(grow(70000).verdict == Verdict::unreadable);
  CHECK(card.commands.size() < 40);
}

TEST_CASE("a promise of what is nowhere to be found is broken") {
  FakeCard card = good_card();
  inspect::Promises promised = promises();
  promised.record_number->file = "NOWHERE";
  promised.portrait_copy->application = "NOWHERE";
  CHECK(failed_checks(inspected(card, promised)) == "record number; portrait copy");

  inspect::Promises more = promises();
  more.applications[0].files.push_back({"EF.DG16", iso7816::Fid{0x0110}});
  CHECK(failed_checks(inspected(card, more)) == "EF.DG16 is readable; EF.COM");
  inspect::Promises less = promises();
  std::erase_if(less.applications[0].files, [](const auto& file) { return file.name == "EF.DG15"; });
  CHECK(failed_checks(inspected(card, less)) == "EF.COM");
}

TEST_CASE("a card without the eMRTD application is known by its own, and held to its signatures") {
  FakeCard card = good_card();
  card.applications.erase(emrtd);
  inspect::Promises promised = promises();
  promised.applications.erase(promised.applications.begin());
  promised.active_authentication = false;
  promised.portrait_copy.reset();
  Inspector inspect{.editions = {{"plain", promised, ""}}};
  const inspect::Report report = inspect(card);
  CHECK(failed_checks(report) == "");
  CHECK(report.number == number);
  CHECK(report.trust == Trust::production);
  CHECK(report.digest.size() == 32);
  inspect.editions[0].promises.signatures.clear();
  CHECK(failed_checks(inspect(card)) == "signer");
  inspect.editions.clear();
  CHECK(inspect(card).verdict == Verdict::unreadable);
}

TEST_CASE("a card that stops answering is told, with what was found until then") {
  class Torn final : public iso7816::Card {
   public:
    explicit Torn(FakeCard card, std::size_t after) : card_(std::move(card)), after_(after) {}
    iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
      if (after_-- == 0) throw Error(Code::card_torn, "gone");
      return card_.transmit(command);
    }

   private:
    FakeCard card_;
    std::size_t after_;
  };
  FakeCard whole = good_card();
  inspected(whole);
  for (std::size_t after = 0; after < whole.commands.size(); ++after) {
    Torn torn(good_card(), after);
    const inspect::Report report = inspected(torn);
    CHECK(report.verdict == Verdict::unreadable);
    REQUIRE(report.interrupted);
    CHECK(report.interrupted->code() == Code::card_torn);
    CHECK(failed_checks(report) == "card");
  }
}

TEST_CASE("no detail of a check says who the holder is") {
  FakeCard card = good_card();
  contents(card, 0x0001, national)[122] ^= 1;
  const inspect::Report report = inspected(card);
  for (const inspect::Check& check : report.checks) {
    CHECK(check.detail.find(number) == std::string::npos);
    CHECK(check.detail.find("MUSTER") == std::string::npos);
    CHECK(check.took.count() > 0);
  }
}
