// A server of virtual chips, and the readers that it connects to.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>

#include "crypto/primitives.hpp"
#include "passport_bench.hpp"
#include "vchip/server.hpp"

namespace perso::vchip {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

inline bool readable(int descriptor, std::chrono::milliseconds patience) {
  pollfd watched{descriptor, POLLIN, 0};
  return ::poll(&watched, 1, static_cast<int>(patience.count())) == 1;
}

/// The reader's side of the wire: listens like vpcd and sends length and message in two writes, as vpcd 3.3
/// does.
class FakeReader {
 public:
  explicit FakeReader(std::uint16_t port = 0) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bound_ = ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
             ::listen(listener_, 1) == 0;
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~FakeReader() {
    drop();
    ::close(listener_);
  }

  bool bound() const { return bound_; }
  std::uint16_t port() const { return port_; }

  /// Waits for a card.
  bool accept(std::chrono::milliseconds patience = 3s) {
    if (!readable(listener_, patience)) return false;
    card_ = ::accept(listener_, nullptr, nullptr);
    return card_ >= 0;
  }
  void drop() {
    if (card_ >= 0) ::close(card_);
    card_ = -1;
  }
  /// Waits until the card has gone.
  bool gone(std::chrono::milliseconds patience = 3s) {
    std::uint8_t byte = 0;
    const bool left = readable(card_, patience) && ::recv(card_, &byte, 1, 0) <= 0;
    if (left) drop();
    return left;
  }
  void send(ByteView message) {
    Bytes length;
    append_be16(length, static_cast<std::uint16_t>(message.size()));
    raw(length);
    raw(message);
  }
  void raw(ByteView bytes) { ::send(card_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  void control(std::uint8_t byte) { send(Bytes{byte}); }
  /// The next message as hexadecimal, or "silence", or "gone".
  std::string receive(std::chrono::milliseconds patience = 3s) {
    Bytes length(2);
    if (!readable(card_, patience)) return "silence";
    if (::recv(card_, length.data(), 2, MSG_WAITALL) != 2) return "gone";
    Bytes message(be16(length));
    if (::recv(card_, message.data(), message.size(), MSG_WAITALL) != static_cast<ssize_t>(message.size()))
      return "gone";
    return to_hex(message);
  }
  std::string transmit(const std::string& hex) {
    send(from_hex(hex));
    return receive();
  }
  /// Insertion and power-on as pcscd does it.
  bool insert() {
    if (!accept()) return false;
    control(4);
    if (receive().substr(0, 4) != "3B8B") return false;
    control(1);
    return true;
  }

 private:
  int listener_;
  int card_ = -1;
  bool bound_ = false;
  std::uint16_t port_ = 0;
};

/// Two readers on neighbouring ports.
struct Readers {
  std::unique_ptr<FakeReader> first, second;
  Readers() {
    do {
      first = std::make_unique<FakeReader>();
      second = std::make_unique<FakeReader>(static_cast<std::uint16_t>(first->port() + 1));
    } while (!first->bound() || !second->bound());
  }
};

/// A folder with blank chips and a server on it.
class Served {
 public:
  Served(FeedMode mode, int cards, std::uint16_t port, unsigned slots = 2)
      : dir(fs::path(PERSO_BINARY_DIR) / "server-test") {
    fs::remove_all(dir);
    fs::create_directories(dir / "stack");
    for (int i = 0; i < cards; ++i)
      Chip::make_file(test::blank_chip(), dir / "stack" / ("card-" + std::to_string(i) + ".chip"));
    config.dir = dir;
    config.mode = mode;
    config.slots = slots;
    config.first_port = port;
    start();
  }
  ~Served() {
    stop();
    fs::remove_all(dir);
  }
  void start() {
    stop_ = ::eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { serve(config, *random_, stop_); });
    for (int i = 0; i < 200 && command("list").empty(); ++i) std::this_thread::sleep_for(10ms);
  }
  void stop() {
    if (!thread_.joinable()) return;
    ::eventfd_write(stop_, 1);
    thread_.join();
    ::close(stop_);
  }
  /// One line to the control socket and the line back; empty where nobody answers.
  std::string command(const std::string& line) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = (dir / "control").string();
    std::copy(path.begin(), path.end(), address.sun_path);
    std::string answer;
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      const std::string sent = line + "\n";
      ::send(socket, sent.data(), sent.size(), MSG_NOSIGNAL);
      char byte = 0;
      while (readable(socket, 3s) && ::recv(socket, &byte, 1, 0) == 1 && byte != '\n') answer += byte;
    }
    ::close(socket);
    return answer;
  }
  bool has(const std::string& file) const { return fs::exists(dir / file); }

  fs::path dir;
  ServerConfig config;

 private:
  std::unique_ptr<Random> random_ = crypto::system_random();
  int stop_ = -1;
  std::thread thread_;
};

}  // namespace perso::vchip
