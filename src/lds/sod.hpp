// EF.SOD (ICAO 9303-10 4.6.2): the signed digests of the data groups.
#pragma once

#include <map>

#include "crypto/cms.hpp"

namespace perso::lds {

/// eContentType of the LDS security object, id-icao-mrtd-security-ldsSecurityObject.
inline constexpr const char* security_object_oid = "2.23.136.1.1.1";

/// LDSSecurityObject version 0: a digest of each data group's file, by its number. 2 to 16 of them.
struct SecurityObject {
  crypto::Hash hash = crypto::Hash::sha256;
  std::map<int, Bytes> digests;
  bool operator==(const SecurityObject&) const = default;
};

/// The security object over these files (data group number, file as it stands on the chip), SHA-256.
SecurityObject security_object_over(const std::map<int, ByteView>& data_groups);

/// DER. @throws Error Code::malformed for too few or too many digests, or one of another size
Bytes encode_security_object(const SecurityObject& object);
/// @throws Error Code::malformed, also for a hash that 9303-10 does not allow
SecurityObject parse_security_object(ByteView der);

/// `77 { CMS ContentInfo }`, signed by `signer`, whose certificate goes in.
Bytes encode_sod(const SecurityObject& object, const crypto::Certificate& signer, Instant signing_time,
                 const crypto::SignOperation& sign);

struct Sod {
  SecurityObject object;
  crypto::SignedData cms;
};

/// Nothing is verified. @throws Error Code::malformed
Sod parse_sod(ByteView file);

}  // namespace perso::lds
