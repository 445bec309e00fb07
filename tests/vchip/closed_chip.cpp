#include "closed_chip.hpp"

#include "crypto/primitives.hpp"

namespace perso::vchip::test {

std::string noise(std::size_t count, std::uint8_t seed) {
  Bytes bytes;
  for (Bytes next(1, seed); bytes.size() < count; append(bytes, next))
    next = crypto::digest(crypto::Hash::sha256, next);
  bytes.resize(count);
  return to_hex(bytes);
}

std::string status_of(const std::string& answer) {
  return answer.substr(answer.size() - 4);
}

std::string pace_offer(const std::string& oid, const std::string& parameters) {
  return tlv("A3", tlv("06", oid) + tlv("84", parameters));
}

std::string printed_object(const Printed& printed) {
  return tlv("A1", tlv("5F1F", hex_of(printed.number)) + tlv("5F18", hex_of(printed.birth)) +
                       tlv("5F19", hex_of(printed.expiry)));
}

std::string access_data() {
  return printed_object() + tlv("82", hex_of(access_number)) + "8500" + pace_offer(pace_gm_des) +
         pace_offer(pace_gm_aes) + pace_offer(pace_cam_aes);
}

ClosedChip::ClosedChip(const std::string& access, bool locked) {
  mark();
  store(dgi("6200", fcp("011C", 60, 0x1C) + fcp("011D", 90, 0x1D, "40")) + dgi("011C", card_access) +
        dgi("011D", card_security) + (access.empty() ? "" : dgi("DF71", access)));
  install();
  target();
  store(dgi("6200", fcp("0101", 700, 1, "40") + fcp("0102", 10, 0, "FF") + fcp("0103", 20, 3)) +
        dgi("0101", holder_record) + dgi("0102", pattern(10)) + dgi("0103", open_file));
  demand(status(select_app), "9000");
  demand(open(transport_keys()), "9000");
  const auto generated = [&](const std::string& id, const std::string& algorithm) {
    const std::string answer = secure("804684" + id + "05AC038001" + algorithm + "00");
    demand(answer.substr(0, 10), "7F49438641");
    return answer.substr(10, 130);
  };
  signing_key = generated("01", "13");
  agreement_key = generated("02", "23");
  if (locked) {
    demand(status("00A4040000"), "9000");
    demand(open(transport_keys()), "9000");
    lock();
  }
  chip.reset();
}

}  // namespace perso::vchip::test
