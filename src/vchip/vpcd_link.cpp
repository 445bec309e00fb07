#include "vchip/vpcd_link.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace perso::vchip {

namespace {

constexpr std::size_t length_size = 2;

void set_option(int socket, int option) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, option, &on, sizeof on);
}

}  // namespace

std::optional<VpcdLink> VpcdLink::connect(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return std::nullopt;
  VpcdLink link(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (link.socket_ < 0) return std::nullopt;
  if (::connect(link.socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return std::nullopt;
  set_option(link.socket_, TCP_NODELAY);
  return link;
}

VpcdLink::VpcdLink(VpcdLink&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}

VpcdLink& VpcdLink::operator=(VpcdLink&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(received_, other.received_);
  return *this;
}

VpcdLink::~VpcdLink() {
  if (socket_ >= 0) ::close(socket_);
}

bool VpcdLink::receive() {
  // vpcd writes length and message separately. Without an immediate acknowledgement of the first its kernel
  // holds the second back for some 44 ms; Linux forgets the option, so it is set before every read.
  set_option(socket_, TCP_QUICKACK);
  std::array<std::uint8_t, 16384> buffer;
  const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0) append(received_, ByteView(buffer).first(static_cast<std::size_t>(got)));
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

std::optional<Bytes> VpcdLink::next_message() {
  if (received_.size() < length_size) return std::nullopt;
  const std::size_t size = be16(received_);
  if (received_.size() < length_size + size) return std::nullopt;
  const auto begin = received_.begin() + length_size;
  const auto end = begin + static_cast<std::ptrdiff_t>(size);
  Bytes message(begin, end);
  received_.erase(received_.begin(), end);
  return message;
}

bool VpcdLink::send(ByteView message) {
  Bytes framed;
  append_be16(framed, static_cast<std::uint16_t>(message.size()));
  append(framed, message);
  for (ByteView rest = framed; !rest.empty();) {
    const ssize_t sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0 && errno != EINTR) return false;
    if (sent > 0) rest = rest.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace perso::vchip
