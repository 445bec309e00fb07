// Identifiers of the hash and signature algorithms in certificates and CMS. Not for other layers.
#pragma once

#include "crypto/asn1.hpp"
#include "crypto/primitives.hpp"

namespace perso::crypto::detail {

/// AlgorithmIdentifier of a hash (SHA-256, -384, -512, SM3) and of the signature over it: ECDSA, or SM2 over
/// SM3 (RFC 5754 2.2, RFC 5758 3.2, GM/T 0006: no parameters).
/// @throws Error Code::crypto_failed for any other hash
Bytes digest_identifier(Hash hash);
Bytes signature_identifier(Hash hash);

/// The hash that an AlgorithmIdentifier names, parameters absent or NULL.
/// @throws Error Code::malformed for any but those above
Hash read_digest_algorithm(const tlv::Element& identifier);
/// The hash of a signature algorithm, no parameters.
Hash read_signature_algorithm(const tlv::Element& identifier);

}  // namespace perso::crypto::detail
