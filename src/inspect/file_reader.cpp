#include "inspect/file_reader.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "tlv/tlv.hpp"

namespace perso::inspect {

using iso7816::CommandApdu;
using iso7816::ResponseApdu;
using iso7816::StatusWord;

namespace {

constexpr std::size_t max_nc = 65535;
constexpr std::size_t last_offset = 0x7FFF;  // ISO/IEC 7816-4 11.2.2: 15 bits in P1-P2

/// A head that is no TLV is judged by whoever parses the file.
std::optional<std::size_t> announced_size(ByteView contents) {
  try {
    return tlv::announced_size(contents);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::uint8_t high(std::size_t value) {
  return static_cast<std::uint8_t>(value >> 8);
}
std::uint8_t low(std::size_t value) {
  return static_cast<std::uint8_t>(value & 0xFF);
}

}  // namespace

/// Without a limit, the Le of zeros that asks for whatever there is.
std::size_t largest_answer(std::size_t limit) {
  return limit < max_nc ? std::max(limit, iso7816::max_ne_short) : iso7816::max_ne_extended;
}

ResponseApdu FileReader::read_part(std::uint8_t p1, std::uint8_t p2) {
  ResponseApdu answer = card_.transmit({0x00, 0xB0, p1, p2, {}, ne_});
  if (answer.status != iso7816::sw::wrong_length || ne_ <= iso7816::max_ne_short) return answer;
  ne_ = iso7816::max_ne_short;
  return card_.transmit({0x00, 0xB0, p1, p2, {}, ne_});
}

ResponseApdu FileReader::begin(const PromisedFile& file) {
  if (file.short_fid) return read_part(static_cast<std::uint8_t>(0x80 | file.short_fid->value), 0);
  const CommandApdu select{0x00, 0xA4, 0x02, 0x0C, Bytes{high(file.fid.value), low(file.fid.value)}, 0};
  if (const StatusWord status = card_.transmit(select).status; !status.ok()) return {{}, status};
  return read_part(0, 0);
}

ReadOutcome FileReader::read(const PromisedFile& file, bool templated) {
  Bytes contents;
  for (ResponseApdu answer = begin(file);; answer = read_part(high(contents.size()), low(contents.size()))) {
    const bool ended = answer.status == iso7816::sw::end_of_file;
    if (!contents.empty() && answer.status == iso7816::sw::wrong_offset)
      return {std::move(contents), answer.status};
    if (!answer.status.ok() && !ended) return {std::nullopt, answer.status};
    append(contents, answer.data);
    const auto announced = templated ? announced_size(contents) : std::nullopt;
    if (announced && contents.size() >= *announced) {
      contents.resize(*announced);
      return {std::move(contents), answer.status};
    }
    if (ended || answer.data.empty() || (!announced && answer.data.size() < ne_))
      return {std::move(contents), answer.status};
    if (contents.size() > last_offset) return {std::nullopt, iso7816::sw::wrong_offset};
  }
}

}  // namespace perso::inspect
