// The operating system of the iso7816 platform: a card's manager and one passport application.
// CONTRACT-iso7816.md says what each command means.
#pragma once

#include <span>

#include "vchip/card_os.hpp"
#include "vchip/passport_answers.hpp"
#include "vchip/passport_state.hpp"

namespace perso::vchip {

class PassportOs final : public CardOs {
 public:
  /// @throws Error Code::malformed where the memory holds no such chip
  PassportOs(Nvm& nvm, Random& random);

  void reset() override { session_ = {}; }
  const Hardware& hardware() const override { return state_.hardware; }
  LifeCycle life() const override { return state_.life(); }

 private:
  enum class Where { manager, passport, both };
  /// Until the lock; as soon as basic access control opens the chip; always.
  enum class Phase { open, closed, both };
  struct Instruction {
    std::uint8_t cla;
    std::uint8_t ins;
    Where where;
    Phase phase;
    Answer (PassportOs::*perform)(const Command&);
  };
  /// What is lost with the power.
  struct Session {
    bool passport = false;             // the application is selected; else the card's manager
    std::optional<iso7816::Fid> file;  // current file
    std::optional<Bytes> challenge;    // of GET CHALLENGE, until it is used
    std::optional<SecureMessagingCard> channel;
    std::optional<SecureMessagingCard> next;  // the channel that begins behind the answer in work
  };

  // passport_os.cpp
  static std::span<const Instruction> instructions();
  bool takes(const Command& command) const override { return !command.extended; }
  void end_channels() override { session_.channel.reset(); }
  Answer perform(Command& command) override;
  Answer execute(const Command& command);
  void pass_channel(Command& command);
  const Instruction& instruction_for(const Command& command) const;
  bool in_phase(Phase phase) const;
  const PassportAnswers& answers() const { return answers_of(state_.hardware.passport); }
  void commit(const Bytes& record);
  Answer select(const Command& command);
  Answer select_master_file(const Command& command);
  Answer select_application(const Command& command);
  Answer select_file(const Command& command);
  Answer get_data(const Command& command);

  // passport_writing.cpp
  Answer create_file(const Command& command);
  Answer update_binary(const Command& command);
  Answer put_data(const Command& command);
  void put_access(ByteView data);
  ByteView key_number(ByteView data, std::uint32_t tag) const;
  void put_modulus(ByteView data);
  void put_exponent(ByteView data);
  void put_chip_key(ByteView data);
  void lock(ByteView data);

  // passport_reading.cpp
  void require_channel() const;
  Answer get_challenge(const Command& command);
  Answer external_authenticate(const Command& command);
  Answer read_binary(const Command& command);
  Answer internal_authenticate(const Command& command);
  Answer authenticate_chip(const Command& command);

  Nvm& nvm_;
  Random& random_;
  PassportState state_;
  Session session_;
};

}  // namespace perso::vchip
