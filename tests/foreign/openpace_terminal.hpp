// A terminal whose cryptography is OpenPACE's: PACE, secure messaging, chip authentication.
#pragma once

#include <functional>
#include <optional>

#include "openpace.hpp"

namespace perso::test::openpace {

struct Answer {
  Bytes data;
  unsigned status = 0;
};

struct Command {
  std::uint8_t cla, ins, p1, p2;
  Bytes data = {};
  std::optional<std::size_t> le = {};  // up to 65,536; none: no data are expected

  Bytes header() const { return {cla, ins, p1, p2}; }
  bool extended() const { return data.size() > 0xFF || le.value_or(0) > 0x100; }
  Bytes encoded() const;
};

enum class Password : std::uint8_t { zone = 1, access_number = 2 };
/// The access number's digits.
Secret number_secret(const std::string& digits);
/// A machine readable zone of three lines of 30 characters, as OpenPACE takes it: it knows no number longer
/// than its place.
Secret zone_secret(const std::string& zone);
/// Number, birth and expiry, each with its check digit behind it: of any number.
Secret information_secret(const std::string& information);

class Terminal {
 public:
  /// Carries a command over and brings the answer, status word last.
  using Carrier = std::function<Bytes(ByteView)>;
  explicit Terminal(Carrier carrier) : carrier_(std::move(carrier)) {}

  /// Through the channel where one is open.
  Answer send(const Command& command);
  /// @throws Failure for any other status word than 9000
  Bytes demand(const Command& command, const std::string& step);

  void select_master_file();
  void select_application(ByteView aid);
  /// The current application's file, to its end. nullopt where it is not there or may not be read.
  std::optional<Bytes> read(std::uint16_t fid);

  /// @param oid dotted @throws Failure with the status word of the command that was refused
  void pace(const std::string& oid, int parameters, Password reference, const PACE_SEC& secret);
  /// The same with what EF.CardAccess offers first of what OpenPACE knows. @returns the dotted protocol
  std::string pace(ByteView card_access, Password reference, const PACE_SEC& secret);
  /// Of chip authentication mapping: whether the chip has the private half of this key, a point.
  bool proven_by(ByteView chip_key) const;

  /// Version 1: MSE:Set AT and GENERAL AUTHENTICATE, with 3DES MSE:Set KAT. The new channel is open then; its
  /// first answer shows that the chip has the key. @param chip_key as it stands in its key's bit string
  void authenticate_chip(const std::string& oid, int parameters, ByteView chip_key);
  /// The same as EF.DG14 says. @returns the protocol
  std::string authenticate_chip(ByteView data_group_14);
  /// The chip's key, that it was authenticated with last.
  const Bytes& chip_key() const { return chip_key_; }

 private:
  Answer transmit(const Command& command);
  Answer unprotect(const Answer& answer);
  Bytes general_authenticate(unsigned tag, ByteView value, bool last);
  void run_pace(const std::string& oid, int parameters, Password reference, const PACE_SEC& secret);
  void agree(const std::string& oid, ByteView chip_key, const Bytes& key_id);

  Carrier carrier_;
  Context context_;
  std::optional<Messaging> channel_;
  bool odd_ins_ = false;
  int parameters_ = 0;
  Bytes mapping_key_, chip_authentication_data_, chip_key_;
};

}  // namespace perso::test::openpace
