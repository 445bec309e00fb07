// Who signed what was read, and whether to believe it.
#pragma once

#include "inspect/findings.hpp"

namespace perso::inspect {

/// What signers are judged by, each once.
class Court {
 public:
  Court(const TrustStore& trust, Instant now) : trust_(trust), now_(now) {}
  /// One check, `name`: whether the signer is to be believed. That of a known edition is believed under its
  /// own issuer alone.
  void judge_signer(Findings& findings, const std::string& name, const crypto::Certificate& signer);

 private:
  const TrustStore& trust_;
  Instant now_;
  std::vector<std::pair<Bytes, TrustStore::Judgement>> judged_;  // by the certificate's DER
};

/// A promised signature, over files of any application that have been read.
void judge_signature(Findings& findings, const Promises::Signature& promised, Court& court);

/// A file without what fills it up behind its one BER-TLV element: bytes of 00. As it is where it is none.
ByteView without_fill(ByteView file);

}  // namespace perso::inspect
