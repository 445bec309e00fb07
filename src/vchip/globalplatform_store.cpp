// STORE DATA: the progress mark, file control, and contents of files.
#include <algorithm>
#include <utility>

#include "tlv/tlv.hpp"
#include "vchip/globalplatform_os.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr std::uint8_t last_block = 0x80;
constexpr std::uint8_t dgi_format = 0x08;
constexpr std::uint16_t mark_dgi = 0xDF70;
constexpr std::size_t mark_size = 16;
constexpr std::uint16_t file_control_dgi = 0x6200;
constexpr std::size_t max_files = 64;           // per application
constexpr std::size_t max_file_control = 2048;  // bytes: room for as many files

bool is_reserved(Fid fid) {
  constexpr std::uint16_t reserved[] = {0x0000, 0x3FFF, 0x6200, 0xDF70, 0xFFFF};
  return std::ranges::find(reserved, fid.value) != std::ranges::end(reserved);
}

ByteView value_of_size(tlv::Reader& reader, std::uint32_t tag, std::size_t size) {
  const ByteView value = reader.expect(tlv::Tag{tag}).value;
  if (value.size() != size) throw Refusal{sw::wrong_data};
  return value;
}

File parse_fcp(ByteView fcp) {
  tlv::Reader reader(fcp);
  File file;
  file.fid.value = be16(value_of_size(reader, 0x83, 2));
  file.size = be16(value_of_size(reader, 0x80, 2));
  if (const auto short_fid = reader.take(tlv::Tag{0x88})) {
    if (short_fid->value.size() != 1 || short_fid->value[0] < 1 || short_fid->value[0] > 30)
      throw Refusal{sw::wrong_data};
    file.short_fid = short_fid->value[0];
  }
  // Compact format (ISO/IEC 7816-4 9.3.2): access mode READ, then its security condition.
  const ByteView access = value_of_size(reader, 0x8C, 2);
  reader.expect_end();
  if (access[0] != 0x01 || (access[1] != 0x00 && access[1] != 0xFF)) throw Refusal{sw::wrong_data};
  file.readable = access[1] == 0x00;
  if (file.size == 0 || is_reserved(file.fid)) throw Refusal{sw::wrong_data};
  return file;
}

}  // namespace

Answer GlobalPlatformOs::store_data(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if ((apdu.p1 & ~last_block) != dgi_format) throw Refusal{sw::wrong_p1p2};
  if (state_.life == LifeCycle::issued) throw Refusal{sw::conditions_not_satisfied};
  // Taken out while it is worked on: whatever refuses this block ends the stream.
  Stream stream = std::exchange(session_.stream, std::nullopt).value_or(Stream{});
  if (apdu.p2 != stream.next_block++) throw Refusal{sw::wrong_data};
  ByteView block = apdu.data;
  while (const auto part = stream.dgis.next(block)) store(stream, *part);
  const bool last = (apdu.p1 & last_block) != 0;
  if (last && !stream.dgis.between()) throw Refusal{sw::wrong_data};
  if (!last) session_.stream = std::move(stream);
  return {};
}

void GlobalPlatformOs::store(Stream& stream, const DgiPart& part) {
  const auto target = session_.application ? session_.application : session_.target;
  if (!target) return store_mark(stream, part);
  require_life(LifeCycle::personalizing);
  if (part.dgi == file_control_dgi) return store_file_control(stream, part, *target);
  store_contents(stream, part, *target);
}

bool GlobalPlatformOs::gather(Stream& stream, const DgiPart& part) {
  if (part.first) stream.gathered.clear();
  append(stream.gathered, part.part);
  return part.last;
}

void GlobalPlatformOs::store_mark(Stream& stream, const DgiPart& part) {
  if (part.dgi != mark_dgi) throw Refusal{sw::referenced_data_not_found};
  require_life(LifeCycle::blank);
  if (part.size != mark_size) throw Refusal{sw::wrong_data};
  if (gather(stream, part)) commit(record::mark(stream.gathered));
}

void GlobalPlatformOs::store_file_control(Stream& stream, const DgiPart& part, std::size_t index) {
  if (part.size > max_file_control) throw Refusal{sw::not_enough_memory};
  if (!gather(stream, part)) return;
  Application& application = state_.applications[index];
  std::vector<File> files;
  std::size_t pages = 0;
  for (tlv::Reader templates(stream.gathered); !templates.at_end();) {
    File file = parse_fcp(templates.expect(tlv::Tag{0x62}).value);
    const bool twice = std::ranges::find(files, file.fid, &File::fid) != files.end();
    if (twice || application.find(file.fid) != nullptr) throw Refusal{sw::file_exists};
    const bool short_twice =
        file.short_fid != 0 && std::ranges::find(files, file.short_fid, &File::short_fid) != files.end();
    if (short_twice || application.find_short(file.short_fid) != nullptr) throw Refusal{sw::wrong_data};
    pages += 1 + pages_for(file.size);
    files.push_back(std::move(file));
  }
  if (files.empty()) throw Refusal{sw::wrong_data};
  if (application.files.size() + files.size() > max_files) throw Refusal{sw::not_enough_memory};
  require_room(pages);
  commit(record::files(index, files));
}

void GlobalPlatformOs::store_contents(Stream& stream, const DgiPart& part, std::size_t index) {
  const Fid fid{part.dgi};
  const File* file = state_.applications[index].find(fid);
  if (file == nullptr) throw Refusal{sw::referenced_data_not_found};
  if (part.first) {
    if (part.size != file->size || std::ranges::find(stream.written, fid) != stream.written.end())
      throw Refusal{sw::wrong_data};
    stream.written.push_back(fid);
    if (!file->contents.empty()) commit(record::rewrite(index, fid));
  }
  for (ByteView rest = part.part; !rest.empty();) {
    const std::size_t to_page_end = Nvm::page_size - file->contents.size() % Nvm::page_size;
    const std::size_t size = std::min(rest.size(), to_page_end);
    commit(record::page(index, fid, rest.first(size)));
    rest = rest.subspan(size);
  }
}

}  // namespace perso::vchip
