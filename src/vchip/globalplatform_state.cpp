#include "vchip/globalplatform_state.hpp"

#include <algorithm>

namespace perso::vchip {

namespace {

constexpr std::size_t mark_size = 16;
constexpr std::uint8_t max_short_fid = 30;

/// First byte of a record.
enum class Kind : std::uint8_t {
  birth = globalplatform_birth,
  keys,
  try_used,
  channel_opened,
  counter,
  mark,
  life,
  application,
  files,
  rewrite,
  page,
  key_pair
};

Bytes start(Kind kind) {
  return {static_cast<std::uint8_t>(kind)};
}

bool is_aes_key(std::size_t size) {
  return size == 16 || size == 24 || size == 32;
}

Hardware read_hardware(RecordFields& fields) {
  Hardware hardware;
  std::ranges::copy(fields.take(hardware.cplc.size()), hardware.cplc.begin());
  hardware.i = fields.byte();
  hardware.memory = be32(fields.take(4));
  hardware.max_command_data = be16(fields.take(2));
  hardware.atr = read_atr(fields);
  if (hardware.i != 0x70 && hardware.i != 0x71) damaged_memory();
  return hardware;
}

KeySet read_keys(RecordFields& fields) {
  KeySet set;
  set.version = fields.byte();
  const std::size_t size = fields.byte();
  if (!is_aes_key(size) || set.version == 0 || set.version > 0x7F) damaged_memory();
  for (Secret& key : set.keys) key = Secret::copy_of(fields.take(size));
  return set;
}

std::vector<File> read_files(RecordFields& fields) {
  std::vector<File> files;
  while (!fields.at_end()) {
    File& file = files.emplace_back();
    file.fid.value = be16(fields.take(2));
    file.size = be16(fields.take(2));
    file.short_fid = fields.byte();
    file.readable = fields.byte() != 0;
    if (file.size == 0 || file.short_fid > max_short_fid) damaged_memory();
  }
  return files;
}

Application& application_of(GlobalPlatformState& state, RecordFields& fields) {
  const std::size_t index = fields.byte();
  if (index >= state.applications.size()) damaged_memory();
  return state.applications[index];
}

File& file_of(Application& application, RecordFields& fields) {
  const iso7816::Fid fid{be16(fields.take(2))};
  const auto file = std::ranges::find(application.files, fid, &File::fid);
  if (file == application.files.end()) damaged_memory();
  return *file;
}

}  // namespace

const File* Application::find(iso7816::Fid fid) const {
  const auto found = std::ranges::find(files, fid, &File::fid);
  return found == files.end() ? nullptr : &*found;
}

const File* Application::find_short(std::uint8_t short_fid) const {
  const auto found = std::ranges::find(files, short_fid, &File::short_fid);
  return short_fid == 0 || found == files.end() ? nullptr : &*found;
}

GlobalPlatformState GlobalPlatformState::load(const Nvm& nvm) {
  return replayed<GlobalPlatformState>(nvm, globalplatform_birth);
}

void GlobalPlatformState::apply(ByteView record) {
  RecordFields fields(record);
  switch (static_cast<Kind>(fields.byte())) {
    case Kind::birth:
      hardware = read_hardware(fields);
      keys = read_keys(fields);
      break;
    case Kind::keys:
      keys = read_keys(fields);
      sequence_counter = 0;
      tries_used = 0;
      break;
    case Kind::try_used:
      ++tries_used;
      break;
    case Kind::channel_opened:
      sequence_counter = (sequence_counter + 1) & 0xFFFFFF;
      tries_used = 0;
      break;
    case Kind::counter:
      sequence_counter = be32(fields.take(4)) & 0xFFFFFF;
      break;
    case Kind::mark: {
      const ByteView value = fields.take(mark_size);
      mark.emplace(value.begin(), value.end());
      life = LifeCycle::personalizing;
      break;
    }
    case Kind::life:
      life = static_cast<LifeCycle>(fields.byte());
      if (name_of(life) == "unknown") damaged_memory();
      break;
    case Kind::application:
      applications.push_back({iso7816::Aid(fields.rest()), {}, {}});
      break;
    case Kind::files: {
      Application& application = application_of(*this, fields);
      std::ranges::move(read_files(fields), std::back_inserter(application.files));
      break;
    }
    case Kind::rewrite:
      file_of(application_of(*this, fields), fields).contents.clear();
      break;
    case Kind::page: {
      File& file = file_of(application_of(*this, fields), fields);
      const ByteView next = fields.rest();
      if (next.size() > file.size - file.contents.size()) damaged_memory();
      append(file.contents, next);
      break;
    }
    case Kind::key_pair: {
      Application& application = application_of(*this, fields);
      const std::uint8_t id = fields.byte();
      application.key_pairs.insert_or_assign(id, Secret::copy_of(fields.rest()));
      break;
    }
    default:
      damaged_memory();
  }
  if (!fields.at_end()) damaged_memory();
}

std::vector<Bytes> GlobalPlatformState::snapshot() const {
  std::vector<Bytes> records = {record::birth(hardware, keys), record::counter(sequence_counter)};
  records.insert(records.end(), tries_used, record::try_used());
  if (mark) records.push_back(record::mark(*mark));
  records.push_back(record::life(life));
  for (std::size_t i = 0; i < applications.size(); ++i) {
    const Application& application = applications[i];
    records.push_back(record::application(application.aid));
    if (!application.files.empty()) records.push_back(record::files(i, application.files));
    for (const File& file : application.files) {
      for (std::size_t at = 0; at < file.contents.size(); at += Nvm::page_size) {
        const ByteView rest = ByteView(file.contents).subspan(at);
        records.push_back(record::page(i, file.fid, rest.first(std::min(rest.size(), Nvm::page_size))));
      }
    }
    for (const auto& [id, pkcs8] : application.key_pairs) records.push_back(record::key_pair(i, id, pkcs8));
  }
  return records;
}

std::size_t GlobalPlatformState::index_of(const iso7816::Aid& aid) const {
  return static_cast<std::size_t>(std::ranges::find(applications, aid, &Application::aid) -
                                  applications.begin());
}

std::size_t GlobalPlatformState::used() const {
  std::size_t pages = 0;
  for (const Application& application : applications) {
    pages += 1 + application.key_pairs.size();
    for (const File& file : application.files) pages += 1 + pages_for(file.size);
  }
  return pages * Nvm::page_size;
}

namespace record {

namespace {

void append_keys(Bytes& record, const KeySet& keys) {
  record.push_back(keys.version);
  record.push_back(static_cast<std::uint8_t>(keys.enc().size()));
  for (const Secret& key : keys.keys) append(record, key.expose());
}

Bytes in_application(Kind kind, std::size_t application) {
  Bytes record = start(kind);
  record.push_back(static_cast<std::uint8_t>(application));
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

Bytes files(std::size_t application, std::span<const File> files) {
  Bytes record = in_application(Kind::files, application);
  for (const File& file : files) {
    append_be16(record, file.fid.value);
    append_be16(record, file.size);
    record.push_back(file.short_fid);
    record.push_back(file.readable ? 1 : 0);
  }
  return record;
}

Bytes rewrite(std::size_t application, iso7816::Fid fid) {
  Bytes record = in_application(Kind::rewrite, application);
  append_be16(record, fid.value);
  return record;
}

Bytes page(std::size_t application, iso7816::Fid fid, ByteView next) {
  Bytes record = in_application(Kind::page, application);
  append_be16(record, fid.value);
  append(record, next);
  return record;
}

Bytes key_pair(std::size_t application, std::uint8_t id, const Secret& pkcs8) {
  Bytes record = in_application(Kind::key_pair, application);
  record.push_back(id);
  append(record, pkcs8.expose());
  return record;
}

}  // namespace record

}  // namespace perso::vchip
