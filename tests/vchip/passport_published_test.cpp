// The iso7816 platform as the published applet answers: CONTRACT-iso7816.md, section 5.
#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "passport_bench.hpp"
#include "support/vectors.hpp"
#include "vchip/passport_state.hpp"

namespace perso::vchip {
namespace {

using namespace test;

ChipConfig published() {
  ChipConfig config = blank_passport();
  config.hardware.passport = PassportKind::published;
  return config;
}

/// PUT DATA of a key number behind its empty object.
std::string put_bare(const std::string& object, const std::string& number) {
  return put_data("00" + object, object + "00048180" + number);
}

void personalize(PassportBench& bench) {
  bench.succeed(select_passport);
  bench.succeed(create_file("0101", 300));
  bench.succeed(select_file("0101"));
  for (const std::string& each : update_binary(dg1_contents)) bench.succeed(each);
  bench.succeed(put_access());
}

TEST_CASE("published passport chip: until the lock it is written in the clear and read in a channel alone") {
  PassportBench bench(published());
  bench.succeed(select_passport);
  CHECK(bench.send(get_challenge) == "6D00");  // there are no access data
  personalize(bench);
  bench.succeed(select_file("0101"));
  CHECK(bench.send("00B0000001") == "6982");
  CHECK(bench.open("WRONG0000") == "6982");
  REQUIRE(bench.open() == "9000");
  CHECK(bench.read_file("0101", 300) == dg1_contents);
  CHECK(bench.secure("00B0000000") == dg1_contents.substr(0, 2 * 224) + "9000");
  CHECK(bench.secure("00B0810001") == "6A82");  // it knows no short identifiers
  bench.lock();                                 // in the clear
  CHECK(bench.chip.life() == LifeCycle::issued);
}

TEST_CASE("published passport chip: the numbers of a key stand behind their objects") {
  const perso::test::VectorCase key = perso::test::load_vectors("active-authentication.vec").front();
  const std::string modulus = key.text("Modulus");
  PassportBench bench(published());
  personalize(bench);
  CHECK(bench.send(put_modulus()) == "6A80");  // nested
  CHECK(bench.send(put_exponent()) == "6A80");
  CHECK(bench.send(put_data("0060", "6000048180" + modulus + "00")) == "6A80");
  CHECK(bench.send(put_data("0060", "6000")) == "6A80");
  CHECK(bench.send(put_data("0060", "600105048180" + modulus)) == "6A80");
  bench.succeed(put_bare("60", modulus));
  bench.succeed(put_bare("61", key.text("PrivateExponent")));
  PassportBench other;
  other.succeed(select_passport);
  CHECK(other.send(put_bare("60", modulus)) == "6A80");

  bench.lock();
  REQUIRE(bench.open() == "9000");
  CHECK(bench.secure("0088000008" + pattern(8) + "00").size() == 2 * 128 + 4);
}

TEST_CASE("published passport chip: after the lock nothing is written, and that is said with 6985") {
  const std::string commands[] = {create_file("0102", 10), "00E00000026300", "00D6000001FF", put_access(),
                                  lock_chip};
  for (const std::string& command : commands) {
    CAPTURE(command);
    PassportBench bench(published());
    personalize(bench);
    bench.lock();
    CHECK(bench.send(command) == "6985");
    CHECK(bench.send(select_file("0101")) == "6982");
    REQUIRE(bench.open() == "9000");
    CHECK(bench.secure(command) == "6985");
    CHECK(bench.read_file("0101", 300) == dg1_contents);
  }
}

TEST_CASE("published passport chip: its memory knows whose answers it gives") {
  PassportBench bench(published());
  personalize(bench);
  Nvm compact;
  compact.replace(PassportState::load(bench.chip.nvm()).snapshot());
  CHECK(PassportState::load(compact).hardware.passport == PassportKind::published);

  Bytes birth = passport_record::birth(blank_passport().hardware);
  birth[1 + 42 + 4] = 2;  // a kind that there is not
  Nvm foreign;
  foreign.append(birth);
  CHECK_THROWS_AS(PassportState::load(foreign), Error);
}

}  // namespace
}  // namespace perso::vchip
