#include "vchip/dgi_stream.hpp"

#include <algorithm>

namespace perso::vchip {

namespace {

constexpr std::uint8_t long_length = 0xFF;
constexpr std::size_t short_header = 3;
constexpr std::size_t long_header = 5;

}  // namespace

bool DgiStream::header_complete() const {
  if (header_.size() < short_header) return false;
  return header_[2] != long_length || header_.size() == long_header;
}

std::optional<DgiPart> DgiStream::next(ByteView& block) {
  bool first = false;
  while (!header_complete()) {
    if (block.empty()) return std::nullopt;
    header_.push_back(block.front());
    block = block.subspan(1);
    if (!header_complete()) continue;
    size_ = header_.size() == long_header ? be16(ByteView(header_).subspan(short_header)) : header_[2];
    done_ = 0;
    first = true;
  }
  if (block.empty() && !first) return std::nullopt;
  const std::size_t taken = std::min(block.size(), size_ - done_);
  done_ += taken;
  const bool last = done_ == size_;
  const DgiPart part{be16(header_), size_, block.first(taken), first, last};
  block = block.subspan(taken);
  if (last) header_.clear();
  return part;
}

}  // namespace perso::vchip
