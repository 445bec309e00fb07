#include "channel/pace.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "channel/integrated_mapping.hpp"
#include "channel/key_agreement.hpp"
#include "channel/padding.hpp"
#include "channel/refusal.hpp"
#include "crypto/asn1.hpp"
#include "crypto/curve.hpp"
#include "crypto/des.hpp"
#include "tlv/tlv.hpp"

namespace perso::channel {

using iso7816::ResponseApdu;
using iso7816::StatusWord;

namespace {

constexpr tlv::Tag dynamic_data{0x7C};
constexpr std::uint8_t chained = 0x10, last_of_chain = 0x00;  // classes of GENERAL AUTHENTICATE
constexpr std::size_t token_size = 8;
constexpr std::size_t max_nonce = 64;
constexpr std::size_t max_overhead = 8;  // tags and lengths around an element

constexpr std::uint8_t mrz_password = 0x01, can_password = 0x02;  // DO 83, 4.4.4.1

[[noreturn]] void broken(const std::string& what) {
  throw Error(Code::channel_broken, what + ": set the card aside");
}

[[noreturn]] void refused(const std::string& command, StatusWord status) {
  throw Error(Code::command_refused, "the chip refuses " + command + " of PACE: see what it offers",
              status.value);
}

/// @param status where the chip said so; nullopt where its token shows it
[[noreturn]] void does_not_open(std::optional<StatusWord> status) {
  const std::string what =
      "the printed data or the card access number does not open the chip: see that it is this card's";
  throw status ? Error(Code::keys_do_not_open, what, status->value) : Error(Code::keys_do_not_open, what);
}

/// Reads the objects that the chip answers a step with, to the last byte.
template <typename Read>
auto heard(ByteView data, const char* step, Read read) {
  try {
    tlv::Reader reader(data, tlv::Rules::ber);
    auto out = read(reader);
    reader.expect_end();
    return out;
  } catch (const Error&) {
    broken("the chip's answer to " + std::string(step) + " of PACE has other objects than it should");
  }
}

Bytes contents_of(tlv::Reader& reader, tlv::Tag tag) {
  const ByteView value = reader.expect(tag).value;
  return Bytes(value.begin(), value.end());
}

/// What opens the chip, and how the chip calls it.
struct Password {
  Secret key;  // K_pi
  std::uint8_t reference;
};

Password password_of(const AccessData& access, Cipher cipher) {
  const std::string& number = access.access_number;
  if (!std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; }))
    throw Error(Code::malformed, "a card access number has digits alone: give it as it is printed");
  if (!number.empty()) return {derive_password_key(as_bytes(number), cipher), can_password};
  if (!access.printed)
    throw Error(Code::malformed,
                "PACE needs the card access number or the data of the machine readable zone");
  return {derive_password_key(printed_secret(*access.printed).expose(), cipher), mrz_password};
}

std::unique_ptr<AgreementGroup> group_of(const PaceInfo& info) {
  constexpr int secp224r1 = 10;  // its prime is not 3 modulo 4: without integrated mapping, table 5
  const DomainParameters* parameters = find_parameters(info.parameters);
  const bool unmapped = info.protocol.mapping == Mapping::integrated && info.parameters == secp224r1;
  if (!parameters || unmapped || parameters->agreement != info.protocol.agreement ||
      oid_of(info.protocol).empty())
    throw Error(Code::malformed, "PACE with a protocol and domain parameters that do not go together");
  return parameters->agreement == KeyAgreement::dh ? field_group(crypto::rfc5114_group(parameters->id))
                                                   : curve_group(std::string(parameters->name));
}

Bytes oid_element(const PaceProtocol& protocol) {
  return crypto::asn1::oid(oid_of(protocol));
}

/// One run of the protocol. All that the terminal throws in is drawn before the first command.
class Run {
 public:
  Run(iso7816::Card& card, const PaceInfo& info, const AccessData& access, Random& random)
      : card_(card),
        info_(info),
        random_(random),
        group_(group_of(info)),
        password_(password_of(access, info.protocol.cipher)) {
    if (integrated()) {
      terminal_nonce_.resize(terminal_nonce_size(cipher()));
      random.fill(terminal_nonce_);
    } else {
      mapping_secret_ = group_->random_exponent(random);
    }
    agreement_secret_ = group_->random_exponent(random);
  }

