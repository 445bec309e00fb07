// The digits and capital letters of numbers and of machine readable zones, whatever the locale.
#pragma once

namespace perso::identity {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}

}  // namespace perso::identity
