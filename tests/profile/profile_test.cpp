#include "profile/profile.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/primitives.hpp"
#include "support/vectors.hpp"
#include "yaml/yaml.hpp"

namespace perso::profile {

namespace {

// One line a construct, so that a fault's line and column can be counted.
constexpr const char* good = R"(profile: test-1
title: {en: Test card}
holder:
  name: {type: latin-name, max: 46}
  hanzi: {type: chinese-name, max: 15, optional: true}
  sex: {type: sex}
  born: {type: date}
  land: {type: country}
  number: {type: prc-number-18, agrees_with: born}
  issued: {type: date}
  expires: {type: date, years: {under 18: 5, otherwise: 10}, from: issued, born: born, ends: day-before}
  count: {type: count, digits: 2, first: "00"}
  old: {type: prc-number-15, optional: true}
  face: {type: portrait, width: 358, height: 441, max_bytes: 20480}
chip:
  platform: globalplatform
  memory: 96 KiB
  transport_keys: {from: transport-master, version: "30"}
  issuer_keys: {from: issuer-master, version: "31"}
  generates: {aa: ecdsa-p256}
applications:
  - name: eMRTD
    aid: "A0000002471001"
    read: always
    files:
      EF.COM: {id: "011E", short: "1E", content: {com: {lds: "0107", unicode: "040000"}}}
      EF.DG1: {id: "0101", short: "01", content: {mrz: {form: td1, code: "IR", issuer: "CHN", number: number, born: born, sex: sex, expires: expires, nationality: land, name: name}}}
      EF.DG2: {id: "0102", short: "02", content: {face: face}}
      EF.DG15: {id: "010F", short: "0F", content: {public-key: aa}}
      EF.SOD: {id: "011D", short: "1D", content: {sod: {signer: document-signer, hash: sha256}}}
  - name: national
    aid: "F0434E5052433233"
    read: never
    files:
      TEXT:
        id: "0001"
        content:
          record:
            size: 106
            text: utf-16le
            fields:
              - {at: 0, bytes: 70, value: name, part: [1, 35]}
              - {at: 70, bytes: 22, value: name, part: [36, 46]}
              - {at: 92, bytes: 2, value: sex, as: gb-2261}
              - {at: 94, bytes: 4, reserved: true}
              - {at: 98, bytes: 2, value: "Y"}
              - {at: 100, bytes: 6, value: old, as: association}
      PORTRAIT: {id: "0002", read: always, content: {image: face}}
)";

/// The faults of a text, as `parse` tells them; empty where there is none.
std::string faults_of(std::string_view yaml) {
  try {
    parse(yaml, "p.yaml");
  } catch (const Error& error) {
    CHECK(error.code() == Code::profile_invalid);
    return error.message();
  }
  return "";
}

std::string with(const std::string& from, const std::string& to) {
  std::string text = good;
  const auto at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a good profile is read as it is written") {
  const Profile profile = parse(good, "p.yaml");
  CHECK(profile.name == "test-1");
  CHECK(profile.title.at("en") == "Test card");
  CHECK_FALSE(profile.replaces);
  REQUIRE(profile.holder.size() == 11);
  CHECK(profile.field("hanzi")->optional);
  CHECK_FALSE(profile.field("name")->optional);
  CHECK(profile.field("nobody") == nullptr);
  const Field& expires = *profile.field("expires");
  REQUIRE(expires.validity);
  CHECK(expires.validity->age == 18);
  CHECK(expires.validity->years_under == 5);
  CHECK(expires.validity->years_otherwise == 10);
  CHECK(expires.validity->ends == LastDay::day_before);
  CHECK(expires.from == "issued");
  CHECK(expires.born == "born");
  CHECK(profile.field("face")->portrait.max_bytes == 20480);

  CHECK(profile.chip.memory == 96 * 1024);
  CHECK(profile.chip.transport.version == 0x30);
  CHECK(profile.chip.issuer.from == "issuer-master");
  REQUIRE(profile.chip.generates.size() == 1);
  CHECK(profile.chip.generates[0].id == 1);

  REQUIRE(profile.applications.size() == 2);
  const Application& travel = profile.applications[0];
  CHECK(travel.aid.hex() == "A0000002471001");
  REQUIRE(travel.files.size() == 5);
  CHECK(travel.files[0].name == "EF.COM");
  CHECK(travel.files[0].fid.value == 0x011E);
  CHECK(travel.files[0].short_fid->value == 0x1E);
  CHECK(travel.files[0].place.line == 26);
  CHECK(std::get<Mrz>(travel.files[1].content).nationality == "land");
  const Application& national = profile.applications[1];
  CHECK(national.files[0].read == Access::never);
  CHECK(national.files[1].read == Access::always);
  CHECK_FALSE(national.files[0].short_fid);
  const Record& record = std::get<Record>(national.files[0].content);
  REQUIRE(record.fields.size() == 6);
  CHECK(record.fields[1].part == std::pair<std::size_t, std::size_t>{36, 46});
  CHECK(record.fields[4].literal == "Y");
  CHECK_FALSE(record.fields[3].value);
  CHECK(profile.digest == crypto::digest(crypto::Hash::sha256, as_bytes(good)));
}

TEST_CASE("each fault is told with its line and column") {
  struct Fault {
    const char* from;
    const char* to;
    const char* place;  // of the one line that comes
    const char* says;
  };
  const Fault faults[] = {
      // The YAML itself
      {"title: {en: Test card}", "title: {en: Test card", "3:7", "mend the YAML"},
      {"chip:\n", "chip:\n\tplatform: x\n", "16:10", "mend the YAML"},
      {"profile: test-1", "profile: &a test-1", "1:10", "anchors (&name) are not allowed"},
      {"profile: test-1", "profile: *a", "1:10", "mend the YAML"},
      {"profile: test-1", "profile: !secret test-1", "1:10", "tags (!name) are not allowed"},
      {"  sex: {type: sex}", "  sex: {<<: {type: sex}}", "6:9", "merge keys (<<) are not allowed"},
      {"  sex: {type: sex}", "  sex: {[type]: sex}", "6:9", "cannot be a key"},
      {"profile: test-1\n", "profile: test-1\n---\n", "2:1", "a second document begins here"},
      {"profile: test-1", "profile: [[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]", "1:25", "nested deeper than 16"},
      {"Test card", "Test\x04 card", "2:17", "a control character"},
      // Keys
      {"  memory: 96 KiB", "  memory: 96 KiB\n  colour: blue", "18:3",
       "key \"colour\" is unknown; known here are generates, issuer_keys"},
      {"  memory: 96 KiB", "  memory: 96 KiB\n  memory: 32 KiB", "18:3", "key \"memory\" stands twice"},
      {"{type: sex}", "{type: sex, type: date}", "6:20", "key \"type\" stands twice"},
      {"  memory: 96 KiB\n", "", "16:3", "key \"memory\" is missing"},
      {"chip:\n  platform", "chips:\n  platform", "1:1", "key \"chip\" is missing"},
      {"title: {en: Test card}", "title: Test card", "2:8", "a mapping (name: value)"},
      {"title: {en: Test card}", "title:", "2:1", "a mapping (name: value)"},
      {"profile: test-1", "profile: test 1", "1:10", "\"test 1\" is no name"},
      {"profile: test-1", "profile: [test-1]", "1:10", "a single value belongs here"},
      // Holder
      {"{type: sex}", "{type: gender}", "6:15", "\"gender\" is not known here; use one of latin-name"},
      {"max: 46", "max: \"46\"", "4:33", "is no whole number of 1 to 255"},
      {"max: 46", "max: 046", "4:33", "is no whole number of 1 to 255"},
      {"  sex: {type: sex}", "  reason: {type: sex}", "6:3", "a batch has a column of its own by this name"},
      {"max: 46", "max: 0", "4:33", "is no whole number of 1 to 255"},
      {"optional: true}\n  sex", "optional: yes}\n  sex", "5:50",
       "\"yes\" is not known here; use one of true, false"},
      {"agrees_with: born", "agrees_with: birth", "9:46", "the holder has no field \"birth\""},
      {"agrees_with: born", "agrees_with: sex", "9:46",
       "field \"sex\" is of type sex; a field of type date belongs here"},
      {"  born: {type: date}", "  born: {type: date, optional: true}", "9:46",
       "\"born\" is optional and needed here"},
      {"under 18: 5", "below 18: 5", "11:33", "write {under AGE: YEARS, otherwise: YEARS}"},
      {", otherwise: 10", "", "11:32", "years need both ages"},
      {"from: issued, ", "", "11:12", "key \"from\" is missing"},
      {"from: issued", "from: expires", "11:12", "a date cannot count from itself"},
      {"ends: day-before", "ends: sometime", "11:94", "use one of same-day, day-before"},
      {"first: \"00\"", "first: 00", "12:42", "must stand in quotes"},
      {"first: \"00\"", "first: \"0\"", "12:42", "\"0\" is not 2 digits"},
      {"  count: {type: count, digits: 2, first: \"00\"}", "  number2: {type: prc-number-18}", "4:3",
       "more than one field of type prc-number-18; keep one"},
      {"width: 358", "width: 99999", "14:33", "is no whole number of 16 to 4096"},
      // Chip
      {"platform: globalplatform", "platform: other", "16:13",
       "platform \"other\" is not known; use one of globalplatform"},
      {"memory: 96 KiB", "memory: 96", "17:11", "write for instance 96 KiB"},
      {"version: \"30\"", "version: 30", "18:53", "must stand in quotes"},
      {"version: \"30\"", "version: \"80\"", "18:53", "a key version is \"01\" to \"7F\""},
      {"version: \"31\"", "version: \"30\"", "19:16", "the version of the transport keys"},
      {"ecdsa-p256", "rsa-1024", "20:19", "makes no key of algorithm \"rsa-1024\"; use one of ecdsa-p256"},
      // Applications and files
      {"aid: \"A0000002471001\"", "aid: \"A0000002\"", "23:10", "is not 5 to 16 bytes in hexadecimal"},
      {"aid: \"A0000002471001\"", "aid: A0000002471001", "23:10", "must stand in quotes"},
      {"aid: \"F0434E5052433233\"", "aid: \"A0000002471001\"", "31:5",
       "another application has the same aid"},
      {"name: national", "name: eMRTD", "31:5", "another application has the same name"},
      {"read: always", "read: pace", "24:11", "\"pace\" is not known here; use one of always, never"},
      {"id: \"0102\"", "id: 0102", "28:20", "must stand in quotes"},
      {"id: \"0001\"", "id: \"001\"", "36:13", "is not 2 bytes in hexadecimal"},
      {"id: \"0002\"", "id: \"0001\"", "48:7", "has the id \"0001\"; choose another"},
      {"id: \"0002\"", "id: \"DF70\"", "48:7", "the platform keeps the id \"DF70\""},
      {"short: \"02\"", "short: \"01\"", "28:7", "has the same short id"},
      {"short: \"02\"", "short: \"1F\"", "28:35", "a short file id is \"01\" to \"1E\""},
      {"id: \"0102\"", "id: \"0103\"", "28:7", "content of this kind is EF.DG2 with the id \"0102\""},
      {"memory: 96 KiB", "memory: 32 KiB", "22:5", "bytes, the chip has 32768"},
      // Contents
      {"content: {image: face}", "content: {picture: face}", "48:54",
       "\"picture\" is not known here; use one of com, face"},
      {"content: {image: face}", "content: {image: face, face: face}", "48:53", "one kind of content"},
      {"content: {image: face}", "content: {image: sex}", "48:61", "a field of type portrait belongs here"},
      {"public-key: aa", "public-key: bb", "29:64", "the chip makes no key \"bb\""},
      {"hash: sha256", "hash: md5", "30:88", "\"md5\" is not known here; use sha256"},
      {"form: td1", "form: td3", "27:63", "\"td3\" is not known here; use td1"},
      {"code: \"IR\"", "code: \"PR\"", "27:74", "begins with A, C or I"},
      {"issuer: \"CHN\"", "issuer: \"C1\"", "27:88", "is not 1 to 3 letters A-Z"},
      {"lds: \"0107\"", "lds: \"107\"", "26:62", "\"107\" is not 4 digits"},
      {"nationality: land, ", "", "27:56", "key \"nationality\" is missing"},
      // The record
      {"text: utf-16le", "text: utf-8", "40:19", "use utf-16le"},
      {"bytes: 4, reserved: true", "bytes: 3, reserved: true", "45:33", "an even number of bytes"},
      {"{at: 94, bytes: 4", "{at: 96, bytes: 2", "45:17",
       "bytes 94 to 95 before this field belong to no field"},
      {"{at: 94, bytes: 4", "{at: 92, bytes: 6", "45:17", "inside the one before it, which ends at 93"},
      {"size: 106", "size: 104", "47:17", "the fields end at 106, beyond the record's size of 104"},
      {"size: 106", "size: 108", "42:15", "bytes 106 to 107 at the end belong to no field"},
      {"value: \"Y\"", "value: \"YES\"", "46:43", "longer than its 2 bytes"},
      {"value: \"Y\"", "value: \"Y\", reserved: true", "46:17", "either a value or reserved"},
      {"reserved: true", "reserved: false", "45:46", "true or not there"},
      {"value: sex, as: gb-2261", "value: sex", "44:43",
       "a field of type sex is not written so; add as: gb-2261"},
      {"value: sex, as: gb-2261", "value: gender", "44:43", "the holder has no field \"gender\""},
      {"value: sex, as: gb-2261", "value: face", "44:43", "cannot stand in a text record"},
      {"value: name, part: [1, 35]", "value: name", "42:43", "takes up to 92 bytes and has room for 70"},
      {"part: [36, 46]", "part: [36, 45]", "43:17", "the parts of name end with character 45"},
      {"part: [36, 46]", "part: [35, 45]", "43:17", "should begin with character 36"},
      {"part: [36, 46]", "part: [36, 47]", "43:61", "is no whole number of 36 to 46"},
      {"part: [36, 46]", "part: [46]", "43:56", "a part is its first and its last character"},
      {"land: {type: country}", "land: {type: country}\n  land2: {type: country}", "48:44",
       "exactly one mandatory field of type country"},
  };
  for (const Fault& fault : faults) {
    CAPTURE(std::string(fault.from));
    CAPTURE(std::string(fault.to));
    const std::string told = faults_of(with(fault.from, fault.to));
    CHECK_MESSAGE(told.starts_with("p.yaml:" + std::string(fault.place) + ": "), told);
    CHECK_MESSAGE(told.find(fault.says) != std::string::npos, told);
    CHECK_MESSAGE(told.find("; ") != std::string::npos, told);
  }
}

TEST_CASE("all faults come at once, in the file's order") {
  std::string text = with("width: 358", "width: 0");
  text.replace(text.find("ecdsa-p256"), 10, "rsa-1024");
  text.replace(text.find("id: \"0102\""), 10, "id: 0102");
  const std::string told = faults_of(text);
  CHECK(std::count(told.begin(), told.end(), '\n') == 2);
  const auto first = told.find("p.yaml:14:33: ");
  const auto second = told.find("\np.yaml:20:19: ");
  const auto third = told.find("\np.yaml:28:20: ");
  CHECK(first == 0);
  CHECK(second < third);
  CHECK(third != std::string::npos);
}

TEST_CASE("hostile texts end in one short error") {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'k'; ++c)
    bomb += std::string(1, c) + ": &" + c + " [*" + char(c - 1) + ",*" + char(c - 1) + "]\n";
  CHECK(faults_of(bomb).find("anchors (&name) are not allowed") != std::string::npos);

