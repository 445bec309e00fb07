// The driver of the `iso7816` platform: src/vchip/CONTRACT-iso7816.md as commands, short length only.
#pragma once

#include "channel/secure_messaging.hpp"
#include "chip/file_reading.hpp"

namespace perso::chip {

/// The chip's one application is there from the start and nobody holds keys: `open`, `mark` and `install`
/// send nothing. The platform, the card and the random source must outlive it.
class Iso7816 final : public Driver {
 public:
  Iso7816(const platform::Platform& platform, iso7816::Card& card, Random& random)
      : platform_(platform), card_(card), random_(random) {}

  Identity identify() override;
  /// Every chip of the platform says who it is: `access` is kept for `prove_locked`.
  Identity identify(const channel::AccessData& access) override;
  void open(const keys::ChipKeys* keys) override;
  void mark(const ProgressMark& run) override;
  void replace_keys(const keys::ChipKeys& next) override;
  void install(const iso7816::Aid& application) override;
  Bytes generate(const iso7816::Aid& application, const KeyRequest& key) override;
  /// RSA of 1,024 bits for active authentication: a longer number does not fit into one command. In the form
  /// that the chip takes: the other is tried where one is refused. P-256 for chip authentication.
  void inject(const iso7816::Aid& application, const InjectedKey& key) override;
  /// Basic access control, and nothing else.
  void set_access(const AccessControl& access) override;
  /// All files are created before one is filled, EF.COM as the first: the chip's state shows by it.
  void write(const iso7816::Aid& application, std::span<const FileImage> files) override;
  /// In the clear. A chip that refuses that is opened, once, with the access data that were set on it, and
  /// read in the channel; after that only the lock may follow.
  /// @throws Error also as channel::open_bac
  Bytes read_back(const iso7816::Aid& application, iso7816::Fid fid, std::size_t size) override;
  void lock() override;
  /// By CREATE FILE with an empty template. A locked chip answers 6D00 or 6985; one that is not locked
  /// refuses the template (6700, 6A80), and has neither created nor emptied a file. Then, with the access
  /// data, in the channel: by UPDATE BINARY of EF.COM's first byte with the value that it has.
  void prove_locked(const iso7816::Aid& application, const keys::ChipKeys* keys) override;

 private:
  Identity read_identity();
  void select(const iso7816::Aid& application);
  void select_applet();
  void put_number(std::uint8_t object, const Secret& number, std::string_view name);
  void create(const FileImage& file);
  void fill(const FileImage& file);

  const platform::Platform& platform_;
  iso7816::Card& card_;
  Random& random_;
  bool numbers_nested_ = true;  // in the data objects of a key, as far as is known
  std::optional<iso7816::Aid> selected_;
  std::optional<channel::PrintedData> access_;         // of this chip, as far as it is known
  std::unique_ptr<channel::SecureMessaging> channel_;  // to the selected application
  FileReading reading_;
};

}  // namespace perso::chip
