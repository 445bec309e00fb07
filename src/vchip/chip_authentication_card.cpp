#include "vchip/chip_authentication_card.hpp"

#include <algorithm>

#include "vchip/agreement_group.hpp"

namespace perso::vchip {

std::optional<Cipher> chip_authentication_cipher(ByteView oid) {
  static constexpr std::uint8_t id_ca_ecdh[] = {0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02};
  if (oid.size() != std::size(id_ca_ecdh) + 1 ||
      !std::ranges::equal(oid.first(std::size(id_ca_ecdh)), id_ca_ecdh))
    return std::nullopt;
  return cipher_named(oid.back());
}

SecureMessagingCard authenticate_chip(const ChipKey& key, Cipher cipher, ByteView terminal_key,
                                      Random& random) {
  const auto group = curve_group(key.curve);
  const Secret shared = group->agreed(group->element(terminal_key), key.scalar, random);
  return SecureMessagingCard(derive_session_keys(shared, cipher));
}

}  // namespace perso::vchip
