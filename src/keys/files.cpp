#include "keys/files.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "bytes/error.hpp"

namespace perso::keys {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file_bytes = 65536;

[[noreturn]] void failed(const fs::path& path, const std::string& what) {
  const int reason = errno;
  throw Error(reason == ENOENT ? Code::key_missing : Code::key_damaged,
              path.string() + " " + what + ": " + std::strerror(reason));
}

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags, mode_t mode = 0)
      : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (fd_ < 0) failed(path_, "cannot be opened");
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(fd_); }

  std::size_t read(std::uint8_t* out, std::size_t size) const {
    const ssize_t got = ::read(fd_, out, size);
    if (got < 0) failed(path_, "cannot be read");
    return static_cast<std::size_t>(got);
  }
  void write(ByteView bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
      if (put < 0) failed(path_, "cannot be written");
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
  }
  void flush() const {
    if (::fsync(fd_) != 0) failed(path_, "cannot be flushed to the disk");
  }

 private:
  fs::path path_;
  int fd_;
};

void flush_folder(const fs::path& path) {
  Descriptor(path, O_RDONLY | O_DIRECTORY).flush();
}

/// A new folder beside `dir`, removed again unless it took its place.
class Building {
 public:
  explicit Building(const fs::path& dir) : dir_(dir) {
    std::string name = dir.string() + ".new-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) failed(dir, "cannot be made");  // 0700
    path_ = name;
  }
  Building(const Building&) = delete;
  Building& operator=(const Building&) = delete;
  ~Building() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }
  void take_place() {
    if (::rename(path_.c_str(), dir_.c_str()) != 0)
      failed(dir_, "exists and is not empty, or cannot be made");
    path_.clear();
  }

 private:
  fs::path dir_, path_;
};

}  // namespace

Bytes read_file(const fs::path& path) {
  const Descriptor file(path, O_RDONLY);
  Bytes out(max_file_bytes + 1);
  std::size_t size = 0;
  while (const std::size_t got = file.read(out.data() + size, out.size() - size)) size += got;
  errno = EFBIG;
  if (size > max_file_bytes) failed(path, "cannot be read");
  out.resize(size);
  return out;
}

void write_folder(const fs::path& dir, const std::map<std::string, Bytes>& files) {
  const fs::path place = fs::absolute(dir / "").parent_path();  // "keys/" and "keys" are one
  Building building(place);
  for (const auto& [name, contents] : files) {
    const Descriptor file(building.path() / name, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    file.write(contents);
    file.flush();
  }
  flush_folder(building.path());
  building.take_place();
  flush_folder(place.parent_path());
}

}  // namespace perso::keys
