// How a chip's protocol modules refuse.
#pragma once

#include <functional>
#include <string>

#include "vchip/card_os.hpp"

namespace perso::vchip {

/// The status word that `action` is refused with; empty where it is not.
inline std::string refusal_of(const std::function<void()>& action) {
  try {
    action();
    return "";
  } catch (const Refusal& refused) {
    Bytes status;
    append_be16(status, refused.status.value);
    return to_hex(status);
  }
}

}  // namespace perso::vchip
