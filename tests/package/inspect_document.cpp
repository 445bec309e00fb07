// The smallest inspection system: opens the document in a reader with its card access number, judges it, and
// prints the verdict and whose it is, and which of the card editions named it is one of. Everything that it
// needs of perso is installed.
//
//   inspect_document READER TRUST_FOLDER CARD_ACCESS_NUMBER [EDITION_FOLDER...]
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <perso/crypto/primitives.hpp>
#include <perso/edition/promises.hpp>
#include <perso/inspect/inspect.hpp>
#include <perso/pcsc/worker.hpp>
#include <perso/pcsc/writer.hpp>
#include <thread>
#include <vector>

namespace {

class SystemClock final : public perso::Clock {
 public:
  perso::Instant now() override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
  std::chrono::nanoseconds elapsed() override { return std::chrono::steady_clock::now().time_since_epoch(); }
  void sleep(std::chrono::milliseconds duration) override { std::this_thread::sleep_for(duration); }
};

class Warnings final : public perso::Deviations {
 public:
  void found(const std::string& what) override { std::cerr << "not used: " << what << '\n'; }
};

int inspect(const std::string& reader, const std::string& trust_folder, const std::string& access_number,
            const std::vector<std::string>& edition_folders) {
  perso::inspect::TrustStore trust;
  Warnings warnings;
  trust.load(trust_folder, warnings);
  std::vector<perso::inspect::Edition> editions;
  for (const std::string& folder : edition_folders)
    editions.push_back(perso::edition::inspected_edition(perso::profile::load(folder)));

  // The reader lives in a process of its own, which can be ended when a driver hangs: this program, started
  // again.
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  perso::pcsc::Writer slot(reader, {{self, "--worker", reader}, {}});
  if (!slot.wait_for_card(std::chrono::seconds(10))) {
    std::cerr << "no document in " << reader << '\n';
    return 2;
  }
  const auto card = slot.connect();

  const auto random = perso::crypto::system_random();
  SystemClock clock;
  perso::channel::AccessData access;
  access.access_number = access_number;
  const perso::inspect::Report report =
      perso::inspect::inspect(*card, {access, editions, trust, *random, clock});

  for (const auto& check : report.checks)
    if (check.result == perso::inspect::Check::Result::failed)
      std::cout << "failed: " << check.name << ": " << check.detail << '\n';
  std::cout << perso::inspect::name_of(report.verdict) << ", " << perso::inspect::name_of(report.trust);
  if (!report.edition.empty()) std::cout << ", " << report.edition;
  std::cout << '\n';
  return report.verdict == perso::inspect::Verdict::genuine ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 3 && std::string(arguments[1]) == "--worker")
    return perso::pcsc::serve_worker(perso::pcsc::worker_socket, arguments[2]);
  if (count < 4) {
    std::cerr << "inspect_document READER TRUST_FOLDER CARD_ACCESS_NUMBER [EDITION_FOLDER...]\n";
    return 2;
  }
  try {
    return inspect(arguments[1], arguments[2], arguments[3], {arguments + 4, arguments + count});
  } catch (const perso::Error& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
