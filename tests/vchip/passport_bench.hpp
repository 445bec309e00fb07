// A chip of the iso7816 platform on the bench, and a terminal's side of basic access control and secure
// messaging that is written for these tests alone.
#pragma once

#include "test_chip.hpp"
#include "vchip/secure_messaging_card.hpp"

namespace perso::vchip::test {

ChipConfig blank_passport();

// What is printed on the card of the worked example, ICAO 9303-11 appendix D.
inline const std::string printed_number = "L898902C<", printed_birth = "690806", printed_expiry = "940623";

// Commands.
inline const std::string select_passport = "00A4040C07A0000002471001";
inline const std::string get_challenge = "0084000008";
inline const std::string lock_chip = "00DADEAD00";
std::string create_file(const std::string& fid, std::size_t size);
std::string select_file(const std::string& fid);
/// Commands that write the contents from their first byte on.
std::vector<std::string> update_binary(const std::string& contents, std::size_t piece = 255);
std::string put_access(const std::string& number = printed_number, const std::string& birth = printed_birth,
                       const std::string& expiry = printed_expiry);
std::string put_key_half(std::uint8_t object, const std::string& number);
/// PUT DATA of a made-up key, whose parts stand in tests/vectors.
/// The object of a key of chip authentication on P-256, `81` to `87`, for PUT DATA 63.
std::string chip_key_object(const std::string& scalar);
std::string put_modulus();
std::string put_exponent();
/// PUT DATA of an object that is `hex`.
std::string put_data(const std::string& object, const std::string& hex);

class PassportBench {
 public:
  explicit PassportBench(ChipConfig config = blank_passport());
  explicit PassportBench(Nvm nvm);

  Chip chip;

  /// Sends as it is. The answer as upper-case hexadecimal, status word last.
  std::string send(const std::string& hex);
  /// Sends, and demands 9000.
  void succeed(const std::string& hex);
  /// GET CHALLENGE and EXTERNAL AUTHENTICATE; the status word of the one that failed, or 9000, or "broken"
  /// where the chip's proof is wrong.
  std::string open(const std::string& number = printed_number);
  /// Protects a plain command, sends it, checks and unwraps the answer; "broken" for a wrong one. A bare
  /// status word comes back in brackets.
  std::string secure(const std::string& hex);
  /// The protected form of a plain command; counts as sent.
  Bytes protect(const std::string& hex);
  std::string unprotect(ByteView answer);
  /// MSE:Set KAT with a new key of the terminal; 9000 where the chip answers so, and its keys from then on.
  std::string agree(const std::string& chip_key, const std::string& key_id = "");
  /// A whole file through the channel, in pieces.
  std::string read_file(const std::string& fid, std::size_t size);

  /// Selects the application, creates and writes EF.COM (20 bytes), EF.DG1 (300) and EF.SOD (70), sets access
  /// data and key.
  void personalize();
  void lock();

 private:
  Bytes mac_over(ByteView bytes) const;
  RepeatableRandom random_;
  RepeatableRandom terminal_random_{0x2545F4914F6CDD1D};
  Secret enc_, mac_;
  std::uint64_t counter_ = 0;
};

// What personalize() writes.
inline const std::string com_contents = pattern(20, 0x60), dg1_contents = pattern(300, 1),
                         sod_contents = pattern(70, 0x77);

}  // namespace perso::vchip::test
