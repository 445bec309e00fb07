#include "channel/bac.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "channel/padding.hpp"
#include "channel/refusal.hpp"
#include "crypto/des.hpp"

namespace perso::channel {

using iso7816::ResponseApdu;
using iso7816::StatusWord;

namespace {

constexpr std::size_t block_size = 8;
constexpr std::size_t challenge_size = 8;  // RND.IC, RND.IFD
constexpr std::size_t key_size = 16;       // K.IC, K.IFD
constexpr std::size_t cryptogram_size = 2 * challenge_size + key_size;
constexpr std::size_t mac_size = 8;

[[noreturn]] void refused(const std::string& command, StatusWord status) {
  throw Error(Code::command_refused,
              "the chip refuses " + command + ": it may know no basic access control, or be no eMRTD",
              status.value);
}

[[noreturn]] void no_proof(const std::string& what) {
  throw Error(Code::channel_broken, what + ": set the card aside");
}

Bytes get_challenge(iso7816::Card& card) {
  ResponseApdu answer = card.transmit({0x00, 0x84, 0x00, 0x00, {}, challenge_size});
  if (!answer.status.ok()) refused("GET CHALLENGE", answer.status);
  if (answer.data.size() != challenge_size) no_proof("the chip's challenge has a wrong length");
  return std::move(answer.data);
}

Bytes mac_of(const KeyPair& keys, ByteView cryptogram) {
  return crypto::retail_mac(keys.mac, padded(cryptogram, block_size));
}

/// EXTERNAL AUTHENTICATE with `plain` under the document's keys; what the chip puts against it.
Bytes authenticate(iso7816::Card& card, const KeyPair& keys, ByteView plain) {
  const Bytes zero_iv(block_size, 0x00);
  const Bytes cryptogram = crypto::des3_cbc_encrypt(keys.encryption, zero_iv, plain);
  const ResponseApdu answer = card.transmit(
      {0x00, 0x82, 0x00, 0x00, concat({cryptogram, mac_of(keys, cryptogram)}), cryptogram_size + mac_size});
  if (refuses_the_key(answer.status))
    throw Error(Code::keys_do_not_open,
                "the printed data does not open the chip: see that card and order belong together",
                answer.status.value);
  if (!answer.status.ok()) refused("EXTERNAL AUTHENTICATE", answer.status);
  if (answer.data.size() != cryptogram_size + mac_size) no_proof("the chip's proof has a wrong length");
  const ByteView proof = ByteView(answer.data).first(cryptogram_size);
  if (!equal_constant_time(mac_of(keys, proof), ByteView(answer.data).last(mac_size)))
    no_proof("the MAC of the chip's proof is wrong");
  return crypto::des3_cbc_decrypt(keys.encryption, zero_iv, proof);
}

/// What the session keys come from, 9.7.4: K.IFD xor K.IC.
Secret session_seed(ByteView of_terminal, ByteView of_chip) {
  Bytes seed(key_size);
  std::ranges::transform(of_terminal, of_chip, seed.begin(),
                         [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a ^ b); });
  return Secret(std::move(seed));
}

}  // namespace

std::unique_ptr<SecureMessaging> open_bac(iso7816::Card& card, const PrintedData& printed, Random& random) {
  const Secret secret = printed_secret(printed);
  const KeyPair keys = derive_key_pair(secret.expose().first(key_size), Cipher::triple_des);
  const Bytes rnd_ic = get_challenge(card);
  Bytes rnd_ifd(challenge_size), k_ifd(key_size);
  random.fill(rnd_ifd);
  random.fill(k_ifd);

  const Secret sent(concat({rnd_ifd, rnd_ic, k_ifd}));
  wipe(k_ifd);
  const Secret proof(authenticate(card, keys, sent.expose()));
  const ByteView said = proof.expose();
  if (!equal_constant_time(said.first(challenge_size), rnd_ic) ||
      !equal_constant_time(said.subspan(challenge_size, challenge_size), rnd_ifd))
    no_proof("the chip's proof is of other challenges");

  const Secret seed = session_seed(sent.expose().last(key_size), said.last(key_size));
  // 9.8.6.3: the send sequence counter starts with the last four bytes of each challenge.
  return std::make_unique<SecureMessaging>(card, session_cipher(Cipher::triple_des, seed),
                                           concat({ByteView(rnd_ic).last(4), ByteView(rnd_ifd).last(4)}));
}

}  // namespace perso::channel
