#include "vchip/passport_state.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/curve.hpp"
#include "vchip/active_authentication.hpp"

namespace perso::vchip {

namespace {

constexpr iso7816::Fid ef_com{0x011E};
constexpr std::size_t des_key_size = 16;
constexpr std::size_t max_file_size = 0x7FFF;

/// First byte of a record.
enum class Kind : std::uint8_t {
  birth = iso7816_birth,
  file,
  page,
  access,
  modulus,
  exponent,
  locked,
  bac_failed,
  bac_succeeded,
  chip_key
};

Bytes start(Kind kind) {
  return {static_cast<std::uint8_t>(kind)};
}

Hardware read_hardware(RecordFields& fields) {
  Hardware hardware;
  std::ranges::copy(fields.take(hardware.cplc.size()), hardware.cplc.begin());
  hardware.memory = be32(fields.take(4));
  hardware.passport = PassportKind{fields.byte()};
  if (hardware.passport > PassportKind::published) damaged_memory();
  hardware.atr = read_atr(fields);
  return hardware;
}

ChipKey read_chip_key(RecordFields& fields) {
  const std::string curve = as_text(fields.take(fields.byte()));
  Secret scalar = Secret::copy_of(fields.rest());
  try {
    if (scalar.size() != crypto::Curve(curve).order_size()) damaged_memory();
  } catch (const Error&) {
    damaged_memory();
  }
  return {curve, std::move(scalar)};
}

std::size_t pages_of_file(std::size_t size) {
  return 1 + pages_for(size);
}

}  // namespace

PassportState PassportState::load(const Nvm& nvm) {
  return replayed<PassportState>(nvm, iso7816_birth);
}

void PassportState::apply(ByteView record) {
  RecordFields fields(record);
  switch (static_cast<Kind>(fields.byte())) {
    case Kind::birth:
      hardware = read_hardware(fields);
      break;
    case Kind::file: {
      const iso7816::Fid fid{be16(fields.take(2))};
      const std::size_t size = be16(fields.take(2));
      if (size == 0 || size > max_file_size) damaged_memory();
      files.insert_or_assign(fid, Bytes(size));
      break;
    }
    case Kind::page: {
      const auto file = files.find(iso7816::Fid{be16(fields.take(2))});
      const std::size_t offset = be16(fields.take(2));
      const ByteView bytes = fields.rest();
      if (file == files.end() || offset + bytes.size() > file->second.size()) damaged_memory();
      std::ranges::copy(bytes, file->second.begin() + static_cast<std::ptrdiff_t>(offset));
      break;
    }
    case Kind::access: {
      Secret enc = Secret::copy_of(fields.take(des_key_size));
      access = SessionKeys{std::move(enc), Secret::copy_of(fields.take(des_key_size))};
      break;
    }
    case Kind::modulus: {
      const ByteView number = fields.take(aa_key_size);
      modulus.assign(number.begin(), number.end());
      break;
    }
    case Kind::exponent:
      exponent = Secret::copy_of(fields.take(aa_key_size));
      break;
    case Kind::locked:
      locked = true;
      break;
    case Kind::bac_failed:
      access_failed = true;
      break;
    case Kind::bac_succeeded:
      access_failed = false;
      break;
    case Kind::chip_key:
      chip_key = read_chip_key(fields);
      break;
    default:
      damaged_memory();
  }
  if (!fields.at_end()) damaged_memory();
}

std::vector<Bytes> PassportState::snapshot() const {
  using namespace passport_record;
  std::vector<Bytes> records = {birth(hardware)};
  for (const auto& [fid, contents] : files) {
    records.push_back(file(fid, contents.size()));
    for (std::size_t at = 0; at < contents.size(); at += Nvm::page_size) {
      const ByteView rest = ByteView(contents).subspan(at);
      records.push_back(page(fid, at, rest.first(std::min(rest.size(), Nvm::page_size))));
    }
  }
  if (access) records.push_back(passport_record::access(*access));
  if (!modulus.empty()) records.push_back(passport_record::modulus(modulus));
  if (!exponent.empty()) records.push_back(passport_record::exponent(exponent));
  if (chip_key) records.push_back(passport_record::chip_key(*chip_key));
  if (locked) records.push_back(passport_record::locked());
  if (access_failed) records.push_back(bac_failed());
  return records;
}

LifeCycle PassportState::life() const {
  if (locked) return LifeCycle::issued;
  return files.contains(ef_com) ? LifeCycle::personalizing : LifeCycle::blank;
}

std::size_t PassportState::used_pages() const {
  std::size_t pages = 1;
  if (has_key_page()) ++pages;
  if (chip_key) ++pages;
  for (const auto& [fid, contents] : files) pages += pages_of_file(contents.size());
  return pages;
}

bool PassportState::has_room_for_file(iso7816::Fid fid, std::size_t size) const {
  const auto replaced = files.find(fid);
  const std::size_t given_back = replaced == files.end() ? 0 : pages_of_file(replaced->second.size());
  const std::size_t taken = used_pages() - given_back + pages_of_file(size);
  return taken * Nvm::page_size <= hardware.memory;
}

bool PassportState::has_room_for_key() const {
  return has_key_page() || (used_pages() + 1) * Nvm::page_size <= hardware.memory;
}

bool PassportState::has_room_for_chip_key() const {
  return chip_key || (used_pages() + 1) * Nvm::page_size <= hardware.memory;
}

namespace passport_record {

Bytes birth(const Hardware& hardware) {
  Bytes record = start(Kind::birth);
  append(record, hardware.cplc);
  append_be32(record, hardware.memory);
  record.push_back(static_cast<std::uint8_t>(hardware.passport));
  append_atr(record, hardware);
  return record;
}

Bytes file(iso7816::Fid fid, std::size_t size) {
  Bytes record = start(Kind::file);
  append_be16(record, fid.value);
  append_be16(record, static_cast<std::uint16_t>(size));
  return record;
}

Bytes page(iso7816::Fid fid, std::size_t offset, ByteView bytes) {
  Bytes record = start(Kind::page);
  append_be16(record, fid.value);
  append_be16(record, static_cast<std::uint16_t>(offset));
  append(record, bytes);
  return record;
}

Bytes access(const SessionKeys& keys) {
  Bytes record = start(Kind::access);
  append(record, keys.enc.expose());
  append(record, keys.mac.expose());
  return record;
}

Bytes modulus(ByteView modulus) {
  Bytes record = start(Kind::modulus);
  append(record, modulus);
  return record;
}

Bytes exponent(const Secret& exponent) {
  Bytes record = start(Kind::exponent);
  append(record, exponent.expose());
  return record;
}

Bytes chip_key(const ChipKey& key) {
  Bytes record = start(Kind::chip_key);
  record.push_back(static_cast<std::uint8_t>(key.curve.size()));
  append(record, as_bytes(key.curve));
  append(record, key.scalar.expose());
  return record;
}

Bytes locked() {
  return start(Kind::locked);
}

Bytes bac_failed() {
  return start(Kind::bac_failed);
}

Bytes bac_succeeded() {
  return start(Kind::bac_succeeded);
}

}  // namespace passport_record

}  // namespace perso::vchip
