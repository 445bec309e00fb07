// An issued chip of the globalplatform platform with access data, and what a test needs to know of it.
#pragma once

#include "terminal.hpp"

namespace perso::vchip::test {

inline const std::string access_number = "481209";
/// Bytes that stand nowhere else.
std::string noise(std::size_t count, std::uint8_t seed);
inline const std::string card_access = noise(60, 1), card_security = noise(90, 2),
                         holder_record = noise(700, 3), open_file = noise(20, 4);
inline const std::string select_app = "00A4040C06" + app;
inline const std::string select_record = "00A4020C020101";
/// MSE:Set AT for PACE with generic mapping and AES, by the access number.
inline const std::string environment = "0022C1A40F800A" + pace_gm_aes + "830102";
std::string status_of(const std::string& answer);

/// DGI DF71's value: all passwords, basic access control, PACE with generic mapping (3DES, AES-128) and chip
/// authentication mapping (AES-128) on P-256.
std::string access_data();
/// Value of one PACE protocol: object A3.
std::string pace_offer(const std::string& oid, const std::string& parameters = "0C");
std::string printed_object(const Printed& printed = {});

/// With the files of the master file and of one application, the keys 01 (ECDSA, generated) and 02 (ECDH,
/// generated).
class ClosedChip : public Bench {
 public:
  explicit ClosedChip(const std::string& access = access_data(), bool locked = true);
  std::string signing_key, agreement_key;  // points
};

}  // namespace perso::vchip::test
