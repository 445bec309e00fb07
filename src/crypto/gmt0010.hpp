// SignedData of GM/T 0010 (OID 1.2.156.10197.6.1.4.2.2) with SM2 and SM3: detached, no signed attributes, the
// signer's certificate inside.
#pragma once

#include "crypto/certificate.hpp"

namespace perso::crypto {

/// DER ContentInfo. `sign` makes the DER SM2 signature over SM3(Z || content), user id 1234567812345678;
/// it is verified with the signer's certificate, at the price of some 0.6 ms, before it is handed out.
/// @throws Error Code::crypto_failed for a signer whose key is not one of SM2, and for a signature of another
/// key
Bytes sign_gmt0010(ByteView content, const Certificate& signer, const SignOperation& sign);

/// A SignedData as it was read. Strict DER; one signer, by issuer and serial number.
struct GmtSignedData {
  Certificate signer;
  Bytes signature;  // DER SM2 signature value

  /// @throws Error Code::malformed
  static GmtSignedData parse(ByteView der);
  /// Whether the signer's key signed this content.
  bool verify(ByteView content) const;
};

}  // namespace perso::crypto