  Pace open(ParameterSets sets) {
    choose(sets);
    const Secret generator = map(nonce());
    return authenticate(agree(generator.expose()));
  }

 private:
  Cipher cipher() const { return info_.protocol.cipher; }
  bool integrated() const { return info_.protocol.mapping == Mapping::integrated; }

  void choose(ParameterSets sets);
  Secret nonce();
  Secret map(const Secret& nonce);
  std::unique_ptr<SessionCipher> agree(ByteView generator);
  Pace authenticate(std::unique_ptr<SessionCipher> session);

  Bytes exchange(std::uint8_t cla, ByteView object, const char* step);
  Bytes exchange_object(ByteView object, tlv::Tag expected, const char* step);
  Bytes exchange_element(tlv::Tag sent, ByteView own, tlv::Tag expected, const char* step);
  Bytes token(SessionCipher& session, ByteView of) const;
  MappingProof proof(SessionCipher& session, ByteView encrypted) const;

  iso7816::Card& card_;
  const PaceInfo info_;
  Random& random_;
  std::unique_ptr<AgreementGroup> group_;
  Password password_;
  Bytes terminal_nonce_;
  Secret mapping_secret_, agreement_secret_;
  Bytes chip_mapping_key_;
  Bytes own_key_, chip_key_;  // of the agreement
};

/// MSE:Set AT, 4.4.4.1.
void Run::choose(ParameterSets sets) {
  const Bytes oid = oid_element(info_.protocol);
  Bytes data;
  tlv::append(data, tlv::Tag{0x80}, tlv::single(oid).value);
  tlv::append(data, tlv::Tag{0x83}, Bytes{password_.reference});
  if (sets == ParameterSets::several)
    tlv::append(data, tlv::Tag{0x84}, Bytes{static_cast<std::uint8_t>(info_.parameters)});
  const ResponseApdu answer = card_.transmit({0x00, 0x22, 0xC1, 0xA4, std::move(data), 0});
  if (!answer.status.ok()) refused("MSE:Set AT", answer.status);
}

/// GENERAL AUTHENTICATE with an object, or none; the contents of the chip's 7C.
Bytes Run::exchange(std::uint8_t cla, ByteView object, const char* step) {
  // Extended length only where short length cannot carry an answer: with numbers of 2,048 bits.
  const std::size_t ne = group_->element_size() + max_overhead > iso7816::max_ne_short
                             ? iso7816::max_ne_extended
                             : iso7816::max_ne_short;
  const ResponseApdu answer = card_.transmit({cla, 0x86, 0x00, 0x00, tlv::encode(dynamic_data, object), ne});
  if (cla == last_of_chain && refuses_the_key(answer.status)) does_not_open(answer.status);
  if (!answer.status.ok()) refused(step, answer.status);
  return heard(answer.data, step, [](tlv::Reader& reader) { return contents_of(reader, dynamic_data); });
}

/// The contents of the only object that the chip answers with.
Bytes Run::exchange_object(ByteView object, tlv::Tag expected, const char* step) {
  const Bytes contents = exchange(chained, object, step);
  return heard(contents, step, [&](tlv::Reader& reader) { return contents_of(reader, expected); });
}

/// The chip's public key against ours.
Bytes Run::exchange_element(tlv::Tag sent, ByteView own, tlv::Tag expected, const char* step) {
  Bytes element = exchange_object(tlv::encode(sent, own), expected, step);
  if (!group_->accepts(element)) broken("the chip's public key in PACE is none");
  if (equal_constant_time(element, own)) broken("the chip sends the terminal's public key back");
  return element;
}

/// 4.4.3.2, any whole blocks; for the pseudo-random function of integrated mapping at least 16 bytes.
Secret Run::nonce() {
  const Bytes encrypted = exchange_object({}, tlv::Tag{0x80}, "the encrypted nonce");
  const std::size_t block = cipher() == Cipher::triple_des ? 8 : 16;
  if (encrypted.size() < (integrated() ? 16 : block) || encrypted.size() > max_nonce ||
      encrypted.size() % block != 0)
    broken("the chip's nonce has a wrong length");
  const Bytes zero_iv(block, 0x00);
  return Secret(cipher() == Cipher::triple_des ? crypto::des3_cbc_decrypt(password_.key, zero_iv, encrypted)
                                               : crypto::aes_cbc_decrypt(password_.key, zero_iv, encrypted));
}

