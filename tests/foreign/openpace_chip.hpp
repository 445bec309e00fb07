// A chip whose cryptography is OpenPACE's, with one file: PACE, secure messaging, chip authentication.
#pragma once

#include <map>
#include <optional>

#include "iso7816/card.hpp"
#include "openpace.hpp"

namespace perso::test::openpace {

/// What it authenticates itself with: a key made by OpenPACE.
struct ChipKey {
  Bytes private_part, public_part;  // a number, a point or a number
};

class Chip final : public iso7816::Card {
 public:
  /// @param parameters of PACE, and of its own key @param digits its card access number
  Chip(int parameters, std::string digits, Bytes file);

  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override;
  const ChipKey& key() const { return key_; }

 private:
  iso7816::ResponseApdu perform(const iso7816::CommandApdu& command);
  iso7816::CommandApdu unprotect(const iso7816::CommandApdu& command);
  iso7816::ResponseApdu protect(const iso7816::ResponseApdu& answer);
  iso7816::ResponseApdu set_environment(const iso7816::CommandApdu& command);
  Bytes general_authenticate(ByteView data);
  Bytes check_token(ByteView token);
  Bytes chip_authentication_data();
  void agree(ByteView terminal_key);

  int parameters_;
  std::string digits_;
  Bytes file_;
  ChipKey key_;
  Context context_;
  std::string oid_;  // of the environment that was set last
  Bytes terminal_key_;
  std::optional<Messaging> channel_;
  std::optional<int> next_channel_;  // whose keys protect from the next command on
  bool odd_ins_ = false;
};

}  // namespace perso::test::openpace
