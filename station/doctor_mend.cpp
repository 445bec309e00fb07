// What perso doctor says against each error: a command that mends it, or that finds what there is to mend.
#include <fmt/format.h>

#include "bytes/error.hpp"
#include "doctor.hpp"

namespace perso::station {

namespace fs = std::filesystem;

namespace {

bool under_systemd() {
  return fs::is_directory("/run/systemd/system");
}

std::string against_config(const fs::path& home) {
  std::error_code unreadable;
  if (fs::exists(home / "station.yaml", unreadable)) return edit_settings(home);
  fs::path aside = home.lexically_normal();
  if (!aside.has_filename()) aside = aside.parent_path();  // "home/"
  aside += ".old";
  return fmt::format("mv {0} {1} && perso --home {0} init --profile DIR", quoted(home), quoted(aside));
}

std::string against_profile(const fs::path& home, const Config* config) {
  std::error_code unreadable;
  if (config == nullptr || !fs::exists(config->profile, unreadable)) return edit_settings(home);
  return "perso profile check " + quoted(config->profile);
}

}  // namespace

std::string start_stack() {
  return under_systemd() ? "sudo systemctl start pcscd.socket" : "sudo pcscd";
}

std::string edit_settings(const fs::path& home) {
  return "${EDITOR:-vi} " + quoted(home / "station.yaml");
}

std::string command_against(Code code, const fs::path& home, const Config* config) {
  switch (code) {
    case Code::config_invalid:
      return against_config(home);
    case Code::profile_invalid:
      return against_profile(home, config);
    case Code::keys_locked:
      return fmt::format("perso --home {} --passphrase-file FILE doctor", quoted(home));
    case Code::key_missing:
    case Code::key_damaged:
      return fmt::format("cp -a BACKUP/keys/. {}", quoted(home / "keys"));
    case Code::stack_absent:
      return start_stack();
    case Code::reader_absent:
      return edit_settings(home);
    case Code::reader_stuck:
    case Code::reader_fault:
      return under_systemd() ? "sudo systemctl restart pcscd.service" : "sudo pkill -x pcscd; sudo pcscd";
    case Code::ledger_busy:  // until it is free
      return fmt::format("flock {} true && perso --home {} doctor", quoted(home / "ledger.lock"),
                         quoted(home));
    case Code::ledger_damaged:
      return fmt::format("perso --home {} ledger verify", quoted(home));
    case Code::ledger_rolled_back:
      return fmt::format("cp -a BACKUP/ledger.* {}", quoted(home));
    case Code::ledger_io:
      return fmt::format("df -h {0} && ls -la {0}", quoted(home));
    default:
      return {};
  }
}

}  // namespace perso::station
