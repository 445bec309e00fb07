#include "new_private_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "bytes/error.hpp"
#include "files.hpp"

namespace perso::station {

namespace {

constexpr std::size_t buffer_size = 1 << 16;

}  // namespace

NewPrivateFile::NewPrivateFile(const std::filesystem::path& path)
    : path_(path), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
  if (fd_ < 0 && errno == EEXIST)
    throw Error(Code::usage, path.string() + " is there already; name a new file");
  if (fd_ < 0) fail();
}

NewPrivateFile::~NewPrivateFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!kept_) ::unlink(path_.c_str());
}

void NewPrivateFile::add(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= buffer_size) write_buffer();
}

void NewPrivateFile::finish() {
  if (fd_ < 0) return;
  write_buffer();
  if (::fsync(fd_) != 0) fail();
  if (::close(std::exchange(fd_, -1)) != 0) fail();
  sync_folder();
}

void NewPrivateFile::keep() {
  finish();
  kept_ = true;
}

/// A new name is durable only with its folder.
void NewPrivateFile::sync_folder() const {
  const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail();
  const bool synced = ::fsync(fd) == 0;
  if (::close(fd) != 0 || !synced) fail();
}

void NewPrivateFile::write_buffer() {
  if (!write_all(fd_, as_bytes(buffer_))) fail();
  buffer_.clear();
}

void NewPrivateFile::fail() const {
  throw Error(Code::config_invalid,
              "cannot write " + path_.string() + ": look at the disk and its permissions");
}

}  // namespace perso::station
