#include "terminal.hpp"

#include "crypto/des.hpp"

namespace perso::vchip::test {

namespace {

Bytes with_padding(Bytes bytes, std::size_t block) {
  bytes.push_back(0x80);
  while (bytes.size() % block != 0) bytes.push_back(0x00);
  return bytes;
}

Secret derived(ByteView shared, std::uint8_t counter) {
  Bytes hash = crypto::digest(crypto::Hash::sha1, concat({shared, Bytes{0, 0, 0, counter}}));
  hash.resize(16);
  return Secret(std::move(hash));
}

char check_digit(const std::string& field) {
  const std::string values = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::size_t sum = 0;
  for (std::size_t i = 0; i < field.size(); ++i)
    sum += (field[i] == '<' ? 0 : values.find(field[i])) * std::vector<std::size_t>{7, 3, 1}[i % 3];
  return values[sum % 10];
}

std::string last_four(const std::string& answer) {
  return answer.substr(answer.size() - 4);
}

/// The X coordinate of a point.
ByteView shared_of(const Bytes& point) {
  return ByteView(point).subspan(1, 32);
}

}  // namespace

std::string tlv(const std::string& tag, const std::string& value) {
  const std::size_t size = value.size() / 2;
  Bytes length;
  if (size >= 0x100) {
    length = {0x82, static_cast<std::uint8_t>(size >> 8)};
  } else if (size >= 0x80) {
    length = {0x81};
  }
  length.push_back(static_cast<std::uint8_t>(size));
  return tag + to_hex(length) + value;
}

std::string hex_of(const std::string& text) {
  return to_hex(as_bytes(text));
}

Bytes seed_of(const Printed& printed) {
  std::string fields;
  for (const std::string& field : {printed.number, printed.birth, printed.expiry})
    fields += field + check_digit(field);
  return crypto::digest(crypto::Hash::sha1, as_bytes(fields));
}

Messaging::Messaging(Cipher cipher, ByteView shared, std::uint64_t counter)
    : cipher_(cipher), enc_(derived(shared, 1)), mac_(derived(shared, 2)), counter_(counter) {}

Bytes Messaging::count() const {
  Bytes bytes(block() - 8);
  append_be64(bytes, counter_);
  return bytes;
}

Bytes Messaging::iv() const {
  return cipher_ == Cipher::aes_128 ? crypto::aes_encrypt_block(enc_, count()) : zero_iv();
}

Bytes Messaging::block_of(std::uint8_t byte) const {
  return crypto::aes_encrypt_block(enc_, Bytes(16, byte));
}

Bytes Messaging::encrypt(ByteView blocks, ByteView iv) const {
  return cipher_ == Cipher::aes_128 ? crypto::aes_cbc_encrypt(enc_, iv, blocks)
                                    : crypto::des3_cbc_encrypt(enc_, iv, blocks);
}

Bytes Messaging::decrypt(ByteView blocks, ByteView iv) const {
  return cipher_ == Cipher::aes_128 ? crypto::aes_cbc_decrypt(enc_, iv, blocks)
                                    : crypto::des3_cbc_decrypt(enc_, iv, blocks);
}

Bytes Messaging::mac(ByteView bytes) const {
  // CMAC pads by itself; that the input of secure messaging is padded before is part of that.
  Bytes mac = cipher_ == Cipher::aes_128
                  ? crypto::aes_cmac(mac_, bytes)
                  : crypto::retail_mac(mac_, with_padding(Bytes(bytes.begin(), bytes.end()), 8));
  mac.resize(8);
  return mac;
}

Bytes Messaging::mac_over(ByteView bytes) const {
  Bytes input = concat({count(), bytes});
  return mac(cipher_ == Cipher::aes_128 ? with_padding(std::move(input), 16) : input);
}

Bytes Messaging::protect(const std::string& hex) {
  const Bytes raw = from_hex(hex);
  const auto apdu = iso7816::CommandApdu::parse(raw);
  const bool extended = raw.size() > 6 && raw[4] == 0;
  odd_ = (apdu.ins & 1) != 0;
  ++counter_;
  std::string objects;
  if (!apdu.data.empty()) {
    const std::string cryptogram = to_hex(encrypt(with_padding(apdu.data, block()), iv()));
    objects += odd_ ? tlv("85", cryptogram) : tlv("87", "01" + cryptogram);
  }
  if (apdu.ne > 0) {
    Bytes le;
    append_be16(le, static_cast<std::uint16_t>(apdu.ne));
    objects += tlv("97", to_hex(extended ? le : Bytes{le[1]}));
  }
  const Bytes header = {static_cast<std::uint8_t>(apdu.cla | 0x0C), apdu.ins, apdu.p1, apdu.p2};
  const Bytes mac = mac_over(concat({with_padding(header, block()), from_hex(objects)}));
  objects += tlv("8E", to_hex(mac));
  return from_hex(command(to_hex(header), objects, extended ? 65536 : 256, extended));
}

std::string Messaging::unprotect(ByteView answer) {
  const std::string hex = to_hex(answer);
  const std::string status = last_four(hex);
  if (answer.size() == 2) return "[" + status + "]";
  ++counter_;
  if (answer.size() < 16) return "broken";
  const ByteView covered = answer.first(answer.size() - 12);  // DO 8E and the status word
  if (hex.substr(hex.size() - 24) != "8E08" + to_hex(mac_over(covered)) + status) return "broken";
  if (to_hex(covered.last(4)) != "9902" + status) return "broken";
  if (covered.size() == 4) return status;
  const std::size_t head = covered[1] < 0x80 ? 2 : covered[1] == 0x81 ? 3 : 4;  // tag and length
  const std::size_t indicator = odd_ ? 0 : 1;
  if (covered[0] != (odd_ ? 0x85 : 0x87) || (!odd_ && covered[head] != 0x01)) return "broken";
  const std::size_t skipped = head + indicator;
  Bytes plain = decrypt(covered.subspan(skipped, covered.size() - 4 - skipped), iv());
  while (!plain.empty() && plain.back() == 0) plain.pop_back();
  if (plain.empty() || plain.back() != 0x80) return "broken";
  plain.pop_back();
  return to_hex(plain) + status;
}

std::string Terminal::send(const std::string& hex) {
  return to_hex(chip_.process(from_hex(hex)));
}

std::string Terminal::secure(const std::string& hex) {
  return channel->unprotect(chip_.process(channel->protect(hex)));
}

/// One GENERAL AUTHENTICATE of PACE; what stands in the object of the answer, or the status word.
std::string Terminal::step(std::uint8_t cla, const std::string& object, const std::string& value) {
  const std::string data = object.empty() ? "7C00" : tlv("7C", tlv(object, value));
  const std::string answer = send(command(to_hex(Bytes{cla}) + "860000", data, 256));
  if (last_four(answer) != "9000" || answer.size() < 12) return last_four(answer);
  return answer.substr(8, answer.size() - 12);  // behind 7C L tag L
}

std::string Terminal::pace(const std::string& oid, ByteView password, std::uint8_t reference,
                           std::optional<std::uint8_t> parameters) {
  const auto cipher = oid == pace_gm_des ? Messaging::Cipher::triple_des : Messaging::Cipher::aes_128;
  std::string environment = tlv("80", oid) + tlv("83", to_hex(Bytes{reference}));
  if (parameters) environment += tlv("84", to_hex(Bytes{*parameters}));
  const std::string set = send(command("0022C1A4", environment));
  if (set != "9000") return set;

  const std::string encrypted = step(0x10, "", "");
  if (encrypted.size() != 32) return encrypted;
  const Secret key = derived(password, 3);
  const Bytes nonce = cipher == Messaging::Cipher::aes_128
                          ? crypto::aes_cbc_decrypt(key, Bytes(16), from_hex(encrypted))
                          : crypto::des3_cbc_decrypt(key, Bytes(8), from_hex(encrypted));
  const Secret own = curve_.random_scalar(random_);
  const std::string mapped = step(0x10, "81", to_hex(curve_.multiply(curve_.generator(), own, random_)));
  if (mapped.size() != 130) return mapped;
  mapping_key_ = from_hex(mapped);
  const Bytes generator =
      curve_.add(curve_.multiply(curve_.generator(), Secret(concat({Bytes(16), nonce})), random_),
                 curve_.multiply(mapping_key_, own, random_));

  const Secret ephemeral = curve_.random_scalar(random_);
  const Bytes public_key = curve_.multiply(generator, ephemeral, random_);
  const std::string agreed = step(0x10, "83", to_hex(public_key));
  if (agreed.size() != 130) return agreed;
  const Bytes shared = curve_.multiply(from_hex(agreed), ephemeral, random_);
  Messaging messaging(cipher, shared_of(shared));

  const auto token_over = [&](const std::string& point) {
    return messaging.mac(from_hex(tlv("7F49", tlv("06", oid) + tlv("86", point))));
  };
  Bytes token = token_over(agreed);
  if (spoil_token) token[0] ^= 1;
  const std::string last = step(0x00, "85", to_hex(token));
  if (last.substr(0, 16) != to_hex(token_over(to_hex(public_key))) || last.size() < 16)
    return last.size() == 4 ? last : "broken";
  if (oid == pace_cam_aes) {
    const Bytes cryptogram = from_hex(last.substr(20));  // behind the token, 8A L
    proof_ = messaging.decrypt(cryptogram, messaging.block_of(0xFF));
    while (proof_.back() == 0) proof_.pop_back();
    proof_.pop_back();
  } else if (last.size() != 16) {
    return "broken";
  }
  channel.emplace(std::move(messaging));
  return "9000";
}

bool Terminal::proven_by(const std::string& chip_key) {
  return curve_.multiply(from_hex(chip_key), Secret::copy_of(proof_), random_) == mapping_key_;
}

std::string Terminal::pace_with_number(const std::string& digits, const std::string& oid) {
  return pace(oid, as_bytes(digits), 0x02);
}

std::string Terminal::pace_with_printed(const Printed& printed, const std::string& oid) {
  return pace(oid, seed_of(printed), 0x01);
}

std::string Terminal::basic(const Printed& printed) {
  Bytes seed = seed_of(printed);
  seed.resize(16);
  const Messaging access(Messaging::Cipher::triple_des, seed);
  const Bytes challenge = chip_.process(from_hex("0084000008"));
  if (challenge.size() != 10) return to_hex(challenge);
  const Bytes nonce = from_hex("781723860C06C226"), key = from_hex("0B795240CB7049B01C19B33E32804F0B");
  Bytes token = access.encrypt(concat({nonce, ByteView(challenge).first(8), key}), access.zero_iv());
  append(token, access.mac(token));
  const Bytes answer = chip_.process(from_hex("0082000028" + to_hex(token) + "28"));
  if (answer.size() != 42) return to_hex(answer);
  const ByteView cryptogram = ByteView(answer).first(32);
  const Bytes plain = access.decrypt(cryptogram, access.zero_iv());
  const bool right = access.mac(cryptogram) == Bytes(answer.begin() + 32, answer.begin() + 40) &&
                     to_hex(plain).substr(0, 32) == to_hex(challenge).substr(0, 16) + to_hex(nonce);
  if (!right) return "broken";
  Bytes shared(16);
  for (std::size_t i = 0; i < 16; ++i) shared[i] = static_cast<std::uint8_t>(plain[16 + i] ^ key[i]);
  const std::uint64_t counter =
      std::uint64_t{be32(ByteView(challenge).subspan(4))} << 32 | be32(ByteView(nonce).subspan(4));
  channel.emplace(Messaging::Cipher::triple_des, shared, counter);
  return "9000";
}

std::string Terminal::authenticate_chip(const std::string& oid, const std::string& chip_key,
                                        const std::string& key_id) {
  const std::string set =
      secure(command("002241A4", tlv("80", oid) + (key_id.empty() ? "" : tlv("84", key_id))));
  if (set != "9000") return set;
  const Secret ephemeral = curve_.random_scalar(random_);
  const std::string point = to_hex(curve_.multiply(curve_.generator(), ephemeral, random_));
  const std::string answer = secure(command("00860000", tlv("7C", tlv("80", point)), 256));
  if (answer != "7C009000") return answer;
  channel.emplace(oid == ca_des ? Messaging::Cipher::triple_des : Messaging::Cipher::aes_128,
                  shared_of(curve_.multiply(from_hex(chip_key), ephemeral, random_)));
  return "9000";
}

std::string Terminal::agree_with_kat(const std::string& chip_key, const std::string& key_id) {
  const Secret ephemeral = curve_.random_scalar(random_);
  const std::string point = to_hex(curve_.multiply(curve_.generator(), ephemeral, random_));
  const std::string answer =
      secure(command("002241A6", tlv("91", point) + (key_id.empty() ? "" : tlv("84", key_id))));
  if (answer != "9000") return answer;
  channel.emplace(Messaging::Cipher::triple_des,
                  shared_of(curve_.multiply(from_hex(chip_key), ephemeral, random_)));
  return "9000";
}

}  // namespace perso::vchip::test
