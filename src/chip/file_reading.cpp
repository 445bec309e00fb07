#include "chip/file_reading.hpp"

#include <algorithm>

#include "chip/exchange.hpp"

namespace perso::chip {

namespace {

constexpr std::string_view name = "READ BINARY";
constexpr tlv::Tag discretionary_data{0x53};

/// The current file from `offset` on, at most `left` bytes and what one answer holds. The even INS has 15
/// bits for the offset.
Bytes read_part(iso7816::Card& card, std::size_t offset, std::size_t left, std::size_t largest_answer) {
  const auto high = static_cast<std::uint8_t>(offset >> 8), low = static_cast<std::uint8_t>(offset);
  if (offset <= 0x7FFF) return send(card, {0x00, 0xB0, high, low, {}, std::min(left, largest_answer)}, name);
  const std::size_t wrapped = tlv::encoded_size(discretionary_data, left);  // what the odd INS answers with
  const iso7816::CommandApdu read{
      0x00, 0xB1, 0x00, 0x00, {0x54, 0x02, high, low}, std::min(wrapped, largest_answer)};
  const Bytes answer = send(card, read, name);
  const ByteView value = value_of(answer, discretionary_data);
  return Bytes(value.begin(), value.end());
}

/// A short identifier selects the file with its first READ BINARY.
iso7816::CommandApdu read_by(iso7816::ShortFid short_fid, std::size_t ne) {
  return {0x00, 0xB0, static_cast<std::uint8_t>(0x80 | short_fid.value), 0x00, {}, ne};
}

/// The rest of the current file, up to `size`; less where the chip gives less.
void read_on(iso7816::Card& card, Bytes& contents, std::size_t size, std::size_t largest_answer) {
  while (contents.size() < size) {
    const Bytes part = read_part(card, contents.size(), size - contents.size(), largest_answer);
    if (part.empty()) break;  // whoever compares sees the difference
    append(contents, part);
  }
}

}  // namespace

void FileReading::know(const iso7816::Aid& application, std::span<const FileImage> files) {
  for (const FileImage& file : files)
    if (file.short_fid) short_fids_.insert_or_assign({application, file.fid}, *file.short_fid);
}

Bytes FileReading::read(iso7816::Card& card, const iso7816::Aid& application, iso7816::Fid fid,
                        std::size_t size, std::size_t largest_answer) const {
  Bytes contents;
  if (const auto known = short_fids_.find({application, fid}); known != short_fids_.end()) {
    contents = send(card, read_by(known->second, std::min(size, largest_answer)), name);
  } else {
    send(card, select_file(fid), "SELECT of a file");
  }
  read_on(card, contents, size, largest_answer);
  return contents;
}

std::optional<Bytes> read_whole(iso7816::Card& card, iso7816::ShortFid short_fid) {
  constexpr std::size_t most = 4096;
  iso7816::ResponseApdu first = card.transmit(read_by(short_fid, iso7816::max_ne_short));
  if (first.status == iso7816::sw::file_not_found) return std::nullopt;
  if (!first.status.ok()) refused(name, first.status);
  const auto size = tlv::announced_size(first.data);
  if (!size || *size > most) foreign("the chip has a file that is no TLV, or too long");
  read_on(card, first.data, *size, iso7816::max_ne_short);
  return std::move(first.data);
}

}  // namespace perso::chip
