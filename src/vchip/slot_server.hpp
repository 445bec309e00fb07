// One virtual slot: the card that is in it, its wire to the reader, and the hand that feeds it.
#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "vchip/card_folder.hpp"
#include "vchip/chip.hpp"
#include "vchip/vpcd_link.hpp"

namespace perso::vchip {

struct ServerConfig;

/// Runs a slot on a thread of its own. The other public functions are called from one other thread, and
/// return when the slot's thread has done what they ask. The references must outlive it.
class SlotServer {
 public:
  SlotServer(unsigned slot, const ServerConfig& config, CardFolder& folder, Random& random);
  /// Ends the thread; the card stays in the slot's folder.
  ~SlotServer();

  /// Each answers one line, "ok ..." or "error ...".
  std::string insert(const std::string& name);
  std::string remove();
  std::string tear_after_commands(std::size_t commands);
  std::string tear_after_bytes(std::size_t bytes);
  std::string stall();
  /// "NAME life-cycle on|off|stalled", or "-" for an empty slot.
  std::string describe();

 private:
  using Time = std::chrono::steady_clock::time_point;

  std::string ask(std::function<std::string()> task);
  void run();
  void end();
  void do_tasks();
  void look_for_card();
  void put_in(const std::filesystem::path& card);
  void take_out();
  void connect();
  void wait();
  void serve_link();
  /// False when the link must be dropped.
  bool serve_message(ByteView message);
  bool serve_command(ByteView command);
  bool serve_control(std::uint8_t control);
  void log(const std::string& line) const;

  const unsigned slot_;
  const ServerConfig& config_;
  CardFolder& folder_;
  Random& random_;

  // The slot's thread alone.
  std::filesystem::path card_;  // empty while the slot is
  std::unique_ptr<Chip> chip_;
  std::optional<VpcdLink> link_;
  bool answered_ = false;  // a command since the insertion
  bool stalled_ = false;
  std::size_t commands_since_insertion_ = 0;
  std::optional<std::size_t> commands_to_tear_;
  std::optional<Time> leaves_at_;  // unless power comes back before
  Time insert_not_before_{};

  std::mutex asking_;  // guards tasks_ and ended_
  std::vector<std::packaged_task<std::string()>> tasks_;
  bool ended_ = false;  // nobody takes tasks any more
  std::atomic<bool> stopping_ = false;
  int wake_;  // eventfd
  std::thread thread_;
};

}  // namespace perso::vchip
