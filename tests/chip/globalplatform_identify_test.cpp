// Who a chip of the globalplatform platform says it is.
#include <doctest/doctest.h>

#include "globalplatform_bench.hpp"
#include "tlv/tlv.hpp"

using namespace perso;
using namespace perso::test;
using chip::Life;

TEST_CASE("identify: two commands for a blank chip, and the mark where one may be") {
  SUBCASE("blank") {
    Bench bench;
    bench.script.expect(select_isd, fci("01")).expect(get_cplc, cplc);
    const chip::Identity identity = bench.driver.identify();
    CHECK(identity.life == Life::blank);
    CHECK(identity.chip.value().hex() == "47905032123456789ABCDEF0");
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
      {"a CPLC that an open chip keeps secret", {good, "6982"}, 0x6982},
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

TEST_CASE("a closed chip does not say who it is") {
  Bench bench;
  bench.script.expect(select_isd, fci("0F")).expect(get_cplc, "6982");
  const chip::Identity identity = bench.driver.identify();
  CHECK(identity.life == Life::issued);
  CHECK_FALSE(identity.chip.has_value());
}

TEST_CASE("an open chip is identified in the clear, whatever is known of what it bears") {
  Bench bench;
  bench.script.expect(select_isd, fci("0F")).expect(get_cplc, cplc);
  CHECK(bench.driver.identify({std::nullopt, "123456"}).chip.has_value());
}

TEST_CASE("a closed chip that cannot be opened") {
  const std::string read = "00B09C0000";
  // PACE with generic mapping and P-256, version 2.
  const std::string info =
      "3114"
      "3012060A04007F0007020204020202010202010C"
      "9000";
  const channel::AccessData nothing, number = {std::nullopt, "123456"};
  struct Row {
    const char* what;
    std::string card_access;
    channel::AccessData access;
    Code code;
  };
  const Row rows[] = {
      {"basic access control alone, and no zone", "6A82", number, Code::keys_do_not_open},
      {"basic access control alone, and nothing", "6A82", nothing, Code::keys_do_not_open},
      {"PACE, and nothing", info, nothing, Code::keys_do_not_open},
      {"a file that is refused", "6985", number, Code::chip_foreign},
      {"an empty file", "9000", number, Code::chip_foreign},
      {"no TLV", "319000", number, Code::chip_foreign},
      {"a file that is too long", "318210019000", number, Code::chip_foreign},
      {"another template",
       "3014"
       "3012060A04007F0007020204020202010202010C"
       "9000",
       number, Code::chip_foreign},
      {"no protocol", "31009000", number, Code::chip_foreign},
      {"a protocol that nobody knows",
       "3111"
       "300F060A04007F000702020402630201029000",
       number, Code::chip_foreign},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Bench bench;
    bench.script.expect(select_isd, fci("0F")).expect(get_cplc, "6982").expect(read, row.card_access);
    const Error error = error_of([&] { bench.driver.identify(row.access); });
    CHECK(name_of(error.code()) == name_of(row.code));
    CHECK(bench.script.left() == 0);
  }
}

TEST_CASE("EF.CardAccess is read to its end, and its strongest protocol taken") {
  // As many as do not fit into one answer: generic mapping over every curve, once with AES-256, and chip
  // authentication mapping.
  Bytes infos;
  for (int parameters = 8; parameters <= 18; ++parameters)
    append(infos, concat({from_hex("3012060A04007F000702020402020201020201"),
                          Bytes{static_cast<std::uint8_t>(parameters)}}));
  append(infos, from_hex("3012060A04007F0007020204020402010202010C"));
  append(infos, from_hex("3012060A04007F0007020204060202010202010D"));
  const Bytes file = tlv::encode(tlv::Tag{0x31}, infos);
  REQUIRE(file.size() > 256);
  Bench bench;
  bench.script.expect(select_isd, fci("0F"))
      .expect(get_cplc, "6982")
      .expect("00B09C0000", to_hex(ByteView(file).first(256)) + "9000")
      .expect("00B00100" + to_hex(Bytes{static_cast<std::uint8_t>(file.size() - 256)}),
              to_hex(ByteView(file).subspan(256)) + "9000")
      .expect("0022C1A412800A04007F0007020204060283010284010D", "6A80");
  const Error error = error_of([&] { bench.driver.identify({std::nullopt, "123456"}); });
  CHECK(error.status_word() == 0x6A80);
}

TEST_CASE("a chip with one set of parameters is not told them") {
  Bench bench;
  bench.script.expect(select_isd, fci("0F"))
      .expect(get_cplc, "6982")
      .expect("00B09C0000", "31143012060A04007F0007020204020202010202010C9000")
      .expect("0022C1A40F800A04007F00070202040202830102", "6A80");
  const Error error = error_of([&] { bench.driver.identify({std::nullopt, "123456"}); });
  CHECK(error.status_word() == 0x6A80);
  CHECK(bench.script.left() == 0);
}

TEST_CASE("a terminated chip that keeps to itself who it is is none to work with") {
  Bench bench;
  bench.script.expect(select_isd, fci("FF")).expect(get_cplc, "6982");
  const Error error = error_of([&] { bench.driver.identify({std::nullopt, "123456"}); });
  CHECK(name_of(error.code()) == name_of(Code::chip_foreign));
  CHECK(bench.script.left() == 0);
}
