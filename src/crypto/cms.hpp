// CMS SignedData (RFC 5652) as ICAO 9303-10 4.6.2 restricts it: one signer, ECDSA with SHA-256, signed
// attributes, the signer's certificate inside.
#pragma once

#include <optional>

#include "crypto/certificate.hpp"

namespace perso::crypto {

/// DER ContentInfo with SignedData version 3. The signature is over the DER SET of the signed attributes
/// contentType, messageDigest and signingTime.
/// @param content_type dotted OID of eContentType, for instance 2.23.136.1.1.1
Bytes sign_cms(const std::string& content_type, ByteView content, const Certificate& signer,
               Instant signing_time, const SignOperation& sign);

/// A SignedData as it was read. Strict DER; one signer by issuer and serial number, ECDSA over SHA-256, -384
/// or -512, signed attributes contentType and messageDigest, which stand once; crls and unsigned attributes
/// are refused.
struct SignedData {
  std::string content_type;  // dotted OID
  Bytes content;
  Certificate signer;       // the certificate inside that issuer and serial of the SignerInfo name
  Bytes signed_attributes;  // DER SET OF, as it was signed
  Bytes signature;          // DER Ecdsa-Sig-Value
  Bytes message_digest;     // the signed attribute
  std::optional<Instant> signing_time;
  Hash digest_algorithm;

  /// @throws Error Code::malformed
  static SignedData parse(ByteView der);
  /// Whether messageDigest is the content's digest and the signer's key made the signature over the
  /// attributes.
  bool verify() const;
};

}  // namespace perso::crypto
