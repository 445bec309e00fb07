#include "lds/com.hpp"

#include <algorithm>
#include <functional>

#include "bytes/error.hpp"
#include "lds/element.hpp"
#include "lds/files.hpp"

namespace perso::lds {

namespace {

constexpr tlv::Tag com_tag{0x60};
constexpr tlv::Tag lds_version_tag{0x5F01};
constexpr tlv::Tag unicode_version_tag{0x5F36};
constexpr tlv::Tag tag_list_tag{0x5C};

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, what);
}

void check(const Com& com) {
  require(versions_hold(com.lds_version, com.unicode_version),
          "EF.COM: LDS and Unicode version are not four and six digits");
  require(std::ranges::adjacent_find(com.data_groups, std::greater_equal()) == com.data_groups.end(),
          "EF.COM: the data groups do not ascend");
}

}  // namespace

bool versions_hold(const std::string& lds_version, const std::string& unicode_version) {
  const auto digits = [](const std::string& text, std::size_t count) {
    return text.size() == count && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  };
  return digits(lds_version, 4) && digits(unicode_version, 6);
}

Bytes encode_com(const Com& com) {
  check(com);
  Bytes tags;
  for (const int number : com.data_groups) {
    const LdsFile* const file = find_data_group(number);
    require(file != nullptr, "EF.COM: there is no such data group");
    tags.push_back(static_cast<std::uint8_t>(file->tag.value));
  }
  return tlv::encode(com_tag, {tlv::encode(lds_version_tag, as_bytes(com.lds_version)),
                               tlv::encode(unicode_version_tag, as_bytes(com.unicode_version)),
                               tlv::encode(tag_list_tag, tags)});
}

Com parse_com(ByteView file) {
  // Not DER: 5F01 is a number below 31 in two bytes.
  tlv::Reader reader(only_element(file, com_tag), tlv::Rules::ber);
  Com com;
  com.lds_version = as_text(reader.expect(lds_version_tag).value);
  com.unicode_version = as_text(reader.expect(unicode_version_tag).value);
  for (const std::uint8_t tag : reader.expect(tag_list_tag).value) {
    const LdsFile* const listed = find_tag(tlv::Tag{tag});
    require(listed != nullptr && listed->data_group != 0, "EF.COM: a tag in the list is no data group's");
    com.data_groups.push_back(listed->data_group);
  }
  reader.expect_end();
  check(com);
  return com;
}

}  // namespace perso::lds
