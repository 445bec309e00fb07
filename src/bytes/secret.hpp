// A secret byte string: wiped when it dies, never copied, never printed.
#pragma once

#include "bytes/bytes.hpp"

namespace perso {

/// Owns secret bytes (a key, a passphrase, a shared secret). Move-only; the memory is overwritten on
/// destruction and on assignment. There is no stream operator, no formatter and no comparison. `expose` is
/// for the layers that compute with keys, `crypto`, `keys`, `channel` and the chip's own side in `vchip`; a
/// test holds every other layer to that.
class Secret {
 public:
  Secret() = default;
  /// Takes the bytes over; the moved-from vector is left empty.
  explicit Secret(Bytes&& bytes) noexcept : bytes_(std::move(bytes)) { bytes.clear(); }
  /// Copies out of a caller's buffer, which the caller wipes.
  static Secret copy_of(ByteView bytes) { return Secret(Bytes(bytes.begin(), bytes.end())); }

  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  ByteView expose() const { return bytes_; }

 private:
  void wipe() noexcept;
  Bytes bytes_;
};

/// Overwrites a buffer in a way that the compiler does not remove.
void wipe(std::span<std::uint8_t> bytes) noexcept;

/// Wipes what a buffer holds at the end of the scope, however that is left.
class WipedAtEnd {
 public:
  explicit WipedAtEnd(Bytes& bytes) : bytes_(bytes) {}
  ~WipedAtEnd() { wipe(bytes_); }
  WipedAtEnd(const WipedAtEnd&) = delete;
  WipedAtEnd& operator=(const WipedAtEnd&) = delete;

 private:
  Bytes& bytes_;
};

}  // namespace perso
