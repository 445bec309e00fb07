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
  Bytes y;  // 1 < y < p - 1
  /// From DER SubjectPublicKeyInfo, dhKeyAgreement (PKCS #3) or dhpublicnumber (X9.42). Sizes and ranges are
  /// judged, which costs next to nothing; the rest where the key is to be used. @throws Error Code::malformed
  static DhPublicKey from_spki(ByteView der);
  /// Whether it may be agreed with: its group is one of RFC 5114 or RFC 3526, or p is prime, and q, where it
  /// is known, a prime of 160 bits at least and the order of g; and y is a member. Primes are probable ones.
  /// Some 0.5 s for a group of 4,096 bits that is none of these.
  bool is_sound(Random& random) const;
};

/// Whether y may be agreed with: 1 < y < p - 1, and of order q where that is known.
bool is_member(const DhGroup& group, ByteView y);

}  // namespace perso::crypto
