// The trust store as a folder of files.
#include <algorithm>
#include <array>
#include <fstream>

#include "bytes/error.hpp"
#include "crypto/master_list.hpp"
#include "inspect/pem.hpp"
#include "inspect/trust.hpp"

namespace perso::inspect {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t max_file = 8 * 1024 * 1024;
constexpr std::size_t max_files = 4096;  // of one folder
constexpr std::array certificate_endings = {".cer", ".crt", ".der", ".pem"};

/// States' certificates and lists are read as they are.
class Tolerated final : public Deviations {
 public:
  void found(const std::string&) override {}
};

/// Regular files in the order of their names.
std::vector<fs::path> files_in(const fs::path& folder, Deviations& skipped) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    if (files.size() == max_files) {
      skipped.found(folder.string() + ": more than 4,096 files");
      break;
    }
    if (std::error_code unreadable; entry->is_regular_file(unreadable)) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

Bytes contents_of(const fs::path& path) {
  if (fs::file_size(path) > max_file) throw Error(Code::malformed, "it has more than 8 MiB");
  std::ifstream in(path, std::ios::binary);
  Bytes contents{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && !in.eof()) throw Error(Code::malformed, "it cannot be read");
  if (contents.empty()) throw Error(Code::malformed, "it is empty");
  return contents;
}

/// Hands each object of the file to `take`; what is none is told.
template <typename Take>
void each_object(const fs::path& path, Deviations& skipped, Take&& take) {
  try {
    for (const Bytes& object : objects_in(contents_of(path))) take(object);
  } catch (const Error& error) {
    skipped.found(path.string() + ": " + error.message());
  } catch (const fs::filesystem_error& error) {
    skipped.found(path.string() + ": " + error.code().message());
  }
}

bool is_master_list(const fs::path& path) {
  return path.extension() == ".ml";
}

/// The certificates of a list that is to be believed. @throws Error Code::malformed for any other
std::vector<crypto::Certificate> believed_in(const TrustStore& store, ByteView object, Deviations& unread) {
  crypto::MasterList list = crypto::MasterList::parse(object, unread);
  const Instant made = list.cms.signing_time.value_or(list.cms.signer.not_before());
  if (!list.cms.verify()) throw Error(Code::malformed, "the signature of the master list does not hold");
  if (const auto fault = store.judge_list_signer(list.cms.signer, made).fault)
    throw Error(Code::malformed, "the master list's signer is not believed: " + std::string(text_of(*fault)));
  return std::move(list.certificates);
}

}  // namespace

void TrustStore::load(const fs::path& dir, Deviations& skipped) {
  constexpr std::array folders = {std::pair{"production", Trust::production},
                                  std::pair{"specimen", Trust::specimen},
                                  std::pair{"foreign", Trust::foreign}};
  const bool any_there = std::ranges::any_of(folders, [&](const auto& folder) {
    std::error_code unreadable;
    return fs::is_directory(dir / folder.first, unreadable);
  });
  if (!any_there)
    throw Error(Code::config_invalid,
                dir.string() +
                    " has none of the folders production, specimen and foreign: name the "
                    "one that has, or put the authorities into one of these");
  Tolerated tolerated;
  std::vector<fs::path> lists;
  for (const auto& [name, trust] : folders)
    for (fs::path& path : files_in(dir / name, skipped)) {
      const auto grade = trust;
      const std::string ending = path.extension();
      if (is_master_list(path))
        lists.push_back(std::move(path));
      else if (ending == ".crl")
        each_object(path, skipped, [&](ByteView object) { add(crypto::Crl::parse(object, tolerated)); });
      else if (std::ranges::find(certificate_endings, ending) != certificate_endings.end())
        each_object(path, skipped,
                    [&](ByteView object) { add(crypto::Certificate::parse(object, tolerated), grade); });
      else
        skipped.found(path.string() + ": is no certificate, revocation list or master list by its name");
    }
  // All lists are judged before one of them is taken in: no list vouches for another.
  std::vector<crypto::Certificate> listed;
  for (const fs::path& path : lists)
    each_object(path, skipped, [&](ByteView object) {
      std::ranges::move(believed_in(*this, object, tolerated), std::back_inserter(listed));
    });
  for (crypto::Certificate& certificate : listed) try {
      add(std::move(certificate), Trust::foreign);
    } catch (const Error& error) {
      skipped.found(error.message());
    }
}

}  // namespace perso::inspect
