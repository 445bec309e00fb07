// The wire between a virtual card and vsmartcard's vpcd reader driver: messages over TCP, each with a 2-byte
// big-endian length in front.
#pragma once

#include <optional>
#include <string>

#include "bytes/bytes.hpp"

namespace perso::vchip {

/// A card's connection to its reader. Owns the socket. One thread.
class VpcdLink {
 public:
  /// nullopt where nothing listens. @param host an IPv4 address
  static std::optional<VpcdLink> connect(const std::string& host, std::uint16_t port);

  VpcdLink(VpcdLink&& other) noexcept;
  VpcdLink& operator=(VpcdLink&& other) noexcept;
  ~VpcdLink();

  int descriptor() const { return socket_; }
  /// Takes in what has arrived, without waiting. False when the reader is gone.
  bool receive();
  /// The next whole message, 0 to 65,535 bytes; nullopt until one is there.
  std::optional<Bytes> next_message();
  /// Waits until it is sent. False when the reader is gone. @param message at most 65,535 bytes
  bool send(ByteView message);

 private:
  explicit VpcdLink(int socket) : socket_(socket) {}
  int socket_ = -1;
  Bytes received_;
};

}  // namespace perso::vchip
