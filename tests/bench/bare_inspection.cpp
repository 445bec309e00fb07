#include "bench/bare_inspection.hpp"

#include "bench/reference.hpp"
#include "tlv/tlv.hpp"

namespace perso::bench {

namespace {

constexpr std::size_t checksum = 2 + 8;  // DO 8E, which covers all before it
constexpr std::size_t derivation = 24;   // a secret of 20 bytes at most, or of 32, and a counter
constexpr std::size_t token_input = 82;  // DO 7F49 with an OID and a point of P-256

std::size_t up_to_blocks(std::size_t size, std::size_t block) {
  return (size / block + 1) * block;  // padding takes a byte at least
}

/// What DO 87 or 85 in front of the objects has encrypted.
std::size_t cryptogram_in(ByteView objects) {
  tlv::Reader reader(objects, tlv::Rules::ber);
  if (const auto padded = reader.take(tlv::Tag{0x87})) return padded->value.size() - 1;
  if (const auto bare = reader.take(tlv::Tag{0x85})) return bare->value.size();
  return 0;
}

}  // namespace

AccessWork access_work_of(Way way, const std::vector<Exchange>& exchanges) {
  const std::size_t block = way == Way::pace ? 16 : 8;
  AccessWork work{way, {}};
  for (const Exchange& exchange : exchanges) {
    const auto command = iso7816::CommandApdu::parse(exchange.command);
    const auto answer = iso7816::ResponseApdu::parse(exchange.answer);
    if ((command.cla & 0x0C) != 0x0C || answer.data.size() < checksum) continue;
    // Counter and header are whole blocks in front of a command's objects, the counter in front of an
    // answer's.
    work.exchanges.push_back(
        {cryptogram_in(command.data), 2 * block + up_to_blocks(command.data.size() - checksum, block),
         cryptogram_in(answer.data), block + up_to_blocks(answer.data.size() - checksum, block)});
  }
  return work;
}

struct BareInspection::Tools {
  explicit Tools(Reference& its_reference) : reference(its_reference) {}

  Reference& reference;
  const std::vector<std::uint8_t> key = reference.secret(16);
  const Bytes zero_iv = Bytes(16, 0x00);
  std::unique_ptr<Botan::BlockCipher> aes = Botan::BlockCipher::create_or_throw("AES-128");
  std::unique_ptr<Botan::MessageAuthenticationCode> cmac = reference.mac("CMAC(AES-128)", 16);
  std::unique_ptr<Botan::Cipher_Mode> aes_encryption =
      reference.mode("AES-128/CBC/NoPadding", Botan::ENCRYPTION, 16);
  std::unique_ptr<Botan::Cipher_Mode> aes_decryption =
      reference.mode("AES-128/CBC/NoPadding", Botan::DECRYPTION, 16);
  std::unique_ptr<Botan::MessageAuthenticationCode> retail_mac = reference.mac("X9.19-MAC", 16);
  std::unique_ptr<Botan::Cipher_Mode> des_encryption =
      reference.mode("3DES/CBC/NoPadding", Botan::ENCRYPTION, 16);
  std::unique_ptr<Botan::Cipher_Mode> des_decryption =
      reference.mode("3DES/CBC/NoPadding", Botan::DECRYPTION, 16);
  const Botan::EC_Group& group = reference.group;
  const std::vector<std::uint8_t> chip_point =
      (group.get_base_point() * group.random_scalar(reference.random)).encode(Botan::PointGFp::UNCOMPRESSED);
  std::vector<Botan::BigInt> workspace;

  /// Two keys of a secret, each set up for what a session does with it.
  void new_aes_session() {
    reference.digest_sha1(derivation);
    aes->set_key(key);
    aes_encryption->set_key(key);
    aes_decryption->set_key(key);
    reference.digest_sha1(derivation);
    cmac->set_key(key);
  }
  void new_des_session() {
    reference.digest_sha1(derivation);
    des_encryption->set_key(key);
    des_decryption->set_key(key);
    reference.digest_sha1(derivation);
    retail_mac->set_key(key);
  }

