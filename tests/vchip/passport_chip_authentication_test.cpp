// The iso7816 platform's key of chip authentication: CONTRACT-iso7816.md, sections 2, 3 and 5.
#include <doctest/doctest.h>

#include "passport_bench.hpp"
#include "terminal.hpp"
#include "vchip/passport_state.hpp"

namespace perso::vchip {
namespace {

using namespace test;

const std::string scalar = pattern(32, 1);
const std::string order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";

std::string put_chip_key(const std::string& objects) {
  return put_data("0063", tlv("63", objects));
}

std::string public_key() {
  RepeatableRandom random;
  const crypto::Curve curve("secp256r1");
  return to_hex(curve.multiply(curve.generator(), Secret(from_hex(scalar)), random));
}

ChipConfig with_four_pages() {
  ChipConfig config = blank_passport();
  config.hardware.memory = 4 * 64;
  return config;
}

TEST_CASE("passport chip: a key of chip authentication and what it refuses") {
  const std::string good = chip_key_object(scalar);
  const auto changed = [&](std::size_t at, const std::string& by) {
    return std::string(good).replace(2 * at, by.size(), by);
  };
  const std::size_t head = 2, number = head + 32;  // bytes of an object
  const std::size_t generator = 3 * number, of_order = generator + head + 65, of_scalar = of_order + number,
                    cofactor = of_scalar + number;
  struct {
    std::string what, command, status;
  } cases[] = {
      {"P-256", put_chip_key(good), "9000"},
      {"a cofactor of two bytes", put_chip_key(changed(cofactor, "87020001")), "9000"},
      {"bare", put_data("0063", good), "6A80"},
      {"cut short", put_chip_key(good.substr(0, 100)), "6A80"},
      {"another p", put_chip_key(changed(head, "FE")), "6A80"},
      {"another a", put_chip_key(changed(number + head, "FE")), "6A80"},
      {"another b", put_chip_key(changed(2 * number + head, "FE")), "6A80"},
      {"another generator", put_chip_key(changed(generator + head, "02")), "6A80"},
      {"another order", put_chip_key(changed(of_order + head, "FE")), "6A80"},
      {"scalar 0", put_chip_key(chip_key_object(std::string(64, '0'))), "6A80"},
      {"the order as scalar", put_chip_key(chip_key_object(order)), "6A80"},
      {"a short scalar", put_chip_key(chip_key_object(scalar.substr(2))), "6A80"},
      {"cofactor 2", put_chip_key(changed(cofactor, "870102")), "6A80"},
      {"no cofactor", put_chip_key(changed(cofactor, "8700").substr(0, 2 * cofactor + 4)), "6A80"},
      {"another object", put_chip_key(changed(cofactor, "88")), "6A80"},
      {"one too many", put_chip_key(good + "8800"), "6A80"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    PassportBench bench;
    bench.personalize();
    const std::size_t before = bench.chip.nvm().log().size();
    CHECK(bench.send(each.command) == each.status);
    if (each.status != "9000") CHECK(bench.chip.nvm().log().size() == before);
  }
  PassportBench bench;
  bench.personalize();
  bench.lock();
  CHECK(bench.send(put_chip_key(good)) == "6D00");
}

TEST_CASE("passport chip: chip authentication leads to a channel with the chip's key") {
  PassportBench bench;
  bench.personalize();
  bench.succeed(put_chip_key(chip_key_object(pattern(32, 9))));
  bench.succeed(put_chip_key(chip_key_object(scalar)));  // in its place
  CHECK(bench.send("002241A6"
                   "029100") == "6D00");  // not before the lock
  bench.lock();
  CHECK(bench.send("002241A6"
                   "029100") == "6982");
  REQUIRE(bench.open() == "9000");
  CHECK(bench.secure("002241B6"
                     "029100") == "6A86");
  CHECK(bench.secure("002241A6"
                     "029100") == "6A80");
  CHECK(bench.secure(command("002241A6", tlv("91", "04" + pattern(64)))) == "6A80");
  CHECK(bench.secure(command("002241A6", tlv("91", public_key()) + "8500")) == "6A80");
  REQUIRE(bench.agree(public_key()) == "9000");
  CHECK(bench.chip.effort().key_agreements == 1);
  CHECK(bench.read_file("0101", 300) == dg1_contents);
  REQUIRE(bench.agree(public_key(), "01") == "9000");
  CHECK(bench.read_file("0101", 300) == dg1_contents);
  CHECK(bench.secure("0088000008" + pattern(8) + "00").size() == 2 * 128 + 4);
  REQUIRE(bench.agree(to_hex(crypto::Curve("secp256r1").generator())) == "9000");  // another chip's key
  CHECK(bench.secure(select_file("0101")) == "[6988]");
}

TEST_CASE("passport chip: without a key there is no chip authentication") {
  PassportBench bench;
  bench.personalize();
  bench.lock();
  REQUIRE(bench.open() == "9000");
  CHECK(bench.agree(public_key()) == "6985");
  CHECK(bench.read_file("0101", 300) == dg1_contents);
}

TEST_CASE("published passport chip: keys of this contract are not for it") {
  ChipConfig config = blank_passport();
  config.hardware.passport = PassportKind::published;
  PassportBench bench(std::move(config));
  bench.succeed(select_passport);
  bench.succeed(put_access());
  CHECK(bench.send(put_chip_key(chip_key_object(scalar))) == "6A80");
  bench.lock();
  REQUIRE(bench.open() == "9000");
  CHECK(bench.agree(public_key()) == "6D00");
}

TEST_CASE("passport chip: the key of chip authentication is a page, and atomic") {
  PassportBench bench(with_four_pages());
  bench.succeed(select_passport);
  bench.succeed(create_file("011E", 1));  // 1 + 2 of 4 pages
  bench.chip.nvm().cut_power_after_bytes(20);
  CHECK_THROWS_AS(bench.send(put_chip_key(chip_key_object(scalar))), PowerLoss);
  bench.chip.power_on();
  CHECK_FALSE(PassportState::load(bench.chip.nvm()).chip_key.has_value());
  bench.succeed(select_passport);
  bench.succeed(put_chip_key(chip_key_object(scalar)));
  bench.succeed(put_chip_key(chip_key_object(scalar)));
  CHECK(bench.send(put_modulus()) == "6A84");
  CHECK(bench.send(create_file("0101", 1)) == "6A84");
  const PassportState state = PassportState::load(bench.chip.nvm());
  REQUIRE(state.chip_key.has_value());
  CHECK(to_hex(state.chip_key->scalar.expose()) == scalar);
  Nvm compact;
  compact.replace(state.snapshot());
  CHECK(PassportState::load(compact).snapshot() == state.snapshot());

  PassportBench full(with_four_pages());
  full.succeed(select_passport);
  full.succeed(create_file("011E", 128));
  CHECK(full.send(put_chip_key(chip_key_object(scalar))) == "6A84");
}

TEST_CASE("passport chip: a memory with a key that is none is refused") {
  for (const std::string& record : {std::string("00"), std::string("09736563703235367231"),
                                    std::string("0B") + hex_of("brainpoolXX") + scalar,
                                    std::string("09") + hex_of("secp256r1") + pattern(31)}) {
    CAPTURE(record);
    PassportBench bench;
    Nvm nvm = Nvm::from_log(Bytes(bench.chip.nvm().log().begin(), bench.chip.nvm().log().end()));
    nvm.append(from_hex("4A" + record));
    CHECK_THROWS(PassportState::load(nvm));
  }
}

}  // namespace
}  // namespace perso::vchip
