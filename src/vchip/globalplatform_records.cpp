// How the records of a chip of the globalplatform platform are written.
#include "vchip/globalplatform_state.hpp"

namespace perso::vchip {

namespace record {

namespace {

Bytes start(Kind kind) {
  return {static_cast<std::uint8_t>(kind)};
}

void append_keys(Bytes& record, const KeySet& keys) {
  record.push_back(keys.version);
  record.push_back(static_cast<std::uint8_t>(keys.enc().size()));
  for (const Secret& key : keys.keys) append(record, key.expose());
}

Bytes in(Place place, Kind kind) {
  Bytes record = start(kind);
  record.push_back(place ? static_cast<std::uint8_t>(*place) : master_file_index);
  return record;
}

}  // namespace

Bytes birth(const Hardware& hardware, const KeySet& keys) {
  Bytes record = start(Kind::birth);
  append(record, hardware.cplc);
  record.push_back(hardware.i);
  append_be32(record, hardware.memory);
  append_be16(record, hardware.max_command_data);
  append_atr(record, hardware);
  append_keys(record, keys);
  return record;
}

Bytes keys(const KeySet& keys) {
  Bytes record = start(Kind::keys);
  append_keys(record, keys);
  return record;
}

Bytes try_used() {
  return start(Kind::try_used);
}

Bytes channel_opened() {
  return start(Kind::channel_opened);
}

Bytes counter(std::uint32_t sequence_counter) {
  Bytes record = start(Kind::counter);
  append_be32(record, sequence_counter);
  return record;
}

Bytes mark(ByteView mark) {
  Bytes record = start(Kind::mark);
  append(record, mark);
  return record;
}

Bytes life(LifeCycle life) {
  return {static_cast<std::uint8_t>(Kind::life), static_cast<std::uint8_t>(life)};
}

Bytes application(const iso7816::Aid& aid) {
  Bytes record = start(Kind::application);
  append(record, aid.bytes());
  return record;
}

Bytes files(Place place, std::span<const File> files) {
  Bytes record = in(place, Kind::files);
  for (const File& file : files) {
    append_be16(record, file.fid.value);
    append_be16(record, file.size);
    record.push_back(file.short_fid);
    record.push_back(static_cast<std::uint8_t>(file.condition));
  }
  return record;
}

Bytes rewrite(Place place, iso7816::Fid fid) {
  Bytes record = in(place, Kind::rewrite);
  append_be16(record, fid.value);
  return record;
}

Bytes page(Place place, iso7816::Fid fid, ByteView next) {
  Bytes record = in(place, Kind::page);
  append_be16(record, fid.value);
  append(record, next);
  return record;
}

Bytes key_pair(std::size_t application, std::uint8_t id, const KeyPair& pair) {
  Bytes record = in(application, Kind::key_pair);
  record.push_back(id);
  record.push_back(static_cast<std::uint8_t>(pair.algorithm));
  append(record, pair.scalar.expose());
  return record;
}

Bytes access(const Secret& encoded) {
  Bytes record = start(Kind::access);
  append(record, encoded.expose());
  return record;
}

Bytes access_failed() {
  return start(Kind::access_failed);
}

Bytes access_succeeded() {
  return start(Kind::access_succeeded);
}

}  // namespace record

}  // namespace perso::vchip
