// Who a chip of the globalplatform platform says it is.
#include <doctest/doctest.h>

#include "globalplatform_bench.hpp"

using namespace perso;
using namespace perso::test;
using chip::Life;

TEST_CASE("identify: two commands for a blank chip, and the mark where one may be") {
  SUBCASE("blank") {
    Bench bench;
    bench.script.expect(select_isd, fci("01")).expect(get_cplc, cplc);
    const chip::Identity identity = bench.driver.identify();
    CHECK(identity.life == Life::blank);
    CHECK(identity.chip.hex() == "47905032123456789ABCDEF0");
    CHECK(identity.max_command_data == 0xFFF6);
    CHECK_FALSE(identity.mark.has_value());
  }
  SUBCASE("personalizing, with its mark") {
    Bench bench;
    bench.script.expect(select_isd, fci("07", "0400"))
        .expect(get_cplc, cplc)
        .expect(get_mark,
                "DF7010"
                "000102030405060708090A0B0C0D0E0F"
                "9000");
    const chip::Identity identity = bench.driver.identify();
    CHECK(identity.life == Life::personalizing);
    CHECK(identity.max_command_data == 1024);
    REQUIRE(identity.mark.has_value());
    CHECK(to_hex(*identity.mark) == "000102030405060708090A0B0C0D0E0F");
  }
  SUBCASE("personalizing, without a mark") {
    Bench bench;
    bench.script.expect(select_isd, fci("07")).expect(get_cplc, cplc).expect(get_mark, "6A88");
    CHECK_FALSE(bench.driver.identify().mark.has_value());
  }
  struct Row {
    const char* state;
    Life life;
  };
  for (const Row& row : {Row{"0F", Life::issued}, Row{"FF", Life::terminated}}) {
    CAPTURE(row.state);
    Bench bench;
    bench.script.expect(select_isd, fci(row.state, "00FFFF")).expect(get_cplc, cplc);
    CHECK(bench.driver.identify().life == row.life);
  }
}

TEST_CASE("a chip that is none of the platform's is called foreign, with its status word where it gave one") {
  const std::string good = fci("01");
  struct Row {
    const char* what;
    std::vector<std::string> answers;
    std::optional<std::uint16_t> status;
  };
  const Row rows[] = {
      {"no security domain", {"6A82"}, 0x6A82},
      {"no FCI", {"9000"}, {}},
      {"not a TLV", {"6F039000"}, {}},
      {"another template",
       {"6203840100"
        "9000"},
       {}},
      {"no life cycle",
       {"6F0F"
        "8408A000000151000000"
        "A5039F6500"
        "9000"},
       {}},
      {"an unknown life cycle", {fci("42")}, {}},
      {"no limit",
       {"6F0D"
        "8408A000000151000000"
        "8A0101"
        "9000"},
       {}},
      {"a limit below short length", {fci("01", "00FE")}, {}},
      {"a limit of four bytes", {fci("01", "0000FFFF")}, {}},
      {"no CPLC", {good, "6A88"}, 0x6A88},
      {"a short CPLC",
       {good,
        "9F7F029999"
        "9000"},
       {}},
      {"a mark of another length", {fci("07"), cplc, "DF7001009000"}, {}},
      {"a mark that is refused", {fci("07"), cplc, "6985"}, 0x6985},
  };
  const std::string commands[] = {select_isd, get_cplc, get_mark};
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Bench bench;
    for (std::size_t i = 0; i < row.answers.size(); ++i) bench.script.expect(commands[i], row.answers[i]);
    const Error error = error_of([&] { bench.driver.identify(); });
    CHECK(name_of(error.code()) == name_of(Code::chip_foreign));
    CHECK(error.status_word() == row.status);
    CHECK(bench.script.left() == 0);
  }
}
