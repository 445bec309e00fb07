#define OPENSSL_SUPPRESS_DEPRECATED  // RAND_set_rand_method: the one way to give OpenSSL its random bytes
#include "openpace.hpp"

#include <eac/objects.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/rand.h>

#include <utility>

#include "support/seeded_random.hpp"

// Exported by OpenPACE, but in no header of it.
extern "C" int KA_CTX_derive_keys(KA_CTX* context, const BUF_MEM* nonce, EVP_MD_CTX* digest);

namespace perso::test::openpace {

namespace {

const std::string pace_arcs = "0.4.0.127.0.7.2.2.4.";

SeededRandom& chance() {
  static SeededRandom random(1);
  return random;
}

int fill(unsigned char* bytes, int count) {
  chance().fill({bytes, static_cast<std::size_t>(count)});
  return 1;
}

void know_identifiers() {
  static const bool known = (EAC_init(), true);
  require(known, "EAC_init");
}

}  // namespace

void repeat_from(std::uint64_t seed) {
  static const RAND_METHOD method = {nullptr, fill, nullptr, nullptr, fill, nullptr};
  chance().begin_anew(seed);
  require(RAND_set_rand_method(&method) == 1, "RAND_set_rand_method");
}

void require(bool good, const std::string& step) {
  if (!good) throw Failure(step);
}

Buffer buffer_of(ByteView bytes) {
  Buffer buffer(BUF_MEM_new());
  require(buffer && BUF_MEM_grow(buffer.get(), bytes.size()) == bytes.size(), "memory");
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(buffer->data));
  return buffer;
}

Bytes taken(BUF_MEM* buffer, const std::string& step) {
  const Buffer owned(buffer);
  require(owned != nullptr, step);
  const auto* data = reinterpret_cast<const std::uint8_t*>(owned->data);
  return {data, data + owned->length};
}

Context new_context() {
  know_identifiers();
  Context context(EAC_CTX_new());
  require(context != nullptr, "EAC_CTX_new");
  return context;
}

bool is_chip_authentication_mapping(const std::string& oid) {
  return oid.starts_with(pace_arcs + "6.");
}

int protocol_number(const std::string& oid) {
  know_identifiers();
  int number = EAC_OBJ_txt2nid(oid.c_str());
  if (number == NID_undef) number = OBJ_create(oid.c_str(), nullptr, nullptr);
  require(number != NID_undef, "object identifier " + oid);
  return number;
}

Bytes oid_contents(const std::string& oid) {
  const ASN1_OBJECT* found = OBJ_nid2obj(protocol_number(oid));
  const unsigned char* data = OBJ_get0_data(found);
  return {data, data + OBJ_length(found)};
}

Context pace_context(const std::string& oid, int parameters) {
  Context context = new_context();
  std::string base = oid;
  if (is_chip_authentication_mapping(oid)) base[pace_arcs.size()] = '2';
  require(EAC_CTX_init_pace(context.get(), protocol_number(base), parameters) == 1, "EAC_CTX_init_pace");
  context->pace_ctx->protocol = protocol_number(oid);
  context->pace_ctx->id = parameters;
  return context;
}

void keep_leading_zeros(KA_CTX& agreement) {
  if (EVP_PKEY_get_base_id(agreement.key) == EVP_PKEY_EC) return;
  Bytes secret = taken(std::exchange(agreement.shared_secret, nullptr), "the shared secret");
  const auto size = static_cast<std::size_t>(EVP_PKEY_get_size(agreement.key));
  secret.insert(secret.begin(), size - secret.size(), 0x00);
  agreement.shared_secret = buffer_of(secret).release();
}

void derive_ca_keys(const EAC_CTX& context) {
  keep_leading_zeros(*context.ca_ctx->ka_ctx);
  require(KA_CTX_derive_keys(context.ca_ctx->ka_ctx, nullptr, context.md_ctx) == 1, "the session keys");
}

Bytes object(unsigned tag, ByteView value) {
  Bytes out;
  if (tag > 0xFF) out.push_back(static_cast<std::uint8_t>(tag >> 8));
  out.push_back(static_cast<std::uint8_t>(tag));
  if (value.size() > 0xFF) {
    out.push_back(0x82);
    append_be16(out, static_cast<std::uint16_t>(value.size()));
  } else {
    if (value.size() > 0x7F) out.push_back(0x81);
    out.push_back(static_cast<std::uint8_t>(value.size()));
  }
  append(out, value);
  return out;
}

std::pair<unsigned, ByteView> next_object(ByteView& rest) {
  std::size_t at = 0;
  const auto byte = [&] {
    require(at < rest.size(), "an object is cut");
    return std::size_t{rest[at++]};
  };
  std::size_t tag = byte();
  if ((tag & 0x1F) == 0x1F) tag = tag << 8 | byte();
  std::size_t size = byte();
  if (size > 0x80) {
    const std::size_t bytes = size - 0x80;
    size = 0;
    for (std::size_t i = 0; i < bytes; ++i) size = size << 8 | byte();
  }
  require(size <= rest.size() - at, "an object is cut");
  const ByteView value = rest.subspan(at, size);
  rest = rest.subspan(at + size);
  return {static_cast<unsigned>(tag), value};
}

ByteView only_object(ByteView bytes, unsigned tag) {
  const auto [found, value] = next_object(bytes);
  require(found == tag && bytes.empty(), "another object than expected");
  return value;
}

Messaging::Messaging(EAC_CTX& context, int id) : context_(context) {
  require(EAC_CTX_set_encryption_ctx(&context_, id) == 1, "EAC_CTX_set_encryption_ctx");
}

int curve_number(int parameters) {
  constexpr int first = 8;
  static constexpr int curves[] = {NID_X9_62_prime192v1, NID_brainpoolP192r1,  NID_secp224r1,
                                   NID_brainpoolP224r1,  NID_X9_62_prime256v1, NID_brainpoolP256r1,
                                   NID_brainpoolP320r1,  NID_secp384r1,        NID_brainpoolP384r1,
                                   NID_brainpoolP512r1,  NID_secp521r1};
  return curves[parameters - first];
}

void Messaging::count_from(ByteView counter) {
  require(BN_bin2bn(counter.data(), static_cast<int>(counter.size()), context_.ssc) != nullptr, "BN_bin2bn");
}

void Messaging::count() {
  require(EAC_increment_ssc(&context_) == 1, "EAC_increment_ssc");
}

Bytes Messaging::padded(ByteView bytes) {
  return taken(EAC_add_iso_pad(&context_, buffer_of(bytes).get()), "EAC_add_iso_pad");
}

Bytes Messaging::encrypt(ByteView plain) {
  return taken(EAC_encrypt(&context_, buffer_of(padded(plain)).get()), "EAC_encrypt");
}

Bytes Messaging::decrypt(ByteView cryptogram) {
  const Bytes blocks = taken(EAC_decrypt(&context_, buffer_of(cryptogram).get()), "EAC_decrypt");
  return taken(EAC_remove_iso_pad(buffer_of(blocks).get()), "EAC_remove_iso_pad");
}

Bytes Messaging::mac(ByteView head, ByteView objects) {
  Bytes blocks;
  if (!head.empty()) blocks = padded(head);
  if (!objects.empty()) append(blocks, padded(objects));
  return taken(EAC_authenticate(&context_, buffer_of(blocks).get()), "EAC_authenticate");
}

}  // namespace perso::test::openpace
