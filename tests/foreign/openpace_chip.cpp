#define OPENSSL_SUPPRESS_DEPRECATED  // EVP_PKEY_get0_EC_KEY: OpenPACE keeps its keys in this form
#include "openpace_chip.hpp"

#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "openpace_terminal.hpp"

namespace perso::test::openpace {

namespace {

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

constexpr int first_curve = 8;
constexpr iso7816::StatusWord wrong_token{0x6300};

Number number_of(ByteView bytes) {
  return {BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), BN_free};
}

Bytes bytes_of(const BIGNUM* number, std::size_t size) {
  Bytes out(size);
  require(number != nullptr && BN_bn2binpad(number, out.data(), static_cast<int>(size)) > 0, "a number");
  return out;
}

const BIGNUM* private_part(const EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
    return EC_KEY_get0_private_key(EVP_PKEY_get0_EC_KEY(const_cast<EVP_PKEY*>(key)));
  return DH_get0_priv_key(EVP_PKEY_get0_DH(const_cast<EVP_PKEY*>(key)));
}

ChipKey new_key(int parameters) {
  const Context context = new_context();
  const char* oid = parameters < first_curve ? "0.4.0.127.0.7.2.2.3.1.2" : "0.4.0.127.0.7.2.2.3.2.2";
  require(EAC_CTX_init_ca(context.get(), protocol_number(oid), parameters) == 1, "EAC_CTX_init_ca");
  taken(TA_STEP3_generate_ephemeral_key(context.get()), "a key");
  const BIGNUM* number = private_part(context->ca_ctx->ka_ctx->key);
  return {bytes_of(number, static_cast<std::size_t>(BN_num_bytes(number))),
          taken(CA_STEP2_get_eph_pubkey(context.get()), "CA_STEP2_get_eph_pubkey")};
}

/// The dotted form of what PACE's and chip authentication's object identifiers have in common, and the rest.
std::string dotted(ByteView contents) {
  const ByteView prefix = contents.first(contents.size() - 3);
  require(to_hex(prefix) == "04007F00070202", "an object identifier of PACE or chip authentication");
  std::string out = "0.4.0.127.0.7.2.2";
  for (const std::uint8_t arc : contents.last(3)) out += "." + std::to_string(arc);
  return out;
}

}  // namespace

Chip::Chip(int parameters, std::string digits, Bytes file)
    : parameters_(parameters),
      digits_(std::move(digits)),
      file_(std::move(file)),
      key_(new_key(parameters)) {}

iso7816::ResponseApdu Chip::transmit(const iso7816::CommandApdu& command) {
  if (next_channel_) channel_.emplace(*context_, *next_channel_);
  next_channel_.reset();
  if (!channel_) return perform(command);
  return protect(perform(unprotect(command)));
}

iso7816::ResponseApdu Chip::perform(const iso7816::CommandApdu& command) {
  switch (command.ins) {
    case 0x22:
      return set_environment(command);
    case 0x86:
      try {
        return {general_authenticate(only_object(command.data, 0x7C)), iso7816::sw::success};
      } catch (const iso7816::StatusWord& refusal) {
        return {{}, refusal};
      }
    case 0xB0:
      if (!channel_) return {{}, iso7816::sw::security_status};
      return {Bytes(file_.begin(), file_.begin() + static_cast<long>(std::min(command.ne, file_.size()))),
              iso7816::sw::success};
    default:
      return {{}, iso7816::sw::ins_not_supported};
  }
}

iso7816::CommandApdu Chip::unprotect(const iso7816::CommandApdu& command) {
  channel_->count();
  iso7816::CommandApdu plain{
      static_cast<std::uint8_t>(command.cla & ~0x0C), command.ins, command.p1, command.p2, {}, 0};
  odd_ins_ = (command.ins & 1) != 0;
  Bytes covered, mac;
  for (ByteView rest = command.data; !rest.empty();) {
    const ByteView from = rest;
    const auto [tag, value] = next_object(rest);
    if (tag == 0x8E) mac.assign(value.begin(), value.end());
    if (tag != 0x8E) append(covered, from.first(from.size() - rest.size()));
    if (tag == 0x85) plain.data = channel_->decrypt(value);
    if (tag == 0x87) plain.data = channel_->decrypt(value.subspan(1));
    if (tag == 0x97) {
      plain.ne = value.size() == 1 ? value[0] : be16(value);
      if (plain.ne == 0) plain.ne = value.size() == 1 ? 0x100 : 0x10000;
    }
  }
  const Bytes header = {command.cla, command.ins, command.p1, command.p2};
  require(!mac.empty() && mac == channel_->mac(header, covered), "the command's MAC");
  return plain;
}

