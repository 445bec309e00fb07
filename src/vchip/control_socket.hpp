// The operator's line to the virtual slots: text commands on a unix socket.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace perso::vchip {

class CardFolder;
class SlotServer;

/// A listening unix socket that only its owner reaches (mode 0600). Removed when it dies.
class ControlSocket {
 public:
  static constexpr std::size_t max_line = 256;  // bytes, without the line end

  /// Takes the place of a socket that a server left behind. @throws Error Code::reader_fault
  explicit ControlSocket(std::filesystem::path path);
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;
  ~ControlSocket();

  /// Answers each line with one line, one client after the other, until `stop_descriptor` can be read. A
  /// client that says nothing for a second, or more than max_line bytes at once, is left.
  void serve(const std::function<std::string(const std::string&)>& answer, int stop_descriptor);

 private:
  void serve_client(int client, const std::function<std::string(const std::string&)>& answer,
                    int stop_descriptor);
  std::filesystem::path path_;
  int socket_ = -1;
};

/// Performs one command line. @returns "ok ..." or "error ...", without a line end
std::string answer_control(const std::string& line, const std::vector<std::unique_ptr<SlotServer>>& slots,
                           const CardFolder& folder);

}  // namespace perso::vchip
