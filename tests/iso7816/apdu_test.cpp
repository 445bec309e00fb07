#include "iso7816/apdu.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"

using namespace perso;
using namespace perso::iso7816;

TEST_CASE("the command cases of ISO/IEC 7816-3 12.1.3, short and extended") {
  struct Row {
    const char* name;
    std::size_t nc, ne;
    const char* head;  // between the header and the data
    const char* tail;  // after the data
  };
  for (const Row& row : {
           Row{"1", 0, 0, "", ""},
           Row{"2S", 0, 1, "", "01"},
           Row{"2S all", 0, 256, "", "00"},
           Row{"2E", 0, 257, "000101", ""},
           Row{"2E all", 0, 65536, "000000", ""},
           Row{"3S", 1, 0, "01", ""},
           Row{"3S most", 255, 0, "FF", ""},
           Row{"3E", 256, 0, "000100", ""},
           Row{"3E most", 65535, 0, "00FFFF", ""},
           Row{"4S", 8, 256, "08", "00"},
           Row{"4E by Nc", 256, 1, "000100", "0001"},
           Row{"4E by Ne", 8, 65536, "000008", "0000"},
       }) {
    CAPTURE(row.name);
    const CommandApdu command{0x00, 0xB0, 0x12, 0x34, Bytes(row.nc, 0x5A), row.ne};
    const Bytes encoded = command.encode();
    CHECK(encoded == concat({from_hex("00B01234"), from_hex(row.head), command.data, from_hex(row.tail)}));
    const CommandApdu parsed = CommandApdu::parse(encoded);
    CHECK(parsed.data == command.data);
    CHECK(parsed.ne == command.ne);
    CHECK(parsed.p2 == 0x34);
  }
}

TEST_CASE("command APDUs that break their form are refused") {
  for (const char* hex : {"", "00B000", "00B0000002FF", "00B000000000", "00B0000001FF0000",
                          "00B00000000001FF00", "00B00000000000FF0000", "00B00000000001FF000000"}) {
    CAPTURE(hex);
    CHECK_THROWS_AS(CommandApdu::parse(from_hex(hex)), Error);
  }
  CHECK_THROWS_AS((CommandApdu{0, 0, 0, 0, Bytes(65536), 0}.encode()), Error);
  CHECK_THROWS_AS((CommandApdu{0, 0, 0, 0, {}, 65537}.encode()), Error);
}

TEST_CASE("response APDUs") {
  const ResponseApdu response = ResponseApdu::parse(from_hex("0102036282"));
  CHECK(to_hex(response.data) == "010203");
  CHECK(response.status == sw::end_of_file);
  CHECK(to_hex(response.encode()) == "0102036282");
  CHECK(ResponseApdu::parse(from_hex("9000")).status.ok());
  CHECK_THROWS_AS(ResponseApdu::parse(from_hex("90")), Error);
}

TEST_CASE("an application identifier has 5 to 16 bytes") {
  CHECK_THROWS_AS(Aid(Bytes(4)), Error);
  CHECK_THROWS_AS(Aid(Bytes(17)), Error);
  CHECK(Aid(from_hex("A0000002471001")).hex() == "A0000002471001");
}

TEST_CASE("the master file is no application") {
  const Aid master = Aid::master_file(), application(from_hex("A0000002471001"));
  CHECK(master.is_master_file());
  CHECK(master.bytes().empty());
  CHECK(master.hex().empty());
  CHECK_FALSE(application.is_master_file());
  CHECK(master == Aid::master_file());
  CHECK(master != application);
  CHECK(master < application);
}
