// The operating system of the globalplatform platform. CONTRACT.md says what each command means.
#pragma once

#include "vchip/card_os.hpp"
#include "vchip/dgi_stream.hpp"
#include "vchip/globalplatform_state.hpp"
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
  struct Instruction {
    std::uint8_t cla;
    std::uint8_t ins;
    Where where;
    bool writes;  // in a channel of level 33 alone
    Answer (GlobalPlatformOs::*perform)(const Command&);
  };

  /// A STORE DATA stream in work.
  struct Stream {
    DgiStream dgis;
    std::uint8_t next_block = 0;
    Bytes gathered;                     // a value that is taken whole
    std::vector<iso7816::Fid> written;  // files that this stream has begun
  };
  /// What is lost with the power.
  struct Session {
    std::optional<std::size_t> application;  // selected; none is the issuer security domain
    std::optional<iso7816::Fid> file;        // current file
    std::optional<Scp03Card> channel;        // from INITIALIZE UPDATE on
    std::optional<std::size_t> target;       // of INSTALL [for personalization]
    std::optional<Stream> stream;
  };

  // globalplatform_os.cpp
  static std::span<const Instruction> instructions();
  Answer perform(Command& command) override;
  Answer execute(Command& command);
  void refuse_if_terminated(const Command& command) const;
  void pass_channel(Command& command);
  const Instruction& instruction_for(const Command& command) const;
  bool channel_open() const { return session_.channel && session_.channel->is_open(); }
  void end_channel();
  void commit(const Bytes& record);
  void require_life(LifeCycle life) const;
  void require_room(std::size_t pages) const;
  std::size_t answer_room(const Command& command) const;

  // globalplatform_channel.cpp
  Answer select(const Command& command);
  Answer select_application(const Command& command);
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
  void store_file_control(Stream& stream, const DgiPart& part, std::size_t application);
  void store_contents(Stream& stream, const DgiPart& part, std::size_t application);
  static bool gather(Stream& stream, const DgiPart& part);

  // globalplatform_application.cpp
  Answer generate_key_pair(const Command& command);
  Answer internal_authenticate(const Command& command);
  Answer read_binary(const Command& command);
  Answer read_binary_odd(const Command& command);
  Answer read(const Command& command, std::size_t offset, bool wrapped);
  const File& readable_file() const;

  Nvm& nvm_;
  Random& random_;
  GlobalPlatformState state_;
  Session session_;
};

}  // namespace perso::vchip
