#include "keys/description.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>
#include <sstream>

#include "bytes/error.hpp"
#include "yaml/node.hpp"

namespace perso::keys {

namespace {

using yaml::Choice;
using yaml::Node;

constexpr std::size_t max_keys = 32;
constexpr std::size_t check_size = 3;
constexpr std::size_t fingerprint_size = 32;

enum class Kind { signing, master };

constexpr std::array<Choice<Kind>, 6> purposes = {{
    {purpose::trust_anchor, Kind::signing},
    {purpose::document_signing, Kind::signing},
    {purpose::sample_signing, Kind::signing},
    {purpose::transport_keys, Kind::master},
    {purpose::issuer_keys, Kind::master},
    {purpose::ledger, Kind::master},
}};

constexpr std::array<std::string_view, 2> signing_algorithms = {ecdsa_algorithm, sm2_algorithm};
constexpr std::array<std::string_view, 1> master_algorithms = {master_algorithm};

std::span<const std::string_view> algorithms_of(Kind kind) {
  if (kind == Kind::signing) return signing_algorithms;
  return master_algorithms;
}

std::string joined(std::span<const std::string_view> texts) {
  std::string out;
  for (const std::string_view text : texts) out.append(out.empty() ? "" : " or ").append(text);
  return out;
}

constexpr std::array<Choice<crypto::EcParameters>, 2> parameter_forms = {{
    {"explicit", crypto::EcParameters::explicit_curve},
    {"named", crypto::EcParameters::named_curve},
}};

Bytes read_hex(const Node& node, std::size_t size) {
  return node.hex(size, size).value_or(Bytes());
}

KeySet::Description read_key(Node node) {
  KeySet::Description key;
  key.name = node.take("name").name();  // becomes a file name
  const Node purpose = node.take("purpose");
  key.purpose = purpose.text();
  const std::optional<Kind> kind = purpose.choice(purposes);
  const Node algorithm = node.take("algorithm");
  key.algorithm = algorithm.text();
  if (kind && std::ranges::count(algorithms_of(*kind), key.algorithm) == 0)
    algorithm.fault("a key of this purpose has the algorithm " + joined(algorithms_of(*kind)));
  key.check = to_hex(read_hex(node.take("check"), kind == Kind::master ? check_size : fingerprint_size));
  node.finish();
  return key;
}

std::vector<KeySet::Description> read_keys(const Node& list) {
  std::vector<KeySet::Description> keys;
  std::set<std::string> names;
  for (const Node& node : list.items()) {
    keys.push_back(read_key(node));
    if (!names.insert(keys.back().name).second) node.fault("a second key has this name");
  }
  if (keys.size() > max_keys) list.fault("more than " + std::to_string(max_keys) + " keys");
  return keys;
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

SetDescription SetDescription::from_yaml(std::string_view text, const std::filesystem::path& file) {
  yaml::Faults faults(file, Code::key_damaged);
  const auto tree = yaml::read_yaml(text, faults);
  if (!tree) faults.raise_if_any();
  Node root(*tree, faults);
  SetDescription out;
  root.take("format").number(1, 1);
  out.specimen = root.take("specimen").flag();
  out.parameters = root.take("parameters").choice(parameter_forms).value_or(out.parameters);
  Node passphrase = root.take("passphrase");
  out.salt = read_hex(passphrase.take("salt"), crypto::salt_size);
  out.passphrase_check = read_hex(passphrase.take("check"), check_size);
  passphrase.finish();
  out.keys = read_keys(root.take("keys"));
  root.finish();
  faults.raise_if_any();
  return out;
}

}  // namespace perso::keys
