// What a rehearsal says is what a run does; and what it says of the sample editions stays as it was.
#include "rehearsal/rehearsal.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bytes/error.hpp"
#include "plan/batch.hpp"
#include "rehearsal/report.hpp"
#include "support/seeded_random.hpp"

using namespace perso;
using namespace perso::rehearsal;
namespace fs = std::filesystem;

namespace {

constexpr Instant now{std::chrono::seconds{1'795'305'600}};  // 2026-11-22
constexpr std::size_t command_limit = 65535;

/// The key set on the disk, made once.
struct KeyFolder {
  fs::path path = fs::temp_directory_path() / ("perso-rehearsal-" + std::to_string(::getpid()));
  explicit KeyFolder(const Secret& passphrase) {
    fs::create_directories(path);
    test::SeededRandom random(2);
    keys::KeySet::make_specimen(path / "keys", passphrase, crypto::EcParameters::explicit_curve, now, random);
  }
  ~KeyFolder() { fs::remove_all(path); }
};

/// A station's keys as they were made, and the chance that their signatures draw: both begin anew.
struct Keys {
  test::SeededRandom signing{1};
  keys::KeySet set = open(signing);

  static keys::KeySet open(Random& signing) {
    const Secret passphrase = Secret::copy_of(as_bytes("a passphrase for tests"));
    static const KeyFolder folder(passphrase);
    return keys::KeySet::open(folder.path / "keys", passphrase, signing);
  }
};

struct Edition {
  std::string name;
  fs::path profile, orders;
};

const Edition editions[] = {
    {"prc-2023", PERSO_SOURCE_DIR "/profiles/prc-2023",
     PERSO_SOURCE_DIR "/profiles/prc-2023/sample/orders.csv"},
    {"prc-2017", PERSO_SOURCE_DIR "/profiles/prc-2017",
     PERSO_SOURCE_DIR "/profiles/prc-2017/sample/orders.csv"},
    {"icao-td1", PERSO_SOURCE_DIR "/profiles/icao-td1",
     PERSO_SOURCE_DIR "/profiles/icao-td1/sample/orders.json"},
    {"employee-card", PERSO_SOURCE_DIR "/tests/profile/employee-card",
     PERSO_SOURCE_DIR "/tests/rehearsal/employees.json"},
};

std::vector<plan::Order> orders_of(const Edition& edition, const profile::Profile& profile) {
  std::vector<plan::Order> orders;
  test::SeededRandom random(3);
  plan::read_batch(edition.orders, {profile, now, random},
                   [&](plan::Order&& order) { orders.push_back(std::move(order)); });
  return orders;
}

Rehearsal rehearsed(const profile::Profile& profile, const plan::Order& order) {
  test::SeededRandom random(4);
  const Keys keys;
  return rehearse(profile, order, keys.set, random, now, command_limit);
}

/// Compares with the file in golden/. What came instead is left beside the build.
void check_golden(const std::string& name, const std::string& text) {
  std::ifstream in(fs::path(PERSO_SOURCE_DIR) / "tests/rehearsal/golden" / name);
  std::ostringstream wanted;
  wanted << in.rdbuf();
  if (text == wanted.str()) return;
  const fs::path came = fs::path(PERSO_BINARY_DIR) / ("golden-" + name);
  std::ofstream(came) << text;
  FAIL_CHECK("tests/rehearsal/golden/" << name << " says something else: compare it with " << came.string());
}

/// Every command and answer in one digest: the whole of them would be a file of megabytes.
std::string traffic_digest(const Rehearsal& rehearsal) {
  Bytes all;
  for (const Exchange& exchange : rehearsal.exchanges) {
    append(all, exchange.command);
    append(all, exchange.answer);
  }
  return to_hex(crypto::digest(crypto::Hash::sha256, all));
}

}  // namespace

TEST_CASE("each edition says of its first order what it said before") {
  for (const Edition& edition : editions) {
    CAPTURE(edition.name);
    const profile::Profile profile = profile::load(edition.profile);
    const Rehearsal rehearsal = rehearsed(profile, orders_of(edition, profile).front());
    check_golden(edition.name + ".txt", as_table(rehearsal, common_links(), Detail::steps) + "\ntraffic " +
                                            traffic_digest(rehearsal) + "\n");
  }
}

TEST_CASE("every order of every sample batch makes a card that passes its inspection") {
  for (const Edition& edition : editions) {
    const profile::Profile profile = profile::load(edition.profile);
    for (const plan::Order& order : orders_of(edition, profile)) {
      CAPTURE(order.id);
      const Rehearsal rehearsal = rehearsed(profile, order);
      CHECK(rehearsal.order_id == order.id);
      CHECK(rehearsal.exchanges.back().step == "verify");
    }
  }
}

TEST_CASE("a card edition that is YAML alone, command by command") {
  const Edition& edition = editions[3];
  const profile::Profile profile = profile::load(edition.profile);
  const Rehearsal rehearsal = rehearsed(profile, orders_of(edition, profile).front());
  check_golden("employee-card-commands.txt", as_table(rehearsal, {}, Detail::commands));
  const nlohmann::json json = as_json(rehearsal, common_links());
  check_golden("employee-card.json", json.dump(1) + "\n");
  CHECK(json["commands"].size() == rehearsal.exchanges.size());
  CHECK(json["commands"][0]["step"] == "identify");
  CHECK(json["commands"][0]["command"] == to_hex(rehearsal.exchanges[0].command));
  std::size_t sent = 0;
  for (const Exchange& exchange : rehearsal.exchanges) sent += exchange.command.size();
  CHECK(json["bytes_sent"] == sent);
  CHECK(json["predicted"].size() == common_links().size());
}

TEST_CASE("a faster link is a shorter time, and no link is free") {
  const profile::Profile profile = profile::load(editions[0].profile);
  const Rehearsal rehearsal = rehearsed(profile, orders_of(editions[0], profile).front());
  std::size_t bytes = 0;
  for (const Exchange& exchange : rehearsal.exchanges)
    bytes += exchange.command.size() + exchange.answer.size();
  const auto slow = predicted(rehearsal, link_of("contact", 9'600));
  const auto fast = predicted(rehearsal, link_of("contact", 115'200));
  // 12 bit times a byte, and nothing else differs.
  const auto saved = std::chrono::duration<double, std::milli>(static_cast<double>(bytes) * 12 * 1000 *
                                                               (1 / 9'600.0 - 1 / 115'200.0));
  CHECK(std::chrono::duration<double, std::milli>(slow - fast).count() ==
        doctest::Approx(saved.count()).epsilon(0.01));
  CHECK(fast > std::chrono::milliseconds{10} * rehearsal.exchanges.size() / 2);
}

TEST_CASE("a link that is none") {
  CHECK_THROWS_AS(link_of("wireless", 115'200), Error);
  CHECK_THROWS_AS(link_of("contact", 9'599), Error);
  CHECK_THROWS_AS(link_of("contactless", 6'780'001), Error);
}
