// Who signed what was read, and whether to believe it.
#pragma once

#include "inspect/findings.hpp"

namespace perso::inspect {

/// What signers are judged by.
struct Court {
  const Trust& trust;
  Instant now;
};

/// One check, `name`: whether the signer is to be believed.
void judge_signer(Findings& findings, const std::string& name, const crypto::Certificate& signer,
                  const Court& court);

/// A promised signature, over files of any application that have been read.
void judge_signature(Findings& findings, const Promises::Signature& promised, const Court& court);

/// A file without what fills it up behind its one BER-TLV element: bytes of 00. As it is where it is none.
ByteView without_fill(ByteView file);

}  // namespace perso::inspect
