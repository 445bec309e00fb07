#include "virtual_card.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace perso::test {

const Bytes VirtualCard::atr{0x3B, 0x80, 0x80, 0x01, 0x01};

VirtualCard::VirtualCard(std::uint16_t port, Answer answer)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error("no virtual reader waits on port " + std::to_string(port));
  }
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  thread_ = std::thread([this, answer = std::move(answer)] { serve(answer); });
}

void VirtualCard::leave() {
  if (socket_ < 0) return;
  ::shutdown(socket_, SHUT_RDWR);
  inserted_ = false;
  if (thread_.get_id() == std::this_thread::get_id()) return;  // the rest is for another thread to do
  thread_.join();
  ::close(socket_);
  socket_ = -1;
}

void VirtualCard::send_raw(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

bool VirtualCard::read(std::uint8_t* to, std::size_t size) {
  while (size > 0) {
    // vpcd sends length and payload apart, and without this the payload waits for a delayed acknowledgement:
    // 44 ms.
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
    const ssize_t got = ::recv(socket_, to, size, 0);
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

void VirtualCard::serve(const Answer& answer) {
  Bytes message;
  const auto reply = [this](ByteView payload) {
    Bytes frame;
    append_be16(frame, static_cast<std::uint16_t>(payload.size()));
    append(frame, payload);
    send_raw(frame);
  };
  for (;;) {
    Bytes size(2);
    if (!read(size.data(), 2)) break;
    message.resize(be16(size));
    if (!read(message.data(), message.size())) break;
    if (message.size() == 1) {
      const auto control = static_cast<Control>(message[0]);
      {
        const std::lock_guard lock(mutex_);
        controls_.emplace_back(control, std::chrono::steady_clock::now());
      }
      if (control == Control::atr) reply(atr);
    } else if (const auto payload = answer(message)) {
      reply(*payload);
    }
  }
  inserted_ = false;
}

std::optional<VirtualCard::Time> VirtualCard::last(Control control) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(controls_.rbegin(), controls_.rend(),
                                  [=](const auto& entry) { return entry.first == control; });
  return found == controls_.rend() ? std::nullopt : std::optional(found->second);
}

std::uint64_t VirtualCard::count(Control control) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::uint64_t>(std::count_if(controls_.begin(), controls_.end(),
                                                  [=](const auto& entry) { return entry.first == control; }));
}

}  // namespace perso::test
