// Chip drivers: a plan's steps as the commands of one chip platform. The run calls them in order and never
// sees an APDU.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "bytes/clock.hpp"
#include "channel/document_keys.hpp"
#include "crypto/private_key.hpp"
#include "iso7816/card.hpp"
#include "keys/keys.hpp"
#include "platform/platform.hpp"

namespace perso::chip {

/// What a chip says of its life. The values are the platform's own business.
enum class Life { blank, personalizing, issued, terminated };

/// The name of a run as it stands on the chip while it is made: 16 bytes.
using ProgressMark = std::array<std::uint8_t, 16>;

struct Identity {
  std::optional<keys::ChipId> chip;  // nullopt where the chip says it to those alone who open it
  Life life = Life::blank;
  std::optional<ProgressMark> mark;  // names the run that began it
  std::size_t max_command_data = 0;  // largest command data field that the chip takes
};

using ReadAccess = platform::ReadAccess;

/// A private key that the station made for the chip.
struct InjectedKey {
  std::uint8_t id = 1;
  std::string_view algorithm;  // of the platform's list
  const crypto::PrivateKey& key;
};

/// How the chip will open to readers once it is locked.
struct AccessControl {
  const channel::AccessData& data;
  bool bac = false;
  std::span<const channel::PaceInfo> pace;
};

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

/// One chip on one connection. Every refusal is an Error with the status word. Not thread-safe. Calls of a
/// feature that the platform's data does not list are Code::profile_invalid: the linter refuses such a
/// profile.
class Driver {
 public:
  virtual ~Driver() = default;
  /// Reads who the chip is. Writes nothing. @throws chip_foreign
  virtual Identity identify() = 0;
  /// The same of a chip that says it to those alone who open it, with what is printed on it.
  /// @throws chip_foreign; keys_do_not_open where it is another card, channel_broken
  virtual Identity identify(const channel::AccessData& access) = 0;
  /// On a platform with key sets: the keys that open the chip from now on, and a channel to its issuer's
  /// application under them. They must outlive their use. Else nothing. @throws keys_do_not_open
  virtual void open(const keys::ChipKeys* keys) = 0;
  /// The first write: from here the chip is not blank any more. Where the platform has no place for a mark it
  /// is the next write that makes the difference.
  virtual void mark(const ProgressMark& run) = 0;
  /// Replaces the key set that opened the channel; the next one is in use from then on.
  virtual void replace_keys(const keys::ChipKeys& next) = 0;
  /// Makes the application's instance on the chip.
  virtual void install(const iso7816::Aid& application) = 0;
  /// The public half, an uncompressed point.
  virtual Bytes generate(const iso7816::Aid& application, const KeyRequest& key) = 0;
  virtual void inject(const iso7816::Aid& application, const InjectedKey& key) = 0;
  /// The chip keeps to it from the lock on, in all its applications.
  virtual void set_access(const AccessControl& access) = 0;
  /// Creates these files and writes them, in this order. May be called again for further files.
  virtual void write(const iso7816::Aid& application, std::span<const FileImage> files) = 0;
  /// Reads a file back, before the lock.
  virtual Bytes read_back(const iso7816::Aid& application, iso7816::Fid fid, std::size_t size) = 0;
  /// Locks the chip for good.
  virtual void lock() = 0;
  /// Opens the chip as its issuer, where it has keys, and tries to write to `application` what would change
  /// nothing in itself. Returns only when the chip refuses it as its contract says. The chip must have been
  /// identified, with what is printed on it where it needs that.
  /// @throws verification_failed, with the status word, when the chip takes it or answers anything else;
  /// keys_do_not_open
  virtual void prove_locked(const iso7816::Aid& application, const keys::ChipKeys* keys) = 0;
};

/// The driver of a platform. @param command_limit largest command data field to use, 255 to 65,535, below the
/// chip's own
/// @throws Error profile_invalid for a platform without a driver
std::unique_ptr<Driver> make_driver(const platform::Platform& platform, iso7816::Card& card, Random& random,
                                    std::size_t command_limit);

}  // namespace perso::chip
