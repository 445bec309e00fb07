#include "iso7816/apdu.hpp"

#include "bytes/error.hpp"

namespace perso::iso7816 {

namespace {

[[noreturn]] void malformed(const char* what) {
  throw Error(Code::malformed, what);
}

}  // namespace

Aid::Aid(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {
  if (bytes.size() < 5 || bytes.size() > 16) malformed("an application identifier has 5 to 16 bytes");
}

Bytes CommandApdu::encode() const {
  if (data.size() > 65535 || ne > max_ne_extended)
    malformed("a command APDU is longer than extended length can say");
  Bytes out;
  out.reserve(data.size() + 10);
  out.insert(out.end(), {cla, ins, p1, p2});
  const bool is_extended = extended();
  if (!data.empty()) {
    if (is_extended) {
      out.push_back(0);
      append_be16(out, static_cast<std::uint16_t>(data.size()));
    } else {
      out.push_back(static_cast<std::uint8_t>(data.size()));
    }
    append(out, data);
  }
  // 256 and 65,536 are written as zero: the cast drops the bit above.
  if (ne > 0 && is_extended) {
    if (data.empty()) out.push_back(0);
    append_be16(out, static_cast<std::uint16_t>(ne));
  } else if (ne > 0) {
    out.push_back(static_cast<std::uint8_t>(ne));
  }
  return out;
}

CommandApdu CommandApdu::parse(ByteView bytes) {
  if (bytes.size() < 4) malformed("a command APDU has at least four bytes");
  CommandApdu command{bytes[0], bytes[1], bytes[2], bytes[3], {}, 0};
  ByteView body = bytes.subspan(4);
  const auto short_ne = [](std::uint8_t le) { return le == 0 ? max_ne_short : std::size_t{le}; };
  const auto extended_ne = [](ByteView le) {
    return be16(le) == 0 ? max_ne_extended : std::size_t{be16(le)};
  };
  const auto take_data = [&](std::size_t head, std::size_t nc) {
    if (nc == 0 || body.size() < head + nc) malformed("a command APDU is cut short");
    command.data.assign(body.begin() + static_cast<std::ptrdiff_t>(head),
                        body.begin() + static_cast<std::ptrdiff_t>(head + nc));
    body = body.subspan(head + nc);
  };

  if (body.empty()) return command;  // case 1
  if (body.size() == 1) {            // case 2, short
    command.ne = short_ne(body[0]);
    return command;
  }
  if (body[0] != 0) {  // cases 3 and 4, short
    take_data(1, body[0]);
    if (body.size() > 1) malformed("bytes follow a command APDU");
    if (body.size() == 1) command.ne = short_ne(body[0]);
    return command;
  }
  if (body.size() < 3) malformed("a command APDU is cut short");
  if (body.size() == 3) {  // case 2, extended
    command.ne = extended_ne(body.subspan(1));
    return command;
  }
  take_data(3, be16(body.subspan(1)));  // cases 3 and 4, extended
  if (body.size() == 1 || body.size() > 2) malformed("a command APDU has an expected length of a wrong size");
  if (body.size() == 2) command.ne = extended_ne(body);
  return command;
}

Bytes ResponseApdu::encode() const {
  Bytes out;
  out.reserve(data.size() + 2);
  append(out, data);
  append_be16(out, status.value);
  return out;
}

ResponseApdu ResponseApdu::parse(ByteView bytes) {
  if (bytes.size() < 2) malformed("a response APDU has at least two bytes");
  const ByteView data = bytes.first(bytes.size() - 2);
  return {Bytes(data.begin(), data.end()), StatusWord{be16(bytes.last(2))}};
}

}  // namespace perso::iso7816
