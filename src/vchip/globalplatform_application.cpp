// What a file application does besides being written: its key pairs and reading.
#include <algorithm>

#include "crypto/ec.hpp"
#include "tlv/tlv.hpp"
#include "vchip/globalplatform_os.hpp"
#include "vchip/reading.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr std::uint8_t generate_and_return = 0x84;
constexpr std::uint8_t max_key_id = 0x1F;
constexpr std::uint8_t authentication_key_id = 1;
constexpr std::size_t challenge_size = 8;
constexpr const char* curve = "secp256r1";
// AC { 80 13 }: ECDSA on P-256.
constexpr std::uint8_t ecdsa_p256[] = {0xAC, 0x03, 0x80, 0x01, 0x13};

/// Tag and shortest length in front of so many bytes.
std::size_t head_size(std::size_t size) {
  return size < 0x80 ? 2 : size < 0x100 ? 3 : 4;
}

/// The most contents that fit with their tag and length into `field` bytes.
std::size_t contents_in(std::size_t field) {
  std::size_t size = field < 2 ? 0 : field - 2;
  while (size > 0 && size + head_size(size) > field) --size;
  return size;
}

}  // namespace

Answer GlobalPlatformOs::generate_key_pair(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  require_life(LifeCycle::personalizing);
  if (apdu.p1 != generate_and_return || apdu.p2 == 0 || apdu.p2 > max_key_id) throw Refusal{sw::wrong_p1p2};
  if (!std::ranges::equal(apdu.data, ecdsa_p256)) throw Refusal{sw::wrong_data};
  const std::size_t index = *session_.application;
  if (!state_.applications[index].key_pairs.contains(apdu.p2)) require_room(1);
  const crypto::EcPrivateKey key = crypto::EcPrivateKey::generate(curve, random_);
  effort_.key_generations = 1;
  commit(record::key_pair(index, apdu.p2, key.pkcs8()));
  return {tlv::encode(tlv::Tag{0x7F49}, tlv::encode(tlv::Tag{0x86}, key.public_key().point()))};
}

Answer GlobalPlatformOs::internal_authenticate(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (apdu.p1 != 0 || apdu.p2 != 0) throw Refusal{sw::wrong_p1p2};
  if (apdu.data.size() != challenge_size) throw Refusal{sw::wrong_length};
  const auto& keys = state_.applications[*session_.application].key_pairs;
  const auto found = keys.find(authentication_key_id);
  if (found == keys.end()) throw Refusal{sw::referenced_data_not_found};
  effort_.signatures = 1;
  return {
      crypto::EcPrivateKey::from_pkcs8(found->second).sign_plain(crypto::Hash::sha256, apdu.data, random_)};
}

const File& GlobalPlatformOs::readable_file() const {
  if (!session_.file) throw Refusal{sw::command_not_allowed};
  const File& file = *state_.applications[*session_.application].find(*session_.file);
  if (!file.readable) throw Refusal{sw::security_status};
  if (!file.complete()) throw Refusal{sw::conditions_not_satisfied};
  return file;
}

Answer GlobalPlatformOs::read(const Command& command, std::size_t offset, bool wrapped) {
  const File& file = readable_file();
  ReadSize size =
      read_size(command.apdu, command.extended ? max_ne_extended : max_ne_short, answer_room(command));
  if (wrapped) size.wanted = contents_in(size.wanted);
  Answer answer = read_part(file.contents, offset, size);
  if (wrapped) answer.data = tlv::encode(tlv::Tag{0x53}, answer.data);
  return answer;
}

Answer GlobalPlatformOs::read_binary(const Command& command) {
  const ReadPlace place = read_place(command.apdu);
  if (place.short_fid != 0) {
    const File* file = session_.application
                           ? state_.applications[*session_.application].find_short(place.short_fid)
                           : nullptr;
    if (file == nullptr) throw Refusal{sw::file_not_found};
    session_.file = file->fid;
  }
  return read(command, place.offset, false);
}

Answer GlobalPlatformOs::read_binary_odd(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  const ByteView digits = tlv::single(apdu.data).value;
  if (apdu.data[0] != 0x54 || digits.empty() || digits.size() > 4) throw Refusal{sw::wrong_data};
  std::size_t offset = 0;
  for (const std::uint8_t digit : digits) offset = offset << 8 | digit;
  if (const Fid fid{static_cast<std::uint16_t>(apdu.p1 << 8 | apdu.p2)}; fid.value != 0) {
    if (!session_.application || state_.applications[*session_.application].find(fid) == nullptr) {
      throw Refusal{sw::file_not_found};
    }
    session_.file = fid;
  }
  return read(command, offset, true);
}

}  // namespace perso::vchip
