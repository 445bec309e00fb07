#include "identity/country.hpp"

#include <algorithm>

#include "identity/country_table.hpp"
#include "identity/icao_code_table.hpp"

namespace perso::identity {

namespace {

// The one state that machine readable zones spell otherwise than ISO 3166-1.
constexpr std::string_view germany = "DEU";
constexpr std::string_view germany_in_zones = "D";

}  // namespace

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

std::span<const IcaoCode> icao_codes() {
  return icao_code_table;
}

const IcaoCode* find_icao_code(std::string_view code) {
  const auto found = std::ranges::lower_bound(icao_code_table, code, {}, &IcaoCode::code);
  return found != icao_code_table.end() && found->code == code ? &*found : nullptr;
}

bool is_nationality(std::string_view code) {
  const IcaoCode* const icao = find_icao_code(code);
  return icao != nullptr ? icao->kind != IcaoKind::specimen : find_country(code) != nullptr;
}

std::string_view icao_code(std::string_view alpha_3) {
  return alpha_3 == germany ? germany_in_zones : alpha_3;
}

std::string_view alpha_3_of(std::string_view icao_code) {
  return icao_code == germany_in_zones ? germany : icao_code;
}

}  // namespace perso::identity
