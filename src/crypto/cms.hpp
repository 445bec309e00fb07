// CMS SignedData (RFC 5652) as ICAO 9303-10 4.6.2 restricts it: one signer, the signer's certificate inside.
// With the content inside, or detached from it.
#pragma once

#include <optional>

#include "crypto/certificate.hpp"

namespace perso::crypto {

/// DER ContentInfo with the content inside. The signature is over the DER SET of the signed attributes
/// contentType, messageDigest and signingTime; digest and signature are of the signer's own hash.
/// The signature is verified with the signer's certificate, at the price of some 0.6 ms, before it is handed
/// out.
/// @param content_type dotted OID of eContentType, for instance 2.23.136.1.1.1
/// @throws Error Code::crypto_failed for a signature of another key
Bytes sign_cms(const std::string& content_type, ByteView content, const Certificate& signer,
               Instant signing_time, const SignOperation& sign);

/// The same over content that stays outside, of type id-data.
Bytes sign_cms_detached(ByteView content, const Certificate& signer, Instant signing_time,
                        const SignOperation& sign);

/// A SignedData as it was read, of 1 MiB at most, with one signer, whose certificate is inside.
struct SignedData {
  std::string content_type;      // dotted OID
  std::optional<Bytes> content;  // nullopt where it is detached
  Certificate signer;            // the certificate inside that the SignerInfo names
  Bytes signed_attributes;       // SET OF, in their order; empty where the signature is over the content
  Bytes signature;               // contents of the OCTET STRING
  Bytes message_digest;          // the signed attribute; empty where there are none
  std::optional<Instant> signing_time;
  Hash digest_algorithm;
  SignatureAlgorithm signature_algorithm;

  /// Our own: strict DER; signer by issuer and serial number; contentType and messageDigest are signed; crls
  /// and unsigned attributes are refused. @throws Error Code::malformed
  static SignedData parse(ByteView der);
  /// Any state's: told to `deviations` are BER, a version, a digest algorithm that is not announced, a signer
  /// by key identifier, signed attributes out of order or missing, unsigned ones, crls, and certificates
  /// beside the signer's that cannot be read, which are passed over. @throws Error Code::malformed
  static SignedData parse(ByteView der, Deviations& deviations);
  /// Whether messageDigest is this content's digest and the signer's key made the signature over the
  /// attributes, or over the content where there are none.
  bool verify(ByteView signed_content) const;
  /// The same of the content inside; false where there is none.
  bool verify() const { return content && verify(*content); }
};

}  // namespace perso::crypto
