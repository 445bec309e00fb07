// What the tests of the chip's side of PACE share.
#pragma once

#include "iso7816/apdu.hpp"
#include "support/vectors.hpp"
#include "vchip/pace_card.hpp"

namespace perso::vchip {

/// Contents of id-PACE-..., from its last two arcs.
inline Bytes oid_of(std::uint8_t variant, std::uint8_t cipher) {
  return concat({from_hex("04007F0007020204"), Bytes{variant, cipher}});
}

/// The field of a published command APDU; the answer without its status word.
inline Bytes data_of(const perso::test::VectorCase& each, const std::string& command) {
  return iso7816::CommandApdu::parse(each.hex(command)).data;
}
inline std::string answer_of(const perso::test::VectorCase& each, const std::string& response) {
  const std::string& text = each.text(response);
  return text.substr(0, text.size() - 4);
}

inline Secret password_of(const perso::test::VectorCase& each) {
  if (!each.has("MRZ_information"))
    return can_password(as_bytes("123456"));  // the key of appendix H is that of this
  // Number, birth and expiry, each with its check digit.
  const std::string& printed = each.text("MRZ_information");
  const std::size_t number = printed.size() - 15;
  return mrz_password(as_bytes(printed.substr(0, number)), as_bytes(printed.substr(number + 1, 6)),
                      as_bytes(printed.substr(number + 8, 6)));
}

/// A curve's key, where the curve is one.
inline ChipKey key_on(std::uint8_t parameters, ByteView scalar) {
  return {standardised_curve(parameters), Secret::copy_of(scalar)};
}

}  // namespace perso::vchip
