// BER (X.690 clause 8) brought into the lengths of DER, so that one parser reads both.
#pragma once

#include "bytes/bytes.hpp"
#include "bytes/deviations.hpp"

namespace perso::crypto::asn1 {

/// The one element that `received` is, with definite lengths in their shortest form and octet strings in one
/// piece; bytes that are so already come back unchanged. What is inside of primitive values is not looked at,
/// and the order of sets is left. 32 levels at most.
/// @throws Error Code::malformed for what is no BER, or does not end with its element
Bytes to_der(ByteView received, Deviations& deviations);

/// The first element inside of the constructed one that `ber` begins with, as it stands.
/// @throws Error Code::malformed
ByteView first_inside(ByteView ber);

}  // namespace perso::crypto::asn1
