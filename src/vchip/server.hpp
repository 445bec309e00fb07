// Serves virtual cards to vsmartcard's vpcd readers, from a folder of chip files.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "bytes/clock.hpp"
#include "vchip/timing.hpp"

namespace perso::vchip {

enum class FeedMode {
  hold,  // cards stay where they are until somebody moves them
  feed,  // a card that has answered commands and is then powered off is taken out, and the next of the stack
         // comes
};

struct ServerConfig {
  std::filesystem::path dir;  // see CardFolder
  unsigned slots = 2;         // 1 to 64: slot N connects to first_port + N
  FeedMode mode = FeedMode::hold;
  std::string host = "127.0.0.1";
  std::uint16_t first_port = 35963;
  Timing timing;
  /// Each card stops answering after so many commands, for good: a sample for who builds readers.
  std::optional<std::size_t> stalls_after;
  Sleeper sleep;  // how the timing's cost passes; must be set unless the timing is none()
  std::function<void(const std::string&)> log;   // one line; called from the slots' threads; may be empty
  std::chrono::milliseconds removal_grace{100};  // without power before a card is taken out
  /// That a slot stays empty: longer than the 400 ms after which pcscd looks again. Else another program that
  /// touches the reader in between can hide the removal. A shorter gap saves nothing: the next card is found
  /// by the same look.
  std::chrono::milliseconds insertion_gap{450};
};

/// Serves until `stop_descriptor` can be read (an eventfd, a signalfd, a pipe). Answers commands on the unix
/// socket DIR/control, one line each, one line back: `insert SLOT FILE`, `remove SLOT`, `tear SLOT after N
/// commands`, `tear SLOT at N bytes`, `stall SLOT`, `list`.
/// @throws Error Code::reader_fault where the folder or the socket cannot be used
void serve(const ServerConfig& config, Random& random, int stop_descriptor);

}  // namespace perso::vchip
