// The chip: platform, memory, key sets and its own keys.
#include <algorithm>
#include <charconv>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

constexpr std::size_t most_keys = 31;

const platform::Platform* read_platform(const Node& node) {
  const std::string name = node.text();
  if (name.empty()) return nullptr;
  const platform::Platform* found = platform::find(name);
  std::vector<std::string_view> names;
  for (const platform::Platform& known : platform::all()) names.push_back(known.name);
  if (found == nullptr) node.fault("platform " + shown(name) + " is not known; use one of " + joined(names));
  return found;
}

/// "96 KiB"
std::size_t read_memory(const Node& node) {
  constexpr std::string_view unit = " KiB";
  constexpr std::size_t most = 16 * 1024;
  const std::string text = node.text();
  if (text.empty()) return 0;
  std::size_t size = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, size);
  if (error == std::errc() && std::string_view(rest, end) == unit && size > 0 && size <= most)
    return size * 1024;
  node.fault("memory is not 1 to " + std::to_string(most) + " KiB; write for instance 96 KiB");
  return 0;
}

MasterKey read_master_key(Node node) {
  MasterKey key;
  key.from = node.take("from").name();
  const Node version = node.take("version");
  if (const auto byte = version.hex(1, 1)) {
    key.version = byte->front();
    if (key.version < 0x01 || key.version > 0x7F)
      version.fault("a key version is \"01\" to \"7F\"; choose one of these");
  }
  node.finish();
  return key;
}

/// Both on a platform with key sets, and neither on one without.
void read_key_sets(Chip& chip, Node& node) {
  const bool wanted = chip.platform == nullptr || chip.platform->key_sets;
  if (!wanted) {
    for (const char* name : {"transport_keys", "issuer_keys"})
      if (const Node keys = node.find(name))
        keys.fault("platform " + std::string(chip.platform->name) + " has no key sets; leave " + name +
                   " out");
    return;
  }
  const Node issuer = node.take("issuer_keys");
  chip.transport = read_master_key(node.take("transport_keys"));
  chip.issuer = read_master_key(issuer);
  if (chip.issuer->version != 0 && chip.issuer->version == chip.transport->version)
    issuer.fault(
        "the issuer's keys have the version of the transport keys, which they replace; choose another "
        "version");
}

/// {active-authentication: ecdsa-p256}
/// @param algorithms that the platform can take, where it is known
void read_keys(Reading& reading, const Node& node, std::vector<ChipKey>& keys,
               std::optional<std::span<const std::string_view>> algorithms) {
  Chip& chip = reading.profile.chip;
  for (const auto& [key, value] : node.entries()) {
    const std::size_t count = chip.generates.size() + chip.injects.size();
    if (count == most_keys)
      return key.fault("a chip has at most " + std::to_string(most_keys) +
                       " keys; remove this one and those after it");
    ChipKey made{.name = key.name(), .algorithm = value.text(), .id = static_cast<std::uint8_t>(count + 1)};
    if (chip.key(made.name) != nullptr) key.fault("the chip has a key of this name already; choose another");
    if (algorithms && algorithms->empty())
      value.fault("platform " + std::string(chip.platform->name) + " has no such keys; leave them out");
    else if (algorithms && !made.algorithm.empty() &&
             std::ranges::find(*algorithms, made.algorithm) == algorithms->end())
      value.fault("the platform has no key of algorithm " + shown(made.algorithm) + " here; use one of " +
                  joined(*algorithms));
    reading.key_places.emplace(made.name, key.place());
    keys.push_back(std::move(made));
  }
}

/// The key whose identifier it takes gets the one that it had.
void number_key_of_mapping(Chip& chip) {
  const channel::PaceInfo* const mapping = chip.proven_by_mapping();
  if (mapping == nullptr || !chip.chip_authentication || chip.key(chip.chip_authentication->key) == nullptr)
    return;
  const std::uint8_t wanted = static_cast<std::uint8_t>(mapping->parameters);
  const std::uint8_t had = chip.key(chip.chip_authentication->key)->id;
  for (std::vector<ChipKey>* keys : {&chip.generates, &chip.injects})
    for (ChipKey& key : *keys) {
      if (key.name == chip.chip_authentication->key)
        key.id = wanted;
      else if (key.id == wanted)
        key.id = had;
    }
}

}  // namespace

void read_chip(Reading& reading, Node node) {
  Chip& chip = reading.profile.chip;
  chip.platform = read_platform(node.take("platform"));
  const Node memory = node.take("memory");
  reading.memory = memory.place();
  chip.memory = read_memory(memory);
  read_key_sets(chip, node);
  const auto known = [&](std::span<const std::string_view> platform::Platform::*algorithms) {
    return chip.platform == nullptr ? std::nullopt : std::optional(chip.platform->*algorithms);
  };
  const std::size_t faults_before = reading.faults.count();
  if (const Node keys = node.find("generates"))
    read_keys(reading, keys, chip.generates, known(&platform::Platform::generated_keys));
  if (const Node keys = node.find("injects"))
    read_keys(reading, keys, chip.injects, known(&platform::Platform::injected_keys));
  if (const Node access = node.find("access")) read_access_control(reading, access);
  if (const Node proof = node.find("chip_authentication")) read_chip_authentication(reading, proof);
  number_key_of_mapping(chip);
  reading.protection_unclear = reading.faults.count() != faults_before;
  node.finish();
}

}  // namespace perso::profile
