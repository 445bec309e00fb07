// ICAO 9303-3 clause 5: the codes that ISO 3166-1 does not have, ordered by code. Without D (Germany:
// `icao_code`), the two that ISO withdrew (part F: ANT, NTZ) and IAO (part H: signs master lists, stands in
// no document).
#pragma once

#include <array>

#include "identity/country.hpp"

namespace perso::identity {

inline constexpr auto icao_code_table = std::to_array<IcaoCode>({
    {"EUE", IcaoKind::organization, "European Union"},
    {"GBD", IcaoKind::british, "British Overseas Territories Citizen"},
    {"GBN", IcaoKind::british, "British National (Overseas)"},
    {"GBO", IcaoKind::british, "British Overseas Citizen"},
    {"GBP", IcaoKind::british, "British Protected Person"},
    {"GBS", IcaoKind::british, "British Subject"},
    {"RKS", IcaoKind::kosovo, "Kosovo"},
    {"UNA", IcaoKind::organization, "United Nations specialized agency"},
    {"UNK", IcaoKind::kosovo, "resident of Kosovo with a travel document of UNMIK"},
    {"UNO", IcaoKind::organization, "United Nations Organization"},
    {"UTO", IcaoKind::specimen, "Utopia, in specimens"},
    {"XBA", IcaoKind::organization, "African Development Bank"},
    {"XCC", IcaoKind::organization, "Caribbean Community"},
    {"XCE", IcaoKind::organization, "Council of Europe"},
    {"XCO", IcaoKind::organization, "Common Market for Eastern and Southern Africa"},
    {"XDC", IcaoKind::organization, "Southern African Development Community"},
    {"XEC", IcaoKind::organization, "Economic Community of West African States"},
    {"XES", IcaoKind::organization, "Organization of Eastern Caribbean States"},
    {"XIM", IcaoKind::organization, "African Export-Import Bank"},
    {"XMP", IcaoKind::organization, "Parliamentary Assembly of the Mediterranean"},
    {"XOM", IcaoKind::organization, "Sovereign Military Order of Malta"},
    {"XPO", IcaoKind::organization, "International Criminal Police Organization"},
    {"XXA", IcaoKind::no_state, "stateless person (convention of 1954)"},
    {"XXB", IcaoKind::no_state, "refugee (convention of 1951, protocol of 1967)"},
    {"XXC", IcaoKind::no_state, "refugee other than of the convention"},
    {"XXX", IcaoKind::no_state, "person of unspecified nationality"},
});

}  // namespace perso::identity
