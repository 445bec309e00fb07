// EF.COM (ICAO 9303-10 4.6.1): versions, and which data groups are there.
#pragma once

#include <string>
#include <vector>

#include "bytes/bytes.hpp"
#include "bytes/deviations.hpp"

namespace perso::lds {

struct Com {
  std::string lds_version;       // 4 digits, "0107"
  std::string unicode_version;   // 6 digits, "040000"
  std::vector<int> data_groups;  // 1 to 16, ascending
  bool operator==(const Com&) const = default;
};

/// Whether an LDS version is four digits, and a Unicode version six.
bool versions_hold(const std::string& lds_version, const std::string& unicode_version);

/// `60 { 5F01 version, 5F36 Unicode version, 5C tags }`. @throws Error Code::malformed for values that break
/// their form
Bytes encode_com(const Com& com);
/// Deviations: versions missing or out of form; tags in the list that are no data group's, stand twice or do
/// not ascend. @throws Error Code::malformed
Com parse_com(ByteView file, Deviations& deviations);
/// Strictly.
Com parse_com(ByteView file);

}  // namespace perso::lds
