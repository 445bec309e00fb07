#include "identity/record.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>

#include "bytes/error.hpp"
#include "identity/text.hpp"

using namespace perso;
using namespace perso::identity;

namespace {

struct Place {
  std::size_t at;
  const char* text;
};

void put(Bytes& record, std::size_t at, const std::string& text) {
  std::ranges::copy(utf16le(text), record.begin() + static_cast<std::ptrdiff_t>(at));
}

Bytes record_of(std::initializer_list<Place> places) {
  Bytes record = utf16le(std::string(prc_record_size / 2, ' '));
  for (const Place& place : places) put(record, place.at, place.text);
  return record;
}

// Of province 11, KAZ (398), 1990-12-31; its previous number is the published KAZ110090123105.
const Bytes& new_record() {
  static const Bytes record = record_of({{0, "阿依古丽\u00B7阿赫梅托娃"},
                                         {30, "2"},
                                         {32, "01"},
                                         {36, "19901231"},
                                         {52, "AKHMETOVA-SULEIMENOVA AIGERIM NURSU"},  // 35 characters
                                         {122, "911398199012310013"},
                                         {188, "20231201"},
                                         {204, "20331201"},
                                         {220, "LTAN SARA"},
                                         {242, "KAZ"},
                                         {248, "Y"},
                                         {250, "000"}});
  return record;
}

Bytes old_record() {
  return record_of({{0, "AKHMETOVA AIGERIM"},
                    {120, "2"},
                    {122, "KAZ110090123105"},
                    {152, "KAZ"},
                    {158, "阿依古丽"},
                    {188, "20180301"},
                    {204, "20280229"},
                    {220, "19901231"},
                    {236, "01"},
                    {240, "1500"},
                    {248, "I"}});
}

std::vector<std::string> faulty_fields(const DecodedRecord& record) {
  std::vector<std::string> names;
  for (const auto& fault : record.faults) names.emplace_back(fault.field);
  return names;
}

}  // namespace

TEST_CASE("records: one of the 2023 edition, with the number before it") {
  const DecodedRecord record = decode_record(new_record());
  CHECK(faulty_fields(record).empty());
  CHECK(record.edition == RecordEdition::prc_2023);
  CHECK(record.text("latin_name") == "AKHMETOVA-SULEIMENOVA AIGERIM NURSULTAN SARA");
  CHECK(record.text("chinese_name") == "阿依古丽\u00B7阿赫梅托娃");
  CHECK(record.text("sex") == "2");
  CHECK(record.text("replacements") == "01");
  CHECK(record.text("born") == "19901231");
  CHECK(record.text("issued") == "20231201");
  CHECK(record.text("expires") == "20331201");
  CHECK(record.text("nationality") == "KAZ");
  CHECK(record.text("type") == "Y");
  CHECK(record.text("version").empty());
  CHECK(record.previous_number == "KAZ110090123105");
  CHECK(record.nationality == NationalitySince::same);
}

TEST_CASE("records: a blank may stand where the first part of the name ends") {
  Bytes bytes = new_record();
  put(bytes, 52, "AKHMETOVA-SULEIMENOVA AIGERIM SARA ");
  put(bytes, 220, "TAN        ");
  const DecodedRecord record = decode_record(bytes);
  CHECK(record.text("latin_name") == "AKHMETOVA-SULEIMENOVA AIGERIM SARA TAN");
  CHECK(faulty_fields(record).empty());
}

TEST_CASE("records: the previous number of one whose nationality changed is told to be wrong") {
  Bytes bytes = new_record();
  put(bytes, 242, "RUS");
  const DecodedRecord record = decode_record(bytes);
  CHECK(record.nationality == NationalitySince::changed);
  REQUIRE(record.previous_number);
  CHECK(record.previous_number->starts_with("RUS110090123"));
  CHECK(record.faults.empty());

  put(bytes, 250, "   ");
  CHECK_FALSE(decode_record(bytes).previous_number);
  CHECK(decode_record(bytes).nationality == NationalitySince::changed);
  put(bytes, 242, "XXA");
  CHECK(decode_record(bytes).nationality == NationalitySince::unknown);
  CHECK(decode_record(bytes).faults.empty());
}

