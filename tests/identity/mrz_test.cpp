#include "identity/mrz.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "bytes/error.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::identity;

namespace {

std::string zone_of(const test::VectorCase& vector) {
  return vector.text("line1") + vector.text("line2") + (vector.has("line3") ? vector.text("line3") : "");
}

std::string without_fillers(std::string text) {
  return text.substr(0, text.find_last_not_of('<') + 1);
}

MrzFields sample() {
  MrzFields fields;
  fields.document_code = "IR";
  fields.issuing_state = "CHN";
  fields.number = "932682198501010017";
  fields.birth = "850101";
  fields.sex = 'F';
  fields.expiry = "331130";
  fields.nationality = "CHE";
  fields.name = {"MUSTER", "ANNA-LENA"};
  return fields;
}

/// The same in a form, with a number that each has room for.
MrzFields sample(MrzForm form) {
  MrzFields fields = sample();
  fields.number = "E12345678";
  if (form == MrzForm::td3) fields.document_code = "PP";
  return fields;
}

std::string fault_of(const std::string& zone) {
  try {
    parse_mrz(zone);
  } catch (const Error& error) {
    CHECK(error.code() == Code::malformed);
    return error.message();
  }
  return "";
}

constexpr MrzForm forms[] = {MrzForm::td1, MrzForm::td2, MrzForm::td3};

}  // namespace

TEST_CASE("MRZ check digits") {
  std::size_t checked = 0;
  for (const auto& vector : test::load_vectors("mrz-td1.vec")) {
    if (!vector.has("input")) continue;
    CAPTURE(vector.name);
    CHECK(std::string(1, mrz_check_digit(vector.text("input"))) == vector.text("check"));
    ++checked;
  }
  CHECK(checked == 5);
  CHECK_THROWS_AS(mrz_check_digit("a"), Error);
}

TEST_CASE("MRZ: published and computed zones of every form are read and written") {
  const struct {
    const char* file;
    MrzForm form;
    std::size_t zones;
  } sources[] = {
      {"mrz-td1.vec", MrzForm::td1, 8}, {"mrz-td2.vec", MrzForm::td2, 4}, {"mrz-td3.vec", MrzForm::td3, 5}};
  for (const auto& [file, form, zones] : sources) {
    std::size_t read = 0;
    for (const auto& vector : test::load_vectors(file)) {
      if (!vector.has("line1")) continue;
      CAPTURE(vector.name);
      const std::string zone = zone_of(vector);
      if (vector.has("expect")) {
        CHECK(fault_of(zone).find("composite check digit") != std::string::npos);
        continue;
      }
      const Mrz mrz = parse_mrz(zone);
      const MrzFields& fields = mrz.fields;
      CHECK(mrz.form == form);
      CHECK(fields.document_code == without_fillers(vector.text("document_code")));
      CHECK(fields.issuing_state == vector.text("issuing_state"));
      CHECK(fields.number == vector.text("document_number"));
      CHECK(fields.birth == vector.text("date_of_birth"));
      CHECK(std::string(1, fields.sex) == vector.text("sex"));
      CHECK(fields.expiry == vector.text("date_of_expiry"));
      CHECK(fields.nationality == vector.text("nationality"));
      // The file of TD1 shows a long number's rest there too.
      if (form != MrzForm::td1 || fields.number.size() <= 9)
        CHECK(fields.optional_1 == without_fillers(vector.text("optional_1")));
      if (form == MrzForm::td1) CHECK(fields.optional_2 == without_fillers(vector.text("optional_2")));
      if (vector.has("primary"))
        CHECK(fields.name == LatinName{vector.text("primary"), vector.text("secondary")});
      CHECK_FALSE(mrz.name_may_be_cut);
      const std::string rewritten =
          vector.has("rewritten") ? vector.text("line1") + vector.text("rewritten") : zone;
      CHECK(encode_mrz(form, fields) == rewritten);
      ++read;
    }
    CHECK(read == zones);
  }
}

TEST_CASE("MRZ: the clauses' names in the lines of their forms") {
  CHECK(mrz_name_width(MrzForm::td1) == 30);
  CHECK(mrz_name_width(MrzForm::td2) == 31);
  CHECK(mrz_name_width(MrzForm::td3) == 39);
  for (const auto& vector : test::load_vectors("mrz-td2.vec")) {
    if (!vector.has("name_field")) continue;
    CAPTURE(vector.name);
    MrzFields fields = sample(MrzForm::td2);
    fields.document_code = "I";
    fields.issuing_state = "UTO";
    fields.name = {vector.text("viz_primary"), vector.text("viz_secondary")};
    const std::string& field = vector.has("ours") ? vector.text("ours") : vector.text("name_field");
    CHECK(encode_mrz(MrzForm::td2, fields).substr(0, 36) == "I<UTO" + field);
  }
}

