#include "inspect/protection.hpp"

#include <algorithm>

#include "inspect/authenticity.hpp"

namespace perso::inspect {

using channel::PaceInfo;

namespace {

std::vector<PaceInfo> in_order(std::vector<PaceInfo> ways) {
  std::ranges::sort(ways);
  return ways;
}

/// Less than the strongest way is somebody between the card and the reader, or another card.
void judge_access(Findings& findings, const Document& document, const Promises& promises) {
  const std::string name = "access as promised";
  const Access& access = document.access;
  if (const PaceInfo* const best = channel::strongest(promises.pace)) {
    const auto& infos = document.card_access.infos;
    const bool same = infos && in_order(infos->pace) == in_order(promises.pace) && access.pace == *best;
    findings.check(
        name, Verdict::altered, same,
        same ? "by the strongest way of the edition" : "the card offers other ways than the edition has");
  } else if (promises.bac) {
    findings.check(name, Verdict::altered, access.given(),
                   access.given() ? "by what is printed on the card" : "the card is open to everybody");
  }
}

void judge_card_security(Findings& findings, const lds::CardSecurity& file, Court& court) {
  const bool genuine = file.cms.verify();
  findings.check("EF.CardSecurity signature", Verdict::altered, genuine,
                 genuine ? "verifies" : "was not made by the certificate in it");
  court.judge_signer(findings, "EF.CardSecurity signer", file.cms.signer);
  judge_signing_time(findings, "EF.CardSecurity", file.cms);
}

void judge_downgrade(Findings& findings, const Document& document, const std::string& repeats,
                     const std::optional<lds::SecurityInfos>& repeated) {
  const std::string name = "EF.CardAccess against " + repeats;
  const lds::SecurityInfos shown = document.card_access.infos.value_or(lds::SecurityInfos{});
  const auto result = repeated ? lds::downgrade_of(shown, *repeated) : lds::Downgrade::unknown;
  if (result == lds::Downgrade::found)
    findings.failed(name, Verdict::altered, "the chip shows other ways in than were signed");
  else if (result == lds::Downgrade::none)
    findings.passed(name, "the same ways in");
  else if (!shown.pace.empty())
    findings.differs(name, "what EF.CardAccess shows is signed nowhere in it");
}

}  // namespace

void judge_protection(Findings& findings, const Document& document, Court& court) {
  // What did not open is said already.
  if (!findings.complete() && !document.access.given()) return;
  if (const Promises* const promises = findings.promises()) judge_access(findings, document, *promises);
  if (document.card_security) {
    judge_card_security(findings, *document.card_security, court);
    if (document.sod)
      court.compare_signers(findings, document.card_security->cms.signer, document.sod->cms.signer);
    judge_chip_keys(findings, document);
    judge_downgrade(findings, document, "EF.CardSecurity", document.card_security->infos);
  }
  if (document.is_emrtd && (document.options || findings.complete()))
    judge_downgrade(findings, document, "EF.DG14", document.options);
}

void judge_promised_proofs(Findings& findings, const Document& document) {
  const Promises* const promises = findings.promises();
  if (promises == nullptr) return;
  constexpr const char* not_shown = "the card does not show the key that its edition promises";
  if (promises->chip_authentication && !document.chip_authenticated)
    findings.missing(chip_authentication_check, Verdict::cloned, not_shown);
  if (promises->active_authentication && !document.actively_authenticated)
    findings.missing(active_authentication_check, Verdict::cloned, not_shown);
}

}  // namespace perso::inspect
