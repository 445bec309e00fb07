// profiles/profile.schema.json, which editors complete and check by, says what the reader says: the same
// words, the same keys.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "bytes/error.hpp"
#include "profile/words.hpp"
#include "yaml/yaml.hpp"

namespace perso::profile {

namespace {

using nlohmann::json;
using yaml::Yaml;

const json& schema() {
  static const json parsed = json::parse(std::ifstream(PERSO_SOURCE_DIR "/profiles/profile.schema.json"));
  return parsed;
}

/// As a YAML reader gives it to a schema: what stands in quotes is text.
json to_json(const Yaml& node) {
  switch (node.kind) {
    case Yaml::Kind::nothing:
      return nullptr;
    case Yaml::Kind::list: {
      json list = json::array();
      for (const Yaml& item : node.items) list.push_back(to_json(item));
      return list;
    }
    case Yaml::Kind::mapping: {
      json object = json::object();
      for (const auto& [key, value] : node.entries) object[key.text] = to_json(value);
      return object;
    }
    case Yaml::Kind::scalar:
      break;
  }
  if (!node.quoted && (node.text == "true" || node.text == "false")) return node.text == "true";
  const bool digits = std::ranges::all_of(node.text, [](char c) { return c >= '0' && c <= '9'; });
  return digits && !node.quoted ? json(std::stoi(node.text)) : json(node.text);
}

/// As much of JSON Schema as the schema uses.
class Validator {
 public:
  bool accepts(const json& rule, const json& value) const {
    for (const auto& [keyword, setting] : rule.items())
      if (!holds(keyword, setting, rule, value)) return false;
    return true;
  }

 private:
  bool holds(const std::string& keyword, const json& setting, const json& rule, const json& value) const {
    static const std::set<std::string> no_rules{"$schema",           "$defs",      "title", "properties",
                                                "patternProperties", "description"};
    if (no_rules.contains(keyword)) return true;
    if (keyword == "$ref")
      return accepts(schema().at(json::json_pointer(setting.get<std::string>().substr(1))), value);
    if (keyword == "oneOf")
      return std::ranges::count_if(setting, [&](const json& one) { return accepts(one, value); }) == 1;
    if (keyword == "const") return value == setting;
    if (keyword == "enum") return std::ranges::find(setting, value) != setting.end();
    if (keyword == "type") return has_type(setting, value);
    if (keyword == "minimum") return value >= setting;
    if (keyword == "maximum") return value <= setting;
    if (keyword == "minItems" || keyword == "minProperties") return value.size() >= setting;
    if (keyword == "maxItems" || keyword == "maxProperties") return value.size() <= setting;
    if (keyword == "minLength") return value.get<std::string>().size() >= setting;
    if (keyword == "maxLength") return value.get<std::string>().size() <= setting;
    if (keyword == "pattern") return matches(setting, value);
    if (keyword == "uniqueItems") return std::set<json>(value.begin(), value.end()).size() == value.size();
    if (keyword == "items")
      return std::ranges::all_of(value, [&](const json& item) { return accepts(setting, item); });
    if (keyword == "required") return has_all(setting, value);
    if (keyword == "dependentRequired")
      return std::ranges::all_of(setting.items(), [&](const auto& needs) {
        return !value.contains(needs.key()) || has_all(needs.value(), value);
      });
    if (keyword == "additionalProperties") return properties_hold(setting, rule, value);
    FAIL("the test does not know the keyword ", keyword);
    return false;
  }

  static bool has_type(const json& type, const json& value) {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "boolean" && value.is_boolean()) ||
           (type == "integer" && value.is_number_integer());
  }
  static bool matches(const json& pattern, const json& value) {
    return value.is_string() &&
           std::regex_search(value.get<std::string>(), std::regex(pattern.get<std::string>()));
  }
  static bool has_all(const json& keys, const json& value) {
    return std::ranges::all_of(keys, [&](const json& key) { return value.contains(key.get<std::string>()); });
  }

  bool properties_hold(const json& others, const json& rule, const json& value) const {
    if (!value.is_object()) return false;
    for (const auto& [key, item] : value.items()) {
      const json* known = &others;
      if (rule.contains("properties") && rule["properties"].contains(key)) known = &rule["properties"][key];
      if (rule.contains("patternProperties"))
        for (const auto& [pattern, candidate] : rule["patternProperties"].items())
          if (matches(pattern, key)) known = &candidate;
      if (known->is_boolean() ? !known->get<bool>() : !accepts(*known, item)) return false;
    }
    return true;
  }
};

json read_profile(const std::string& path) {
  yaml::Faults faults(path, Code::profile_invalid);
  const auto tree = yaml::read_yaml(yaml::read_text(path), faults);
  REQUIRE(tree);
  return to_json(*tree);
}

/// The keys that the reader knows beside an unknown one, as its fault lists them.
std::set<std::string> known_keys(const std::string& text) {
  try {
    parse(text, "p.yaml");
  } catch (const Error& error) {
    const std::string intro = "key \"zzz\" is unknown; known here are ";
    auto at = error.message().find(intro);
    REQUIRE_MESSAGE(at != std::string::npos, error.message());
    at += intro.size();
    std::istringstream list(error.message().substr(at, error.message().find('\n', at) - at));
    std::set<std::string> keys;
    for (std::string key; std::getline(list >> std::ws, key, ',');) keys.insert(key);
    return keys;
  }
  return {};
}

std::set<std::string> keys_of(const std::string& definition) {
  const json& rule = definition.empty() ? schema() : schema()["$defs"][definition];
  std::set<std::string> keys;
  for (const auto& [key, value] : rule["properties"].items()) keys.insert(key);
  return keys;
}

}  // namespace

