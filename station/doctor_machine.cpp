// perso doctor's look at what stands around the station: PC/SC, polkit, open ports, fonts.
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "bytes/error.hpp"
#include "doctor.hpp"
#include "pcsc/session.hpp"
#include "subprocess.hpp"

namespace perso::station {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5s;

/// What `pcscd --version` prints; empty where it is not installed.
std::string about_pcscd() {
  const auto ended = ask_program({"pcscd", "--version"}, patience);
  return ended ? ended->output : std::string();
}

Finding look_at_stack(bool installed) {
  if (pcsc::stack_answers()) return good("answers");
  if (!installed) return wrong("none is installed", "sudo apt install pcscd");
  return wrong("does not answer this user", start_stack());
}

/// "pcsc-lite version 1.9.9." and more lines.
Finding look_at_version(const std::string& about) {
  constexpr std::string_view before = "version ";
  constexpr std::pair least{1, 9};
  const auto at = about.find(before);
  std::string version = at == std::string::npos ? "" : about.substr(at + before.size());
  version.resize(std::min(version.size(), version.find_first_not_of("0123456789.")));
  std::istringstream numbers(version);
  std::pair<int, int> found;
  char dot = 0;
  if (!(numbers >> found.first >> dot >> found.second))
    return advice("not known, because its program is not here: 1.9.0 or later is wanted");
  if (version.ends_with('.')) version.pop_back();
  if (found >= least) return good(version);
  return advice(version + ": before 1.9.0 the end of each transaction takes up to 11 ms",
                "sudo apt update && sudo apt install pcscd");
}

std::string user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : "uid-" + std::to_string(::geteuid());
}

Finding look_at_polkit(const std::string& about) {
  if (::geteuid() == 0) return good("does not keep root from anything");
  // Among the features that it was built with: Debian 12's has none of it.
  if (!about.empty() && about.find(" polkit") == std::string::npos) return good("this pcscd does not ask it");
  const std::string user = user_name();
  for (const std::string action : {"org.debian.pcsc-lite.access_pcsc", "org.debian.pcsc-lite.access_card"}) {
    const auto ended =
        ask_program({"pkcheck", "--action-id", action, "--process", std::to_string(::getpid())}, patience);
    constexpr int dismissed = 3;  // pkcheck(1): 1 to 3 say no, above it failed itself
    if (!ended || ended->exit_code > dismissed)
      return advice("cannot be asked whether it lets " + user + " use cards");
    if (ended->exit_code != 0)
      return wrong("keeps " + user + " from cards where no desktop session is: " + action,
                   fmt::format("echo 'polkit.addRule(function(action, subject) {{ if "
                               "(action.id.indexOf(\"org.debian.pcsc-lite.\") == 0 && subject.user == "
                               "\"{}\") return polkit.Result.YES; }});' | sudo tee "
                               "/etc/polkit-1/rules.d/50-perso.rules",
                               user));
  }
  return good("lets " + user + " use cards");
}

/// The virtual reader driver makes pcscd wait for cards on the network.
Finding look_at_ports() {
  constexpr std::string_view ports[] = {":8C7B", ":8C7C"};  // 35963 and 35964
  constexpr std::string_view any = "00000000", listening = "0A";
  std::ifstream table("/proc/net/tcp");
  std::string line;
  std::getline(table, line);  // the heading
  while (std::getline(table, line)) {
    std::string number, local, remote, state;
    std::istringstream(line) >> number >> local >> remote >> state;
    for (const std::string_view port : ports)
      if (state == listening && local.starts_with(any) && local.ends_with(port))
        return advice(
            "pcscd takes virtual cards from the network (TCP 35963, 35964): right for virtual "
            "chips, wrong for production",
            "sudo apt remove vsmartcard-vpcd");
  }
  return good("none listens on the network");
}

Finding look_at_fonts() {
  const auto ended = ask_program({"fc-list", ":lang=zh-cn", "family"}, patience);
  if (!ended)
    return advice("fontconfig is not installed: for printing alone",
                  "sudo apt install fontconfig fonts-wqy-zenhei");
  const std::string family = ended->output.substr(0, ended->output.find_first_of(",\n"));
  if (!family.empty()) return good(family);
  return advice("no Chinese font: for printing alone", "sudo apt install fonts-wqy-zenhei");
}

}  // namespace

std::vector<Finding> examine_machine() {
  const std::string about = about_pcscd();
  return {examine("pcscd", [&] { return look_at_stack(!about.empty()); }),
          examine("pcscd version", [&] { return look_at_version(about); }),
          examine("polkit", [&] { return look_at_polkit(about); }), examine("virtual readers", look_at_ports),
          examine("fonts", look_at_fonts)};
}

}  // namespace perso::station
