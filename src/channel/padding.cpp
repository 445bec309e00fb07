#include "channel/padding.hpp"

#include <algorithm>

namespace perso::channel {

Bytes padded(ByteView data, std::size_t block_size) {
  Bytes out;
  out.reserve(data.size() + block_size);
  append(out, data);
  pad(out, block_size);
  return out;
}

void pad(Bytes& data, std::size_t block_size) {
  const std::size_t blocks = data.size() / block_size + 1;
  data.push_back(0x80);
  data.resize(blocks * block_size, 0x00);
}

std::optional<ByteView> unpadded(ByteView data) {
  const auto marker =
      std::find_if(data.rbegin(), data.rend(), [](std::uint8_t byte) { return byte != 0x00; });
  if (marker == data.rend() || *marker != 0x80) return std::nullopt;
  return data.first(static_cast<std::size_t>(data.rend() - marker) - 1);
}

}  // namespace perso::channel