TEST_CASE("the schema lists exactly the words that the reader knows") {
  for (const WordList& list : word_lists()) {
    const std::string name(list.name);
    CAPTURE(name);
    const json& listed = schema()["$defs"][name]["enum"];
    CHECK(std::set<std::string>(listed.begin(), listed.end()) ==
          std::set<std::string>(list.words.begin(), list.words.end()));
  }
  std::set<std::string> kinds;
  for (const auto kind : content_kinds()) kinds.emplace(kind);
  CHECK(keys_of("content") == kinds);
}

TEST_CASE("the schema lists exactly the keys that the reader knows") {
  const auto file = [](const std::string& content) {
    return "applications: [{files: {F: {content: " + content + "}}}]";
  };
  const std::pair<const char*, std::string> probes[] = {
      {"", "zzz: 1"},
      {"card", "card: {zzz: 1}"},
      {"access-control", "chip: {access: {zzz: 1}}"},
      {"printed", "chip: {access: {printed: {zzz: 1}}}"},
      {"pace", "chip: {access: {pace: [{zzz: 1}]}}"},
      {"chip-authentication", "chip: {chip_authentication: {zzz: 1}}"},
      {"chip", "chip: {zzz: 1}"},
      {"master-key", "chip: {issuer_keys: {zzz: 1}}"},
      {"application", "applications: [{zzz: 1}]"},
      {"file", "applications: [{files: {F: {zzz: 1}}}]"},
      {"content-card-security", file("{card-security: {zzz: 1}}")},
      {"content-cms", file("{cms: {zzz: 1}}")},
      {"content-com", file("{com: {zzz: 1}}")},
      {"content-literal", file("{literal: {zzz: 1}}")},
      {"content-mrz", file("{mrz: {zzz: 1}}")},
      {"content-record", file("{record: {zzz: 1}}")},
      {"record-field", file("{record: {text: ascii, fields: [{value: \"A\", zzz: 1}]}}")},
      {"content-sod", file("{sod: {zzz: 1}}")},
      {"content-template", file("{template: {zzz: 1}}")},
      {"element", file("{template: {items: [{value: \"A\", zzz: 1}]}}")},
  };
  for (const auto& probe : probes) {
    CAPTURE(probe.second);
    CHECK(known_keys(probe.second) == keys_of(probe.first));
  }
  for (const auto& choice : field_types) {
    const std::string type(choice.name);
    CAPTURE(type);
    const std::string years = choice.value == FieldType::date ? ", years: {otherwise: 1}" : "";
    CHECK(known_keys("holder: {f: {type: " + type + years + ", zzz: 1}}") == keys_of("field-" + type));
  }
  // What stands inside a definition has no name of its own.
  const json& definitions = schema()["$defs"];
  const auto keys_in = [](const json& rule) {
    std::set<std::string> keys;
    for (const auto& [key, value] : rule["properties"].items()) keys.insert(key);
    return keys;
  };
  CHECK(known_keys("holder: {f: {type: portrait, source: {zzz: 1}}}") ==
        keys_in(definitions["field-portrait"]["properties"]["source"]));
}

TEST_CASE("the schema accepts the editions that the reader accepts, and refuses what an editor can see") {
  const Validator validator;
  for (const char* name :
       {"profiles/prc-2023", "profiles/prc-2017", "profiles/icao-td1", "tests/profile/employee-card"}) {
    CAPTURE(std::string(name));
    CHECK(validator.accepts(schema(),
                            read_profile(std::string(PERSO_SOURCE_DIR "/") + name + "/profile.yaml")));
  }
  for (const char* fault : {"id-unquoted",
                            "key-unknown",
                            "key-missing",
                            "content-unknown",
                            "content-twice",
                            "spelling-unknown",
                            "field-type-unknown",
                            "portrait-too-wide",
                            "element-of-two",
                            "record-value-and-reserved",
                            "years-from-nothing",
                            "literal-of-two",
                            "bac-false",
                            "bac-without-printed-data",
                            "mapping-with-triple-des",
                            "pace-group-unknown",
                            "pace-twice",
                            "pace-too-many",
                            "access-number-without-pace",
                            "master-file-with-aid",
                            "application-without-aid"}) {
    CAPTURE(std::string(fault));
    CHECK_FALSE(validator.accepts(
        schema(), read_profile(std::string(PERSO_SOURCE_DIR "/tests/profile/faults/") + fault + ".yaml")));
  }
}

}  // namespace perso::profile
