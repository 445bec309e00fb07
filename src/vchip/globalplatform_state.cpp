#include "vchip/globalplatform_state.hpp"

#include <algorithm>

#include "vchip/card_os.hpp"

namespace perso::vchip {

namespace {

using record::Kind;

constexpr std::size_t mark_size = 16;
constexpr std::size_t scalar_size = 32;

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
    file.condition = ReadCondition{fields.byte()};
    if (file.size == 0 || file.short_fid > max_short_fid || file.condition > ReadCondition::access_channel)
      damaged_memory();
  }
  return files;
}

Application& application_of(GlobalPlatformState& state, RecordFields& fields) {
  const std::size_t index = fields.byte();
  if (index == record::master_file_index) return state.master_file;
  if (index >= state.applications.size()) damaged_memory();
  return state.applications[index];
}

KeyPair read_key_pair(RecordFields& fields) {
  KeyPair pair;
  pair.algorithm = KeyAlgorithm{fields.byte()};
  if (pair.algorithm != KeyAlgorithm::ecdsa_p256 && pair.algorithm != KeyAlgorithm::ecdh_p256)
    damaged_memory();
  pair.scalar = Secret::copy_of(fields.take(scalar_size));
  return pair;
}

AccessData read_access(RecordFields& fields) {
  try {
    return AccessData::parse(fields.rest());
  } catch (const Refusal&) {
    damaged_memory();
  }
}

File& file_of(Application& application, RecordFields& fields) {
  const iso7816::Fid fid{be16(fields.take(2))};
  const auto file = std::ranges::find(application.files, fid, &File::fid);
  if (file == application.files.end()) damaged_memory();
  return *file;
}

/// Files of an application or of the master file, with what has been written of them.
void append_files(std::vector<Bytes>& records, const GlobalPlatformState& state, Place place) {
  const std::vector<File>& files = state.at(place).files;
  if (!files.empty()) records.push_back(record::files(place, files));
  for (const File& file : files) {
    for (std::size_t at = 0; at < file.contents.size(); at += Nvm::page_size) {
      const ByteView rest = ByteView(file.contents).subspan(at);
      records.push_back(record::page(place, file.fid, rest.first(std::min(rest.size(), Nvm::page_size))));
    }
  }
}

std::size_t pages_of(const std::vector<File>& files) {
  std::size_t pages = 0;
  for (const File& file : files) pages += 1 + pages_for(file.size);
  return pages;
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
      locked = locked || life == LifeCycle::issued;
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
      if (application.aid.is_master_file()) damaged_memory();
      const std::uint8_t id = fields.byte();
      application.key_pairs.insert_or_assign(id, read_key_pair(fields));
      break;
    }
    case Kind::access:
      access = read_access(fields);
      break;
    case Kind::access_failed:
      access_failed = true;
      break;
    case Kind::access_succeeded:
      access_failed = false;
      break;
    default:
      damaged_memory();
  }
  if (!fields.at_end()) damaged_memory();
}

std::vector<Bytes> GlobalPlatformState::snapshot() const {
  std::vector<Bytes> records = {record::birth(hardware, keys), record::counter(sequence_counter)};
  records.insert(records.end(), tries_used, record::try_used());
  if (mark) records.push_back(record::mark(*mark));
  if (locked) records.push_back(record::life(LifeCycle::issued));
  if (!locked || life != LifeCycle::issued) records.push_back(record::life(life));
  append_files(records, *this, std::nullopt);
  for (std::size_t i = 0; i < applications.size(); ++i) {
    records.push_back(record::application(applications[i].aid));
    append_files(records, *this, i);
    for (const auto& [id, pair] : applications[i].key_pairs) records.push_back(record::key_pair(i, id, pair));
  }
  if (access) records.push_back(record::access(access->encoded));
  if (access_failed) records.push_back(record::access_failed());
  return records;
}

std::optional<GlobalPlatformState::KeyPlace> GlobalPlatformState::agreement_key() const {
  for (std::size_t i = 0; i < applications.size(); ++i) {
    for (const auto& [id, pair] : applications[i].key_pairs) {
      if (pair.algorithm == KeyAlgorithm::ecdh_p256) return KeyPlace{i, id};
    }
  }
  return std::nullopt;
}

std::size_t GlobalPlatformState::index_of(const iso7816::Aid& aid) const {
  return static_cast<std::size_t>(std::ranges::find(applications, aid, &Application::aid) -
                                  applications.begin());
}

std::size_t GlobalPlatformState::used() const {
  std::size_t pages = pages_of(master_file.files);
  for (const Application& application : applications)
    pages += 1 + application.key_pairs.size() + pages_of(application.files);
  if (access) pages += pages_for(access->encoded.size());
  return pages * Nvm::page_size;
}

}  // namespace perso::vchip
