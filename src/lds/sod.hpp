// EF.SOD (ICAO 9303-10 4.6.2): the signed digests of the data groups.
#pragma once

#include <map>
#include <optional>

#include "bytes/deviations.hpp"
#include "crypto/cms.hpp"

namespace perso::lds {

/// eContentType of the LDS security object, id-icao-mrtd-security-ldsSecurityObject.
inline constexpr const char* security_object_oid = "2.23.136.1.1.1";

/// LDSVersionInfo, as EF.COM writes it.
struct LdsVersions {
  std::string lds;      // 4 digits, "0108"
  std::string unicode;  // 6 digits, "040000"
  bool operator==(const LdsVersions&) const = default;
};

/// LDSSecurityObject: a digest of each data group's file, by its number. 2 to 16 of them. Version 0 (LDS 1.7)
/// without `versions`, version 1 (LDS 1.8) with them.
struct SecurityObject {
  crypto::Hash hash = crypto::Hash::sha256;  // SHA-224, -256, -384 or -512; read as a deviation: SHA-1
  std::map<int, Bytes> digests;
  std::optional<LdsVersions> versions = std::nullopt;
  bool operator==(const SecurityObject&) const = default;
};

/// The security object over these files (data group number, file as it stands on the chip).
SecurityObject security_object_over(const std::map<int, ByteView>& data_groups,
                                    crypto::Hash hash = crypto::Hash::sha256,
                                    std::optional<LdsVersions> versions = std::nullopt);

/// DER. @throws Error Code::malformed for too few or too many digests, one of another size, a hash that
/// 9303-12 does not allow, or versions out of form
Bytes encode_security_object(const SecurityObject& object);
/// Deviations: SHA-1, which documents before 2010 have; one digest alone; a version that does not go with the
/// LDS and Unicode versions, and these out of form. @throws Error Code::malformed
SecurityObject parse_security_object(ByteView der, Deviations& deviations);
/// Strictly.
SecurityObject parse_security_object(ByteView der);

/// `77 { CMS ContentInfo }`, signed by `signer`, whose certificate goes in, with its own hash, which need not
/// be the object's. @throws Error Code::crypto_failed for a signer with an SM2 key, which 9303-12 does not
/// have, and for a signature of another key
Bytes encode_sod(const SecurityObject& object, const crypto::Certificate& signer, Instant signing_time,
                 const crypto::SignOperation& sign);

struct Sod {
  SecurityObject object;
  crypto::SignedData cms;
};

/// Nothing is verified. @throws Error Code::malformed
Sod parse_sod(ByteView file, Deviations& deviations);
/// Strictly.
Sod parse_sod(ByteView file);

}  // namespace perso::lds
