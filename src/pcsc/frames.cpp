#include "pcsc/frames.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace perso::pcsc {

FrameSocket::~FrameSocket() {
  ::close(socket_);
}

Passed FrameSocket::wait(short events, Deadline deadline) const {
  for (;;) {
    int timeout = -1;
    if (deadline != Deadline::max()) {
      const auto rest =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      timeout = static_cast<int>(std::clamp<std::int64_t>(rest.count(), 0, INT_MAX));
    }
    pollfd entry{socket_, events, 0};
    const int ready = ::poll(&entry, 1, timeout);
    if (ready > 0) return Passed::whole;
    if (ready == 0) return Passed::late;
    if (errno != EINTR) return Passed::closed;
  }
}

Passed FrameSocket::send(std::uint8_t kind, ByteView payload, Deadline deadline) {
  Bytes frame;
  frame.reserve(5 + payload.size());
  append_be32(frame, static_cast<std::uint32_t>(1 + payload.size()));
  frame.push_back(kind);
  append(frame, payload);
  for (ByteView rest = frame; !rest.empty();) {
    const ssize_t sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      rest = rest.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (const Passed waited = wait(POLLOUT, deadline); waited != Passed::whole) return waited;
    } else if (errno != EINTR) {
      return Passed::closed;
    }
  }
  return Passed::whole;
}

Passed FrameSocket::receive(Deadline deadline) {
  for (std::size_t held = 0;;) {
    if (const Passed waited = wait(POLLIN, deadline); waited != Passed::whole) return waited;
    const ssize_t got = ::recv(socket_, buffer_.data() + held, buffer_.size() - held, MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) continue;
    if (got <= 0) return Passed::closed;
    held += static_cast<std::size_t>(got);
    if (held < 4) continue;
    size_ = be32(ByteView(buffer_).first(4));
    if (size_ < 1 || size_ > max_frame_size || held > 4 + size_) return Passed::broken;
    if (held == 4 + size_) return Passed::whole;
  }
}

}  // namespace perso::pcsc
