// The chip's non-volatile memory: a log of records, each one atomic change. Whatever prefix of the log
// survives a loss of power is a state that a real chip could be left in.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "bytes/bytes.hpp"

namespace perso::vchip {

/// The supply voltage went away while the chip was at work. Not an Error: nobody outside of the chip's reader
/// sees it, a card that lost power does not answer.
struct PowerLoss {};

/// A log of records, in memory and, where there is a file, on disk too. A record is framed as length (2
/// bytes, big-endian, 1 to 65,535), contents, CRC-32 of both (4 bytes). Owned by one chip; used by one
/// thread.
class Nvm {
 public:
  static constexpr std::size_t page_size = 64;       // bytes that the hardware writes at once
  static constexpr std::size_t max_log = 16u << 20;  // bytes; a longer file is refused

  /// Empty, without a file.
  Nvm() = default;
  /// What a loss of power at the end of `log` leaves. Without a file.
  static Nvm from_log(Bytes log);
  /// A new file. @throws Error Code::reader_fault where it exists or cannot be made
  static Nvm create(const std::filesystem::path& file);
  /// @throws Error Code::reader_fault when it cannot be read, Code::malformed above max_log
  static Nvm open(const std::filesystem::path& file);

  Nvm(Nvm&& other) noexcept;
  Nvm& operator=(Nvm&& other) noexcept;
  ~Nvm();

  /// Adds one record. @throws PowerLoss when the budget ends: what it still allowed is in the log. Error
  /// Code::reader_fault when the disk refuses
  void append(ByteView record);
  /// Calls `take` with each record, oldest first.
  void replay(const std::function<void(ByteView)>& take) const;
  /// Puts `records` in the place of the whole log, all or nothing.
  void replace(const std::vector<Bytes>& records);
  /// The log as it stands, a torn record at its end included.
  ByteView log() const { return log_; }

  /// For tests: power fails once, after so many more bytes or records were written.
  void cut_power_after_bytes(std::size_t bytes) { bytes_left_ = bytes; }
  void cut_power_after_records(std::size_t records) { records_left_ = records; }
  /// What the hardware does when power is back: drops the torn record at the end of the log.
  void drop_torn_tail();

 private:
  void write(ByteView bytes);
  [[noreturn]] void lose_power();

  Bytes log_;
  std::filesystem::path file_;
  int descriptor_ = -1;
  std::optional<std::size_t> bytes_left_;
  std::optional<std::size_t> records_left_;
};

}  // namespace perso::vchip
