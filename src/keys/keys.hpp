// Keys as operations: callers ask for a signature, a MAC or a wrapped key and never for the key. Software
// keys here; a hardware module implements the same interfaces.
#pragma once

#include <array>
#include <compare>
#include <memory>
#include <string>

#include "crypto/certificate.hpp"

namespace perso::keys {

/// The identifier of a chip: from its CPLC data (GlobalPlatform Card Specification 2.3.1 appendix H), IC
/// fabricator, type, fabrication date, serial number and batch identifier together: 12 bytes. A serial number
/// alone is not unique.
struct ChipId {
  std::array<std::uint8_t, 12> bytes{};
  auto operator<=>(const ChipId&) const = default;
  std::string hex() const { return to_hex(bytes); }
};

/// Key check value, 3 bytes: the only part of a secret key that may be shown. For AES, the first bytes of the
/// encryption of 16 bytes 01 (GlobalPlatform Card Specification 2.3.1 B.6; Amendment D).
struct Kcv {
  std::array<std::uint8_t, 3> bytes{};
  auto operator<=>(const Kcv&) const = default;
  std::string hex() const { return to_hex(bytes); }
};

/// Signs with one asymmetric key. Thread-safe.
class Signer {
 public:
  virtual ~Signer() = default;
  /// By the own algorithm of the certificate's key: ECDSA over its signature_hash(), SHA-256 on P-256, or SM2
  /// over SM3 as user 1234567812345678. DER, SEQUENCE { r, s }.
  virtual Bytes sign(ByteView message) const = 0;
  virtual const crypto::Certificate& certificate() const = 0;
};

/// The roles in an SCP03 key set, valued as their key identifiers.
enum class Role : std::uint8_t { enc = 1, mac = 2, dek = 3 };

/// The static SCP03 key set of one chip. Thread-safe.
class ChipKeys {
 public:
  virtual ~ChipKeys() = default;
  virtual std::uint8_t version() const = 0;  // key version number, 01 to 7F
  virtual std::size_t key_size() const = 0;  // 16, 24 or 32 bytes
  virtual Kcv kcv(Role role) const = 0;
  /// AES-CMAC under one of the keys: the PRF from which a channel derives its session keys.
  virtual Bytes cmac(Role role, ByteView message) const = 0;
  /// The key of `role` in this set, encrypted under `current`'s DEK (AES-CBC, zero iv; Amendment D 7.2), for
  /// PUT KEY.
  virtual Bytes wrapped_under(const ChipKeys& current, Role role) const = 0;
};

/// A master key from which chips' key sets are diversified: SP 800-108 counter mode, AES-CMAC, label = role
/// and version, context = chip identifier.
class CardKeys {
 public:
  virtual ~CardKeys() = default;
  virtual std::unique_ptr<ChipKeys> for_chip(const ChipId& chip) const = 0;
};

/// The ledger's operations, all under keys derived from the ledger master.
class LedgerKeys {
 public:
  virtual ~LedgerKeys() = default;
  /// HMAC-SHA-256 under the subkey that `purpose` names ("event", "head", "number", "sod", ...), 32 bytes.
  virtual Bytes commit(std::string_view purpose, ByteView message) const = 0;
  /// A fresh 32-byte order key, and the form in which it is stored.
  virtual Secret new_order_key() const = 0;
  virtual Bytes wrap(const Secret& order_key, ByteView bound_to) const = 0;
  /// Holder data under its order's key, AES-256-GCM.
  virtual Bytes seal(const Secret& order_key, const Secret& plain, ByteView bound_to) const = 0;
  virtual Secret unwrap(ByteView wrapped, ByteView bound_to) const = 0;
};

}  // namespace perso::keys
