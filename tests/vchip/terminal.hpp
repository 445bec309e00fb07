// A terminal in front of a closed chip: PACE with generic and chip authentication mapping over P-256, basic
// access control, secure messaging and chip authentication, written for these tests alone.
#pragma once

#include "crypto/curve.hpp"
#include "test_chip.hpp"

namespace perso::vchip::test {

// Object identifiers' contents.
inline const std::string pace_gm_des = "04007F00070202040201", pace_gm_aes = "04007F00070202040202",
                         pace_cam_aes = "04007F00070202040602";
inline const std::string ca_des = "04007F00070202030201", ca_aes = "04007F00070202030202";

/// Secure messaging, from the keys of a session on.
class Messaging {
 public:
  enum class Cipher { triple_des, aes_128 };
  /// Keys of 16 bytes out of a shared secret.
  Messaging(Cipher cipher, ByteView shared, std::uint64_t counter = 0);

  Bytes protect(const std::string& hex);
  /// The plain answer; "broken" for a wrong one, a bare status word in brackets.
  std::string unprotect(ByteView answer);
  Bytes mac(ByteView bytes) const;  // over the bytes, padded; no counter
  Bytes encrypt(ByteView blocks, ByteView iv) const;
  Bytes decrypt(ByteView blocks, ByteView iv) const;
  Bytes zero_iv() const { return Bytes(block()); }
  Bytes block_of(std::uint8_t byte) const;  // under the key
  std::size_t block() const { return cipher_ == Cipher::aes_128 ? 16 : 8; }

 private:
  Bytes count() const;
  Bytes iv() const;
  Bytes mac_over(ByteView bytes) const;
  Cipher cipher_;
  Secret enc_, mac_;
  std::uint64_t counter_;
  bool odd_ = false;
};

/// What is printed on the card.
struct Printed {
  std::string number = "L898902C<", birth = "690806", expiry = "940623";
};
Bytes seed_of(const Printed& printed);  // SHA-1 over the fields with their check digits

class Terminal {
 public:
  explicit Terminal(Chip& chip) : chip_(chip) {}

  /// The status word of the command that failed, 9000, or "broken" where the chip's part is wrong.
  std::string pace(const std::string& oid, ByteView password, std::uint8_t reference,
                   std::optional<std::uint8_t> parameters = 12);
  std::string pace_with_number(const std::string& digits, const std::string& oid = pace_gm_aes);
  std::string pace_with_printed(const Printed& printed = {}, const std::string& oid = pace_gm_aes);
  std::string basic(const Printed& printed = {});
  /// MSE:Set AT and GENERAL AUTHENTICATE, or MSE:Set KAT. @param chip_key point
  std::string authenticate_chip(const std::string& oid, const std::string& chip_key,
                                const std::string& key_id = "");
  std::string agree_with_kat(const std::string& chip_key, const std::string& key_id = "");
  /// A plain command through the channel.
  std::string secure(const std::string& hex);
  std::string send(const std::string& hex);

  std::optional<Messaging> channel;
  /// Of chip authentication mapping: whether the chip showed that it has this key.
  bool proven_by(const std::string& chip_key);
  /// Changes the terminal's token.
  bool spoil_token = false;

 private:
  std::string step(std::uint8_t cla, const std::string& object, const std::string& value);
  Chip& chip_;
  RepeatableRandom random_{0x2545F4914F6CDD1D};  // never the keys that the chip draws
  crypto::Curve curve_{"secp256r1"};
  Bytes mapping_key_, proof_;
};

/// `tag length value` in hexadecimal.
std::string tlv(const std::string& tag, const std::string& value);
std::string hex_of(const std::string& text);

}  // namespace perso::vchip::test
