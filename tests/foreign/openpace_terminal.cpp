#include "openpace_terminal.hpp"

#include <openssl/ec.h>
#include <openssl/objects.h>

#include <array>

namespace perso::test::openpace {

namespace {

constexpr unsigned success = 0x9000;
constexpr int no_key_id = -1;

std::string hex(unsigned status) {
  return to_hex(Bytes{static_cast<std::uint8_t>(status >> 8), static_cast<std::uint8_t>(status)});
}

std::string dotted(int protocol) {
  std::array<char, 64> text{};
  require(OBJ_obj2txt(text.data(), text.size(), OBJ_nid2obj(protocol), 1) > 0, "an object identifier");
  return text.data();
}

Secret secret_of(const std::string& text, s_type type) {
  Secret secret(PACE_SEC_new(text.data(), text.size(), type));
  require(secret != nullptr, "PACE_SEC_new");
  return secret;
}

}  // namespace

Bytes Command::encoded() const {
  Bytes out = header();
  const auto length = [&](std::size_t value) {
    if (extended()) out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
  };
  if (extended()) out.push_back(0);
  if (!data.empty()) length(data.size());
  append(out, data);
  if (le) length(*le);
  return out;
}

Secret number_secret(const std::string& digits) {
  return secret_of(digits, PACE_CAN);
}

Secret zone_secret(const std::string& zone) {
  return secret_of(zone, PACE_MRZ);
}

Secret information_secret(const std::string& information) {
  std::array<unsigned char, 20> digest{};
  unsigned size = 0;
  require(EVP_Digest(information.data(), information.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1,
          "SHA-1");
  return secret_of({reinterpret_cast<const char*>(digest.data()), size}, PACE_RAW);
}

Answer Terminal::transmit(const Command& command) {
  const Bytes answer = carrier_(command.encoded());
  require(answer.size() >= 2, "an answer without a status word");
  return {Bytes(answer.begin(), answer.end() - 2), be16(ByteView(answer).last(2))};
}

Answer Terminal::send(const Command& command) {
  if (!channel_) return transmit(command);
  channel_->count();
  Command sent = command;
  sent.cla = static_cast<std::uint8_t>(command.cla | 0x0C);
  sent.data.clear();
  odd_ins_ = (command.ins & 1) != 0;
  if (!command.data.empty()) {
    Bytes cryptogram = channel_->encrypt(command.data);
    if (!odd_ins_) cryptogram.insert(cryptogram.begin(), 0x01);
    append(sent.data, object(odd_ins_ ? 0x85 : 0x87, cryptogram));
  }
  if (command.le) {
    Bytes le;
    append_be16(le, static_cast<std::uint16_t>(*command.le));
    if (!command.extended()) le.erase(le.begin());
    append(sent.data, object(0x97, le));
  }
  append(sent.data, object(0x8E, channel_->mac(sent.header(), sent.data)));
  sent.le = command.extended() ? 0x10000 : 0x100;
  return unprotect(transmit(sent));
}

Answer Terminal::unprotect(const Answer& answer) {
  require(!answer.data.empty(), "in the channel: " + hex(answer.status));
  channel_->count();
  Answer plain;
  Bytes covered, mac;
  for (ByteView rest = answer.data; !rest.empty();) {
    const ByteView from = rest;
    const auto [tag, value] = next_object(rest);
    if (tag == 0x8E) {
      mac.assign(value.begin(), value.end());
      break;
    }
    append(covered, from.first(from.size() - rest.size()));
    if (tag == 0x85) plain.data = channel_->decrypt(value);
    if (tag == 0x87) plain.data = channel_->decrypt(value.subspan(1));
    if (tag == 0x99) plain.status = be16(value);
  }
  require(!mac.empty() && mac == channel_->mac({}, covered), "the answer's MAC");
  require(plain.status == answer.status, "two status words");
  return plain;
}

Bytes Terminal::demand(const Command& command, const std::string& step) {
  Answer answer = send(command);
  require(answer.status == success, step + ": " + hex(answer.status));
  return answer.data;
}

void Terminal::select_master_file() {
  demand({0x00, 0xA4, 0x00, 0x0C, from_hex("3F00")}, "SELECT of the master file");
}

void Terminal::select_application(ByteView aid) {
  demand({0x00, 0xA4, 0x04, 0x0C, Bytes(aid.begin(), aid.end())}, "SELECT of an application");
}

std::optional<Bytes> Terminal::read(std::uint16_t fid) {
  Bytes id;
  append_be16(id, fid);
  if (send({0x00, 0xA4, 0x02, 0x0C, id}).status != success) return std::nullopt;
  Bytes contents;
  for (;;) {
    const auto high = static_cast<std::uint8_t>(contents.size() >> 8);
    const Answer part = send({0x00, 0xB0, high, static_cast<std::uint8_t>(contents.size()), {}, 0x100});
    append(contents, part.data);
    if (part.status == success && !part.data.empty()) continue;
    if (contents.empty()) return std::nullopt;
    return contents;
  }
}

Bytes Terminal::general_authenticate(unsigned tag, ByteView value, bool last) {
  const Bytes inner = tag == 0 ? Bytes{} : object(tag, value);
  const auto cla = static_cast<std::uint8_t>(last ? 0x00 : 0x10);
  const Bytes answer = demand({cla, 0x86, 0x00, 0x00, object(0x7C, inner), 0x100}, "GENERAL AUTHENTICATE");
  const ByteView out = only_object(answer, 0x7C);
  return {out.begin(), out.end()};
}

void Terminal::pace(const std::string& oid, int parameters, Password reference, const PACE_SEC& secret) {
  channel_.reset();
  context_ = pace_context(oid, parameters);
  run_pace(oid, parameters, reference, secret);
}

std::string Terminal::pace(ByteView card_access, Password reference, const PACE_SEC& secret) {
  channel_.reset();
  context_ = new_context();
  require(EAC_CTX_init_ef_cardaccess(card_access.data(), card_access.size(), context_.get()) == 1,
          "EAC_CTX_init_ef_cardaccess");
  const std::string oid = dotted(context_->pace_ctx->protocol);
  run_pace(oid, context_->pace_ctx->id, reference, secret);
  return oid;
}

void Terminal::run_pace(const std::string& oid, int parameters, Password reference, const PACE_SEC& secret) {
  const EAC_CTX* context = context_.get();
  parameters_ = parameters;
  const Bytes environment =
      concat({object(0x80, oid_contents(oid)), object(0x83, Bytes{static_cast<std::uint8_t>(reference)}),
              object(0x84, Bytes{static_cast<std::uint8_t>(parameters)})});
  demand({0x00, 0x22, 0xC1, 0xA4, environment}, "MSE:Set AT");

  const Bytes nonce = general_authenticate(0, {}, false);
  require(PACE_STEP2_dec_nonce(context, &secret, buffer_of(only_object(nonce, 0x80)).get()) == 1,
          "PACE_STEP2_dec_nonce");

  const Bytes own_mapping = taken(PACE_STEP3A_generate_mapping_data(context), "mapping data");
  const Bytes mapping = general_authenticate(0x81, own_mapping, false);
  const ByteView mapping_key = only_object(mapping, 0x82);
  mapping_key_.assign(mapping_key.begin(), mapping_key.end());
  require(PACE_STEP3A_map_generator(context, buffer_of(mapping_key).get()) == 1, "PACE_STEP3A_map_generator");

  const Bytes own_key = taken(PACE_STEP3B_generate_ephemeral_key(context_.get()), "an ephemeral key");
  const Bytes agreement = general_authenticate(0x83, own_key, false);
  const Buffer their_key = buffer_of(only_object(agreement, 0x84));
  require(PACE_STEP3B_compute_shared_secret(context, their_key.get()) == 1, "the shared secret");
  keep_leading_zeros(*context->pace_ctx->ka_ctx);
  require(PACE_STEP3C_derive_keys(context) == 1, "PACE_STEP3C_derive_keys");

  const Bytes token = taken(PACE_STEP3D_compute_authentication_token(context, their_key.get()), "a token");
  const Bytes last = general_authenticate(0x85, token, true);
  ByteView rest = last;
  const auto [tag, their_token] = next_object(rest);
  require(tag == 0x86 && PACE_STEP3D_verify_authentication_token(context, buffer_of(their_token).get()) == 1,
          "the chip's token");
  if (is_chip_authentication_mapping(oid)) {
    Messaging data(*context_, EAC_ID_PACE);
    data.count_from(Bytes(16, 0xFF));
    chip_authentication_data_ = data.decrypt(only_object(rest, 0x8A));
  }
  channel_.emplace(*context_, EAC_ID_PACE);
}

bool Terminal::proven_by(ByteView chip_key) const {
  const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group(
      EC_GROUP_new_by_curve_name(curve_number(parameters_)), EC_GROUP_free);
  const std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)> point(EC_POINT_new(group.get()), EC_POINT_free);
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> factor(
      BN_bin2bn(chip_authentication_data_.data(), static_cast<int>(chip_authentication_data_.size()),
                nullptr),
      BN_free);
  require(EC_POINT_oct2point(group.get(), point.get(), chip_key.data(), chip_key.size(), nullptr) == 1 &&
              EC_POINT_mul(group.get(), point.get(), nullptr, point.get(), factor.get(), nullptr) == 1,
          "the chip's key");
  Bytes product(mapping_key_.size());
  EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, product.data(), product.size(),
                     nullptr);
  return product == mapping_key_;
}