/// The generator of the session, 4.4.3.3.
Secret Run::map(const Secret& nonce) {
  constexpr tlv::Tag sent{0x81}, expected{0x82};
  constexpr const char* step = "the mapping";
  if (integrated()) {
    const Bytes contents = exchange(chained, tlv::encode(sent, terminal_nonce_), step);
    heard(contents, step, [&](tlv::Reader& reader) { return reader.take(expected); });  // empty, or not there
    return Secret(group_->mapped(nonce, terminal_nonce_, cipher()));
  }
  const Bytes generator = group_->generator();
  const EphemeralKey own = group_->key(generator, std::move(mapping_secret_), random_);
  chip_mapping_key_ = exchange_element(sent, own.element, expected, step);
  const Secret shared(group_->power(chip_mapping_key_, own.secret, random_));
  const Secret of_nonce(group_->power(generator, group_->exponent(nonce), random_));
  return Secret(group_->multiply(of_nonce.expose(), shared.expose()));
}

std::unique_ptr<SessionCipher> Run::agree(ByteView generator) {
  EphemeralKey own = group_->key(generator, std::move(agreement_secret_), random_);
  chip_key_ = exchange_element(tlv::Tag{0x83}, own.element, tlv::Tag{0x84}, "the key agreement");
  own_key_ = std::move(own.element);
  return session_cipher(cipher(), group_->shared_secret(chip_key_, own.secret, random_));
}

/// The token over the public key of the side that it is sent to, 4.4.3.4.
Bytes Run::token(SessionCipher& session, ByteView of) const {
  const tlv::Tag tag{info_.protocol.agreement == KeyAgreement::dh ? 0x84u : 0x86u};
  return session.token(tlv::encode(tlv::Tag{0x7F49}, {oid_element(info_.protocol), tlv::encode(tag, of)}));
}

Pace Run::authenticate(std::unique_ptr<SessionCipher> session) {
  constexpr const char* step = "the mutual authentication";
  const Bytes contents =
      exchange(last_of_chain, tlv::encode(tlv::Tag{0x85}, token(*session, chip_key_)), step);
  const bool proves = info_.protocol.mapping == Mapping::chip_authentication;
  Bytes said, encrypted;
  heard(contents, step, [&](tlv::Reader& reader) {
    said = contents_of(reader, tlv::Tag{0x86});
    // Names of certification authorities, from chips that know terminal authentication (BSI TR-03110).
    reader.take(tlv::Tag{0x87});
    reader.take(tlv::Tag{0x88});
    if (proves) encrypted = contents_of(reader, tlv::Tag{0x8A});
    return true;
  });
  if (said.size() != token_size) broken("the chip's token in PACE has a wrong length");
  if (!equal_constant_time(said, token(*session, own_key_))) does_not_open(std::nullopt);

  Pace open;
  if (proves) open.proof = proof(*session, encrypted);
  open.channel = std::make_unique<SecureMessaging>(card_, std::move(session));
  return open;
}

/// 4.4.3.5: the iv is the encryption of -1.
MappingProof Run::proof(SessionCipher& session, ByteView encrypted) const {
  const std::size_t block = session.block_size();
  if (encrypted.empty() || encrypted.size() % block != 0 || encrypted.size() > group_->element_size() + block)
    broken("the chip authentication data of PACE have a wrong length");
  Bytes data = session.decrypt(Bytes(block, 0xFF), encrypted);
  const auto plain = unpadded(data);
  if (!plain) broken("the chip authentication data of PACE have no padding");
  data.resize(plain->size());
  return {std::string(find_parameters(info_.parameters)->name), chip_mapping_key_, std::move(data)};
}

}  // namespace

bool MappingProof::proves(ByteView chip_key, Random& random) const {
  const crypto::Curve group(curve);
  const Bytes& factor = chip_authentication_data;
  const bool zero = std::ranges::all_of(factor, [](std::uint8_t byte) { return byte == 0; });
  if (zero || factor.size() > group.order_size() || !group.contains(chip_key)) return false;
  try {
    return group.multiply(chip_key, Secret::copy_of(factor), random) == mapping_public_key;
  } catch (const Error&) {  // the order of the group: infinity
    return false;
  }
}

Pace open_pace(iso7816::Card& card, const PaceInfo& info, ParameterSets sets, const AccessData& access,
               Random& random) {
  return Run(card, info, access, random).open(sets);
}

}  // namespace perso::channel
