#include "chip/dgi.hpp"

#include "bytes/error.hpp"

namespace perso::chip {

namespace {

constexpr std::uint16_t file_control = 0x6200;
constexpr std::size_t max_value = 65535;

/// Read condition, ISO/IEC 7816-4 7.4.3.2: secure messaging stands for the channel that access control opens.
std::uint8_t condition_of(ReadAccess read) {
  switch (read) {
    case ReadAccess::always:
      return 0x00;
    case ReadAccess::access_control:
      return 0x40;
    case ReadAccess::never:
      break;
  }
  return 0xFF;
}

/// FCP template, ISO/IEC 7816-4 7.4.3. The size is known to fit: append_dgi has refused the others.
void append_fcp(Bytes& out, const FileImage& file) {
  Bytes fcp = {0x83, 0x02};
  append_be16(fcp, file.fid.value);
  fcp.insert(fcp.end(), {0x80, 0x02});
  append_be16(fcp, static_cast<std::uint16_t>(file.contents.size()));
  if (file.short_fid) fcp.insert(fcp.end(), {0x88, 0x01, file.short_fid->value});
  fcp.insert(fcp.end(), {0x8C, 0x02, 0x01, condition_of(file.read)});
  out.insert(out.end(), {0x62, static_cast<std::uint8_t>(fcp.size())});
  append(out, fcp);
}

}  // namespace

void append_dgi(Bytes& out, std::uint16_t identifier, ByteView value) {
  if (value.size() > max_value)
    throw Error(Code::chip_full, "a file is larger than the chip takes: 65,535 bytes");
  append_be16(out, identifier);
  if (value.size() < 0xFF) {
    out.push_back(static_cast<std::uint8_t>(value.size()));
  } else {
    out.push_back(0xFF);
    append_be16(out, static_cast<std::uint16_t>(value.size()));
  }
  append(out, value);
}

Bytes dgi_stream(std::span<const FileImage> files) {
  Bytes control;
  std::size_t size = max_dgi_head;
  for (const FileImage& file : files) {
    append_fcp(control, file);
    size += max_dgi_head + file.contents.size();
  }
  Bytes stream;
  stream.reserve(size + control.size());
  append_dgi(stream, file_control, control);
  for (const FileImage& file : files) append_dgi(stream, file.fid.value, file.contents);
  return stream;
}

}  // namespace perso::chip
