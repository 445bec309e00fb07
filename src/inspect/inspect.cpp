#include "inspect/inspect.hpp"

#include "inspect/dates.hpp"
#include "inspect/national.hpp"
#include "inspect/passive.hpp"
#include "inspect/protection.hpp"
#include "inspect/recognition.hpp"
#include "inspect/visit.hpp"

namespace perso::inspect {

namespace {

/// Three characters behind the document code, in a zone of any form, without what fills them up.
std::string issuing_state(const Document& document) {
  if (!document.zone || document.zone->size() < 5) return "";
  const std::string state = document.zone->substr(2, 3);
  return state.substr(0, state.find('<'));
}

/// The issuer's own signer and the zone of an edition, and none of its applications: what every card of it
/// has is missing, or it is of one that is not known here.
void judge_edition(Findings& findings, const Document& document, const Request& request) {
  const Trust trust = findings.report().trust;
  const bool own = trust == Trust::production || trust == Trust::specimen;
  if (findings.strict() || !own || !document.zone) return;
  for (const Edition* const edition : editions_with(request.editions, *document.zone))
    findings.missing("edition", Verdict::unreadable,
                     "the zone is that of " + edition->name +
                         ", and of its applications none is there: if the "
                         "card is of another edition, that has to be known here");
}

/// Everything that the card need not be asked for.
void judge(Findings& findings, const Document& document, const Request& request) {
  const Instant now = request.clock.now();
  const Promises* const promises = findings.promises();
  Court court(request.trust, now, issuing_state(document));
  judge_protection(findings, document, court);
  std::optional<identity::Mrz> zone;
  if (document.is_emrtd) zone = judge_emrtd(findings, document, court);
  judge_promised_proofs(findings, document);
  if (promises != nullptr) {
    for (const Promises::Signature& signature : promises->signatures)
      judge_signature(findings, signature, court);
    if (document.is_emrtd)
      judge_copies(findings, *promises);
    else
      judge_plain_card(findings, *promises);
    judge_record(findings, *promises, zone);
  }
  judge_dates(findings, document, zone, now);
  judge_edition(findings, document, request);
  if (!findings.any_signer())
    findings.missing("signer", Verdict::not_trusted, "nothing that was read on the card is signed");
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::unreadable:
      return "unreadable";
    case Verdict::altered:
      return "altered";
    case Verdict::cloned:
      return "cloned";
    case Verdict::revoked:
      return "revoked";
    case Verdict::not_trusted:
      return "not trusted";
    case Verdict::not_yet_valid:
      return "not yet valid";
    case Verdict::expired:
      return "expired";
    case Verdict::genuine:
      break;
  }
  return "genuine";
}

Report inspect(iso7816::Card& card, const Request& request) {
  Report report;
  const auto began = request.clock.elapsed();
  Findings findings(report, request.clock);
  Document document;
  Visit(card, request, findings, document).make();
  judge(findings, document, request);
  findings.conclude(began);
  return report;
}

}  // namespace perso::inspect
