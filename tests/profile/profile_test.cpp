#include "profile/profile.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "bytes/error.hpp"
#include "crypto/primitives.hpp"
#include "profile/words.hpp"
#include "yaml/yaml.hpp"

namespace perso::profile {

namespace {

const std::filesystem::path tests = PERSO_SOURCE_DIR "/tests/profile";
const std::filesystem::path profiles = PERSO_SOURCE_DIR "/profiles";

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

const Content& content_of(const Profile& profile, std::size_t application, std::string_view file) {
  const auto& files = profile.applications.at(application).files;
  const auto found = std::ranges::find(files, file, &File::name);
  REQUIRE(found != files.end());
  return found->content;
}

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

}  // namespace

TEST_CASE("the 2023 edition is read as it is written") {
  const Profile profile = load(profiles / "prc-2023");
  CHECK(profile.file.filename() == "profile.yaml");
  CHECK(profile.digest == crypto::digest(crypto::Hash::sha256, as_bytes(read(profile.file))));
  CHECK(profile.name == "prc-2023");
  CHECK(profile.title.at("zh") == "外国人永久居留身份证");
  CHECK(profile.replaces == "prc-2017");
  CHECK(profile.number == "number");
  CHECK(profile.replacements == "replacements");
  CHECK(profile.field("nobody") == nullptr);
  CHECK(profile.field("chinese_name")->optional);
  CHECK(profile.field("number")->numeric == std::map<std::string, std::string>{{"XXA", "999"}});
  CHECK(profile.field("number")->agrees_with == "birth_date");
  CHECK(profile.field("birth_date")->not_after == "issued");
  CHECK(profile.field("issued")->today);
  CHECK(profile.field("replacements")->first == "00");
  CHECK(profile.field("access_number")->digits == 6);

  const Field& expires = *profile.field("expires");
  REQUIRE(expires.validity);
  CHECK(expires.validity->age == 18);
  CHECK(expires.validity->years_under == 5);
  CHECK(expires.validity->years_otherwise == 10);
  CHECK(expires.validity->ends == LastDay::same_day);
  CHECK(expires.from == "issued");
  CHECK(expires.born == "birth_date");

  const identity::PortraitRules& portrait = profile.field("portrait")->portrait;
  CHECK(portrait.width == 358);
  CHECK(portrait.height == 441);
  CHECK(portrait.max_bytes == 20480);
  CHECK(portrait.format == identity::PictureFormat::jpeg);
  CHECK_FALSE(portrait.grey);
  CHECK(portrait.max_source_bytes == 1048576);
  CHECK(portrait.least_dots_per_inch == 300);
  CHECK(portrait.aspect_tolerance_percent == 2);

  CHECK(profile.chip.platform->name == "globalplatform");
  CHECK(profile.chip.memory == 96 * 1024);
  CHECK(profile.chip.transport->version == 0x30);
  CHECK(profile.chip.issuer->from == "issuer-master");
  REQUIRE(profile.chip.key("active-authentication") != nullptr);
  CHECK(profile.chip.key("active-authentication")->id == 1);
  CHECK(profile.chip.key("another") == nullptr);
  CHECK(profile.applications.at(0).aid.is_master_file());
  CHECK(profile.applications.at(1).aid.hex() == "A0000002471001");
}

TEST_CASE("before access the 2023 edition shows EF.CardAccess alone") {
  const Profile profile = load(profiles / "prc-2023");
  REQUIRE(profile.chip.access);
  const AccessControl& access = *profile.chip.access;
  REQUIRE(access.printed);
  CHECK(access.printed->number == "number");
  CHECK(access.printed->born == "birth_date");
  CHECK(access.printed->expires == "expires");
  CHECK(access.access_number == "access_number");
  CHECK_FALSE(access.bac);
  REQUIRE(access.pace.size() == 2);
  CHECK(channel::oid_of(access.pace[0].protocol) == "0.4.0.127.0.7.2.2.4.2.2");
  CHECK(channel::oid_of(access.pace[1].protocol) == "0.4.0.127.0.7.2.2.4.6.2");
  CHECK(access.pace[0].parameters == 12);
  CHECK(access.pace[1].parameters == 12);

  REQUIRE(profile.chip.chip_authentication);
  CHECK(profile.chip.chip_authentication->key == "chip-authentication");
  CHECK(channel::oid_of(profile.chip.chip_authentication->protocol) == "0.4.0.127.0.7.2.2.3.2.2");
  CHECK(profile.chip.key("chip-authentication")->algorithm == "ecdh-p256");

  CHECK(std::get<CardSecurity>(content_of(profile, 0, "EF.CardSecurity")).signer == "document-signer");
  CHECK(std::holds_alternative<SecurityOptions>(content_of(profile, 1, "EF.DG14")));
  for (const Application& application : profile.applications) {
    CHECK_FALSE(application.open_to_all);
    for (const File& file : application.files) {
      CAPTURE(file.name);
      CHECK(file.short_fid);
      CHECK(file.read ==
            (std::holds_alternative<CardAccess>(file.content) ? Access::always : Access::access_control));
    }
  }
}

TEST_CASE("contents are read as they are written") {
  const Profile profile = load(profiles / "prc-2023");
  CHECK(std::get<Mrz>(content_of(profile, 1, "EF.DG1")).nationality == "nationality");

  const Element& names = std::get<Template>(content_of(profile, 1, "EF.DG11")).root;
  CHECK(names.tag == tlv::Tag{0x6B});
  const auto& items = std::get<std::vector<Element>>(names.contents);
  REQUIRE(items.size() == 4);
  CHECK(std::holds_alternative<Element::TagList>(items[0].contents));
  CHECK(items[1].tag == tlv::Tag{0x5F0E});
  const auto& name = std::get<Element::Text>(items[1].contents);
  CHECK(name.value.field == "latin_name");
  CHECK(name.value.as == Spelling::mrz_name);
  CHECK(name.encoding == Encoding::utf_8);

  const auto& record = std::get<Record>(content_of(profile, 2, "TEXT"));
  REQUIRE(record.fields.size() == 13);
  CHECK(record.size == 256);
  CHECK(record.text == Encoding::utf_16le);
  CHECK(record.pad == ' ');
  CHECK(record.fields[1].value.as == Spelling::gb_2261);
  CHECK(record.fields[9].value.part == std::pair<std::size_t, std::size_t>{36, 46});
  CHECK(record.fields[11].value.literal == "Y");
  CHECK_FALSE(record.fields[6].value.field);
  CHECK_FALSE(record.fields[6].value.literal);

  const auto& signature = std::get<Cms>(content_of(profile, 2, "SIGNATURE"));
  CHECK(signature.kind == Cms::Kind::gmt_0010);
  CHECK(signature.signer == "national-signer");
  REQUIRE(signature.over == std::vector<FileRef>{{2, 0}, {2, 1}});
  CHECK(profile.at(signature.over[1]).name == "PORTRAIT");
}

TEST_CASE("an edition on native file-system cards") {
  const Profile profile = load(profiles / "icao-td1");
  CHECK(profile.chip.platform->name == "iso7816");
  CHECK_FALSE(profile.chip.transport);
  CHECK_FALSE(profile.chip.issuer);
  REQUIRE(profile.chip.access);
  CHECK(profile.chip.access->bac);
  CHECK(profile.chip.access->pace.empty());
  REQUIRE(profile.chip.access->printed);
  CHECK(profile.chip.access->printed->born == "birth_date");
  CHECK_FALSE(profile.chip.chip_authentication);
  REQUIRE(profile.chip.injects.size() == 1);
  CHECK(profile.chip.injects[0].algorithm == "rsa-1024");
  const std::string& characters = profile.field("number")->characters;
  CHECK(characters == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  CHECK_FALSE(profile.replacements);
  for (const File& file : profile.applications.at(0).files) CHECK(file.read == Access::access_control);
}

TEST_CASE("an edition nobody thought of needs YAML alone") {
  const Profile profile = load(tests / "employee-card");
  CHECK(profile.number == "staff");
  const auto& record = std::get<Record>(content_of(profile, 0, "CARD"));
  CHECK(record.text == Encoding::ascii);
  CHECK(record.fields[0].right);
  CHECK_FALSE(record.fields[1].right);
  CHECK(std::get<Certificate>(content_of(profile, 0, "SIGNER")).of == "document-signer");
}

TEST_CASE("settings that the shipped editions leave at their defaults") {
  std::string text = read(tests / "employee-card" / "profile.yaml");
  const auto replace = [&](const std::string& from, const std::string& to) {
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
  };
  replace("text: ascii", "text: ascii\n            pad: \"_\"");
  replace("content: {certificate: document-signer}",
          "size: 600\n        content: {literal: {text: \"样\", as: utf-16be}}");
  replace("\" A-Z&\"", "\"-A-C \"");
  const Profile profile = parse(text, "p.yaml");
  CHECK(std::get<Record>(content_of(profile, 0, "CARD")).pad == '_');
  CHECK(std::get<Literal>(content_of(profile, 0, "SIGNER")).bytes == from_hex("6837"));
  CHECK(profile.applications[0].files[2].size == 600);
  CHECK(profile.field("department")->characters == " -ABC");
}

TEST_CASE("what is near to a fault and is none") {
  const std::string permit = read(profiles / "prc-2023" / "profile.yaml");
  const std::string staff = read(tests / "employee-card" / "profile.yaml");
  const struct {
    const char* what;
    std::string text, from, to;
  } cases[] = {
      {"Germany as the zone spells it", permit, "\"CHN\"", "\"D\""},
      {"an organization as issuer", permit, "\"CHN\"", "\"UNO\""},
      {"a data group in hexadecimal", permit, "      # The signed digests",
       "      EF.DG13: {id: \"010D\", content: {literal: {hex: \"6D03040101\"}}}\n      # The signed "
       "digests"},
      {"two ways in", permit, "    pace:\n", "    bac: true\n    pace:\n"},
      {"the access number alone", permit,
       "    printed: {number: number, born: birth_date, expires: expires}\n", ""},
      {"integrated beside chip authentication mapping", permit, "ecdh-gm-aes-128", "ecdh-im-3des"},
      {"a group without curve", permit, "    pace:\n",
       "    pace:\n      - {protocol: dh-gm-aes-128, group: modp-2048-256}\n"},
      {"one protocol in two groups", permit, "    pace:\n",
       "    pace:\n      - {protocol: ecdh-gm-aes-128, group: brainpoolP256r1}\n"},
      {"a file for nobody that no proof needs", permit, "      SIGNATURE:",
       "      NOTE: {id: \"0004\", read: never, content: {literal: {hex: \"00\"}}}\n      SIGNATURE:"},
      {"a pad that no number has", staff, "text: ascii", "text: ascii\n            pad: \" \""},
      {"a blank in another text", staff, "\" A-Z&\"", "\" A-Z&0-9\""},
      {"a reason in Chinese", staff, "doors and canteen read it without a password", "门禁"},
      {"dates bound from both sides", staff, "{type: date, default: today}",
       "{type: date, default: today, not_after: until}"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    std::string text = each.text;
    REQUIRE(text.find(each.from) != std::string::npos);
    CHECK(faults_of(text.replace(text.find(each.from), each.from.size(), each.to)) == "");
  }
}

TEST_CASE("chip authentication on native file-system cards") {
  std::string text = read(profiles / "icao-td1" / "profile.yaml");
  const std::pair<std::string, std::string> changes[] = {
      {"    active-authentication: rsa-1024\n",
       "    active-authentication: rsa-1024\n    chip-authentication: ecdh-p256\n"},
      {"    bac: true\n",
       "    bac: true\n  chip_authentication: {key: chip-authentication, protocol: ecdh-3des}\n"},
      {"      EF.DG15:\n",
       "      EF.DG14: {id: \"010E\", content: {security-options: true}}\n      EF.DG15:\n"},
  };
  for (const auto& [from, to] : changes) text.replace(text.find(from), from.size(), to);
  const Profile profile = parse(text, "p.yaml");
  REQUIRE(profile.chip.chip_authentication);
  CHECK(profile.chip.chip_authentication->protocol.cipher == Cipher::triple_des);
  CHECK(profile.chip.key("chip-authentication")->id == 2);
}

TEST_CASE("PACE on a card that is no travel document asks for EF.CardAccess and for no EF.DG14") {
  std::string text = read(tests / "employee-card" / "profile.yaml");
  const std::pair<std::string, std::string> changes[] = {
      {"\ncard:\n", "  pin: {type: access-number, digits: 6}\n\ncard:\n"},
      {"\napplications:\n",
       "  access: {access_number: pin, pace: [{protocol: ecdh-gm-aes-256, group: secp521r1}]}\n"
       "\napplications:\n  - name: master\n    master_file: true\n    read: always\n    files:\n"
       "      EF.CardAccess: {id: \"011C\", content: {card-access: true}}\n"},
      {"    read: always\n    open_to_all: \"doors and canteen read it without a password\"\n",
       "    read: access-control\n"},
  };
  for (const auto& [from, to] : changes) text.replace(text.find(from), from.size(), to);
  const Profile profile = parse(text, "p.yaml");
  REQUIRE(profile.chip.access);
  CHECK_FALSE(profile.chip.access->printed);
  REQUIRE(profile.chip.access->pace.size() == 1);
  CHECK(profile.chip.access->pace[0].parameters == 18);
}

TEST_CASE("the largest file that READ BINARY reaches to its end") {
  std::string text = read(tests / "employee-card" / "profile.yaml");
  const auto sized = [&](const std::string& size) {
    std::string changed = text;
    const std::string content = "content: {certificate: document-signer}";
    changed.replace(changed.find(content), content.size(), "size: " + size + "\n        " + content);
    changed.replace(changed.find("16 KiB"), 6, "64 KiB");
    return faults_of(changed);
  };
  CHECK(sized("32767") == "");
  CHECK(sized("32768").find("the file may take 32768 bytes, the platform's files 32767; ") !=
        std::string::npos);
}

TEST_CASE("LDS 1.8: the signature repeats the Unicode version of EF.COM") {
  std::string text = read(profiles / "prc-2017" / "profile.yaml");
  for (const char* old : {"lds: \"0107\", unicode", "lds: \"0107\"}"})
    text.replace(text.find(old) + 5, 6, "\"0108\"");
  const Profile profile = parse(text, "p.yaml");
  const auto& sod = std::get<Sod>(content_of(profile, 0, "EF.SOD"));
  CHECK(sod.lds_version == "0108");
  CHECK(sod.unicode_version == "040000");
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
  for (const char* name : {"prc-2023", "icao-td1"}) {
    const std::string whole = read(profiles / name / "profile.yaml");
    for (std::size_t i = 0; i < whole.size(); i += 7) {
      faults_of(whole.substr(0, i));
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
      faults_of(changed);
    }
  }
}

TEST_CASE("a profile has the name of its folder") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / "perso-profile-of-another-name";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "profile.yaml") << read(tests / "employee-card" / "profile.yaml");
  CHECK_THROWS_WITH_AS(load(folder),
                       doctest::Contains("profile.yaml:2:10: the profile is \"employee-card\" and its folder "
                                         "\"perso-profile-of-another-name\"; give both one name"),
                       Error);
  CHECK(load(folder / "profile.yaml").name ==
        "employee-card");  // a file of its own has no folder to agree with
  std::filesystem::remove_all(folder);
  CHECK(load(tests / "faults" / ".." / "employee-card" / "").name == "employee-card");
}

TEST_CASE("a profile that is not there") {
  CHECK_THROWS_WITH_AS(load("/nowhere/profile.yaml"),
                       doctest::Contains("/nowhere/profile.yaml:1:1: there is no such file"), Error);
}

}  // namespace perso::profile
