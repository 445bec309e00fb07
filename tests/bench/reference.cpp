#include "bench/reference.hpp"

#include <algorithm>
#include <stdexcept>

namespace perso::bench {

namespace {

constexpr std::size_t attributes = 110, certificate = 900, national_certificate = 600;  // signed, bytes
constexpr const char *ecdsa = "EMSA1(SHA-256)", *sm2 = "1234567812345678,SM3";

/// A public key as it comes with a card: read from its point.
template <typename Key>
Key read(const Key& known, const Botan::EC_Group& curve) {
  return {curve, curve.OS2ECP(known.public_point().encode(Botan::PointGFp::UNCOMPRESSED))};
}

}  // namespace

Reference::Reference()
    : signature_(signer_, random, ecdsa),
      national_signature_(national_signer_, random, sm2),
      document_(signed_message(signature_, attributes)),
      certificate_(signed_message(signature_, certificate)),
      national_certificate_(signed_message(national_signature_, national_certificate)) {}

std::vector<std::uint8_t> Reference::secret(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  random.randomize(bytes.data(), size);
  return bytes;
}

std::unique_ptr<Botan::MessageAuthenticationCode> Reference::mac(const std::string& name,
                                                                 std::size_t key_size) {
  auto made = Botan::MessageAuthenticationCode::create_or_throw(name);
  made->set_key(secret(key_size));
  return made;
}

std::unique_ptr<Botan::Cipher_Mode> Reference::mode(const std::string& name, Botan::Cipher_Dir direction,
                                                    std::size_t key_size) {
  auto made = Botan::Cipher_Mode::create_or_throw(name, direction);
  made->set_key(secret(key_size));
  return made;
}

std::uint8_t* Reference::bytes(std::size_t size) {
  data_.resize(std::max(data_.size(), size));
  return data_.data();
}

void Reference::digest(Botan::HashFunction& hash, std::size_t size) {
  std::uint8_t out[32];
  hash.update(bytes(size), size);
  hash.final(out);
}

void Reference::authenticate(Botan::MessageAuthenticationCode& code, std::size_t size) {
  std::uint8_t out[32];
  code.update(bytes(size), size);
  code.final(out);
}

void Reference::crypt(Botan::Cipher_Mode& cbc, ByteView iv, std::size_t size) {
  if (size == 0) return;
  cbc.start(iv.data(), iv.size());
  cbc.process(bytes(size), size);
}

Reference::Signed Reference::signed_message(Botan::PK_Signer& signer, std::size_t size) {
  Signed made{secret(size), {}};
  made.signature = signer.sign_message(made.message, random);
  return made;
}

void Reference::verify(const Botan::Public_Key& key, const char* scheme, const Signed& made) {
  Botan::PK_Verifier verifier(key, scheme);
  if (!verifier.verify_message(made.message, made.signature))
    throw std::logic_error("the reference's own signature does not verify");
}

void Reference::sign_document() {
  signature_.sign_message(bytes(attributes), attributes, random);
}

void Reference::sign_nationally(std::size_t size) {
  national_signature_.sign_message(bytes(size), size, random);
}

void Reference::verify_document() {
  verify(read<Botan::ECDSA_PublicKey>(signer_, group), ecdsa, document_);
}

void Reference::verify_document_signer() {
  verify(signer_, ecdsa, certificate_);
}

/// What was signed is longer than what is verified here: its digest makes up for that.
void Reference::verify_nationally(std::size_t size) {
  digest(*sm3_, size);
  verify(read<Botan::SM2_PublicKey>(national_signer_, national_group_), sm2, national_certificate_);
  verify(national_signer_, sm2, national_certificate_);
}

}  // namespace perso::bench
