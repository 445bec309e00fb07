#include "identity/country.hpp"

#include <algorithm>

#include "identity/country_table.hpp"

namespace perso::identity {

std::span<const Country> countries() {
  return country_table;
}

const Country* find_country(std::string_view alpha_3) {
  const auto found = std::ranges::lower_bound(country_table, alpha_3, {}, &Country::alpha_3);
  return found != country_table.end() && found->alpha_3 == alpha_3 ? &*found : nullptr;
}

const Country* find_country(std::uint16_t numeric) {
  const auto found = std::ranges::find(country_table, numeric, &Country::numeric);
  return found != country_table.end() ? &*found : nullptr;
}

}  // namespace perso::identity
