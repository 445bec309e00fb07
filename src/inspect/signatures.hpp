// Who signed what was read, and whether to believe it.
#pragma once

#include "crypto/cms.hpp"
#include "inspect/findings.hpp"

namespace perso::inspect {

/// Whether a signer's country is another than the state that issued a document, as the zone spells it: one
/// that ISO 3166-1 has never stands for one that it has not. No where it has neither, or no zone is known:
/// what organizations and examples write follows no one rule.
bool is_of_another_state(std::string_view state, std::string country);

/// What signers are judged by, each once.
class Court {
 public:
  /// @param state who issued the document, as its zone spells it; empty where it has none
  Court(const TrustStore& trust, Instant now, std::string state)
      : trust_(trust), now_(now), state_(std::move(state)) {}
  /// One check, `name`: whether the signer is to be believed. It and its anchor sign for the state that
  /// issued the document, that of a known edition under its own issuer alone.
  void judge_signer(Findings& findings, const std::string& name, const crypto::Certificate& signer);
  /// One check: whether EF.CardSecurity is of the same issuer as EF.SOD.
  void compare_signers(Findings& findings, const crypto::Certificate& of_card_security,
                       const crypto::Certificate& of_sod);

 private:
  TrustStore::Judgement judgement_of(const crypto::Certificate& signer);

  const TrustStore& trust_;
  Instant now_;
  std::string state_;
  std::vector<std::pair<Bytes, TrustStore::Judgement>> judged_;  // by the certificate's DER
};

/// Whether the signer's key was still in use on the day that the signature says (ICAO 9303-12 4.1.6): where
/// not, it is not trusted on a card of a known edition, else told.
void judge_signing_time(Findings& findings, const std::string& file, const crypto::SignedData& cms);

/// A promised signature, over files of any application that have been read.
void judge_signature(Findings& findings, const Promises::Signature& promised, Court& court);

/// A file without what fills it up behind its one BER-TLV element: bytes of 00. As it is where it is none.
ByteView without_fill(ByteView file);

}  // namespace perso::inspect
