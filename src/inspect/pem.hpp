// PEM (RFC 7468), as trust is handed from state to state beside DER.
#pragma once

#include <vector>

#include "bytes/bytes.hpp"

namespace perso::inspect {

/// The objects in a file: of PEM what stands between the lines of its blocks, text around them passed over,
/// labels not looked at; of anything else the file as it is.
/// @throws Error Code::malformed for a block that is not base64 or does not end
std::vector<Bytes> objects_in(Bytes file);

}  // namespace perso::inspect
