// Distinguished names and the object identifiers of X.509 extensions. Not for other layers.
#pragma once

#include "crypto/asn1.hpp"

namespace perso::crypto::detail {

constexpr std::string_view id_at_country = "2.5.4.6", id_at_locality = "2.5.4.7",
                           id_at_organization = "2.5.4.10", id_at_common_name = "2.5.4.3";

constexpr std::string_view id_ce_subject_key_id = "2.5.29.14", id_ce_key_usage = "2.5.29.15",
                           id_ce_private_key_usage_period = "2.5.29.16", id_ce_subject_alt_name = "2.5.29.17",
                           id_ce_issuer_alt_name = "2.5.29.18", id_ce_basic_constraints = "2.5.29.19",
                           id_ce_crl_distribution_points = "2.5.29.31", id_ce_authority_key_id = "2.5.29.35",
                           id_icao_document_type_list = "2.23.136.1.1.6.2";

}  // namespace perso::crypto::detail
