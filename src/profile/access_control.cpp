// How the chip opens to readers, and the key with which it proves itself to them.
#include <algorithm>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

constexpr std::size_t most_pace = 16;

AccessControl::Printed read_printed(Reading& reading, Node node) {
  AccessControl::Printed printed{
      .number = reading.field(node.take("number"),
                              {FieldType::text, FieldType::prc_number_18, FieldType::prc_number_15}),
      .born = reading.field(node.take("born"), {FieldType::date}),
      .expires = reading.field(node.take("expires"), {FieldType::date}),
  };
  node.finish();
  return printed;
}

/// The standardised domain parameters of that name.
const channel::DomainParameters* read_group(const Node& node, channel::KeyAgreement agreement) {
  const std::string name = node.text();
  if (name.empty()) return nullptr;
  const channel::DomainParameters* group = channel::find_parameters(name);
  if (group != nullptr && group->agreement == agreement) return group;
  std::vector<std::string_view> fitting;
  for (const channel::DomainParameters& each : channel::standardised_parameters())
    if (each.agreement == agreement) fitting.push_back(each.name);
  node.fault((group == nullptr ? "group " + shown(name) + " is not known here"
                               : "the protocol does not work in group " + shown(name)) +
             "; use one of " + joined(fitting));
  return nullptr;
}

/// {protocol: ecdh-gm-aes-128, group: secp256r1}
std::optional<channel::PaceInfo> read_pace_info(Node node) {
  const auto protocol = node.take("protocol").choice(pace_protocols);
  const Node group = node.take("group");
  node.finish();
  if (!protocol) return std::nullopt;
  const channel::DomainParameters* parameters = read_group(group, protocol->agreement);
  if (parameters == nullptr) return std::nullopt;
  return channel::PaceInfo{*protocol, parameters->id};
}

void read_pace(Reading& reading, const Node& node, std::vector<channel::PaceInfo>& pace) {
  for (const Node& item : node.items()) {
    const auto info = read_pace_info(item);
    if (!info) continue;
    if (pace.size() == most_pace)
      return item.fault("a chip offers at most " + std::to_string(most_pace) +
                        " protocols; remove this one and those after it");
    if (std::ranges::find(pace, *info) != pace.end())
      item.fault("the chip offers this protocol in this group already; keep it once");
    pace.push_back(*info);
    reading.pace.push_back(item.place());
  }
}

void check_known(const Chip& chip, const Node& node, std::string_view way) {
  if (chip.platform != nullptr &&
      std::ranges::find(chip.platform->access, way) == chip.platform->access.end())
    node.fault("platform " + std::string(chip.platform->name) + " does not open by " + std::string(way) +
               "; use one of " + joined(chip.platform->access));
}

}  // namespace

KeyUse use_of(const ChipKey& key) {
  return key.algorithm.starts_with("ecdh-") ? KeyUse::agreement : KeyUse::signing;
}

std::string Reading::key(const Node& node, KeyUse use) {
  const std::string name = node.text();
  if (name.empty()) return "";
  used_keys.insert(name);
  const ChipKey* found = profile.chip.key(name);
  if (found == nullptr)
    node.fault("the chip has no key " + shown(name) +
               "; name one of those under chip: generates: or injects:");
  else if (use_of(*found) != use)
    node.fault(
        use == KeyUse::signing
            ? "the key " + shown(name) + " agrees on session keys and signs nothing; name one that signs"
            : "the key " + shown(name) + " signs and agrees on nothing; name one of algorithm ecdh-p256");
  return name;
}

void read_access_control(Reading& reading, Node node) {
  Chip& chip = reading.profile.chip;
  AccessControl& access = chip.access.emplace();
  reading.access = node.place();
  const Node printed = node.find("printed"), number = node.find("access_number"), bac = node.find("bac"),
             pace = node.find("pace");
  if (printed) access.printed = read_printed(reading, printed);
  if (number) access.access_number = reading.field(number, {FieldType::access_number});
  if (bac) {
    bac.only_true("bac");
    access.bac = true;
    check_known(chip, bac, "bac");
    if (!printed)
      bac.fault("basic access control opens by what is printed; add printed: {number, born, expires}");
  }
  if (pace) {
    check_known(chip, pace, "pace");
    read_pace(reading, pace, access.pace);
    if (!printed && !number)
      pace.fault("PACE opens by a password; add printed: {number, born, expires} or access_number, or both");
  } else {
    number.fault("PACE alone opens by an access number; add pace, or leave access_number out");
    if (!bac) node.fault("nothing says by which protocol the chip opens; add bac: true or pace");
  }
  node.finish();
}

/// {key: chip-authentication, protocol: ecdh-aes-128}
void read_chip_authentication(Reading& reading, Node node) {
  Chip& chip = reading.profile.chip;
  reading.chip_authentication = node.place();
  ChipAuthentication& proof = chip.chip_authentication.emplace();
  proof.key = reading.key(node.take("key"), KeyUse::agreement);
  const Node word = node.take("protocol");
  if (const auto protocol = word.choice(chip_authentication_protocols)) {
    proof.protocol = *protocol;
    if (chip.platform != nullptr && std::ranges::find(chip.platform->chip_authentication, word.text()) ==
                                        chip.platform->chip_authentication.end())
      word.fault("platform " + std::string(chip.platform->name) + " has no chip authentication " +
                 shown(word.text()) + "; use one of " + joined(chip.platform->chip_authentication));
  }
  node.finish();
}

}  // namespace perso::profile
