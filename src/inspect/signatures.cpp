#include "inspect/signatures.hpp"

#include <algorithm>

#include "crypto/gmt0010.hpp"
#include "crypto/path.hpp"
#include "identity/country.hpp"
#include "tlv/tlv.hpp"

namespace perso::inspect {

namespace {

/// What both kinds come down to.
struct Verified {
  crypto::Certificate signer;
  bool genuine = false;
};

Verified verify(Promises::Signature::Kind kind, ByteView file, ByteView content) {
  if (kind == Promises::Signature::Kind::gmt_0010) {
    const auto signature = crypto::GmtSignedData::parse(file);
    return {signature.signer, signature.verify(content)};
  }
  const auto signature = crypto::SignedData::parse(file);
  if (signature.content)
    throw Error(Code::malformed, "it has contents of its own, and is to be over other files");
  return {signature.signer, signature.verify(content)};
}

/// What was signed: the files one after the other; nullopt where one could not be read.
std::optional<Bytes> signed_content(const Findings& findings, const Promises::Signature& promised) {
  Bytes content;
  for (const auto& [application, name] : promised.over) {
    const Bytes* const file = findings.file(application, name);
    if (file == nullptr) return std::nullopt;
    append(content, *file);
  }
  return content;
}

bool is_country(std::string_view alpha_2) {
  return std::ranges::find(identity::countries(), alpha_2, &identity::Country::alpha_2) !=
         identity::countries().end();
}

bool is_revocation(crypto::PathFault fault) {
  return fault == crypto::PathFault::revoked || fault == crypto::PathFault::issuer_revoked;
}

/// Against the standard some certificates have their country in lower case.
std::string upper_case(std::string country) {
  std::ranges::transform(country, country.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return country;
}

/// The issuing state's two letters; empty for one that ISO 3166-1 does not have. The territories of the
/// United Kingdom have codes of their own in the zone.
std::string_view country_of(std::string_view state) {
  if (const auto* country = identity::find_country(identity::alpha_3_of(state))) return country->alpha_2;
  const auto* code = identity::find_icao_code(state);
  return code != nullptr && code->kind == identity::IcaoKind::british ? "GB" : "";
}

}  // namespace

bool is_of_another_state(std::string_view state, std::string country) {
  country = upper_case(std::move(country));
  if (state.empty()) return false;
  const std::string_view issuer = country_of(state);
  if (country == issuer) return false;
  if (issuer.empty()) return is_country(country);
  // Its special administrative regions issue documents of China with authorities of their own.
  return issuer != "CN" || (country != "HK" && country != "MO");
}

TrustStore::Judgement Court::judgement_of(const crypto::Certificate& signer) {
  auto known =
      std::ranges::find(judged_, signer.der(), [](const auto& entry) -> const Bytes& { return entry.first; });
  if (known == judged_.end()) known = judged_.insert(known, {signer.der(), trust_.judge(signer, now_)});
  return known->second;
}

void Court::judge_signer(Findings& findings, const std::string& name, const crypto::Certificate& signer) {
  const TrustStore::Judgement judgement = judgement_of(signer);
  findings.trusted(judgement.trust);
  const std::string subject = signer.subject_text();
  if (judgement.fault)
    findings.failed(name, is_revocation(*judgement.fault) ? Verdict::revoked : Verdict::not_trusted,
                    subject + ": " + std::string(text_of(*judgement.fault)));
  else if (findings.strict() && judgement.trust == Trust::foreign)
    findings.failed(name, Verdict::not_trusted, subject + ": it signs for another issuer");
  // Who makes an own edition says in it whose documents they are: a laboratory makes those of no state.
  else if (!findings.strict() && (is_of_another_state(state_, signer.subject_country()) ||
                                  is_of_another_state(state_, judgement.country)))
    findings.failed(name, Verdict::not_trusted, subject + ": it signs for another state than the zone's");
  else
    findings.passed(name, subject);
}

void Court::compare_signers(Findings& findings, const crypto::Certificate& of_card_security,
                            const crypto::Certificate& of_sod) {
  const auto one = judgement_of(of_card_security), other = judgement_of(of_sod);
  const bool same = one.trust == other.trust && upper_case(one.country) == upper_case(other.country) &&
                    upper_case(of_card_security.subject_country()) == upper_case(of_sod.subject_country());
  findings.check("EF.CardSecurity signer against EF.SOD", Verdict::not_trusted, same,
                 same ? "of the same issuer" : "they are of different issuers");
}

void judge_signing_time(Findings& findings, const std::string& file, const crypto::SignedData& cms) {
  const auto until = cms.signer.private_key_not_after();
  if (!cms.signing_time) return;
  const bool in_time =
      *cms.signing_time >= cms.signer.not_before() && (!until || *cms.signing_time <= *until);
  if (in_time) return;
  const std::string name = file + " signing time", what = "is outside of the days on which its key may sign";
  if (findings.strict()) return findings.failed(name, Verdict::not_trusted, what);
  findings.differs(name, what);
}

void judge_signature(Findings& findings, const Promises::Signature& promised, Court& court) {
  const std::string name = promised.file + " signature";
  const Bytes* const file = findings.file(promised.application, promised.file);
  const auto content = signed_content(findings, promised);
  if (file == nullptr || !content) {
    findings.missing(name, Verdict::altered, "the signature or a file that it is over could not be read");
    return;
  }
  const auto verified = findings.parsed(name, Verdict::altered,
                                        [&] { return verify(promised.kind, without_fill(*file), *content); });
  if (!verified) return;
  findings.check(name, Verdict::altered, verified->genuine,
                 verified->genuine ? "verifies" : "is not over these files by the certificate in it");
  court.judge_signer(findings, promised.file + " signer", verified->signer);
}

ByteView without_fill(ByteView file) {
  try {
    const auto size = tlv::announced_size(file);
    if (!size || *size > file.size()) return file;
    const bool filled =
        std::ranges::all_of(file.subspan(*size), [](std::uint8_t byte) { return byte == 0x00; });
    return filled ? file.first(*size) : file;
  } catch (const Error&) {
    return file;  // its form is judged by whoever parses it
  }
}

}  // namespace perso::inspect
