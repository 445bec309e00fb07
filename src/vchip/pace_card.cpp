#include "vchip/pace_card.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "bytes/error.hpp"
#include "crypto/curve.hpp"
#include "crypto/primitives.hpp"
#include "vchip/block_cipher_card.hpp"
#include "vchip/drawn.hpp"
#include "vchip/integrated_mapping.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

// Table 4: what is exchanged in a dynamic authentication data object.
constexpr tlv::Tag dynamic_data_tag{0x7C}, nonce_tag{0x80}, terminal_mapping_tag{0x81},
    chip_mapping_tag{0x82}, terminal_key_tag{0x83}, chip_key_tag{0x84}, terminal_token_tag{0x85},
    chip_token_tag{0x86}, chip_authentication_data_tag{0x8A};
// 9.4: what a token is computed over.
constexpr tlv::Tag public_key_tag{0x7F49}, oid_tag{0x06}, number_tag{0x84}, point_tag{0x86};
constexpr std::uint32_t password_counter = 3;

/// The second to last arc of id-PACE-...
std::optional<PaceProtocol> variant_named(std::uint8_t arc) {
  switch (arc) {
    case 1:
      return PaceProtocol{GroupKind::dh, Mapping::generic};
    case 2:
      return PaceProtocol{GroupKind::ecdh, Mapping::generic};
    case 3:
      return PaceProtocol{GroupKind::dh, Mapping::integrated};
    case 4:
      return PaceProtocol{GroupKind::ecdh, Mapping::integrated};
    case 6:
      return PaceProtocol{GroupKind::ecdh, Mapping::chip_authentication};
    default:
      return std::nullopt;
  }
}

/// 4.4.3.3: at least as many bits as the key for integrated mapping, in whole blocks.
std::size_t nonce_size(const PaceProtocol& protocol) {
  constexpr std::size_t shortest = 16, longest = 32;
  const bool wide = protocol.mapping == Mapping::integrated && key_size(protocol.cipher) > shortest;
  return wide ? longest : shortest;
}

/// What 7C { ... } holds: nothing, or one object.
std::optional<tlv::Element> only_object(ByteView data) {
  tlv::Reader outer(data, tlv::Rules::ber);
  tlv::Reader objects(outer.expect(dynamic_data_tag).value, tlv::Rules::ber);
  outer.expect_end();
  if (objects.at_end()) return std::nullopt;
  const tlv::Element object = objects.next();
  objects.expect_end();
  return object;
}

/// Out of order where it is the object of another step.
StatusWord sw_of_unexpected(const tlv::Element& object) {
  const bool of_a_step = object.tag == terminal_mapping_tag || object.tag == terminal_key_tag ||
                         object.tag == terminal_token_tag;
  return of_a_step ? sw::conditions_not_satisfied : sw::wrong_data;
}

ByteView value_of(const std::optional<tlv::Element>& object, tlv::Tag tag) {
  if (!object) throw Refusal{sw::conditions_not_satisfied};
  if (object->tag != tag) throw Refusal{sw_of_unexpected(*object)};
  return object->value;
}

PaceProtocol offered(ByteView oid, std::uint8_t parameters) {
  if (!pace_works(oid, parameters)) throw Refusal{sw::wrong_data};
  return *pace_protocol(oid);
}

}  // namespace

std::optional<PaceProtocol> pace_protocol(ByteView oid) {
  static constexpr std::uint8_t id_pace[] = {0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04};
  constexpr std::size_t prefix = std::size(id_pace);
  if (oid.size() != prefix + 2 || !std::ranges::equal(oid.first(prefix), id_pace)) return std::nullopt;
  std::optional<PaceProtocol> protocol = variant_named(oid[prefix]);
  const std::optional<Cipher> cipher = cipher_named(oid[prefix + 1]);
  if (!protocol || !cipher) return std::nullopt;
  if (protocol->mapping == Mapping::chip_authentication && cipher == Cipher::triple_des) return std::nullopt;
  protocol->cipher = *cipher;
  return protocol;
}

bool pace_works(ByteView oid, std::uint8_t parameters) {
  const std::optional<PaceProtocol> protocol = pace_protocol(oid);
  const auto group = standardised_group(parameters);
  if (!protocol || !group || group->kind() != protocol->kind) return false;
  if (protocol->kind == GroupKind::dh || protocol->mapping != Mapping::integrated) return true;
  return has_point_encoding(crypto::Curve(standardised_curve(parameters)));
}

