// The row of data groupings that STORE DATA carries, cut into blocks anywhere (GPCS 11.11.2.3 DGI format).
#pragma once

#include <optional>

#include "bytes/bytes.hpp"

namespace perso::vchip {

/// A part of one DGI's value.
struct DgiPart {
  std::uint16_t dgi = 0;
  std::size_t size = 0;  // bytes of the whole value, 0 to 65,535
  ByteView part;         // the next bytes of it
  bool first = false;
  bool last = false;
};

/// Cuts blocks into parts; keeps where it stands between two blocks.
class DgiStream {
 public:
  /// The next part in `block`, from whose front it is taken; nullopt when the block holds no more.
  std::optional<DgiPart> next(ByteView& block);
  /// Whether the stream may end here: not inside a DGI.
  bool between() const { return header_.empty(); }

 private:
  bool header_complete() const;
  Bytes header_;  // of the DGI in work: identifier (2), length (1, or FF and 2)
  std::size_t size_ = 0;
  std::size_t done_ = 0;
};

}  // namespace perso::vchip