iso7816::ResponseApdu Chip::protect(const iso7816::ResponseApdu& answer) {
  channel_->count();
  Bytes objects, status;
  if (!answer.data.empty()) {
    Bytes cryptogram = channel_->encrypt(answer.data);
    if (!odd_ins_) cryptogram.insert(cryptogram.begin(), 0x01);
    append(objects, object(odd_ins_ ? 0x85 : 0x87, cryptogram));
  }
  append_be16(status, answer.status.value);
  append(objects, object(0x99, status));
  append(objects, object(0x8E, channel_->mac({}, objects)));
  return {objects, answer.status};
}

iso7816::ResponseApdu Chip::set_environment(const iso7816::CommandApdu& command) {
  std::optional<Bytes> agreed_with;
  oid_.clear();
  for (ByteView rest = command.data; !rest.empty();) {
    const auto [tag, value] = next_object(rest);
    if (tag == 0x80) oid_ = dotted(value);
    if (tag == 0x91) agreed_with = Bytes(value.begin(), value.end());
    if (tag == 0x84 && !channel_ && value[0] != parameters_)
      return {{}, iso7816::sw::referenced_data_not_found};
  }
  if (!channel_) context_ = pace_context(oid_, parameters_);
  if (agreed_with) {
    oid_ = parameters_ < first_curve ? "0.4.0.127.0.7.2.2.3.1.1" : "0.4.0.127.0.7.2.2.3.2.1";
    agree(*agreed_with);
  }
  return {{}, iso7816::sw::success};
}

Bytes Chip::general_authenticate(ByteView data) {
  const EAC_CTX* context = context_.get();
  if (data.empty()) {
    const Secret secret = number_secret(digits_);
    return object(0x7C, object(0x80, taken(PACE_STEP1_enc_nonce(context, secret.get()), "a nonce")));
  }
  const auto [tag, value] = next_object(data);
  switch (tag) {
    case 0x80:
      agree(value);
      return object(0x7C, {});
    case 0x81: {
      const Bytes own = taken(PACE_STEP3A_generate_mapping_data(context), "mapping data");
      require(PACE_STEP3A_map_generator(context, buffer_of(value).get()) == 1, "PACE_STEP3A_map_generator");
      return object(0x7C, object(0x82, own));
    }
    case 0x83: {
      const Bytes own = taken(PACE_STEP3B_generate_ephemeral_key(context_.get()), "an ephemeral key");
      terminal_key_.assign(value.begin(), value.end());
      require(PACE_STEP3B_compute_shared_secret(context, buffer_of(value).get()) == 1, "the shared secret");
      keep_leading_zeros(*context->pace_ctx->ka_ctx);
      require(PACE_STEP3C_derive_keys(context) == 1, "PACE_STEP3C_derive_keys");
      return object(0x7C, object(0x84, own));
    }
    default:
      return object(0x7C, check_token(value));
  }
}

Bytes Chip::check_token(ByteView token) {
  if (PACE_STEP3D_verify_authentication_token(context_.get(), buffer_of(token).get()) != 1) throw wrong_token;
  Bytes out = object(
      0x86, taken(PACE_STEP3D_compute_authentication_token(context_.get(), buffer_of(terminal_key_).get()),
                  "a token"));
  if (is_chip_authentication_mapping(oid_)) append(out, object(0x8A, chip_authentication_data()));
  next_channel_ = EAC_ID_PACE;
  return out;
}

/// The private value of the mapping divided by the chip's own, encrypted (9303-11 4.4.3.5).
Bytes Chip::chip_authentication_data() {
  const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group(
      EC_GROUP_new_by_curve_name(curve_number(parameters_)), EC_GROUP_free);
  const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> scratch(BN_CTX_new(), BN_CTX_free);
  const BIGNUM* order = EC_GROUP_get0_order(group.get());
  const Number own = number_of(key_.private_part);
  const Number quotient(BN_new(), BN_free);
  require(BN_mod_inverse(quotient.get(), own.get(), order, scratch.get()) != nullptr &&
              BN_mod_mul(quotient.get(), quotient.get(), private_part(context_->pace_ctx->static_key), order,
                         scratch.get()) == 1,
          "the quotient");
  Messaging session(*context_, EAC_ID_PACE);
  session.count_from(Bytes(16, 0xFF));
  return session.encrypt(bytes_of(quotient.get(), static_cast<std::size_t>(BN_num_bytes(order))));
}

void Chip::agree(ByteView terminal_key) {
  EAC_CTX* context = context_.get();
  require(EAC_CTX_init_ca(context, protocol_number(oid_), parameters_) == 1, "EAC_CTX_init_ca");
  require(CA_set_key(context, key_.private_part.data(), key_.private_part.size(), key_.public_part.data(),
                     key_.public_part.size()) == 1,
          "CA_set_key");
  require(CA_STEP4_compute_shared_secret(context, buffer_of(terminal_key).get()) == 1, "the shared secret");
  derive_ca_keys(*context);
  next_channel_ = EAC_ID_CA;
}

}  // namespace perso::test::openpace