  Botan::PointGFp from_chip() { return group.OS2ECP(chip_point); }
  Botan::PointGFp base_power() {
    return group.blinded_base_point_multiply(group.random_scalar(reference.random), reference.random,
                                             workspace);
  }
  Botan::PointGFp power(const Botan::PointGFp& point) {
    return group.blinded_var_point_multiply(point, group.random_scalar(reference.random), reference.random,
                                            workspace);
  }
  static void encode(const Botan::PointGFp& point) { point.encode(Botan::PointGFp::UNCOMPRESSED); }

  /// Generic mapping, ICAO 9303-11 4.4: the password's key and the nonce; two multiples of the base point and
  /// one of the chip's point for the mapping; two of points for the agreement; two tokens.
  void pace() {
    reference.digest_sha1(derivation);
    aes_decryption->set_key(key);
    reference.crypt(*aes_decryption, zero_iv, 16);
    encode(base_power());
    const Botan::PointGFp generator = power(from_chip()) + base_power();
    encode(power(generator));
    encode(power(from_chip()));
    new_aes_session();
    for (int side = 0; side < 2; ++side) reference.authenticate(*cmac, token_input);
  }

  /// 4.4.3.5: the factor decrypted, and a multiple of the chip's key.
  void mapping_proof() {
    reference.crypt(*aes_decryption, zero_iv, 48);
    encode(power(from_chip()));
  }

  /// 4.3: the seed of what is printed; 32 bytes each way under its keys; the session's.
  void bac() {
    constexpr std::size_t printed = 24, cryptogram = 32;
    const ByteView iv = ByteView(zero_iv).first(8);
    reference.digest_sha1(printed);
    new_des_session();
    reference.crypt(*des_encryption, iv, cryptogram);
    for (int side = 0; side < 2; ++side) reference.authenticate(*retail_mac, cryptogram + 8);
    reference.crypt(*des_decryption, iv, cryptogram);
    new_des_session();
  }

  void crypt_aes(Botan::Cipher_Mode& mode, std::size_t size) {
    std::uint8_t iv[16] = {};
    if (size > 0) aes->encrypt(iv);  // the counter
    reference.crypt(mode, iv, size);
  }

  void exchange(Way way, const AccessWork::Protected& sizes) {
    if (way == Way::pace) {
      crypt_aes(*aes_encryption, sizes.command);
      reference.authenticate(*cmac, sizes.command_mac);
      reference.authenticate(*cmac, sizes.answer_mac);
      crypt_aes(*aes_decryption, sizes.answer);
      return;
    }
    const ByteView iv = ByteView(zero_iv).first(8);
    reference.crypt(*des_encryption, iv, sizes.command);
    reference.authenticate(*retail_mac, sizes.command_mac);
    reference.authenticate(*retail_mac, sizes.answer_mac);
    reference.crypt(*des_decryption, iv, sizes.answer);
  }
};

BareInspection::BareInspection(Reference& reference) : tools_(std::make_unique<Tools>(reference)) {}
BareInspection::~BareInspection() = default;

void BareInspection::open(const AccessWork& work) {
  if (work.way == Way::pace)
    tools_->pace();
  else
    tools_->bac();
  for (const AccessWork::Protected& sizes : work.exchanges) tools_->exchange(work.way, sizes);
}

void BareInspection::judge(const DocumentWork& work) {
  Reference& reference = tools_->reference;
  for (const std::size_t size : work.data_groups) reference.digest(size);
  reference.digest(work.security_object);
  reference.verify_document();  // EF.SOD
  reference.verify_document_signer();
  reference.verify_document();  // what the chip signed
  if (work.card_security) {
    reference.verify_document();
    tools_->mapping_proof();
  }
  if (work.record > 0) reference.verify_nationally(work.record);
}

}  // namespace perso::bench
