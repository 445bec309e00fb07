#include "chip/exchange.hpp"

#include <algorithm>

namespace perso::chip {

using iso7816::CommandApdu;
using iso7816::ResponseApdu;

namespace {

constexpr tlv::Tag cplc{0x9F7F};

}  // namespace

void foreign(const std::string& what) {
  throw Error(Code::chip_foreign, what + ": take the chip out");
}

void lacking(const platform::Platform& platform, std::string_view what) {
  throw Error(Code::profile_invalid, "the platform '" + std::string(platform.name) + "' has no " +
                                         std::string(what) + ": correct the profile");
}

void require_access(const platform::Platform& platform, std::span<const FileImage> files) {
  for (const FileImage& file : files)
    if (std::ranges::find(platform.read_access, platform::name_of(file.read)) == platform.read_access.end())
      lacking(platform, "files that are read '" + std::string(platform::name_of(file.read)) + "'");
}

void refused(std::string_view command, iso7816::StatusWord status) {
  const std::string name(command);
  if (status == iso7816::sw::not_enough_memory)
    throw Error(Code::chip_full, "the chip has no room for " + name + ": use a chip with more memory",
                status.value);
  throw Error(Code::command_refused, "the chip refuses " + name + ": set it aside", status.value);
}

Bytes send(iso7816::Card& to, const CommandApdu& command, std::string_view name) {
  ResponseApdu answer = to.transmit(command);
  if (!answer.status.ok()) refused(name, answer.status);
  return std::move(answer.data);
}

CommandApdu select_by_aid(const iso7816::Aid& aid, std::uint8_t p2, std::size_t ne) {
  return {0x00, 0xA4, 0x04, p2, Bytes(aid.bytes().begin(), aid.bytes().end()), ne};
}

CommandApdu select_file(iso7816::Fid fid) {
  Bytes identifier;
  append_be16(identifier, fid.value);
  return {0x00, 0xA4, 0x02, 0x0C, std::move(identifier), 0};
}

CommandApdu get_data(tlv::Tag tag) {
  const auto high = static_cast<std::uint8_t>(tag.value >> 8), low = static_cast<std::uint8_t>(tag.value);
  return {0x80, 0xCA, high, low, {}, iso7816::max_ne_short};
}

ByteView value_of(ByteView data, tlv::Tag tag) {
  const tlv::Element element = understood([&] { return tlv::single(data, tlv::Rules::ber); });
  if (!(element.tag == tag)) foreign("the chip answers with another object than was asked for");
  return element.value;
}

ByteView value_within(ByteView data, tlv::Tag tag) {
  const auto element = understood([&] { return tlv::find(data, tag, tlv::Rules::ber); });
  return element ? element->value : ByteView{};
}

std::optional<keys::ChipId> read_chip_id(iso7816::Card& card) {
  const ResponseApdu answer = card.transmit(get_data(cplc));
  if (answer.status == iso7816::sw::security_status) return std::nullopt;
  if (!answer.status.ok()) refused("GET DATA of CPLC", answer.status);
  const ByteView data = value_of(answer.data, cplc);
  if (data.size() != 42) foreign("the chip's CPLC data is not 42 bytes");
  keys::ChipId id;
  const auto rest = std::copy_n(data.begin(), 4, id.bytes.begin());
  std::copy_n(data.begin() + 10, 8, rest);
  return id;
}

Identity identified(const std::function<Identity()>& read) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.code() != Code::command_refused) throw;
    throw Error(Code::chip_foreign, error.message(), error.status_word().value());
  }
}

}  // namespace perso::chip
