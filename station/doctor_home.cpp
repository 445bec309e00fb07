// perso doctor's look at the home: folder, disk, profiles, keys, signers, ledger.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "bytes/error.hpp"
#include "doctor.hpp"
#include "readiness.hpp"

namespace perso::station {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t least_free_bytes = 256u << 20;

Finding look_at_folder(const fs::path& home) {
  struct stat found {};
  if (::stat(home.c_str(), &found) != 0)
    return wrong("no home in " + home.string() + ": make one, or name another with --home DIR",
                 fmt::format("perso --home {} init --profile DIR", quoted(home)));
  if (found.st_uid != ::geteuid())
    return wrong(home.string() + " belongs to another user",
                 fmt::format("sudo chown -R {} {}", ::geteuid(), quoted(home)));
  if ((found.st_mode & 0077) != 0)
    return wrong(fmt::format("others may enter {} (mode {:o})", home.string(), found.st_mode & 07777),
                 "chmod 700 " + quoted(home));
  return good(home.string());
}

Finding look_at_disk(const fs::path& home) {
  fs::path place = fs::absolute(home);
  while (!fs::exists(place)) place = place.parent_path();
  const std::uintmax_t available = fs::space(place).available;
  if (available < least_free_bytes)
    return wrong(
        fmt::format("{} MiB free on the home's disk, and 256 are wanted: make room, or move the home to "
                    "another disk and name it with --home DIR",
                    available >> 20),
        "sudo apt clean");
  return good(fmt::format("{} MiB free", available >> 20));
}

/// Those in the folders beside the station's own.
std::vector<Finding> look_beside(const fs::path& own) {
  std::vector<fs::path> folders;
  std::error_code unreadable;  // then there is nothing to say of it
  const fs::path profiles = fs::absolute(own).lexically_normal().parent_path();
  for (fs::directory_iterator entry(profiles, unreadable), end; !unreadable && entry != end;
       entry.increment(unreadable))
    if (fs::is_regular_file(entry->path() / "profile.yaml", unreadable) &&
        !fs::equivalent(entry->path(), own, unreadable))
      folders.push_back(entry->path());
  std::ranges::sort(folders);
  std::vector<Finding> findings;
  for (const fs::path& folder : folders) {
    findings.push_back(
        examine("other profile", [&]() -> Finding { return good(profile::load(folder).name); }));
    // The station does not make this one.
    if (Finding& found = findings.back(); found.health == Health::wrong) {
      found.health = Health::advice;
      found.mend = "perso profile check " + quoted(folder);
    }
  }
  return findings;
}

}  // namespace

std::vector<Finding> examine_folder(const fs::path& home) {
  return {examine("home", [&] { return look_at_folder(home); }),
          examine("disk", [&] { return look_at_disk(home); })};
}

std::vector<Finding> examine_contents(Program& program, Home& home) {
  std::vector<Finding> findings;
  const fs::path& folder = program.options.home;
  const auto against = [&](Code code) { return command_against(code, folder, &home.config()); };
  // Keys that are there and may not sign are not mended from a backup, but by a new set.
  const auto against_signers = [&](Code code) {
    return code != Code::key_missing
               ? against(code)
               : fmt::format("perso --home NEW init --profile {}", quoted(home.config().profile));
  };
  const auto look = [&](const std::string& what, const std::function<std::string()>& at) {
    findings.push_back(examine(
        what, [&]() -> Finding { return good(at()); }, against));
  };
  look("profile", [&] { return home.profile().name; });
  for (Finding& each : look_beside(home.config().profile)) findings.push_back(std::move(each));
  look("keys", [&] {
    return fmt::format("{} open{}", home.keys().descriptions().size(),
                       home.keys().specimen() ? ", SPECIMEN" : "");
  });
  findings.push_back(examine(
      "signers",
      [&]() -> Finding {
        require_signers(home.profile(), home.keys(), program.clock.now());
        return good("may be used today");
      },
      against_signers));
  look("ledger",
       [&] { return fmt::format("whole, {} events", require_whole(*home.open_ledger("doctor")).events); });
  return findings;
}

}  // namespace perso::station
