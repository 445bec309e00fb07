// Identifiers of the hash and signature algorithms in certificates and CMS. Not for other layers.
#pragma once

#include "crypto/asn1.hpp"
#include "crypto/public_key.hpp"

namespace perso::crypto::detail {

/// AlgorithmIdentifier of a hash and of a signature with ECDSA, or with SM2 over SM3 (RFC 5754 2.2, RFC 5758
/// 3.2, GM/T 0006: no parameters).
/// @throws Error Code::crypto_failed for a signature that is not made here: over SHA-1 or SHA-224, or RSA
Bytes digest_identifier(Hash hash);
Bytes signature_identifier(const SignatureAlgorithm& algorithm);

/// The hash that an AlgorithmIdentifier names, parameters absent or NULL.
/// @throws Error Code::malformed for one that is not known
Hash read_digest_algorithm(const tlv::Element& identifier);

/// The signature algorithm of a certificate or list. SHA-1, and parameters where none belong or none where
/// NULL belongs, deviate. @throws Error Code::malformed for one that is not known
SignatureAlgorithm read_signature_algorithm(const tlv::Element& identifier, Deviations& deviations);
/// The same of a SignerInfo, where rsaEncryption stands for PKCS#1 over the signer's digest algorithm (RFC
/// 3370 3.2); id-ecPublicKey for ECDSA over it deviates.
SignatureAlgorithm read_signature_algorithm(const tlv::Element& identifier, Hash digest,
                                            Deviations& deviations);

/// RSASSA-PSS-params (RFC 4055 3.1): absent fields are SHA-1, MGF1 over SHA-1, 20 bytes of salt.
/// @throws Error Code::malformed for another mask than MGF1, another trailer than BC, a salt above 512 bytes
SignatureAlgorithm read_pss_parameters(const tlv::Element& parameters);

}  // namespace perso::crypto::detail
