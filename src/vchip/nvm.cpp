#include "vchip/nvm.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "bytes/error.hpp"

namespace perso::vchip {

namespace {

constexpr std::size_t length_size = 2;
constexpr std::size_t crc_size = 4;

[[noreturn]] void fail(const std::filesystem::path& file, const char* what) {
  throw Error(Code::reader_fault,
              "virtual chip " + file.filename().string() + ": " + what + ": " + std::strerror(errno));
}

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320u : 0);
    table[i] = value;
  }
  return table;
}();

/// CRC-32 of IEEE 802.3.
std::uint32_t crc32(ByteView bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t byte : bytes) crc = (crc >> 8) ^ crc_table[(crc ^ byte) & 0xFF];
  return ~crc;
}

Bytes frame(ByteView record) {
  if (record.empty() || record.size() > 0xFFFF)
    throw Error(Code::malformed, "virtual chip: a record of no or too many bytes");
  Bytes framed;
  framed.reserve(length_size + record.size() + crc_size);
  append_be16(framed, static_cast<std::uint16_t>(record.size()));
  perso::append(framed, record);
  append_be32(framed, crc32(framed));
  return framed;
}

/// The whole record that begins `log`, or an empty view where it is torn.
ByteView whole_record(ByteView log) {
  if (log.size() < length_size) return {};
  const std::size_t size = be16(log);
  if (size == 0 || log.size() < length_size + size + crc_size) return {};
  const bool intact = crc32(log.first(length_size + size)) == be32(log.subspan(length_size + size));
  return intact ? log.subspan(length_size, size) : ByteView{};
}

}  // namespace

Nvm Nvm::from_log(Bytes log) {
  Nvm nvm;
  nvm.log_ = std::move(log);
  nvm.drop_torn_tail();
  return nvm;
}

Nvm Nvm::create(const std::filesystem::path& file) {
  Nvm nvm;
  nvm.file_ = file;
  nvm.descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (nvm.descriptor_ < 0) fail(file, "cannot be made");
  return nvm;
}

Nvm Nvm::open(const std::filesystem::path& file) {
  Nvm nvm;
  nvm.file_ = file;
  nvm.descriptor_ = ::open(file.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (nvm.descriptor_ < 0) fail(file, "cannot be opened");
  struct stat status {};
  if (::fstat(nvm.descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) fail(file, "is not a file");
  if (static_cast<std::uintmax_t>(status.st_size) > max_log)
    throw Error(Code::malformed, "virtual chip: the file is too long");
  nvm.log_.resize(static_cast<std::size_t>(status.st_size));
  std::size_t got = 0;
  while (got < nvm.log_.size()) {
    const ssize_t n =
        ::pread(nvm.descriptor_, nvm.log_.data() + got, nvm.log_.size() - got, static_cast<off_t>(got));
    if (n <= 0) fail(file, "cannot be read");
    got += static_cast<std::size_t>(n);
  }
  nvm.drop_torn_tail();
  return nvm;
}

Nvm::Nvm(Nvm&& other) noexcept {
  *this = std::move(other);
}

Nvm& Nvm::operator=(Nvm&& other) noexcept {
  std::swap(log_, other.log_);
  std::swap(file_, other.file_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(bytes_left_, other.bytes_left_);
  std::swap(records_left_, other.records_left_);
  return *this;
}

Nvm::~Nvm() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Nvm::write(ByteView bytes) {
  for (ByteView rest = bytes; descriptor_ >= 0 && !rest.empty();) {
    const ssize_t n = ::write(descriptor_, rest.data(), rest.size());
    if (n <= 0) fail(file_, "cannot be written");
    rest = rest.subspan(static_cast<std::size_t>(n));
  }
  perso::append(log_, bytes);
}

void Nvm::append(ByteView record) {
  if (records_left_ == 0u) lose_power();
  const Bytes framed = frame(record);
  const std::size_t allowed = std::min(framed.size(), bytes_left_.value_or(framed.size()));
  write(ByteView(framed).first(allowed));
  if (bytes_left_) *bytes_left_ -= allowed;
  if (allowed < framed.size()) lose_power();
  if (records_left_) --*records_left_;
}

void Nvm::lose_power() {
  bytes_left_.reset();
  records_left_.reset();
  throw PowerLoss{};
}

void Nvm::replay(const std::function<void(ByteView)>& take) const {
  ByteView rest = log_;
  for (ByteView record = whole_record(rest); !record.empty(); record = whole_record(rest)) {
    take(record);
    rest = rest.subspan(length_size + record.size() + crc_size);
  }
}

void Nvm::replace(const std::vector<Bytes>& records) {
  if (descriptor_ < 0) {
    log_.clear();
    for (const Bytes& record : records) append(record);
    return;
  }
  std::filesystem::path next_file = file_;
  next_file += ".new";
  std::filesystem::remove(next_file);
  Nvm next = create(next_file);
  for (const Bytes& record : records) next.append(record);
  // The new log must be on the disk before its name takes the place of the old one.
  if (::fsync(next.descriptor_) != 0 || ::rename(next_file.c_str(), file_.c_str()) != 0)
    fail(file_, "cannot be compacted");
  next.file_ = file_;
  *this = std::move(next);
}

void Nvm::drop_torn_tail() {
  std::size_t whole = 0;
  replay([&](ByteView record) { whole += length_size + record.size() + crc_size; });
  if (whole == log_.size()) return;
  log_.resize(whole);
  if (descriptor_ >= 0 && ::ftruncate(descriptor_, static_cast<off_t>(whole)) != 0)
    fail(file_, "cannot be repaired");
}

}  // namespace perso::vchip
