// Chip drivers: a plan's steps as the commands of one chip platform. The run calls them in order and never
// sees an APDU.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "bytes/clock.hpp"
#include "iso7816/card.hpp"
#include "keys/keys.hpp"
#include "platform/platform.hpp"

namespace perso::chip {

/// What a chip says of its life. The values are the platform's own business.
enum class Life { blank, personalizing, issued, terminated };

/// The name of a run as it stands on the chip while it is made: 16 bytes.
using ProgressMark = std::array<std::uint8_t, 16>;

struct Identity {
  keys::ChipId chip;
  Life life = Life::blank;
  std::optional<ProgressMark> mark;  // names the run that began it
  std::size_t max_command_data = 0;  // largest command data field that the chip takes
};

enum class ReadAccess : std::uint8_t { always, never };

/// One file as it is written. Views: the plan owns the bytes.
struct FileImage {
  iso7816::Fid fid;
  std::optional<iso7816::ShortFid> short_fid;
  ReadAccess read = ReadAccess::always;
  ByteView contents;
};

/// A key that the chip is to make.
struct KeyRequest {
  std::uint8_t id = 1;
  std::string_view algorithm;  // of the platform's list
};

/// One chip on one connection. Every refusal is an Error with the status word. Not thread-safe.
class Driver {
 public:
  virtual ~Driver() = default;
  /// Reads who the chip is. Writes nothing. @throws chip_foreign
  virtual Identity identify() = 0;
  /// Opens the channel with this key set. @throws keys_do_not_open
  virtual void open(const keys::ChipKeys& keys) = 0;
  /// The first write: from here the chip is not blank any more.
  virtual void mark(const ProgressMark& run) = 0;
  /// Replaces the key set that opened the channel.
  virtual void replace_keys(const keys::ChipKeys& current, const keys::ChipKeys& next) = 0;
  /// Makes the application's instance on the chip.
  virtual void install(const iso7816::Aid& application) = 0;
  /// The public half, an uncompressed point. Opens the channel to the application with `keys`.
  virtual Bytes generate(const iso7816::Aid& application, const KeyRequest& key,
                         const keys::ChipKeys& keys) = 0;
  /// Writes all files of an application, in this order.
  virtual void write(const iso7816::Aid& application, std::span<const FileImage> files) = 0;
  /// Reads a file back as it will be read after the lock.
  virtual Bytes read_back(const iso7816::Aid& application, iso7816::Fid fid, std::size_t size) = 0;
  /// Locks the chip for good.
  virtual void lock(const keys::ChipKeys& keys) = 0;
  /// Opens the channel as the issuer and tries to write: INSTALL [for personalization] of `application`,
  /// which changes nothing in itself. Returns only when the chip refuses it as CONTRACT.md says (6985).
  /// @throws verification_failed, with the status word, when the chip takes it or answers anything else;
  /// keys_do_not_open
  virtual void prove_locked(const iso7816::Aid& application, const keys::ChipKeys& keys) = 0;
};

/// The driver of a platform. @param command_limit largest command data field to use, 255 to 65,535, below the
/// chip's own
/// @throws Error profile_invalid for a platform without a driver
std::unique_ptr<Driver> make_driver(const platform::Platform& platform, iso7816::Card& card, Random& random,
                                    std::size_t command_limit);

}  // namespace perso::chip
