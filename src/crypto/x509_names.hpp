// Distinguished names and the object identifiers of X.509 extensions. Not for other layers.
#pragma once

#include "crypto/asn1.hpp"

namespace perso::crypto::detail {

constexpr std::string_view kCountry = "2.5.4.6", kLocality = "2.5.4.7", kOrganization = "2.5.4.10",
                           kCommonName = "2.5.4.3";

constexpr std::string_view kSubjectKeyId = "2.5.29.14", kKeyUsage = "2.5.29.15",
                           kPrivateKeyUsagePeriod = "2.5.29.16", kSubjectAltName = "2.5.29.17",
                           kIssuerAltName = "2.5.29.18", kBasicConstraints = "2.5.29.19",
                           kCrlDistributionPoints = "2.5.29.31", kAuthorityKeyId = "2.5.29.35",
                           kDocumentTypeList = "2.23.136.1.1.6.2";

}  // namespace perso::crypto::detail