TEST_CASE("records: one of the 2017 edition") {
  const DecodedRecord record = decode_record(old_record());
  CHECK(faulty_fields(record).empty());
  CHECK(record.edition == RecordEdition::prc_2017);
  CHECK(record.text("latin_name") == "AKHMETOVA AIGERIM");
  CHECK(record.text("number") == "KAZ110090123105");
  CHECK(record.text("version") == "01");
  CHECK(record.text("authority") == "1500");
  CHECK(record.text("association").empty());
  CHECK_FALSE(record.previous_number);
}

TEST_CASE("records: a code that only the profile has is good when it is given") {
  Bytes bytes = new_record();
  std::string number = "91199919901231001";
  number += check_character_18(number);
  put(bytes, 122, number);
  CHECK(faulty_fields(decode_record(bytes)) == std::vector<std::string>{"number"});
  const std::uint16_t further[] = {999};
  CHECK(decode_record(bytes, further).faults.empty());
}

TEST_CASE("records: whatever breaks the form is named, and its value not repeated") {
  const struct {
    std::size_t at;
    const char* text;
    const char* field;
  } cases[] = {
      {0, "LI", "chinese_name"},
      {30, "0", "sex"},
      {30, " ", "sex"},
      {32, "1 ", "replacements"},
      {32, "A1", "replacements"},
      {36, "19901232", "born"},
      {36, "19901230", "number"},
      {36, "        ", "born"},
      {52, "akhmetova", "latin_name"},
      {52, "ÅKHMETOVA", "latin_name"},
      {52, "AKHMETOVA, ", "latin_name"},
      {52, " KHMETOVA", "latin_name"},
      {122, "911398199012310011", "number"},
      {122, "KAZ110090123105   ", "number"},
      {158, "0", "reserved"},
      {188, "20340101", "expires"},
      {188, "19900101", "issued"},
      {204, "2033-12-", "expires"},
      {204, "20231201", "expires"},
      {242, "ZZZ", "nationality"},
      {242, "UTO", "nationality"},
      {242, "D  ", "nationality"},
      {250, "00 ", "association"},
      {250, "0A0", "association"},
  };
  for (const auto& broken : cases) {
    CAPTURE(broken.text);
    Bytes bytes = new_record();
    put(bytes, broken.at, broken.text);
    const DecodedRecord record = decode_record(bytes);
    CHECK(faulty_fields(record) == std::vector<std::string>{broken.field});
    for (const auto& fault : record.faults) CHECK(fault.text.find("KHMETOVA") == std::string::npos);
  }
}

TEST_CASE("records: the codes of the 2017 edition have letters and digits alone") {
  for (const std::size_t at : {236U, 240U}) {
    Bytes bytes = old_record();
    put(bytes, at, "\n");
    CHECK(faulty_fields(decode_record(bytes)) ==
          std::vector<std::string>{at == 236 ? "version" : "authority"});
  }
}

TEST_CASE("records: half a character is a fault of its field alone") {
  Bytes bytes = new_record();
  put(bytes, 0, std::string(15, ' '));
  bytes[28] = 0x40;  // a high surrogate as the last unit
  bytes[29] = 0xD8;
  CHECK(faulty_fields(decode_record(bytes)) == std::vector<std::string>{"chinese_name"});
}

TEST_CASE("records: what is none is refused") {
  Bytes bytes = new_record();
  put(bytes, 248, "X");
  CHECK_THROWS_AS(decode_record(bytes), Error);
  bytes = new_record();
  bytes[249] = 1;
  CHECK_THROWS_AS(decode_record(bytes), Error);
  for (const std::size_t size : {0U, 248U, 250U, 255U, 257U, 512U}) {
    bytes = new_record();
    bytes.resize(size);
    CHECK_THROWS_AS(decode_record(bytes), Error);
  }
  CHECK_FALSE(decode_record(utf16le(std::string(124, 'A') + "Y" + std::string(3, 'A'))).faults.empty());
}
