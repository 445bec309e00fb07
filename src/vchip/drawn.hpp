// What a chip draws by lot.
#pragma once

#include "bytes/bytes.hpp"
#include "bytes/clock.hpp"

namespace perso::vchip {

inline Bytes drawn(Random& random, std::size_t size) {
  Bytes bytes(size);
  random.fill(bytes);
  return bytes;
}

}  // namespace perso::vchip