void Terminal::authenticate_chip(const std::string& oid, int parameters, ByteView chip_key) {
  require(EAC_CTX_init_ca(context_.get(), protocol_number(oid), parameters) == 1, "EAC_CTX_init_ca");
  agree(oid, chip_key, {});
}

std::string Terminal::authenticate_chip(ByteView data_group_14) {
  const ByteView infos = only_object(data_group_14, 0x6E);
  require(EAC_CTX_init_ef_cardaccess(infos.data(), infos.size(), context_.get()) == 1 && context_->ca_ctx,
          "EAC_CTX_init_ef_cardaccess");
  // It holds the chip's key until the terminal's is made.
  const Bytes chip_key = taken(CA_STEP2_get_eph_pubkey(context_.get()), "the chip's key");
  const std::string oid = dotted(context_->ca_ctx->protocol);
  const int id = context_->ca_ctx->id;
  agree(oid, chip_key, id == no_key_id ? Bytes{} : object(0x84, Bytes{static_cast<std::uint8_t>(id)}));
  return oid;
}

void Terminal::agree(const std::string& oid, ByteView chip_key, const Bytes& key_id) {
  const EAC_CTX* context = context_.get();
  chip_key_.assign(chip_key.begin(), chip_key.end());
  taken(TA_STEP3_generate_ephemeral_key(context), "an ephemeral key");
  const Bytes own_key = taken(CA_STEP2_get_eph_pubkey(context), "CA_STEP2_get_eph_pubkey");
  require(CA_STEP4_compute_shared_secret(context, buffer_of(chip_key).get()) == 1, "the shared secret");
  derive_ca_keys(*context);
  if (oid.ends_with(".1")) {
    demand({0x00, 0x22, 0x41, 0xA6, concat({object(0x91, own_key), key_id})}, "MSE:Set KAT");
  } else {
    demand({0x00, 0x22, 0x41, 0xA4, concat({object(0x80, oid_contents(oid)), key_id})}, "MSE:Set AT");
    require(general_authenticate(0x80, own_key, true).empty(), "an answer without contents");
  }
  channel_.emplace(*context_, EAC_ID_CA);
}

}  // namespace perso::test::openpace
