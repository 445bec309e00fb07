#include "ledger/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "bytes/error.hpp"

namespace perso::ledger {

namespace {

constexpr std::size_t max_holder_bytes = 256;

[[noreturn]] void io_failed(const std::filesystem::path& path, const char* what) {
  throw Error(Code::ledger_io, path.string() + ": " + what + ": " + std::strerror(errno));
}

int flags_of(PrivateFile::Mode mode) {
  switch (mode) {
    case PrivateFile::Mode::existing:
      return 0;
    case PrivateFile::Mode::fresh:
      return O_CREAT | O_EXCL;
    case PrivateFile::Mode::either:
      return O_CREAT;
  }
  std::abort();
}

}  // namespace

PrivateFile::PrivateFile(const std::filesystem::path& path, Mode mode)
    : path_(path), descriptor_(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags_of(mode), 0600)) {
  if (descriptor_ < 0) fail("cannot be opened");
  if (::fchmod(descriptor_, 0600) != 0) {
    ::close(descriptor_);
    fail("its mode cannot be set");
  }
}

PrivateFile::PrivateFile(PrivateFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

PrivateFile::~PrivateFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void PrivateFile::fail(const char* what) const {
  io_failed(path_, what);
}

Bytes PrivateFile::read(std::size_t offset, std::size_t size) const {
  Bytes bytes(size);
  const ssize_t got = ::pread(descriptor_, bytes.data(), size, static_cast<off_t>(offset));
  if (got < 0) fail("cannot be read");
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

void PrivateFile::write_durably(std::size_t offset, ByteView bytes) {
  const ssize_t put = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
  if (put >= 0 && static_cast<std::size_t>(put) != bytes.size()) errno = ENOSPC;
  if (put < 0 || static_cast<std::size_t>(put) != bytes.size() || ::fdatasync(descriptor_) != 0)
    fail("cannot be written");
}

void PrivateFile::truncate() {
  if (::ftruncate(descriptor_, 0) != 0) fail("cannot be written");
}

bool PrivateFile::lock() {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK) fail("cannot be locked");
  return false;
}

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) io_failed(folder, "cannot be synced");
}

HomeLock::HomeLock(const std::filesystem::path& home, const std::string& holder)
    : file_(home / "ledger.lock", PrivateFile::Mode::either) {
  if (!file_.lock()) {
    std::string other = as_text(file_.read(0, max_holder_bytes));
    std::ranges::replace_if(
        other, [](char c) { return c < 0x20 || c == 0x7F; }, '?');
    throw Error(Code::ledger_busy, home.string() + " is in use by " +
                                       (other.empty() ? "another program" : other) +
                                       ": wait until it has ended");
  }
  file_.truncate();
  file_.write_durably(0, as_bytes(holder.substr(0, max_holder_bytes)));
}

}  // namespace perso::ledger
