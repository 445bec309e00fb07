// The chip's operating system: takes commands apart, judges them and performs them. CONTRACT.md says what
// each one means.
#pragma once

#include "bytes/clock.hpp"
#include "vchip/dgi_stream.hpp"
#include "vchip/scp03_card.hpp"
#include "vchip/state.hpp"
#include "vchip/timing.hpp"

namespace perso::vchip {

/// Application identifier of the issuer security domain.
inline constexpr std::array<std::uint8_t, 8> issuer_aid = {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00};
/// GPCS table 11-16: an AES key.
inline constexpr std::uint8_t aes_key_type = 0x88;

/// A command that is not performed, and the status word that says why.
struct Refusal {
  iso7816::StatusWord status;
};

/// Runs on the memory of one chip. Whoever makes it is power-on; whoever destroys it is power-off. One
/// thread.
class CardOs {
 public:
  /// @throws Error Code::malformed where the memory holds no chip
  CardOs(Nvm& nvm, Random& random);

  /// Forgets what does not survive a reset.
  void reset() { session_ = {}; }
  /// Performs one command. @returns data and status word @throws PowerLoss; Error Code::reader_fault when the
  /// disk fails
  Bytes answer(ByteView raw);

  const State& state() const { return state_; }
  /// Of the last command.
  const Effort& effort() const { return effort_; }

 private:
  struct Command {
    iso7816::CommandApdu apdu;
    ByteView raw;           // as it was received
    bool extended = false;  // the form of its length fields
    bool secured = false;   // it came through the open channel; its data are plain now
  };
  struct Answer {
    Bytes data;
    iso7816::StatusWord status = iso7816::sw::success;
  };
  enum class Where { issuer, application, both };
  struct Instruction {
    std::uint8_t cla;
    std::uint8_t ins;
    Where where;
    bool writes;  // in a channel of level 33 alone
    Answer (CardOs::*perform)(const Command&);
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

  // card_os.cpp
  static std::span<const Instruction> instructions();
  static Command parse(ByteView raw);
  Answer perform(Command& command);
  void refuse_if_terminated(const Command& command) const;
  void pass_channel(Command& command);
  const Instruction& instruction_for(const Command& command) const;
  bool channel_open() const { return session_.channel && session_.channel->is_open(); }
  void end_channel();
  void commit(const Bytes& record);
  void require_life(LifeCycle life) const;
  void require_room(std::size_t pages) const;
  std::size_t answer_room(const Command& command) const;

  // commands_channel.cpp
  Answer select(const Command& command);
  Answer select_application(const Command& command);
  Answer select_file(const Command& command);
  Answer get_data(const Command& command);
  Answer initialize_update(const Command& command);
  Answer external_authenticate(const Command& command);

  // commands_issuer.cpp
  Answer put_key(const Command& command);
  Answer install(const Command& command);
  Answer set_status(const Command& command);

  // commands_store.cpp
  Answer store_data(const Command& command);
  void store(Stream& stream, const DgiPart& part);
  void store_mark(Stream& stream, const DgiPart& part);
  void store_file_control(Stream& stream, const DgiPart& part, std::size_t application);
  void store_contents(Stream& stream, const DgiPart& part, std::size_t application);
  static bool gather(Stream& stream, const DgiPart& part);

  // commands_application.cpp
  Answer generate_key_pair(const Command& command);
  Answer internal_authenticate(const Command& command);
  Answer read_binary(const Command& command);
  Answer read_binary_odd(const Command& command);
  Answer read(const Command& command, std::size_t offset, bool wrapped);
  const File& readable_file() const;

  Nvm& nvm_;
  Random& random_;
  State state_;
  Session session_;
  Effort effort_;
};

}  // namespace perso::vchip