  CHECK(faults_of(std::string(yaml::max_yaml_bytes + 1, ' ')).find("p.yaml:1:1: larger than 1048576 bytes") ==
        0);
  for (const char* open : {"[", "{a: ", "- ", "{", "? "}) {
    std::string deep;
    while (deep.size() < 200'000) deep += open;
    CAPTURE(open);
    const std::string told = faults_of(deep);
    CHECK(!told.empty());
    CHECK(told.size() < 1000);
  }
  std::string keys;
  for (int i = 0; i < 50'000; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  const std::string told = faults_of(keys);
  CHECK(told.find("\nand ") != std::string::npos);
  CHECK(std::count(told.begin(), told.end(), '\n') == 50);

  for (const char* text : {"", "\n", "text", "[]", "{}", "null", "- a\n- b\n", ":", "\xFF\xFE",
                           "%YAML 1.2\n---\nprofile: x", "&a"}) {
    CAPTURE(text);
    CHECK(faults_of(text).starts_with("p.yaml:"));
  }
}

TEST_CASE("a profile cut short or with a byte changed is read or refused, and nothing else") {
  const std::string whole = good;
  for (std::size_t i = 0; i < whole.size(); i += 3) {
    faults_of(whole.substr(0, i));
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
    faults_of(changed);
  }
}

TEST_CASE("the shipped profiles are good") {
  const Profile profile = load(std::string(PERSO_SOURCE_DIR) + "/profiles/prc-2023");
  CHECK(profile.name == "prc-2023");
  CHECK(profile.file.filename() == "profile.yaml");
  CHECK(profile.title.at("zh") == "外国人永久居留身份证");
  CHECK(profile.applications.size() == 2);
  CHECK(load(profile.file).digest == profile.digest);
}

TEST_CASE("a profile that is not there") {
  CHECK_THROWS_WITH_AS(load("/nowhere/profile.yaml"),
                       doctest::Contains("/nowhere/profile.yaml:1:1: there is no such file"), Error);
}

}  // namespace perso::profile
