#include "plan/rows.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "identity/text.hpp"

namespace perso::plan {

std::string too_long_text() {
  return "has a value of more than " + std::to_string(max_value_bytes) +
         " bytes; shorten it, or close its quotes";
}

std::optional<std::string> text_fault(std::string_view value) {
  if (value.size() > max_value_bytes) return too_long_text();
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(value, is_control))
    return "has a control character or line end inside a value; take it out";
  try {
    identity::utf16_units(value);
  } catch (const Error&) {
    return "is not UTF-8; save the file as UTF-8";
  }
  return std::nullopt;
}

}  // namespace perso::plan
