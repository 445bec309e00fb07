// The driver of the `iso7816` platform: src/vchip/CONTRACT-iso7816.md as commands, short length only.
#pragma once

#include "chip/file_reading.hpp"

namespace perso::chip {

/// The chip's one application is there from the start and nobody holds keys: `open`, `mark` and `install`
/// send nothing. The platform, the card and the random source must outlive it.
class Iso7816 final : public Driver {
 public:
  Iso7816(const platform::Platform& platform, iso7816::Card& card, Random& random)
      : platform_(platform), card_(card), random_(random) {}

  Identity identify() override;
  void open(const keys::ChipKeys* keys) override;
  void mark(const ProgressMark& run) override;
  void replace_keys(const keys::ChipKeys& next) override;
  void install(const iso7816::Aid& application) override;
  Bytes generate(const iso7816::Aid& application, const KeyRequest& key) override;
  /// RSA of 1,024 bits: a longer number does not fit into one command. In the form that the chip takes: the
  /// other is tried where one is refused.
  void inject(const iso7816::Aid& application, const InjectedKey& key) override;
  void set_access(const iso7816::Aid& application, const channel::PrintedData& access) override;
  /// All files are created before one is filled, EF.COM as the first: the chip's state shows by it.
  void write(const iso7816::Aid& application, std::span<const FileImage> files) override;
  /// In the clear. A chip that refuses that is opened, once, with the access data that were set on it, and
  /// read in the channel; after that only the lock may follow.
  /// @throws Error also as channel::open_bac
  Bytes read_back(const iso7816::Aid& application, iso7816::Fid fid, std::size_t size) override;
  void lock() override;
  /// By CREATE FILE with an empty template. A locked chip answers 6D00 or 6985; one that is not locked
  /// refuses the template (6700, 6A80), and has neither created nor emptied a file.
  void prove_locked(const iso7816::Aid& application, const keys::ChipKeys* keys) override;

 private:
  Identity read_identity();
  void select(const iso7816::Aid& application);
  void put_number(std::uint8_t object, ByteView number, std::string_view name);
  void create(const FileImage& file);
  void fill(const FileImage& file);

  const platform::Platform& platform_;
  iso7816::Card& card_;
  Random& random_;
  bool numbers_nested_ = true;  // in the data objects of a key, as far as is known
  std::optional<iso7816::Aid> selected_;
  std::optional<channel::PrintedData> access_;         // as it was set on this chip
  std::unique_ptr<channel::SecureMessaging> channel_;  // to the selected application
  FileReading reading_;
};

}  // namespace perso::chip
