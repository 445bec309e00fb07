#include "keys/description.hpp"

#include <array>
#include <set>
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

/// The purposes, and the algorithm that goes with each.
constexpr std::array<Choice<std::string_view>, 5> purposes = {{
    {purpose::trust_anchor, signing_algorithm},
    {purpose::document_signing, signing_algorithm},
    {purpose::transport_keys, master_algorithm},
    {purpose::issuer_keys, master_algorithm},
    {purpose::ledger, master_algorithm},
}};

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
  const std::string_view wanted = purpose.choice(purposes).value_or("");
  const Node algorithm = node.take("algorithm");
  key.algorithm = algorithm.text();
  if (!wanted.empty() && key.algorithm != wanted)
    algorithm.fault("a key of this purpose has the algorithm " + std::string(wanted));
  key.check =
      to_hex(read_hex(node.take("check"), wanted == master_algorithm ? check_size : fingerprint_size));
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
