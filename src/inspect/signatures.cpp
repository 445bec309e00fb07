#include "inspect/signatures.hpp"

#include <algorithm>

#include "crypto/cms.hpp"
#include "crypto/gmt0010.hpp"
#include "crypto/path.hpp"
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

bool is_revocation(crypto::PathFault fault) {
  return fault == crypto::PathFault::revoked || fault == crypto::PathFault::issuer_revoked;
}

}  // namespace

void Court::judge_signer(Findings& findings, const std::string& name, const crypto::Certificate& signer) {
  auto known =
      std::ranges::find(judged_, signer.der(), [](const auto& entry) -> const Bytes& { return entry.first; });
  if (known == judged_.end()) known = judged_.insert(known, {signer.der(), trust_.judge(signer, now_)});
  const TrustStore::Judgement& judgement = known->second;
  findings.trusted(judgement.trust);
  const std::string subject = signer.subject_text();
  if (judgement.fault)
    findings.failed(name, is_revocation(*judgement.fault) ? Verdict::revoked : Verdict::not_trusted,
                    subject + ": " + std::string(text_of(*judgement.fault)));
  else if (findings.strict() && judgement.trust == Trust::foreign)
    findings.failed(name, Verdict::not_trusted, subject + ": it signs for another issuer");
  else
    findings.passed(name, subject);
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
