// The iso7816 platform and power: CONTRACT-iso7816.md, section 4. And what its memory holds.
#include <doctest/doctest.h>

#include <set>

#include "bytes/error.hpp"
#include "passport_bench.hpp"
#include "vchip/passport_state.hpp"

namespace perso::vchip {
namespace {

using namespace test;

/// A whole personalization, a file of it created and written twice, a wrong key, a right one.
void whole_life(PassportBench& bench) {
  bench.personalize();
  bench.succeed(create_file("0101", 300));
  bench.succeed(select_file("0101"));
  for (const std::string& each : update_binary(dg1_contents, 100)) bench.succeed(each);
  bench.lock();
  demand(bench.open("WRONG0000"), "6300");
  demand(bench.open(), "9000");
}

/// Whether a tear could leave this of a file: a prefix that ends with a page, or with a command of
/// whole_life.
bool could_be_left(ByteView stored, const std::string& contents) {
  const Bytes whole = from_hex(contents);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const bool command_ends = size == 100 || size == 200 || size == 255 || size == whole.size();
    if (size % Nvm::page_size != 0 && !command_ends) continue;
    Bytes prefix(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    prefix.resize(whole.size());
    if (std::ranges::equal(stored, prefix)) return true;
  }
  return false;
}

/// Whatever the power left must be what a chip can be left with, seen from outside too.
void check_legitimate(PassportBench& bench) {
  const PassportState state = PassportState::load(bench.chip.nvm());
  const std::pair<iso7816::Fid, const std::string&> wanted[] = {
      {{0x011E}, com_contents}, {{0x0101}, dg1_contents}, {{0x011D}, sod_contents}};
  for (const auto& [fid, contents] : wanted) {
    const auto file = state.files.find(fid);
    if (file == state.files.end()) {
      CHECK_FALSE(state.locked);
      continue;
    }
    CHECK(could_be_left(file->second, contents));
    if (state.locked) CHECK(to_hex(file->second) == contents);
  }
  REQUIRE(bench.send(select_passport) == "9000");
  const bool com = state.files.contains(iso7816::Fid{0x011E});
  CHECK(bench.send(select_file("011E")) == (state.locked ? "6982" : com ? "9000" : "6A82"));
  CHECK(bench.send(lock_chip) == (state.locked ? "6D00" : state.access ? "9000" : "6985"));
  if (state.access) CHECK(bench.open() == "9000");
}

Bytes prefix_of(const Nvm& nvm, std::size_t size) {
  const ByteView log = nvm.log().first(size);
  return Bytes(log.begin(), log.end());
}

TEST_CASE("passport chip: a tear at every byte of the log leaves a chip that is legitimate") {
  PassportBench whole;
  const std::size_t born = whole.chip.nvm().log().size();
  whole_life(whole);
  const Nvm& nvm = whole.chip.nvm();
  std::set<std::vector<Bytes>> states;
  for (std::size_t cut = born; cut <= nvm.log().size(); ++cut) {
    CAPTURE(cut);
    PassportBench torn(Nvm::from_log(prefix_of(nvm, cut)));
    // Bytes of one record that are torn leave the same state: only the first of them needs to be asked.
    if (states.insert(PassportState::load(torn.chip.nvm()).snapshot()).second) check_legitimate(torn);
  }
  CHECK(states.size() >= 20);
}

TEST_CASE(
    "passport chip: power that fails after any byte leaves a chip that comes back and can be finished") {
  PassportBench whole;
  const std::size_t born = whole.chip.nvm().log().size();
  whole_life(whole);
  const std::size_t total = whole.chip.nvm().log().size() - born;
  for (std::size_t bytes = 0; bytes < total; ++bytes) {
    CAPTURE(bytes);
    PassportBench bench;
    bench.chip.nvm().cut_power_after_bytes(bytes);
    CHECK_THROWS_AS(whole_life(bench), PowerLoss);
    CHECK_FALSE(bench.chip.powered());
    CHECK_THROWS_AS(bench.send("80CA9F7F00"), PowerLoss);
    const LifeCycle life = bench.chip.life();
    bench.chip.power_on();
    CHECK(bench.chip.life() == life);
    CHECK(bench.send("00B0000001") == "6986");  // the selection is gone
    if (life == LifeCycle::issued) continue;
    whole_life(bench);  // from the beginning: every command may come again
    CHECK(bench.read_file("0101", 300) == dg1_contents);
  }
}

TEST_CASE("passport chip: a wrong key is counted before it is refused") {
  PassportBench bench;
  bench.personalize();
  bench.lock();
  bench.chip.nvm().cut_power_after_records(0);
  CHECK_THROWS_AS(bench.open("WRONG0000"), PowerLoss);  // no answer
  bench.chip.power_on();
  bench.succeed(select_passport);
  CHECK(bench.open("WRONG0000") == "6300");
  CHECK(PassportState::load(bench.chip.nvm()).access_failed);
}

TEST_CASE("passport chip: the snapshot is the state, and a long log is compacted into it") {
  PassportBench bench;
  whole_life(bench);
  demand(bench.open("WRONG0000"), "6300");
  const PassportState before = PassportState::load(bench.chip.nvm());
  Nvm compact;
  compact.replace(before.snapshot());
  const PassportState after = PassportState::load(compact);
  CHECK(after.snapshot() == before.snapshot());
  CHECK(after.access_failed);

  PassportBench rewritten;
  rewritten.personalize();
  while (rewritten.chip.nvm().log().size() <= 2 * 8192 + 65536)
    for (const std::string& each : update_binary(sod_contents)) rewritten.succeed(each);
  rewritten.chip.power_off();
  rewritten.chip.power_on();
  CHECK(rewritten.chip.nvm().log().size() < 8192);
  rewritten.succeed(select_passport);
  CHECK(rewritten.send("00B09D0000") == sod_contents + "9000");
}

TEST_CASE("passport chip: what is no chip's memory is refused") {
  const char* records[] = {
      "00",           "4A",
      "01",            // kinds of nothing, and of the other platform
      "4201010000",    // a file of no size
      "4201018000",    // too large
      "420101",        // cut short
      "430101000000",  // a page of a file that is not there
      "4400",          // keys cut short
      "4500",         "4600",
      "4700",  // bytes left over
      "4800",
  };
  for (const char* record : records) {
    CAPTURE(record);
    Nvm nvm;
    Chip::make(blank_passport(), nvm);
    nvm.append(from_hex(record));
    CHECK_THROWS_AS(PassportState::load(nvm), Error);
  }
  Nvm beyond;
  Chip::make(blank_passport(), beyond);
  beyond.append(from_hex("4201010002"));
  beyond.append(from_hex("4301010001AABB"));
  CHECK_THROWS_AS(PassportState::load(beyond), Error);

  RepeatableRandom random;
  Nvm other;
  other.append(from_hex("47"));
  CHECK_THROWS_AS(Chip(std::move(other), random), Error);  // begins with no birth
  Nvm foreign;
  Chip::make(blank_chip(), foreign);
  CHECK_THROWS_AS(PassportState::load(foreign), Error);
}

}  // namespace
}  // namespace perso::vchip
