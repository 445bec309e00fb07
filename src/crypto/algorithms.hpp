// Identifiers of the hash and signature algorithms in certificates and CMS. Not for other layers.
#pragma once

#include "crypto/asn1.hpp"
#include "crypto/primitives.hpp"

namespace perso::crypto::detail {

/// AlgorithmIdentifier of SHA-256 (RFC 5754 2.2: no parameters) and of ecdsa-with-SHA256 (RFC 5758 3.2).
Bytes sha256_identifier();
Bytes ecdsa_sha256_identifier();

/// The hash that an AlgorithmIdentifier names: SHA-256, -384 or -512, parameters absent or NULL.
/// @throws Error Code::malformed for any other
Hash read_digest_algorithm(const tlv::Element& identifier);
/// The hash of an ECDSA signature over SHA-256, -384 or -512, no parameters.
Hash read_signature_algorithm(const tlv::Element& identifier);

}  // namespace perso::crypto::detail
