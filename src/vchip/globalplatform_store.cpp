// STORE DATA: the progress mark, access data, file control, contents of files, keys that are injected.
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
constexpr std::uint16_t access_dgi = 0xDF71;
constexpr std::uint16_t file_control_dgi = 0x6200;
constexpr std::uint16_t key_pair_dgi = 0x7F48;
constexpr std::size_t key_pair_size = 3 + 3 + 34;  // bytes
constexpr std::size_t max_files = 64;              // per application, and in the master file
constexpr std::size_t max_file_control = 2048;     // bytes: room for as many files

bool is_reserved(Fid fid) {
  constexpr std::uint16_t reserved[] = {0x0000, 0x3F00, 0x3FFF, 0x6200, 0x7F48, 0xDF70, 0xDF71, 0xFFFF};
  return std::ranges::find(reserved, fid.value) != std::ranges::end(reserved);
}

ByteView value_of_size(tlv::Reader& reader, std::uint32_t tag, std::size_t size) {
  const ByteView value = reader.expect(tlv::Tag{tag}).value;
  if (value.size() != size) throw Refusal{sw::wrong_data};
  return value;
}

std::optional<ReadCondition> read_condition(std::uint8_t security_condition) {
  switch (security_condition) {
    case 0x00:
      return ReadCondition::always;
    case 0x40:
      return ReadCondition::access_channel;
    case 0xFF:
      return ReadCondition::never;
    default:
      return std::nullopt;
  }
}

File parse_fcp(ByteView fcp) {
  tlv::Reader reader(fcp);
  File file;
  file.fid.value = be16(value_of_size(reader, 0x83, 2));
  file.size = be16(value_of_size(reader, 0x80, 2));
  if (const auto short_fid = reader.take(tlv::Tag{0x88})) {
    if (short_fid->value.size() != 1 || short_fid->value[0] < 1 || short_fid->value[0] > max_short_fid)
      throw Refusal{sw::wrong_data};
    file.short_fid = short_fid->value[0];
  }
  // Compact format (ISO/IEC 7816-4 9.3.2): access mode READ, then its security condition.
  const ByteView access = value_of_size(reader, 0x8C, 2);
  reader.expect_end();
  const auto condition = read_condition(access[1]);
  if (access[0] != 0x01 || !condition) throw Refusal{sw::wrong_data};
  file.condition = *condition;
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
  const Place place = session_.application ? session_.application : session_.target;
  if (!place && (part.dgi == mark_dgi || state_.life == LifeCycle::blank)) return store_mark(stream, part);
  require_life(LifeCycle::personalizing);
  if (part.dgi == file_control_dgi) return store_file_control(stream, part, place);
  if (part.dgi == access_dgi && !place) return store_access(stream, part);
  if (part.dgi == key_pair_dgi && place) return store_key_pair(stream, part, *place);
  store_contents(stream, part, place);
}

bool GlobalPlatformOs::gather(Stream& stream, const DgiPart& part) {
  if (part.first) {
    wipe(stream.gathered);
    stream.gathered.clear();
    stream.gathered.reserve(part.size);
  }
  append(stream.gathered, part.part);
  return part.last;
}

void GlobalPlatformOs::store_mark(Stream& stream, const DgiPart& part) {
  if (part.dgi != mark_dgi) throw Refusal{sw::referenced_data_not_found};
  require_life(LifeCycle::blank);
  if (part.size != mark_size) throw Refusal{sw::wrong_data};
  if (gather(stream, part)) commit(record::mark(stream.gathered));
}

void GlobalPlatformOs::store_access(Stream& stream, const DgiPart& part) {
  if (part.size > AccessData::max_size) throw Refusal{sw::not_enough_memory};
  if (!gather(stream, part)) return;
  const Secret encoded(std::exchange(stream.gathered, {}));
  AccessData::parse(encoded.expose());
  const std::size_t held = state_.access ? pages_for(state_.access->encoded.size()) : 0;
  const std::size_t wanted = pages_for(encoded.size());
  require_room(wanted - std::min(wanted, held));
  commit(record::access(encoded));
}

void GlobalPlatformOs::store_key_pair(Stream& stream, const DgiPart& part, std::size_t index) {
  if (part.size != key_pair_size) throw Refusal{sw::wrong_data};
  if (!gather(stream, part)) return;
  const Secret encoded(std::exchange(stream.gathered, {}));
  tlv::Reader reader(encoded.expose());
  const std::uint8_t id = value_of_size(reader, 0x84, 1)[0];
  KeyPair pair;
  pair.algorithm = KeyAlgorithm{value_of_size(reader, 0x80, 1)[0]};
  pair.scalar = Secret::copy_of(value_of_size(reader, 0x92, 32));
  put_key_pair(index, id, pair);
}

void GlobalPlatformOs::store_file_control(Stream& stream, const DgiPart& part, Place place) {
  if (part.size > max_file_control) throw Refusal{sw::not_enough_memory};
  if (!gather(stream, part)) return;
  const Application& application = state_.at(place);
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
  commit(record::files(place, files));
}

void GlobalPlatformOs::store_contents(Stream& stream, const DgiPart& part, Place place) {
  const Fid fid{part.dgi};
  const File* file = state_.at(place).find(fid);
  if (file == nullptr) throw Refusal{sw::referenced_data_not_found};
  if (part.first) {
    if (part.size != file->size || std::ranges::find(stream.written, fid) != stream.written.end())
      throw Refusal{sw::wrong_data};
    stream.written.push_back(fid);
    if (!file->contents.empty()) commit(record::rewrite(place, fid));
  }
  for (ByteView rest = part.part; !rest.empty();) {
    const std::size_t to_page_end = Nvm::page_size - file->contents.size() % Nvm::page_size;
    const std::size_t size = std::min(rest.size(), to_page_end);
    commit(record::page(place, fid, rest.first(size)));
    rest = rest.subspan(size);
  }
}

}  // namespace perso::vchip
