// key-set.yaml: what a key set says of itself in clear. Not for other layers.
#pragma once

#include <string_view>

#include "crypto/ec.hpp"
#include "keys/key_set.hpp"

namespace perso::keys {

/// What a key is for. It decides what the key set does with it.
namespace purpose {
constexpr std::string_view trust_anchor = "trust-anchor";  // signs document signers; closed in a station
constexpr std::string_view document_signing = "document-signing";  // signs EF.SOD, or other files
constexpr std::string_view sample_signing =
    "sample-signing";  // of a specimen set: signs what is to be refused
constexpr std::string_view transport_keys = "transport-keys";  // diversified into the chips' transport keys
constexpr std::string_view issuer_keys = "issuer-keys";        // diversified into the issuer's keys
constexpr std::string_view ledger = "ledger";                  // the ledger's commitments and order keys
}  // namespace purpose

constexpr std::string_view ecdsa_algorithm = "ECDSA P-256 SHA-256";
constexpr std::string_view sm2_algorithm = "SM2 SM3";
constexpr std::string_view master_algorithm = "AES-256";

struct SetDescription {
  bool specimen = false;
  crypto::EcParameters parameters = crypto::EcParameters::explicit_curve;
  Bytes salt;              // of the passphrase, crypto::salt_size
  Bytes passphrase_check;  // 3 bytes
  std::vector<KeySet::Description> keys;

  std::string to_yaml() const;
  /// Strict: every key once, none unknown, at most 32 keys.
  /// @param file as the faults name it
  /// @throws Error Code::key_damaged with file:line:column of each fault
  static SetDescription from_yaml(std::string_view text, const std::filesystem::path& file);
};

}  // namespace perso::keys
