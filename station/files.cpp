#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "bytes/error.hpp"

namespace perso::station {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const fs::path& path) {
  throw Error(Code::config_invalid,
              "cannot write " + path.string() + ": look at the disk and its permissions");
}

}  // namespace

bool write_all(int fd, ByteView contents) {
  while (!contents.empty()) {
    const ssize_t written = ::write(fd, contents.data(), contents.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) contents = contents.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

void write_private_file(const fs::path& file, ByteView contents) {
  // Made anew: the one that stood may have been open to others, or a link that leads elsewhere.
  ::unlink(file.c_str());
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) fail(file);
  const bool written = write_all(fd, contents) && ::fsync(fd) == 0;
  if (::close(fd) != 0 || !written) fail(file);
}

ScratchFolder::ScratchFolder() {
  std::string name = (fs::temp_directory_path() / "perso-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) fail(name);
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void make_private_folder(const fs::path& folder) {
  if (fs::is_directory(folder)) return;
  const fs::path above = folder.parent_path();
  if (!above.empty() && above != folder) make_private_folder(above);
  if (::mkdir(folder.c_str(), 0700) != 0 && !fs::is_directory(folder)) fail(folder);
}

LineFile::LineFile(const fs::path& file)
    : fd_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (fd_ < 0) fail(file);
}

LineFile::~LineFile() {
  ::close(fd_);
}

void LineFile::add(std::string_view line) noexcept {
  const std::lock_guard lock(mutex_);
  write_all(fd_, as_bytes(line)) && write_all(fd_, as_bytes("\n"));
}

}  // namespace perso::station
