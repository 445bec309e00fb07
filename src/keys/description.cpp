#include "keys/description.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "bytes/error.hpp"

namespace perso::keys {

namespace {

constexpr std::size_t kLargest = 65536;
constexpr std::size_t kMostKeys = 32;
constexpr std::size_t kCheckSize = 3;
constexpr std::size_t kFingerprintSize = 32;

[[noreturn]] void damaged(const std::string& what) {
  throw Error(Code::key_damaged, "key-set.yaml: " + what);
}

std::string place(const YAML::Node& node) {
  return "line " + std::to_string(node.Mark().line + 1) + ": ";
}

/// A mapping whose keys are exactly these: yaml-cpp itself would take the first of two.
YAML::Node mapping(const YAML::Node& node, const std::set<std::string>& keys) {
  if (!node.IsMap()) damaged("a mapping is wanted");
  std::set<std::string> missing = keys;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar() || !keys.contains(entry.first.Scalar()))
      damaged(place(entry.first) + "unknown key");
    if (missing.erase(entry.first.Scalar()) == 0) damaged(place(entry.first) + "a key stands twice");
  }
  if (!missing.empty()) damaged(place(node) + "'" + *missing.begin() + "' is missing");
  return node;
}

const std::string& text(const YAML::Node& node) {
  if (!node.IsScalar()) damaged(place(node) + "a text is wanted");
  return node.Scalar();
}

template <typename Value, std::size_t size>
Value choice(const YAML::Node& node, const std::array<std::pair<std::string_view, Value>, size>& values) {
  for (const auto& [name, value] : values) {
    if (text(node) == name) return value;
  }
  damaged(place(node) + "not one of the values that can stand here");
}

Bytes hex(const YAML::Node& node, std::size_t size) {
  const std::string& digits = text(node);
  const bool only_digits =
      std::ranges::all_of(digits, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); });
  if (!only_digits || digits.size() != 2 * size)
    damaged(place(node) + std::to_string(size) + " bytes in hexadecimal are wanted");
  return from_hex(digits);
}

/// The algorithm goes with the purpose.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kAlgorithms = {{
    {purpose::kTrustAnchor, kSigningAlgorithm},
    {purpose::kDocumentSigning, kSigningAlgorithm},
    {purpose::kTransportKeys, kMasterAlgorithm},
    {purpose::kIssuerKeys, kMasterAlgorithm},
    {purpose::kLedger, kMasterAlgorithm},
}};

KeySet::Description read_key(const YAML::Node& node) {
  const YAML::Node key = mapping(node, {"name", "purpose", "algorithm", "check"});
  const std::string& name = text(key["name"]);
  // The name becomes a file name.
  const bool plain = std::ranges::all_of(
      name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (name.empty() || name.size() > 32 || !plain)
    damaged(place(node) + "a name has 1 to 32 of a-z, 0-9 and '-'");
  const std::string_view algorithm = choice(key["purpose"], kAlgorithms);
  if (text(key["algorithm"]) != algorithm) damaged(place(node) + "the algorithm is not its purpose's");
  hex(key["check"], algorithm == kMasterAlgorithm ? kCheckSize : kFingerprintSize);
  return {name, text(key["purpose"]), std::string(algorithm), text(key["check"])};
}

constexpr std::array<std::pair<std::string_view, crypto::EcParameters>, 2> kParameters = {{
    {"explicit", crypto::EcParameters::explicit_curve},
    {"named", crypto::EcParameters::named_curve},
}};

constexpr std::array<std::pair<std::string_view, bool>, 2> kBooleans = {{{"true", true}, {"false", false}}};

SetDescription read(const YAML::Node& document) {
  const YAML::Node set = mapping(document, {"format", "specimen", "parameters", "passphrase", "keys"});
  if (text(set["format"]) != "1") damaged("another format than 1");
  SetDescription out;
  out.specimen = choice(set["specimen"], kBooleans);
  out.parameters = choice(set["parameters"], kParameters);
  const YAML::Node passphrase = mapping(set["passphrase"], {"salt", "check"});
  out.salt = hex(passphrase["salt"], crypto::kSaltSize);
  out.passphrase_check = hex(passphrase["check"], kCheckSize);
  const YAML::Node keys = set["keys"];
  if (!keys.IsSequence() || keys.size() > kMostKeys) damaged("'keys' is a list of 32 keys at most");
  std::set<std::string> names;
  for (const auto& node : keys) {
    out.keys.push_back(read_key(node));
    if (!names.insert(out.keys.back().name).second) damaged(place(node) + "a name stands twice");
  }
  return out;
}

}  // namespace

std::string SetDescription::to_yaml() const {
  std::ostringstream out;
  out << "# The keys of one station. The master keys are bound to every byte of this file: it is not edited "
         "by hand.\n"
      << "format: 1\n"
      << "specimen: " << (specimen ? "true" : "false") << "\n"
      << "parameters: " << (parameters == crypto::EcParameters::named_curve ? "named" : "explicit") << "\n"
      << "passphrase: {salt: \"" << to_hex(salt) << "\", check: \"" << to_hex(passphrase_check) << "\"}\n"
      << "keys:\n";
  for (const KeySet::Description& key : keys) {
    out << "  - name: " << key.name << "\n    purpose: " << key.purpose
        << "\n    algorithm: " << key.algorithm << "\n    check: \"" << key.check << "\"\n";
  }
  return out.str();
}

SetDescription SetDescription::from_yaml(const std::string& text) {
  if (text.size() > kLargest) damaged("larger than 64 KiB");
  try {
    return read(YAML::Load(text));
  } catch (const YAML::Exception& error) {
    damaged("line " + std::to_string(error.mark.line + 1) + ": not YAML");
  }
}

}  // namespace perso::keys
