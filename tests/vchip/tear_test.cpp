#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "closed_chip.hpp"
#include "vchip/globalplatform_state.hpp"

namespace perso::vchip {
namespace {

using namespace test;

const std::string generate =
    "80468401"
    "05AC0380011300";
const std::string injected = dgi("7F48", "840102800123" + tlv("92", pattern(32, 1)));
const std::string contents_1 = pattern(100);
const std::string contents_3 = pattern(300, 7);

/// A whole personalization, as the commands of a station: mark, keys, files and access data of the card
/// (these twice), instance, key pairs (one injected), files (one of them twice), lock.
void whole_life(Bench& bench) {
  bench.mark();
  demand(bench.secure(put_key(transport_keys(), issuer_keys())).substr(0, 2), "20");
  bench.store(dgi("6200", fcp("011C", 60, 0x1C) + fcp("011D", 90, 0x1D, "40")) + dgi("011C", card_access));
  bench.store(dgi("011D", card_security) + dgi("DF71", access_data()), 100);
  bench.store(dgi("DF71", access_data()));
  bench.install();
  demand(bench.status(select_app), "9000");
  demand(bench.open(issuer_keys()), "9000");
  demand(bench.secure(generate).substr(0, 4), "7F49");
  bench.store(injected);
  bench.store(file_control + dgi("0101", contents_1) + dgi("0103", contents_3), 150);
  bench.store(dgi("0101", contents_1));
  demand(bench.status("00A4040000"), "9000");
  demand(bench.open(issuer_keys()), "9000");
  bench.lock();
}

Bytes prefix_of(const Nvm& nvm, std::size_t size) {
  const ByteView log = nvm.log().first(size);
  return Bytes(log.begin(), log.end());
}

/// A closed chip is whole: it opens, and everything is there.
void check_closed(Bench& bench) {
  CHECK(bench.status("80CA9F7F00") == "6982");
  CHECK(bench.send("00B09C0000") == card_access + "9000");
  Terminal terminal(bench.chip);
  REQUIRE(terminal.pace_with_number(access_number) == "9000");
  CHECK(terminal.secure("00B09D0000") == card_security + "9000");
  CHECK(terminal.secure(select_app) == "9000");
  RepeatableRandom random;
  const crypto::Curve curve("secp256r1");
  const Secret scalar(from_hex(pattern(32, 1)));
  CHECK(terminal.authenticate_chip(ca_aes, to_hex(curve.multiply(curve.generator(), scalar, random))) ==
        "9000");
  CHECK(terminal.secure("00B0810000") == contents_1 + "9000");
  CHECK(terminal.secure("0088000008" + pattern(8) + "00").size() == 132);
  bench.through = [&](ByteView raw) { return from_hex(terminal.secure(to_hex(raw))); };
  CHECK(bench.open(issuer_keys()) == "9000");
  bench.through = nullptr;
}

/// What the chip says of itself, seen from outside, must be what a chip can be left with.
void check_legitimate(Bench& bench) {
  const GlobalPlatformState state = GlobalPlatformState::load(bench.chip.nvm());
  if (state.life == LifeCycle::issued) return check_closed(bench);
  if (state.access) CHECK(to_hex(state.access->encoded.expose()) == access_data());
  const std::size_t card_files = state.master_file.files.size();
  CHECK((card_files == 0 || card_files == 2));
  if (!state.applications.empty()) {
    CHECK(state.access.has_value());
    CHECK(bench.send("00B09C0000") == card_access + "9000");
    CHECK(bench.send("00B09D0000") == card_security + "9000");
  }
  const bool blank = state.life == LifeCycle::blank;
  CHECK(blank == !state.mark.has_value());
  if (blank) CHECK(state.applications.empty());
  CHECK(state.tries_used <= 1);

  // Exactly one key set opens it, and the key information names it.
  const std::string version = bench.send("80CA00E000").substr(10, 2);
  CHECK((version == "01" || version == "20"));
  CHECK(bench.open(version == "01" ? transport_keys() : issuer_keys()) == "9000");
  CHECK(bench.open(version == "01" ? issuer_keys() : transport_keys()) == "6300");

  if (bench.status(select_app) == "6A82") return;
  const bool signs = bench.status("0088000008" + pattern(8) + "00") == "9000";
  const std::size_t files = state.applications.at(0).files.size();
  CHECK((files == 0 || files == 3));
  if (files == 0) {
    CHECK(bench.status("00A4020C020101") == "6A82");
    return;
  }
  CHECK(signs);  // the key pair came before the files
  CHECK(bench.status("00A4020C020102") == "9000");
  for (const auto& [fid, contents] : {std::pair{"0101", contents_1}, std::pair{"0103", contents_3}}) {
    CHECK(bench.status(std::string("00A4020C02") + fid) == "9000");
    const std::string got = bench.send("00B00000000000");
    CHECK((got == contents + "9000" || got == "6985"));
  }
}

TEST_CASE("a tear at every byte of the log leaves a chip that is legitimate") {
  Bench whole;
  const std::size_t born = whole.chip.nvm().log().size();
  whole_life(whole);
  const Nvm& nvm = whole.chip.nvm();

  std::set<std::vector<Bytes>> states;
  std::size_t distinct = 0;
  for (std::size_t cut = born; cut <= nvm.log().size(); ++cut) {
    CAPTURE(cut);
    Bench torn(Nvm::from_log(prefix_of(nvm, cut)));
    // Bytes of one record that are torn leave the same state: only the first of them needs to be asked.
    if (!states.insert(GlobalPlatformState::load(torn.chip.nvm()).snapshot()).second) continue;
    ++distinct;
    check_legitimate(torn);
  }
  CHECK(distinct >= 30);
  CHECK(GlobalPlatformState::load(nvm).life == LifeCycle::issued);
}

TEST_CASE("power that fails after any byte leaves the prefix of the log and a chip that comes back") {
  Bench whole;
  const std::size_t born = whole.chip.nvm().log().size();
  whole_life(whole);
  const std::size_t total = whole.chip.nvm().log().size() - born;
  for (std::size_t bytes = 0; bytes < total; bytes += 5) {
    CAPTURE(bytes);
    Bench bench;
    bench.chip.nvm().cut_power_after_bytes(bytes);
    CHECK_THROWS_AS(whole_life(bench), PowerLoss);
    CHECK(bench.chip.nvm().log().size() == born + bytes);
    CHECK_FALSE(bench.chip.powered());
    CHECK_THROWS_AS(bench.send("80CA9F7F00"), PowerLoss);
    bench.chip.power_on();
    CHECK(bench.status("80CA9F7F00") == (bench.chip.life() == LifeCycle::issued ? "6982" : "9000"));
    CHECK(bench.chip.nvm().log().size() <= born + bytes);
  }
}

TEST_CASE("a file in work is filled up to whole pages, in order, and not readable") {
  Bench bench;
  bench.personalize();
  const std::string next = pattern(300, 99);
  for (std::size_t pages = 0; pages <= 4; ++pages) {
    CAPTURE(pages);
    Nvm copy = Nvm::from_log(prefix_of(bench.chip.nvm(), bench.chip.nvm().log().size()));
    Bench torn(std::move(copy));
    REQUIRE(torn.open(transport_keys()) == "9000");
    torn.target();
    torn.chip.nvm().cut_power_after_records(1 + pages);  // the first empties the file
    CHECK_THROWS_AS(torn.store(dgi("0103", next), 400), PowerLoss);
    torn.chip.power_on();
    const GlobalPlatformState state = GlobalPlatformState::load(torn.chip.nvm());
    const File* file = state.applications[0].find(iso7816::Fid{0x0103});
    REQUIRE(file != nullptr);
    CHECK(to_hex(file->contents) == next.substr(0, 2 * 64 * pages));
    REQUIRE(torn.status(select_app) == "9000");
    REQUIRE(torn.status("00A4020C020103") == "9000");
    CHECK(torn.send("00B0000000") == "6985");
    CHECK(torn.send("00B0810001") == "009000");
    // Begun anew, it is whole again.
    REQUIRE(torn.open(transport_keys()) == "9000");
    torn.store(dgi("0103", next));
    CHECK(torn.secure("00A4020C020103") == "9000");
    CHECK(torn.secure("00B00000000000") == next + "9000");
  }
}

TEST_CASE("a tear at every byte that access writes leaves a state that was, and a chip that opens") {
  ClosedChip whole;
  const std::size_t locked = whole.chip.nvm().log().size();
  Terminal terminal(whole.chip);
  for (int wrong = 0; wrong < 3; ++wrong) demand(terminal.pace_with_number("000000"), "6300");
  const std::size_t failed = whole.chip.nvm().log().size();
  demand(terminal.pace_with_number(access_number), "9000");
  const Nvm& nvm = whole.chip.nvm();
  std::set<bool> states;
  for (std::size_t cut = locked; cut <= nvm.log().size(); ++cut) {
    CAPTURE(cut);
    Bench torn(Nvm::from_log(prefix_of(nvm, cut)));
    const bool slowed = GlobalPlatformState::load(torn.chip.nvm()).access_failed;
    if (cut >= failed && cut < nvm.log().size()) CHECK(slowed);
    if (!states.insert(slowed).second) continue;
    Terminal again(torn.chip);
    CHECK(again.pace_with_number(access_number) == "9000");
    CHECK_FALSE(GlobalPlatformState::load(torn.chip.nvm()).access_failed);
  }
  CHECK(states == std::set<bool>{false, true});
}

TEST_CASE("a try that was spent is not given back by a loss of power") {
  Bench bench;
  for (int i = 0; i < 10; ++i) {
    bench.chip.nvm().cut_power_after_records(1);  // the try; not the success
    CHECK_THROWS_AS(bench.open(transport_keys()), PowerLoss);
    bench.chip.power_on();
  }
  CHECK(bench.open(transport_keys()) == "6983");
}

}  // namespace
}  // namespace perso::vchip
