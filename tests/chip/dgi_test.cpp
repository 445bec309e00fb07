#include "chip/dgi.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"

using namespace perso;

TEST_CASE("the length of a data grouping is one byte up to 254, then FF and two") {
  struct Row {
    std::size_t size;
    const char* head;
  };
  const Row rows[] = {
      {0, "011E00"}, {1, "011E01"}, {254, "011EFE"}, {255, "011EFF00FF"}, {65535, "011EFFFFFF"}};
  for (const Row& row : rows) {
    CAPTURE(row.size);
    Bytes stream = {0xAA};
    const Bytes value(row.size, 0x5C);
    chip::append_dgi(stream, 0x011E, value);
    CHECK(stream == concat({Bytes{0xAA}, from_hex(row.head), value}));
  }
}

TEST_CASE("who may read a file stands in its control parameters") {
  const Bytes contents = {0xC0};
  const std::pair<chip::ReadAccess, const char*> rows[] = {{chip::ReadAccess::always, "00"},
                                                           {chip::ReadAccess::access_control, "40"},
                                                           {chip::ReadAccess::never, "FF"}};
  for (const auto& [read, condition] : rows) {
    const chip::FileImage files[] = {{iso7816::Fid{0x0101}, iso7816::ShortFid{0x01}, read, contents}};
    CHECK(to_hex(chip::dgi_stream(files)) == std::string("620011620F8302010180020001880101"
                                                         "8C0201") +
                                                 condition + "010101C0");
  }
}

TEST_CASE("a file beyond what a data grouping holds is refused") {
  const Bytes contents(65536, 0x00);
  const chip::FileImage files[] = {{iso7816::Fid{0x0101}, std::nullopt, chip::ReadAccess::always, contents}};
  try {
    chip::dgi_stream(files);
    FAIL("it was taken");
  } catch (const Error& error) {
    CHECK(error.code() == Code::chip_full);
  }
}
