// Countries of ISO 3166-1.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace perso::identity {

struct Country {
  std::string_view alpha_2;
  std::string_view alpha_3;
  std::uint16_t numeric = 0;  // written with three digits: 4 is "004"
};

/// Every officially assigned code of ISO 3166-1, ordered by alpha-3.
std::span<const Country> countries();

/// nullptr where no country has the code. `alpha_3` in upper case.
const Country* find_country(std::string_view alpha_3);
const Country* find_country(std::uint16_t numeric);

}  // namespace perso::identity