PaceCard::PaceCard(ByteView oid, std::uint8_t parameters, const Secret& password, const ChipKey* chip_key,
                   Random& random)
    : oid_(oid.begin(), oid.end()),
      protocol_(offered(oid, parameters)),
      curve_(standardised_curve(parameters)),
      group_(standardised_group(parameters)),
      random_(random),
      password_key_(derive_key(password, protocol_.cipher, password_counter)) {
  if (protocol_.mapping == Mapping::chip_authentication) {
    if (chip_key == nullptr || chip_key->curve != curve_) throw Refusal{sw::wrong_data};
    chip_private_ = Secret::copy_of(chip_key->scalar.expose());
  }
  nonce_ = Secret(drawn(random, nonce_size(protocol_)));
  if (protocol_.mapping != Mapping::integrated) mapping_private_ = group_->random_private(random);
  agreement_private_ = group_->random_private(random);
}

Bytes PaceCard::general_authenticate(ByteView data) {
  // Whatever goes wrong ends the run.
  const Step step = std::exchange(step_, Step::over);
  try {
    const Bytes answer = perform(step, only_object(data));
    step_ = static_cast<Step>(static_cast<int>(step) + 1);
    return tlv::encode(dynamic_data_tag, answer);
  } catch (const Error&) {
    throw Refusal{sw::wrong_data};
  }
}

Bytes PaceCard::perform(Step step, const std::optional<tlv::Element>& object) {
  switch (step) {
    case Step::nonce:
      if (object) throw Refusal{sw_of_unexpected(*object)};
      return tlv::encode(nonce_tag, encrypted_nonce());
    case Step::mapping:
      return tlv::encode(chip_mapping_tag, map(value_of(object, terminal_mapping_tag)));
    case Step::agreement:
      return tlv::encode(chip_key_tag, agree(value_of(object, terminal_key_tag)));
    case Step::authentication:
      return authenticate(value_of(object, terminal_token_tag));
    case Step::succeeded:
    case Step::over:
      throw Refusal{sw::conditions_not_satisfied};
  }
  std::abort();
}

Bytes PaceCard::encrypted_nonce() const {
  const Bytes zero_iv(block_size(protocol_.cipher));
  return cbc_encrypt(protocol_.cipher, password_key_, zero_iv, nonce_.expose());
}

/// @returns what the terminal needs for its mapping; nothing where that is integrated
Bytes PaceCard::map(ByteView terminal_data) {
  if (protocol_.mapping == Mapping::integrated) {
    if (terminal_data.size() != key_size(protocol_.cipher)) throw Refusal{sw::wrong_data};
    generator_ =
        group_->mapped(pseudo_random(protocol_.cipher, nonce_, terminal_data, group_->modulus_bits()));
    return {};
  }
  const Secret shared(group_->power(group_->element(terminal_data), mapping_private_, random_));
  generator_ = group_->combine(group_->power(group_->generator(), nonce_, random_), shared.expose());
  return group_->encoded(group_->power(group_->generator(), mapping_private_, random_));
}

Bytes PaceCard::agree(ByteView terminal_key) {
  const Bytes theirs = group_->element(terminal_key);
  const Bytes own = group_->power(generator_, agreement_private_, random_);
  if (theirs == own) throw Refusal{sw::wrong_data};
  keys_ = derive_session_keys(group_->agreed(theirs, agreement_private_, random_), protocol_.cipher);
  terminal_key_ = group_->encoded(theirs);
  own_key_ = group_->encoded(own);
  return own_key_;
}

Bytes PaceCard::authenticate(ByteView token) const {
  if (!equal_constant_time(token, token_over(own_key_))) throw Refusal{sw::authentication_failed};
  Bytes answer = tlv::encode(chip_token_tag, token_over(terminal_key_));
  if (protocol_.mapping == Mapping::chip_authentication)
    tlv::append(answer, chip_authentication_data_tag, chip_authentication_data());
  return answer;
}

Bytes PaceCard::token_over(ByteView public_key) const {
  const tlv::Tag tag = group_->kind() == GroupKind::ecdh ? point_tag : number_tag;
  Bytes object = tlv::encode(public_key_tag, {tlv::encode(oid_tag, oid_), tlv::encode(tag, public_key)});
  // The retail MAC takes whole blocks; CMAC pads in its own way.
  if (protocol_.cipher == Cipher::triple_des)
    object = padded(std::move(object), block_size(protocol_.cipher));
  return mac(protocol_.cipher, keys_.mac, object);
}

/// 4.4.3.5: encrypted. It shows whoever knows the chip's public key that the chip has the private one.
Bytes PaceCard::chip_authentication_data() const {
  const Secret data = crypto::Curve(curve_).divide(mapping_private_, chip_private_);
  const Bytes iv = crypto::aes_encrypt_block(keys_.enc, Bytes(block_size(protocol_.cipher), 0xFF));
  const ByteView plain = data.expose();
  const Secret blocks(padded(Bytes(plain.begin(), plain.end()), block_size(protocol_.cipher)));
  return cbc_encrypt(protocol_.cipher, keys_.enc, iv, blocks.expose());
}

}  // namespace perso::vchip
