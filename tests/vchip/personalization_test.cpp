#include <doctest/doctest.h>

#include "crypto/primitives.hpp"
#include "test_chip.hpp"

namespace perso::vchip {
namespace {

using namespace test;

const std::string issuer = "A000000151000000";
const std::string select_issuer = "00A4040008" + issuer;
const std::string select_app =
    "00A40400"
    "06" +
    app;

enum class At { blank, personalizing, issued, terminated };

/// A chip at a point of its life with an open channel (level 33, on the issuer security domain).
void bring_to(Bench& bench, At at) {
  if (at == At::blank) {
    REQUIRE(bench.open(transport_keys()) == "9000");
    return;
  }
  bench.personalize();
  if (at == At::issued || at == At::terminated) bench.lock();
  if (at == At::terminated) REQUIRE(bench.secure("80F080FF") == "9000");
}

TEST_CASE("chip: commands of the issuer security domain and what they refuse") {
  const std::string new_app = "F0504552535F";
  const auto instance = [&](const std::string& file, const std::string& module, const std::string& aid,
                            const std::string& rest) {
    return command("80E60C00", file + module + aid + rest);
  };
  const std::string file = "07F0504552534F01";
  const std::string module = "08F0504552534F0101";
  const std::string aid = "06" + new_app;
  const std::string rest = "010002C90000";
  KeySet short_keys = issuer_keys();
  short_keys.keys[1] = Secret(Bytes(24));
  const std::string good_keys = put_key(transport_keys(), issuer_keys());
  const auto changed = [](std::string text, std::size_t at, const std::string& by) {
    return text.replace(at, by.size(), by);
  };
  const std::string mark = command("80E28800", "DF7010" + pattern(16));

  struct {
    std::string what;
    At at;
    std::string command, status;
  } cases[] = {
      {"mark", At::blank, mark, "9000"},
      {"mark again, for the instance", At::personalizing, mark, "6A88"},
      {"mark of another length", At::blank, command("80E28800", "DF700F" + pattern(15)), "6A80"},
      {"access data while blank", At::blank, command("80E28800", dgi("DF71", "820630303030303085")), "6A88"},
      {"unknown DGI", At::blank, command("80E28800", "010101FF"), "6A88"},
      {"file control without an application", At::blank, command("80E28800", file_control), "6A88"},
      {"block 1 first", At::blank, command("80E28801", "DF7010" + pattern(16)), "6A80"},
      {"BER-TLV format", At::blank, command("80E29000", "DF7010" + pattern(16)), "6A86"},
      {"ends inside of a DGI", At::blank, command("80E28800", "DF7010" + pattern(15)), "6A80"},
      {"ends inside of a length", At::blank, command("80E28800", "DF70FF00"), "6A80"},

      {"PUT KEY while blank", At::blank, good_keys, "6985"},
      {"PUT KEY", At::personalizing, good_keys, "9000"},
      {"PUT KEY over another version", At::personalizing, changed(good_keys, 4, "02"), "6A88"},
      {"PUT KEY of one key", At::personalizing, changed(good_keys, 6, "01"), "6A86"},
      {"PUT KEY of version 00", At::personalizing, changed(good_keys, 10, "00"), "6A80"},
      {"PUT KEY of version 80", At::personalizing, changed(good_keys, 10, "80"), "6A80"},
      {"PUT KEY of a DES key", At::personalizing, changed(good_keys, 12, "80"), "6A80"},
      {"PUT KEY with a wrong length", At::personalizing, changed(good_keys, 16, "18"), "6A80"},
      {"PUT KEY with a wrong check value", At::personalizing, changed(good_keys, 52, "000000"), "6A80"},
      {"PUT KEY cut short", At::personalizing,
       "80D80181"
       "0C" +
           good_keys.substr(10, 24),
       "6A80"},
      {"PUT KEY of mixed sizes", At::personalizing, put_key(transport_keys(), short_keys), "6A80"},
      {"PUT KEY when issued", At::issued, good_keys, "6985"},

      {"INSTALL while blank", At::blank, install_app, "6985"},
      {"INSTALL", At::personalizing, instance(file, module, aid, rest), "9000"},
      {"INSTALL of one that exists", At::personalizing, install_app, "6A89"},
      {"INSTALL of the issuer's own", At::personalizing, instance(file, module, "08" + issuer, rest), "6A89"},
      {"INSTALL from another load file", At::personalizing, instance("07F0504552534F02", module, aid, rest),
       "6A88"},
      {"INSTALL of another module", At::personalizing, instance(file, "08F0504552534F0102", aid, rest),
       "6A88"},
      {"INSTALL with privileges", At::personalizing, instance(file, module, aid, "018002C90000"), "6A80"},
      {"INSTALL with parameters", At::personalizing, instance(file, module, aid, "010003C901FF00"), "6A80"},
      {"INSTALL with a token", At::personalizing, instance(file, module, aid, "010002C90001FF"), "6A80"},
      {"INSTALL with a short identifier", At::personalizing, instance(file, module, "0401020304", rest),
       "6A80"},
      {"INSTALL with bytes left over", At::personalizing, instance(file, module, aid, rest + "00"), "6A80"},
      {"INSTALL cut short", At::personalizing, command("80E60C00", file + module + "06F050"), "6A80"},
      {"INSTALL [for load]", At::personalizing,
       "80E60200"
       "01FF",
       "6A86"},
      {"INSTALL when issued", At::issued, instance(file, module, aid, rest), "6985"},
      {"INSTALL [for personalization]", At::personalizing, target_app, "9000"},
      {"INSTALL [for personalization] of none", At::personalizing,
       command("80E62000", "0000" + aid + "000000"), "6A88"},
      {"INSTALL [for personalization] when issued", At::issued, target_app, "6985"},

      {"lock while blank", At::blank, "80F0800F", "6985"},
      {"lock", At::personalizing, "80F0800F", "9000"},
      {"lock, naming the issuer security domain", At::personalizing, command("80F0800F", issuer), "9000"},
      {"lock, naming another", At::personalizing, command("80F0800F", app), "6A80"},
      {"lock twice", At::issued, "80F0800F", "6985"},
      {"back to personalizing", At::issued, "80F08007", "6985"},
      {"status of an application", At::personalizing, "80F0400F", "6A86"},
      {"terminate while blank", At::blank, "80F080FF", "6985"},
      {"terminate", At::personalizing, "80F080FF", "9000"},
      {"terminate when issued", At::issued, "80F080FF", "9000"},
      {"STORE DATA when issued", At::issued, mark, "6985"},
      {"GENERATE is no command of the issuer's", At::personalizing,
       "80468401"
       "05AC03800113",
       "6D00"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    Bench bench;
    bring_to(bench, each.at);
    const std::string before = to_hex(bench.chip.nvm().log());
    const std::string answer = bench.secure(each.command);
    CHECK(answer.substr(answer.size() - 4) == each.status);
    if (each.status != "9000") CHECK(to_hex(bench.chip.nvm().log()) == before);
    CHECK((each.status == "9000" ||
           bench.secure("80CA00E000").size() == 44));  // a refusal leaves the channel open
  }
}

TEST_CASE("chip: PUT KEY replaces the whole set and starts its counters anew") {
  Bench bench;
  bench.mark();
  std::string kcvs;
  for (const Secret& key : issuer_keys().keys)
    kcvs += to_hex(ByteView(crypto::aes_encrypt_block(key, Bytes(16, 1))).first(3));
  CHECK(bench.secure(put_key(transport_keys(), issuer_keys())) == "20" + kcvs + "9000");
  CHECK(bench.secure("80CA00E000").substr(0, 16) == "E012C00401208810");  // the channel goes on
  CHECK(bench.open(transport_keys()) == "6300");
  CHECK(bench.status("8050010008" + pattern(8) + "00") == "6A88");
  CHECK(bench.open(issuer_keys()) == "9000");
  CHECK(to_hex(ByteView(bench.initialize_update_answer).last(5)) == "0000009000");
  CHECK(bench.secure(put_key(issuer_keys(), transport_keys(24))).size() ==
        24);  // AES-192: padded to two blocks
  CHECK(bench.open(transport_keys(24)) == "9000");
}

TEST_CASE("chip: life cycle") {
  Bench bench;
  const auto life = [&] { return bench.send(select_issuer).substr(26, 4); };
  CHECK(life() == "0101");
  bench.personalize();
  CHECK(bench.send("80CADF7000").substr(0, 4) == "6982");  // not without the MAC
  CHECK(bench.send("80CADF7000") == "DF7010" + pattern(16, 0xE0) + "9000");
  CHECK(life() == "0107");
  REQUIRE(bench.open(transport_keys()) == "9000");
  CHECK(bench.secure(command("80E28800", "DF7010" + pattern(16))) == "6985");
  CHECK(bench.status("00A4040000") == "9000");
  REQUIRE(bench.open(transport_keys()) == "9000");
  bench.lock();
  CHECK(life() == "010F");
  CHECK(bench.send("80CADF7000") == "6A88");
  REQUIRE(bench.open(transport_keys()) == "9000");
  CHECK(bench.secure("80F080FF") == "9000");
  CHECK(life() == "01FF");
  CHECK(bench.status("80CA9F7F00") == "9000");
  for (const std::string& other :
       {std::string("80CA00E000"), select_app, "8050000008" + pattern(8), std::string("00B0000000"),
        std::string("00FF0000"), std::string("84F080FF00")}) {
    CHECK(bench.send(other) == "6985");
  }
}

TEST_CASE("chip: file control and contents and what they refuse") {
  const auto block = [](const std::string& dgis) { return command("80E28800", dgis); };
  struct {
    std::string what;
    std::string command, status;
  } cases[] = {
      {"two files", block(dgi("6200", fcp("0201", 10, 2) + fcp("0202", 20))), "9000"},
      {"none", block(dgi("6200", "")), "6A80"},
      {"one that exists", block(dgi("6200", fcp("0101", 10))), "6A89"},
      {"one twice", block(dgi("6200", fcp("0201", 10) + fcp("0201", 10))), "6A89"},
      {"a short identifier that exists", block(dgi("6200", fcp("0201", 10, 1))), "6A80"},
      {"a short identifier twice", block(dgi("6200", fcp("0201", 10, 5) + fcp("0202", 10, 5))), "6A80"},
      {"short identifier 31", block(dgi("6200", fcp("0201", 10, 31))), "6A80"},
      {"empty file", block(dgi("6200", fcp("0201", 0))), "6A80"},
      {"reserved 3FFF", block(dgi("6200", fcp("3FFF", 1))), "6A80"},
      {"reserved FFFF", block(dgi("6200", fcp("FFFF", 1))), "6A80"},
      {"reserved 0000", block(dgi("6200", fcp("0000", 1))), "6A80"},
      {"reserved 6200", block(dgi("6200", fcp("6200", 1))), "6A80"},
      {"reserved DF70", block(dgi("6200", fcp("DF70", 1))), "6A80"},
      {"reserved DF71", block(dgi("6200", fcp("DF71", 1))), "6A80"},
      {"reserved 7F48", block(dgi("6200", fcp("7F48", 1))), "6A80"},
      {"reserved 3F00", block(dgi("6200", fcp("3F00", 1))), "6A80"},
      {"read in the access channel", block(dgi("6200", fcp("0201", 1, 0, "40"))), "9000"},
      {"without access",
       block(dgi("6200",
                 "620883020201"
                 "80020010")),
       "6A80"},
      {"with writing access",
       block(dgi("6200",
                 "620C83020201"
                 "80020010"
                 "8C020200")),
       "6A80"},
      {"with another condition",
       block(dgi("6200",
                 "620C83020201"
                 "80020010"
                 "8C020110")),
       "6A80"},
      {"with another object",
       block(dgi("6200",
                 "620F83020201"
                 "80020010"
                 "8C020100"
                 "850101")),
       "6A80"},
      {"another template",
       block(dgi("6200",
                 "640C83020201"
                 "80020010"
                 "8C020100")),
       "6A80"},
      {"cut template",
       block("620005"
             "620C830202"),
       "6A80"},
      {"more than there is room for", block(dgi("6200", fcp("0201", 10) + fcp("0202", 8000))), "6A84"},
      {"a list that is too long",
       block("6200FF0801"
             "62"),
       "6A84"},
      {"contents", block(dgi("0101", pattern(100, 9))), "9000"},
      {"too short", block(dgi("0101", pattern(99))), "6A80"},
      {"too long", block(dgi("0101", pattern(101))), "6A80"},
      {"unknown file", block(dgi("0909", pattern(3))), "6A88"},
      {"one file twice", block(dgi("0102", pattern(10)) + dgi("0102", pattern(10))), "6A80"},
      {"a mark", block("DF7010" + pattern(16)), "6A88"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    Bench bench;
    bench.personalize();
    CHECK(bench.secure(each.command) == each.status);
    if (each.status != "9000")
      CHECK(bench.secure(block(dgi("0102", pattern(10, 5)))) == "9000");  // a new stream
  }
}

TEST_CASE("chip: a stream is cut into blocks anywhere") {
  const std::string contents =
      dgi("0101", pattern(100)) + dgi("0102", pattern(10)) + dgi("0103", pattern(300, 7));
  for (const std::size_t block : {1u, 2u, 3u, 4u, 5u, 63u, 64u, 65u, 102u, 103u, 223u, 1000u}) {
    CAPTURE(block);
    Bench bench;
    bench.mark();
    bench.install();
    bench.target();
    bench.store(file_control + contents, block);
    bench.chip.reset();
    CHECK(bench.status(select_app) == "9000");
    CHECK(bench.send("00B0810000") == pattern(100) + "9000");
    CHECK(bench.send("00B100000454020000"
                     "000000") == "6700");
    CHECK(bench.send("00A4020C020103") == "9000");
    CHECK(bench.send("00B00000"
                     "00012C") == pattern(300, 7) + "9000");
  }
}

TEST_CASE("chip: the order of blocks") {
  Bench bench;
  bench.personalize();
  const std::string half = "0103FF012C";
  CHECK(bench.secure(command("80E20800", half)) == "9000");
  CHECK(bench.secure(command("80E20802", pattern(10))) == "6A80");
  CHECK(bench.secure(command("80E20801", pattern(10))) == "6A80");  // that was the end of the stream
  CHECK(bench.secure(command("80E20800", half)) == "9000");
  CHECK(bench.secure(command("80E20800", half)) == "6A80");
  CHECK(bench.secure(command("80E20800", half)) == "9000");
  CHECK(bench.secure(target_app) == "009000");  // ends a stream too
  CHECK(bench.secure(command("80E20801", pattern(10))) == "6A80");
}

TEST_CASE("chip: an application's own channel, and files over several streams") {
  Bench bench;
  bench.personalize();
  CHECK(bench.status(select_app) == "9000");
  CHECK(bench.open(transport_keys()) == "9000");
  bench.store(dgi("0101", pattern(100, 50)));
  bench.store(dgi("6200", fcp("0105", 5, 5)));
  CHECK(bench.secure("00A4020C020105") == "9000");
  CHECK(bench.secure("00B0000000") == "6985");  // not written yet
  bench.store(dgi("0105", "0102030405"));
  CHECK(bench.secure("00B0000000") == "01020304059000");
  CHECK(bench.secure("00B0810003") == pattern(3, 50) + "9000");
  CHECK(bench.secure("00A4040006" + app) == "6985");  // goes in the clear
  CHECK(bench.secure("80D8018101FF") == "6D00");
  CHECK(bench.secure("80CA9F7F00") == "6D00");
}

TEST_CASE("chip: largest command data field") {
  ChipConfig config = blank_chip();
  config.hardware.max_command_data = 255;
  Bench bench(std::move(config));
  CHECK(bench.send(select_issuer).substr(30) == "A5059F650200FF9000");
  bench.mark();
  bench.install();
  bench.target();
  const std::string big = dgi("6200", fcp("0101", 600));
  bench.store(big);
  CHECK(bench.secure(command("80E28800", dgi("0101", pattern(600)))) == "6700");
  CHECK(bench.open(transport_keys()) == "9000");
  bench.target();
  bench.store(dgi("0101", pattern(600)), 239);  // 240 padded, and 8 of MAC: the most that fits
  CHECK(bench.secure(command("80E28800", dgi("0101", pattern(600)).substr(0, 480))) == "6700");
}

TEST_CASE("chip: memory that is full") {
  ChipConfig config = blank_chip();
  config.hardware.memory = 10 * 64;
  Bench bench(std::move(config));
  bench.mark();
  bench.install();
  bench.target();
  CHECK(bench.secure(command("80E28800", dgi("6200", fcp("0101", 64 * 8 + 1)))) == "6A84");
  CHECK(bench.secure(command("80E28800", dgi("6200", fcp("0101", 64 * 7)))) ==
        "9000");  // 1 + 1 + 7 of 10 pages
  const std::string second = command("80E60C00",
                                     "07F0504552534F01"
                                     "08F0504552534F0101"
                                     "06F05045525354"
                                     "0100"
                                     "02C900"
                                     "00");
  CHECK(bench.secure(second) == "009000");
  CHECK(bench.secure(command("80E60C00",
                             "07F0504552534F01"
                             "08F0504552534F0101"
                             "06F05045525355"
                             "0100"
                             "02C900"
                             "00")) == "6A84");
  CHECK(bench.status(select_app) == "9000");
  REQUIRE(bench.open(transport_keys()) == "9000");
  CHECK(bench.secure("80468401"
                     "05AC0380011300") == "6A84");
  CHECK(bench.secure(command("80E28800", dgi("6200", fcp("0102", 1)))) == "6A84");
}

}  // namespace
}  // namespace perso::vchip