TEST_CASE("MRZ: a name's hyphen is a blank when it is read back, its apostrophe is gone; a cut one is told") {
  for (const MrzForm form : forms) {
    MrzFields fields = sample(form);
    fields.name = {"O'CONNOR", "ENYA-SIOBHAN MARY"};
    CHECK(parse_mrz(encode_mrz(form, fields)).fields.name == LatinName{"OCONNOR", "ENYA SIOBHAN MARY"});
    const std::string rest(mrz_name_width(form) - std::string("MUSTER<<").size(), 'A');
    fields.name = {"MUSTER", rest.substr(1)};
    CHECK_FALSE(parse_mrz(encode_mrz(form, fields)).name_may_be_cut);
    fields.name.secondary = rest;  // exactly full: it cannot be told from a cut one
    CHECK(parse_mrz(encode_mrz(form, fields)).name_may_be_cut);
    fields.name.secondary = rest + "BCD";
    const Mrz cut = parse_mrz(encode_mrz(form, fields));
    CHECK(cut.name_may_be_cut);
    CHECK(cut.fields.name == LatinName{"MUSTER", rest});
  }
}

TEST_CASE("MRZ: a number of any length comes back, with the optional data that fits") {
  const struct {
    MrzForm form;
    std::size_t longest, room;
  } cases[] = {{MrzForm::td1, 22, 15}, {MrzForm::td2, 14, 7}, {MrzForm::td3, 9, 14}};
  for (const auto& [form, longest, room] : cases) {
    for (std::size_t size = 1; size <= longest; ++size) {
      CAPTURE(size);
      MrzFields fields = sample(form);
      fields.number = std::string("ABCDEFGHIJ123456789012").substr(0, size);
      fields.optional_1 = std::string(size <= 9 ? room : room - (size - 9) - 2, 'Z');
      const MrzFields back = parse_mrz(encode_mrz(form, fields)).fields;
      CHECK(back.number == fields.number);
      CHECK(back.optional_1 == fields.optional_1);
      fields.optional_1 += 'Z';
      CHECK_THROWS_AS(encode_mrz(form, fields), Error);
    }
    MrzFields fields = sample(form);
    fields.number.assign(longest + 1, '1');
    CHECK_THROWS_AS(encode_mrz(form, fields), Error);
  }
}

TEST_CASE("MRZ: every single changed character under a check digit is found") {
  const struct {
    MrzForm form;
    std::size_t from, to;
    std::vector<std::size_t> open;  // sex and nationality stand under no check digit
  } cases[] = {{MrzForm::td1, 5, 60, {37, 45, 46, 47}},
               {MrzForm::td2, 36, 72, {46, 47, 48, 56}},
               {MrzForm::td3, 44, 88, {54, 55, 56, 64}}};
  for (const auto& [form, from, to, open] : cases) {
    MrzFields fields = sample(form);
    fields.optional_1 = "AB12";
    const std::string good = encode_mrz(form, fields);
    for (std::size_t i = from; i < to; ++i) {
      if (std::ranges::find(open, i) != open.end()) continue;
      for (const char c : std::string("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<")) {
        std::string zone = good;
        zone[i] = c;
        // Weights 7 3 1 modulo 10 do not tell values apart that differ by 10 or 20 (and `<` from 0, A from K,
        // ...).
        const auto value = [](char x) { return x == '<' ? 0 : x <= '9' ? x - '0' : x - 'A' + 10; };
        if ((value(c) - value(good[i])) % 10 == 0) continue;
        CAPTURE(zone);
        CHECK_FALSE(fault_of(zone).empty());
      }
    }
  }
}

