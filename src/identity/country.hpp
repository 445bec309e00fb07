// Countries of ISO 3166-1, and the further codes that ICAO 9303-3 clause 5 has for nationalities and issuers.
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

/// Whom a code of ICAO's own stands for.
enum class IcaoKind {
  british,  // a kind of British nationality beside that of GBR
  kosovo,
  organization,  // an issuer, and what its documents show in the nationality's place
  no_state,      // a person without a nationality, or without a known one
  specimen,      // Utopia: in published examples and samples; `is_nationality` refuses it
};

struct IcaoCode {
  std::string_view code;  // three letters
  IcaoKind kind = IcaoKind::organization;
  std::string_view stands_for;
};

/// The codes of ICAO 9303-3 clause 5 that ISO 3166-1 does not have, ordered by code.
std::span<const IcaoCode> icao_codes();
/// nullptr where ICAO has no such code, or ISO 3166-1 has it.
const IcaoCode* find_icao_code(std::string_view code);

/// Whether an order may give it as a nationality: ISO 3166-1 alpha-3, or ICAO's own but the specimen's.
/// Germany is DEU here.
bool is_nationality(std::string_view code);

/// As machine readable zones spell it: D for DEU, else as it is.
std::string_view icao_code(std::string_view alpha_3);
/// The other way round: DEU for D.
std::string_view alpha_3_of(std::string_view icao_code);

}  // namespace perso::identity
