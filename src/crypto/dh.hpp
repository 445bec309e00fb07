// Public keys of finite-field Diffie-Hellman, as EF.DG14 and PACE have them.
#pragma once

#include "crypto/primitives.hpp"

namespace perso::crypto {

/// p odd, 1,024 to 4,096 bits; 1 < g < p - 1; q the order of g where it is known, else empty.
struct DhGroup {
  Bytes p, g, q;
  bool operator==(const DhGroup&) const = default;
};

/// The MODP groups of RFC 5114 2.1 to 2.3: standardised parameter identifiers 0, 1 and 2 of ICAO 9303-11
/// 9.5.1. @throws Error Code::crypto_failed for any other
const DhGroup& rfc5114_group(int id);

struct DhPublicKey {
  DhGroup group;
  Bytes y;  // 1 < y < p - 1, and of order q where it is known
  /// From DER SubjectPublicKeyInfo, dhKeyAgreement (PKCS #3) or dhpublicnumber (X9.42).
  /// @throws Error Code::malformed
  static DhPublicKey from_spki(ByteView der);
};

/// Whether y may be agreed with: 1 < y < p - 1, and of order q where that is known.
bool is_member(const DhGroup& group, ByteView y);

}  // namespace perso::crypto
