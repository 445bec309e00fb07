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

}  // namespace

void judge_signer(Findings& findings, const std::string& name, const crypto::Certificate& signer,
                  const Court& court) {
  const auto fault = crypto::check_path(signer, court.trust.anchors, court.trust.lists, court.now);
  findings.check(name, !fault, signer.subject_text() + (fault ? ": " + std::string(text_of(*fault)) : ""));
}

void judge_signature(Findings& findings, const Promises::Signature& promised, const Court& court) {
  const std::string name = promised.file + " signature";
  const Bytes* const file = findings.file(promised.application, promised.file);
  const auto content = signed_content(findings, promised);
  if (file == nullptr || !content) {
    findings.failed(name, "the signature or a file that it is over could not be read");
    return;
  }
  const auto verified =
      findings.parsed(name, [&] { return verify(promised.kind, without_fill(*file), *content); });
  if (!verified) return;
  findings.check(name, verified->genuine,
                 verified->genuine ? "verifies" : "is not over these files by the certificate in it");
  judge_signer(findings, promised.file + " signer", verified->signer, court);
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
