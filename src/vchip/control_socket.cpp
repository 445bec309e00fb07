#include "vchip/control_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <sstream>

#include "bytes/error.hpp"
#include "vchip/slot_server.hpp"

namespace perso::vchip {

namespace {

constexpr int client_patience_ms = 1000;
constexpr std::size_t max_count = 1'000'000'000;

/// Whether `descriptor` can be read before `stop_descriptor` can, and before the time is over (-1: never).
bool readable(int descriptor, int stop_descriptor, int timeout_ms) {
  std::array<pollfd, 2> watched = {pollfd{stop_descriptor, POLLIN, 0}, pollfd{descriptor, POLLIN, 0}};
  int ready = 0;
  do {
    ready = ::poll(watched.data(), watched.size(), timeout_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && watched[0].revents == 0;
}

std::optional<std::size_t> number(const std::string& word) {
  std::size_t value = 0;
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (failed != std::errc{} || end != word.data() + word.size() || value > max_count) return std::nullopt;
  return value;
}

}  // namespace

ControlSocket::ControlSocket(std::filesystem::path path) : path_(std::move(path)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = path_.string();
  if (name.size() >= sizeof address.sun_path) {
    throw Error(Code::reader_fault, "virtual cards: the path of the folder is too long for a unix socket");
  }
  std::memcpy(address.sun_path, name.c_str(), name.size());
  if (std::filesystem::is_socket(path_)) std::filesystem::remove(path_);
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0 || ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(name.c_str(), 0600) != 0 || ::listen(socket_, 8) != 0) {
    if (socket_ >= 0) ::close(socket_);
    throw Error(Code::reader_fault, "virtual cards: cannot listen on " + name + ": " + std::strerror(errno));
  }
}

ControlSocket::~ControlSocket() {
  ::close(socket_);
  std::error_code gone_already;
  std::filesystem::remove(path_, gone_already);
}

void ControlSocket::serve(const std::function<std::string(const std::string&)>& answer, int stop_descriptor) {
  while (readable(socket_, stop_descriptor, -1)) {
    const int client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    serve_client(client, answer, stop_descriptor);
    ::close(client);
  }
}

void ControlSocket::serve_client(int client, const std::function<std::string(const std::string&)>& answer,
                                 int stop_descriptor) {
  std::string pending;
  std::array<char, max_line> buffer;
  while (readable(client, stop_descriptor, client_patience_ms)) {
    const ssize_t got = ::recv(client, buffer.data(), buffer.size(), 0);
    if (got <= 0) return;
    pending.append(buffer.data(), static_cast<std::size_t>(got));
    for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
      const std::string reply = answer(pending.substr(0, end)) + "\n";
      pending.erase(0, end + 1);
      if (::send(client, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) return;
    }
    if (pending.size() > max_line) return;
  }
}

std::string answer_control(const std::string& line, const std::vector<std::unique_ptr<SlotServer>>& slots,
                           const CardFolder& folder) {
  std::istringstream text(line);
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  if (words.size() == 1 && words[0] == "list") {
    std::string list = "ok";
    for (std::size_t i = 0; i < slots.size(); ++i)
      list += " slot " + std::to_string(i) + ": " + slots[i]->describe() + ";";
    return list + " stack: " + std::to_string(folder.waiting()) +
           "; out: " + std::to_string(folder.taken_out());
  }
  const auto slot_number = words.size() > 1 ? number(words[1]) : std::nullopt;
  if (!slot_number || *slot_number >= slots.size()) return "error expected a command and a slot";
  SlotServer& slot = *slots[*slot_number];
  if (words.size() == 3 && words[0] == "insert") return slot.insert(words[2]);
  if (words.size() == 2 && words[0] == "remove") return slot.remove();
  if (words.size() == 2 && words[0] == "stall") return slot.stall();
  if (words.size() == 5 && words[0] == "tear") {
    const auto count = number(words[3]);
    if (count && words[2] == "after" && words[4] == "commands") return slot.tear_after_commands(*count);
    if (count && words[2] == "at" && words[4] == "bytes") return slot.tear_after_bytes(*count);
  }
  return "error no such command";
}

}  // namespace perso::vchip
