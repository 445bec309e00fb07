#include "lds/com.hpp"

#include <algorithm>
#include <functional>

#include "lds/file_reader.hpp"
#include "lds/files.hpp"

namespace perso::lds {

namespace {

constexpr tlv::Tag com_tag{0x60};
constexpr tlv::Tag lds_version_tag{0x5F01};
constexpr tlv::Tag unicode_version_tag{0x5F36};
constexpr tlv::Tag tag_list_tag{0x5C};

constexpr const char* bad_versions = "LDS and Unicode version are not four and six digits";
constexpr const char* bad_order = "the data groups do not ascend";

bool ascends(const std::vector<int>& data_groups) {
  return std::ranges::adjacent_find(data_groups, std::greater_equal()) == data_groups.end();
}

void require(bool holds, const std::string& what) {
  if (!holds) throw Error(Code::malformed, "EF.COM: " + what);
}

}  // namespace

bool versions_hold(const std::string& lds_version, const std::string& unicode_version) {
  const auto digits = [](const std::string& text, std::size_t count) {
    return text.size() == count && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  };
  return digits(lds_version, 4) && digits(unicode_version, 6);
}

Bytes encode_com(const Com& com) {
  require(versions_hold(com.lds_version, com.unicode_version), bad_versions);
  require(ascends(com.data_groups), bad_order);
  Bytes tags;
  for (const int number : com.data_groups) {
    const LdsFile* const file = find_data_group(number);
    require(file != nullptr, "there is no such data group");
    tags.push_back(static_cast<std::uint8_t>(file->tag.value));
  }
  return tlv::encode(com_tag, {tlv::encode(lds_version_tag, as_bytes(com.lds_version)),
                               tlv::encode(unicode_version_tag, as_bytes(com.unicode_version)),
                               tlv::encode(tag_list_tag, tags)});
}

Com parse_com(ByteView file, Deviations& deviations) {
  FileReader reader = FileReader("EF.COM", file, deviations).only(com_tag);
  const auto text = [&](tlv::Tag tag) {
    const auto element = reader.take(tag);
    return element ? as_text(element->value) : "";
  };
  Com com;
  com.lds_version = text(lds_version_tag);
  com.unicode_version = text(unicode_version_tag);
  if (!versions_hold(com.lds_version, com.unicode_version)) reader.deviation(bad_versions);
  for (const std::uint8_t tag : reader.expect(tag_list_tag).value) {
    const LdsFile* const listed = find_tag(tlv::Tag{tag});
    if (listed != nullptr && listed->data_group != 0)
      com.data_groups.push_back(listed->data_group);
    else
      reader.deviation("a tag in the list is no data group's");
  }
  reader.expect_end();
  if (!ascends(com.data_groups)) {
    reader.deviation(bad_order);
    std::ranges::sort(com.data_groups);
    com.data_groups.erase(std::unique(com.data_groups.begin(), com.data_groups.end()), com.data_groups.end());
  }
  return com;
}

Com parse_com(ByteView file) {
  NoDeviations strict;
  return parse_com(file, strict);
}

}  // namespace perso::lds
