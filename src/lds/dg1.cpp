#include "lds/dg1.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "lds/element.hpp"

namespace perso::lds {

namespace {

constexpr tlv::Tag dg1_tag{0x61};
constexpr tlv::Tag zone_tag{0x5F1F};

void check(std::string_view mrz) {
  const bool allowed = std::ranges::all_of(
      mrz, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '<'; });
  if (!allowed || (mrz.size() != 90 && mrz.size() != 72 && mrz.size() != 88))
    throw Error(Code::malformed,
                "EF.DG1: the machine readable zone is not 90, 72 or 88 characters A-Z 0-9 <");
}

}  // namespace

Bytes encode_dg1(std::string_view mrz) {
  check(mrz);
  return tlv::encode(dg1_tag, {tlv::encode(zone_tag, as_bytes(mrz))});
}

std::string parse_dg1(ByteView file) {
  std::string mrz = as_text(only_element(only_element(file, dg1_tag), zone_tag));
  check(mrz);
  return mrz;
}

}  // namespace perso::lds