TEST_CASE("MRZ: fields that break their form are named, and never quoted") {
  const struct {
    const char* field;
    MrzForm form;
    void (*spoil)(MrzFields&);
  } cases[] = {
      {"document code", MrzForm::td1, [](MrzFields& f) { f.document_code = ""; }},
      {"document code", MrzForm::td1, [](MrzFields& f) { f.document_code = "IRX"; }},
      {"document code", MrzForm::td1, [](MrzFields& f) { f.document_code = "PR"; }},
      {"document code", MrzForm::td2, [](MrzFields& f) { f.document_code = "P"; }},
      {"document code", MrzForm::td2, [](MrzFields& f) { f.document_code = "IV"; }},
      {"document code", MrzForm::td3, [](MrzFields& f) { f.document_code = "I"; }},
      {"issuing state", MrzForm::td1, [](MrzFields& f) { f.issuing_state = "CHNX"; }},
      {"issuing state", MrzForm::td3, [](MrzFields& f) { f.issuing_state = "C1"; }},
      {"nationality", MrzForm::td2, [](MrzFields& f) { f.nationality = ""; }},
      {"document number", MrzForm::td1, [](MrzFields& f) { f.number = ""; }},
      {"document number", MrzForm::td1, [](MrzFields& f) { f.number = "AB<12"; }},
      {"document number", MrzForm::td3, [](MrzFields& f) { f.number = "1234567890"; }},
      {"date of birth", MrzForm::td1, [](MrzFields& f) { f.birth = "85010"; }},
      {"date of birth", MrzForm::td1, [](MrzFields& f) { f.birth = "8501AA"; }},
      {"date of expiry", MrzForm::td1, [](MrzFields& f) { f.expiry = "<<<<<<"; }},
      {"sex", MrzForm::td1, [](MrzFields& f) { f.sex = 'X'; }},
      {"first optional data", MrzForm::td3, [](MrzFields& f) { f.optional_1 = "AB<"; }},
      {"first optional data", MrzForm::td2, [](MrzFields& f) { f.optional_1 = "a"; }},
      {"second optional data", MrzForm::td1, [](MrzFields& f) { f.optional_2 = "123456789012"; }},
      {"second optional data", MrzForm::td2, [](MrzFields& f) { f.optional_2 = "1"; }},
      {"name", MrzForm::td1, [](MrzFields& f) { f.name.primary = "M\u00DCLLER"; }},
      {"name", MrzForm::td3, [](MrzFields& f) { f.name.primary = " - "; }},
  };
  for (const auto& broken : cases) {
    CAPTURE(broken.field);
    MrzFields fields = sample(broken.form);
    broken.spoil(fields);
    std::string message;
    try {
      encode_mrz(broken.form, fields);
    } catch (const Error& error) {
      message = error.message();
    }
    CHECK(message.find(broken.field) != std::string::npos);
    CHECK(message.find("MUSTER") == std::string::npos);
  }
}

TEST_CASE("MRZ: hostile zones are refused") {
  for (const MrzForm form : forms) {
    const std::string good = encode_mrz(form, sample(form));
    CHECK(good.size() == mrz_size(form));
    for (std::size_t size = 0; size < good.size(); ++size)
      CHECK_FALSE(fault_of(good.substr(0, size)).empty());
    CHECK_FALSE(fault_of(good + "<").empty());
    CHECK_FALSE(fault_of(std::string(good.size(), '<')).empty());
    CHECK_FALSE(fault_of(std::string(good.size(), '\0')).empty());
    const auto with_name = [&good, form](std::string name) {
      name.resize(mrz_name_width(form), '<');
      return std::string(good).replace(form == MrzForm::td1 ? 60 : 5, name.size(), name);
    };
    CHECK(fault_of(with_name("MUSTER<<ANNA")).empty());
    for (const char* name : {"", "<MUSTER", "MUSTER<<<ANNA", "MUSTER<<ANNA<<LENA", "MUSTER1", "muster"}) {
      CAPTURE(name);
      CHECK_FALSE(fault_of(with_name(name)).empty());
    }
  }
}

TEST_CASE("MRZ: a long number that is none is refused") {
  const std::string good = encode_mrz(MrzForm::td1, sample());
  REQUIRE(good.substr(5, 25) == "932682198<5010100173<<<<<");
  for (const char* field : {"932682198<<<<<<<<<<<<<<<<",     // nothing runs on
                            "932682198<4<<<<<<<<<<<<<<",     // a check digit alone, right for nine
                            "93268219<<5010100173<<<<<",     // not all nine are used
                            "932682198<5010100174<<<<<",     // another check digit
                            "932682198<501010017500000"}) {  // no filler behind it
    CAPTURE(field);
    CHECK(fault_of(std::string(good).replace(5, 25, field)).find("document number") != std::string::npos);
  }
}
