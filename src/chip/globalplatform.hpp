// The driver of the `globalplatform` platform: src/vchip/CONTRACT.md as commands, GlobalPlatform Card
// Specification 2.3.1.
#pragma once

#include "channel/scp03.hpp"
#include "channel/secure_messaging.hpp"
#include "chip/file_reading.hpp"

namespace perso::chip {

/// Sends no command that the chip's state does not ask for: what is selected stays selected, a channel stays
/// open for as long as its application is. Everything written goes through SCP03 at level 33; everything read
/// goes without a channel. A closed chip is opened by PACE, or by basic access control where it has no
/// EF.CardAccess; it then says who it is, and SCP03 is opened, through that access channel. The platform, the
/// card and the random source must outlive it.
class GlobalPlatform final : public Driver {
 public:
  GlobalPlatform(const platform::Platform& platform, iso7816::Card& card, Random& random,
                 std::size_t command_limit);

  Identity identify() override;
  Identity identify(const channel::AccessData& access) override;
  void open(const keys::ChipKeys* keys) override;
  void mark(const ProgressMark& run) override;
  void replace_keys(const keys::ChipKeys& next) override;
  void install(const iso7816::Aid& application) override;
  Bytes generate(const iso7816::Aid& application, const KeyRequest& key) override;
  void inject(const iso7816::Aid& application, const InjectedKey& key) override;
  void set_access(const AccessControl& access) override;
  void write(const iso7816::Aid& application, std::span<const FileImage> files) override;
  Bytes read_back(const iso7816::Aid& application, iso7816::Fid fid, std::size_t size) override;
  void lock() override;
  void prove_locked(const iso7816::Aid& application, const keys::ChipKeys* keys) override;

 private:
  Identity read_identity();
  void open_access(const channel::AccessData& access);
  std::optional<ProgressMark> read_mark();
  void select(const iso7816::Aid& application);
  void close_channel();
  void open_on(const iso7816::Aid& application);
  void open_scp03();
  /// A channel to the application: the one that is open, else a new one.
  void reach(const iso7816::Aid& application);
  /// From here STORE DATA goes to the application.
  void aim_at(const iso7816::Aid& application);
  Bytes send_protected(std::uint8_t ins, std::uint8_t p1, std::uint8_t p2, Bytes data, std::string_view name);
  void store(ByteView stream);

  const platform::Platform& platform_;
  iso7816::Card& card_;
  Random& random_;
  std::size_t field_;  // largest data field, channel included, that reader and chip take
  channel::Scp03Mode mode_ = channel::Scp03Mode::s8;  // the chip's, once it is known
  const keys::ChipKeys* keys_ = nullptr;
  std::optional<iso7816::Aid> selected_;
  std::unique_ptr<channel::SecureMessaging> access_;  // what opened a closed chip, until SCP03 takes over
  std::optional<channel::Scp03> channel_;             // to the selected application
  std::optional<iso7816::Aid> target_;                // of INSTALL [for personalization] in this channel
  FileReading reading_;
};

}  // namespace perso::chip
