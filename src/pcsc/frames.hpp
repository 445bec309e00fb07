// What a writer and its worker process say to each other over a socket: one request, one reply, each in a
// frame of a 4-byte big-endian length and that many bytes, the first of which is its kind.
#pragma once

#include <chrono>
#include <cstdint>

#include "bytes/bytes.hpp"
#include "pcsc/session.hpp"

namespace perso::pcsc {

enum class Request : std::uint8_t {
  wait_for_card = 1,  // 4 bytes: milliseconds                      -> 1 byte: whether it is there
  wait_for_removal,   // 4 bytes: milliseconds                      -> 1 byte: whether it is gone
  connect,            // nothing                                    -> the answer to reset
  transmit,  // command                                    -> 8 bytes: nanoseconds in SCardTransmit; answer
  close,     // 1 byte: iso7816::Leave                     -> nothing
};

enum class Reply : std::uint8_t {
  done = 0,
  failed,  // 1 byte: perso::Code; the message
};

/// The longest frame: a command or an answer with its kind and its time.
inline constexpr std::size_t max_frame_size = 1 + 8 + max_command_size;
static_assert(max_frame_size >= 1 + 8 + max_answer_size);

using Deadline = std::chrono::steady_clock::time_point;

/// How a frame went over.
enum class Passed {
  whole,
  late,    // the deadline came first
  closed,  // the other side is gone
  broken,  // what came is no frame, or more than one
};

/// One end of the socket; owns it.
class FrameSocket {
 public:
  explicit FrameSocket(int socket) : socket_(socket), buffer_(4 + max_frame_size) {}
  ~FrameSocket();
  FrameSocket(const FrameSocket&) = delete;
  FrameSocket& operator=(const FrameSocket&) = delete;

  /// Sends a frame of `kind` and `payload`, at most max_frame_size together.
  Passed send(std::uint8_t kind, ByteView payload, Deadline deadline);
  /// On whole, kind() and payload() are those of the frame until the next call.
  Passed receive(Deadline deadline);
  std::uint8_t kind() const { return buffer_[4]; }
  ByteView payload() const { return ByteView(buffer_).subspan(5, size_ - 1); }

 private:
  Passed wait(short events, Deadline deadline) const;
  int socket_;
  Bytes buffer_;
  std::size_t size_ = 0;
};

}  // namespace perso::pcsc
