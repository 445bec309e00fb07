#include "vchip/hardware.hpp"

namespace perso::vchip {

std::string_view name_of(LifeCycle life) {
  switch (life) {
    case LifeCycle::blank:
      return "blank";
    case LifeCycle::personalizing:
      return "personalizing";
    case LifeCycle::issued:
      return "issued";
    case LifeCycle::terminated:
      return "terminated";
  }
  return "unknown";
}

Bytes Hardware::chip_id() const {
  const ByteView bytes = cplc;
  return concat({bytes.subspan(0, 4), bytes.subspan(10, 8)});
}

Bytes default_atr(Platform platform) {
  // T=1; historical bytes: card capabilities (selection by full name and short id; extended length where the
  // platform has it), issuer data "PERSO".
  const std::uint8_t lengths = platform == Platform::globalplatform ? 0x40 : 0x00;
  Bytes atr = {0x3B, 0x8B, 0x80, 0x01, 0x80, 0x73, 0x84, 0x01, lengths, 0x55, 'P', 'E', 'R', 'S', 'O', 0x00};
  std::uint8_t check = 0;  // TCK makes the exclusive or of T0 to TCK zero
  for (std::size_t i = 1; i + 1 < atr.size(); ++i) check = static_cast<std::uint8_t>(check ^ atr[i]);
  atr.back() = check;
  return atr;
}

}  // namespace perso::vchip
