#include "lds/dg1.hpp"

#include <algorithm>

#include "lds/file_reader.hpp"

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

std::string parse_dg1(ByteView file, Deviations& deviations) {
  FileReader reader = FileReader("EF.DG1", file, deviations).only(dg1_tag);
  std::string mrz = as_text(reader.expect(zone_tag).value);
  reader.expect_end();
  check(mrz);
  return mrz;
}

std::string parse_dg1(ByteView file) {
  NoDeviations strict;
  return parse_dg1(file, strict);
}

}  // namespace perso::lds
