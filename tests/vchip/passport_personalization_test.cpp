// The iso7816 platform until the lock: CONTRACT-iso7816.md, sections 1 and 2.
#include <doctest/doctest.h>

#include "passport_bench.hpp"

namespace perso::vchip {
namespace {

using namespace test;

const std::string cplc = "9F7F2A" + to_hex(blank_passport().hardware.cplc) + "9000";
const std::string manager_fci = "6F118408A000000151000000A5059F650200FF9000";

struct Case {
  std::string what;
  std::string command, answer;
};

TEST_CASE("passport chip: identification and what readers try first") {
  const std::string get_cplc = "80CA9F7F00";
  const Case cases[] = {
      {"the card's manager is selected after reset", get_cplc, cplc},
      {"SELECT without data", "00A4040000", manager_fci},
      {"SELECT without data and Le", "00A40400", manager_fci},
      {"SELECT of the manager", "00A4040008A00000015100000000", manager_fci},
      {"no FCI wanted", "00A4040C08A000000151000000", "9000"},
      {"the manager of older cards", "00A4040C07A0000000030000", "6A82"},
      {"the application", select_passport, "9000"},
      {"the application with FCI", "00A4040007A000000247100100", "6F098407A00000024710019000"},
      {"another application", "00A4040C07A0000002472001", "6A82"},
      {"a part of the identifier", "00A4040C06A00000024710", "6A82"},
      {"identifier too short", "00A4040C04A0000002", "6A80"},
      {"another P2", "00A4040207A0000002471001", "6A86"},
      {"SELECT by path", "00A4080C023F00", "6A86"},
      {"the master file", "00A4000C023F00", "9000"},
      {"the master file by no identifier", "00A4000C", "9000"},
      {"the master file with FCI", "00A40000023F0000", manager_fci},
      {"another file from the master file", "00A4000C02011C", "6A82"},
      {"EF.CardAccess", "00A4020C02011C", "6A82"},
      {"EF.CardAccess, Le added", "00A4020C02011C00", "6A82"},
      {"EF.DIR", "00A4020C022F00", "6A82"},
      {"EF.CardAccess by its short identifier", "00B09C0000", "6A82"},
      {"EF.COM, without the application", "00A4020C02011E", "6A82"},
      {"no current file", "00B0000000", "6986"},
      {"other data", "80CA006600", "6A88"},
      {"GET DATA with data", "80CA9F7F0100", "6700"},
      {"GET DATA in the ISO class", "00CA9F7F00", "6E00"},
      {"INITIALIZE UPDATE", "8050000008" + pattern(8) + "00", "6D00"},
      {"PACE", "0022C1A40F800A04007F00070202040202830101", "6D00"},
      {"secure messaging", "0CB0000000", "6E00"},
      {"chaining", "10860000027C0000", "6E00"},
      {"extended length", "80CA9F7F000000", "6700"},
      {"nothing", "", "6700"},
  };
  PassportBench bench;
  for (const Case& each : cases) {
    CAPTURE(each.what);
    bench.chip.reset();
    CHECK(bench.send(each.command) == each.answer);
  }
  bench.chip.reset();
  bench.succeed(select_passport);
  CHECK(bench.send("00A4040C07A0000002472001") == "6A82");
  CHECK(bench.send("00A4000C02011C") == "6A82");
  CHECK(bench.send(create_file("0101", 1)) == "9000");  // a failed SELECT left the application
  CHECK(bench.send(get_cplc) == "6D00");
  bench.succeed("00A4000C");
  CHECK(bench.send(get_cplc) == cplc);
  CHECK(to_hex(bench.chip.atr()).substr(0, 18) == "3B8B80018073840100");  // no extended length
  std::uint8_t check = 0;
  for (const std::uint8_t byte : ByteView(bench.chip.atr()).subspan(1)) check ^= byte;
  CHECK(check == 0);
}

TEST_CASE("passport chip: the words of its life") {
  PassportBench bench;
  const auto word = [&] {
    bench.succeed(select_passport);
    return bench.send(select_file("011E"));
  };
  CHECK(bench.chip.life() == LifeCycle::blank);
  CHECK(word() == "6A82");
  bench.personalize();
  CHECK(bench.chip.life() == LifeCycle::personalizing);
  CHECK(word() == "9000");
  bench.lock();
  CHECK(bench.chip.life() == LifeCycle::issued);
  CHECK(word() == "6982");
  bench.chip.power_off();
  CHECK(bench.chip.life() == LifeCycle::issued);
  bench.chip.power_on();
  CHECK(word() == "6982");
  CHECK(bench.send("00A4040C") == "9000");
  CHECK(bench.send("80CA9F7F00") == cplc);
}

TEST_CASE("passport chip: writing, command by command") {
  const std::string long_number(23, 'A');
  const std::string modulus = "81" + pattern(126, 1) + "01";
  const Case cases[] = {
      {"CREATE FILE", create_file("0101", 100), "9000"},
      {"the largest file, too large for this chip", create_file("0101", 32767), "6A84"},
      {"a file of no size", create_file("0101", 0), "6A80"},
      {"a file that is too large", create_file("0101", 32768), "6A80"},
      {"a reserved file", create_file("3F00", 10), "6A80"},
      {"another template", "00E00000066204000A0101", "6A80"},
      {"another length in the template", "00E00000066303000A0101", "6A80"},
      {"half a template", "00E000000363040A", "6700"},
      {"no template", "00E00000", "6700"},
      {"CREATE FILE with a parameter", "00E00100066304000A0101", "6A86"},
      {"CREATE FILE in another class", "80E00000066304000A0101", "6E00"},
      {"SELECT of a file that is not there", select_file("0102"), "6A82"},
      {"SELECT of a file", select_file("0103"), "9000"},
      {"SELECT of a file wanting FCI", "00A40200020103", "6A86"},
      {"SELECT of three bytes", "00A4020C03010301", "6700"},
      {"UPDATE BINARY", "00D6000005" + pattern(5), "9000"},
      {"to the very end", "00D6006003" + pattern(3), "9000"},
      {"beyond the end", "00D6006004" + pattern(4), "6B00"},
      {"far beyond the end", "00D67FFF01FF", "6B00"},
      {"by a short identifier", "00D6830001FF", "6A86"},
      {"of nothing", "00D60000", "6700"},
      {"READ BINARY", "00B0000002", "00009000"},
      {"READ BINARY by a short identifier", "00B0830001", "009000"},
      {"READ BINARY by another", "00B0820001", "6A82"},
      {"READ BINARY of more than there is", "00B0006104", "00006282"},
      {"READ BINARY of all that is left", "00B0006100", "00009000"},
      {"READ BINARY at the end", "00B0006301", "6B00"},
      {"READ BINARY without Le", "00B00000", "6700"},
      {"READ BINARY with data", "00B0000001FF00", "6700"},
      {"READ BINARY with short identifier 0", "00B0800001", "6A86"},
      {"READ BINARY with short identifier 31", "00B09F0001", "6A86"},
      {"READ BINARY with bits of no meaning", "00B0A30001", "6A86"},
      {"READ BINARY with odd INS", "00B100000354010000", "6D00"},
      {"access data", put_access(), "9000"},
      {"a long number", put_access("D23145890734"), "9000"},
      {"a number that is not filled up", put_access("L898902C"), "6A80"},
      {"a number that is too long", put_access(long_number), "6A80"},
      {"a number in small letters", put_access("l898902c<"), "6A80"},
      {"a date of eight digits", put_access(printed_number, "19690806"), "6A80"},
      {"a date that is cut", put_access(printed_number, printed_birth, "94062"), "6A80"},
      {"another order of the access data",
       put_data("0062",
                "621E5F18063639303830365F1F094C3839383930"
                "32433C5F1906393430363233"),
       "6A80"},
      {"access data that are cut", put_data("0062", "62055F1F024C38"), "6A80"},
      {"access data with Le", put_access() + "00", "9000"},
      {"no access data", "00DA0062", "6A80"},
      {"modulus", put_modulus(), "9000"},
      {"exponent", put_exponent(), "9000"},
      {"another modulus", put_key_half(0x60, modulus), "9000"},
      {"a modulus without its first bit", put_key_half(0x60, "7F" + modulus.substr(2)), "6A80"},
      {"an even modulus", put_key_half(0x60, modulus.substr(0, 254) + "02"), "6A80"},
      {"a modulus of 127 bytes", put_key_half(0x60, modulus.substr(2)), "6A80"},
      {"a modulus with a leading zero", put_key_half(0x60, "00" + modulus), "6A80"},
      {"an exponent of 127 bytes", put_key_half(0x61, pattern(127)), "6A80"},
      {"a modulus in the other's place", put_data("0061", put_modulus().substr(10)), "6A80"},
      {"a bare modulus", put_data("0060", modulus), "6A80"},
      {"another object", put_data("0064", "64020400"), "6A86"},
      {"the lock before the access data", lock_chip, "6985"},
      {"the lock with data", "00DADEAD01FF", "6700"},
      {"GET CHALLENGE", get_challenge, "6D00"},
      {"EXTERNAL AUTHENTICATE", "0082000028" + pattern(40) + "28", "6D00"},
      {"INTERNAL AUTHENTICATE", "0088000008" + pattern(8) + "00", "6D00"},
      {"an instruction of another platform", "80E2880001FF", "6D00"},
      {"secure messaging", "0CB0000000", "6E00"},
      {"chaining", "10D6000001FF", "6E00"},
      {"extended length", "00D60000000001FF", "6700"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    PassportBench bench;
    bench.succeed(select_passport);
    bench.succeed(create_file("0103", 99));
    bench.succeed(select_file("0103"));
    CHECK(bench.send(each.command) == each.answer);
    CHECK(bench.chip.life() == LifeCycle::blank);  // EF.COM is not there
  }
  PassportBench bench;
  CHECK(bench.send(create_file("0103", 99)) == "6D00");  // the application was not selected
  bench.succeed(select_passport);
  CHECK(bench.send("00D6000001FF") == "6986");
  CHECK(bench.send("00B0000001") == "6986");
}

TEST_CASE("passport chip: a file created again is as new") {
  PassportBench bench;
  bench.succeed(select_passport);
  bench.succeed(create_file("0101", 70));
  bench.succeed(select_file("0101"));
  for (const std::string& each : update_binary(pattern(70, 1))) bench.succeed(each);
  bench.succeed("00D6003F02AABB");  // over a page's border
  CHECK(bench.send("00B0000000") == pattern(63, 1) + "AABB" + pattern(5, 66) + "9000");
  CHECK(bench.send("00D6004502CCDD") == "6B00");  // nothing of it is written
  CHECK(bench.send("00B0004501") == "469000");
  bench.succeed(create_file("0101", 50));
  CHECK(bench.send("00B0000000") == std::string(100, '0') + "9000");
}

TEST_CASE("passport chip: memory is counted in pages") {
  ChipConfig config = blank_passport();
  config.hardware.memory = 10 * 64;
  PassportBench bench(std::move(config));
  bench.succeed(select_passport);
  CHECK(bench.send(create_file("0101", 8 * 64 + 1)) == "6A84");
  bench.succeed(create_file("0101", 8 * 64));  // with the application's and its own page: 10
  CHECK(bench.send(create_file("0102", 1)) == "6A84");
  CHECK(bench.send(put_exponent()) == "6A84");
  bench.succeed(create_file("0101", 5 * 64));
  CHECK(bench.send(create_file("0102", 2 * 64 + 1)) == "6A84");
  bench.succeed(create_file("0102", 1));
  bench.succeed(put_exponent());
  bench.succeed(put_modulus());  // the other half is in the same place
  CHECK(bench.send(create_file("0102", 65)) == "6A84");
}

}  // namespace
}  // namespace perso::vchip
