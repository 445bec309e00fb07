// What the readers of picture files share: the one refusal, and a cursor that cannot leave the file.
#pragma once

#include <string>

#include "bytes/bytes.hpp"

namespace perso::identity {

/// @throws Error Code::portrait_invalid "the portrait WHAT", always
[[noreturn]] void refuse_portrait(const std::string& what);

/// Reads forward, big-endian. Whatever would read behind the end is a file cut short.
class PictureCursor {
 public:
  explicit PictureCursor(ByteView bytes, std::size_t at = 0) : bytes_(bytes), at_(at) {}

  std::size_t at() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  bool at_end() const { return left() == 0; }
  ByteView take(std::size_t size);
  std::uint8_t u8() { return take(1)[0]; }
  std::uint16_t u16() { return be16(take(2)); }
  std::uint32_t u32() { return be32(take(4)); }
  /// What a marker brings: two bytes of length, which count themselves, and the rest.
  ByteView segment();

 private:
  ByteView bytes_;
  std::size_t at_;
};

}  // namespace perso::identity
