// key-set.yaml: what a key set says of itself in clear. Not for other layers.
#pragma once

#include <string_view>

#include "crypto/ec.hpp"
#include "keys/key_set.hpp"

namespace perso::keys {

/// What a key is for. It decides what the key set does with it.
namespace purpose {
constexpr std::string_view kTrustAnchor = "trust-anchor";  // signs document signers; closed in a station
constexpr std::string_view kDocumentSigning = "document-signing";  // signs EF.SOD
constexpr std::string_view kTransportKeys = "transport-keys";  // diversified into the chips' transport keys
constexpr std::string_view kIssuerKeys = "issuer-keys";        // diversified into the issuer's keys
constexpr std::string_view kLedger = "ledger";                 // the ledger's commitments and order keys
}  // namespace purpose

constexpr std::string_view kSigningAlgorithm = "ECDSA P-256 SHA-256";
constexpr std::string_view kMasterAlgorithm = "AES-256";

struct SetDescription {
  bool specimen = false;
  crypto::EcParameters parameters = crypto::EcParameters::explicit_curve;
  Bytes salt;              // of the passphrase, crypto::kSaltSize
  Bytes passphrase_check;  // 3 bytes
  std::vector<KeySet::Description> keys;

  std::string to_yaml() const;
  /// Strict: every key once, none unknown, at most 64 KiB and 32 keys.
  /// @throws Error Code::key_damaged
  static SetDescription from_yaml(const std::string& text);
};

}  // namespace perso::keys
