// The operating system of the globalplatform platform. CONTRACT.md says what each command means.
#pragma once

#include "vchip/card_os.hpp"
#include "vchip/dgi_stream.hpp"
#include "vchip/globalplatform_state.hpp"
#include "vchip/pace_card.hpp"
#include "vchip/reading.hpp"
#include "vchip/scp03_card.hpp"

namespace perso::vchip {

/// GPCS table 11-16: an AES key.
inline constexpr std::uint8_t aes_key_type = 0x88;

class GlobalPlatformOs final : public CardOs {
 public:
  /// @throws Error Code::malformed where the memory holds no such chip
  GlobalPlatformOs(Nvm& nvm, Random& random);

  void reset() override { session_ = {}; }
  const Hardware& hardware() const override { return state_.hardware; }
  LifeCycle life() const override { return state_.life; }

 private:
  enum class Where { issuer, application, both };
  enum class Needs {
    nothing,
    access,  // a channel, where the chip is closed
    issuer   // the issuer's channel of level 33
  };
  struct Instruction {
    std::uint8_t cla;
    std::uint8_t ins;
    Where where;
    Needs needs;
    Answer (GlobalPlatformOs::*perform)(const Command&);
  };

  /// A STORE DATA stream in work.
  struct Stream {
    DgiStream dgis;
    std::uint8_t next_block = 0;
    Bytes gathered;                     // a value that is taken whole
    std::vector<iso7816::Fid> written;  // files that this stream has begun
  };
  /// How far somebody is with opening a closed chip.
  struct Access {
    std::unique_ptr<PaceCard> pace;  // from MSE:Set AT to its end
    std::optional<Bytes> challenge;  // of GET CHALLENGE, until it is used
    std::optional<SecureMessagingCard> channel;
    std::optional<Cipher> chip_authentication;  // as MSE:Set AT wants it
    std::optional<SecureMessagingCard> next;    // the channel that begins behind the answer in work
  };
  /// What is lost with the power.
  struct Session {
    Place application;                 // selected; none is the issuer security domain, the master file
    std::optional<iso7816::Fid> file;  // current file
    std::optional<Scp03Card> channel;  // the issuer's, from INITIALIZE UPDATE on
    Place target;                      // of INSTALL [for personalization]
    std::optional<Stream> stream;
    Access access;
  };

  // globalplatform_os.cpp
  static std::span<const Instruction> instructions();
  bool takes(const Command& command) const override;
  void end_channels() override;
  Answer perform(Command& command) override;
  Answer perform_bare(Command& command);
  Answer execute(const Command& command);
  void require(Needs needs, Way way) const;
  void refuse_if_terminated(const Command& command) const;
  void pass_channel(Command& command);
  const Instruction& instruction_for(const Command& command) const;
  bool channel_open() const { return session_.channel && session_.channel->is_open(); }
  void end_issuer_channel();
  void select_place(Place place);
  void commit(const Bytes& record);
  void require_life(LifeCycle life) const;
  void require_room(std::size_t pages) const;
  std::size_t answer_room(const Command& command) const;

  // globalplatform_channel.cpp
  Answer select(const Command& command);
  Answer select_application(const Command& command);
  Answer select_master_file(const Command& command);
  Answer select_file(const Command& command);
  Answer get_data(const Command& command);
  Answer initialize_update(const Command& command);
  Answer external_authenticate(const Command& command);

  // globalplatform_issuer.cpp
  Answer put_key(const Command& command);
  Answer install(const Command& command);
  Answer set_status(const Command& command);

  // globalplatform_store.cpp
  Answer store_data(const Command& command);
  void store(Stream& stream, const DgiPart& part);
  void store_mark(Stream& stream, const DgiPart& part);
  void store_file_control(Stream& stream, const DgiPart& part, Place place);
  void store_contents(Stream& stream, const DgiPart& part, Place place);
  void store_access(Stream& stream, const DgiPart& part);
  void store_key_pair(Stream& stream, const DgiPart& part, std::size_t application);
  static bool gather(Stream& stream, const DgiPart& part);

  // globalplatform_keys.cpp
  void put_key_pair(std::size_t application, std::uint8_t id, const KeyPair& pair);
  Answer generate_key_pair(const Command& command);
  Answer internal_authenticate(const Command& command);
  ChipKey chip_key(GlobalPlatformState::KeyPlace place) const;

  // globalplatform_access.cpp
  Answer perform_in_access_channel(Command& command);
  Answer manage_security_environment(const Command& command);
  Answer general_authenticate(const Command& command);
  Answer start_pace(const Command& command);
  Answer continue_pace(const Command& command);
  Answer get_challenge(const Command& command);
  Answer basic_authenticate(const Command& command);
  const SessionKeys& basic_access(const Command& command) const;
  std::size_t delays_of_access() const { return state_.access_failed ? 1 : 0; }
  void access_failed();
  void open_access_channel(SecureMessagingCard channel);
  GlobalPlatformState::KeyPlace agreement_key_for(const Command& command) const;
  Answer set_chip_authentication(const Command& command);
  Answer set_key_agreement(const Command& command);
  Answer agree(const Command& command);

  // globalplatform_reading.cpp
  Answer read_binary(const Command& command);
  Answer read_binary_odd(const Command& command);
  const File& readable_file(Way way) const;
  ReadSize asked_size(const Command& command) const;
  void make_current(const File* file);

  Nvm& nvm_;
  Random& random_;
  GlobalPlatformState state_;
  Session session_;
};

}  // namespace perso::vchip
