// The chip: platform, memory, key sets and the keys that it makes itself.
#include <algorithm>
#include <charconv>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

const platform::Platform* read_platform(const Node& node) {
  const std::string name = node.text();
  if (name.empty()) return nullptr;
  const platform::Platform* found = platform::find(name);
  if (found == nullptr) {
    std::string names;
    for (const platform::Platform& known : platform::all())
      names += (names.empty() ? "" : ", ") + std::string(known.name);
    node.fault("platform \"" + name + "\" is not known; use one of " + names);
  }
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

void read_generated_keys(Reading& reading, const Node& node) {
  Chip& chip = reading.profile.chip;
  for (const auto& [key, value] : node.entries()) {
    GeneratedKey generated{.name = key.name(), .algorithm = value.text(), .id = 0};
    generated.id = static_cast<std::uint8_t>(chip.generates.size() + 1);
    if (chip.generates.size() == 31)
      return key.fault("a chip makes at most 31 keys; remove this one and those after it");
    if (chip.platform != nullptr && !generated.algorithm.empty() &&
        std::ranges::find(chip.platform->key_algorithms, generated.algorithm) ==
            chip.platform->key_algorithms.end()) {
      std::string names;
      for (const std::string_view name : chip.platform->key_algorithms)
        names += (names.empty() ? "" : ", ") + std::string(name);
      value.fault("the platform makes no key of algorithm \"" + generated.algorithm + "\"; use one of " +
                  names);
    }
    chip.generates.push_back(std::move(generated));
  }
}

}  // namespace

void read_chip(Reading& reading, Node node) {
  Chip& chip = reading.profile.chip;
  chip.platform = read_platform(node.take("platform"));
  chip.memory = read_memory(node.take("memory"));
  chip.transport = read_master_key(node.take("transport_keys"));
  const Node issuer = node.take("issuer_keys");
  chip.issuer = read_master_key(issuer);
  if (chip.issuer.version != 0 && chip.issuer.version == chip.transport.version)
    issuer.fault(
        "the issuer's keys have the version of the transport keys, which they replace; choose another "
        "version");
  if (const Node generates = node.find("generates")) read_generated_keys(reading, generates);
  node.finish();
}

}  // namespace perso::profile
