#include "passport_bench.hpp"

#include <doctest/doctest.h>

#include "crypto/curve.hpp"
#include "crypto/des.hpp"
#include "support/vectors.hpp"
#include "terminal.hpp"

namespace perso::vchip::test {

namespace {

const Bytes zero_iv(8);

std::string two_digits(std::size_t value) {
  return to_hex(Bytes{static_cast<std::uint8_t>(value)});
}

Bytes with_padding(Bytes bytes) {
  bytes.push_back(0x80);
  while (bytes.size() % 8 != 0) bytes.push_back(0x00);
  return bytes;
}

Bytes first_16_of_sha1(ByteView input) {
  Bytes hash = crypto::digest(crypto::Hash::sha1, input);
  hash.resize(16);
  return hash;
}

Secret derived(const Bytes& seed, std::uint8_t counter) {
  return Secret(first_16_of_sha1(concat({seed, Bytes{0, 0, 0, counter}})));
}

char check_digit(const std::string& field) {
  const std::string values = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::size_t sum = 0;
  for (std::size_t i = 0; i < field.size(); ++i)
    sum += (field[i] == '<' ? 0 : values.find(field[i])) * std::vector<std::size_t>{7, 3, 1}[i % 3];
  return values[sum % 10];
}

Nvm born(const ChipConfig& config) {
  Nvm nvm;
  Chip::make(config, nvm);
  return nvm;
}

/// A made-up key: 1,024 bits.
perso::test::VectorCase known_key() {
  return perso::test::load_vectors("active-authentication.vec").front();
}

}  // namespace

ChipConfig blank_passport() {
  ChipConfig config = blank_chip();
  config.platform = Platform::iso7816;
  config.transport_keys = {};
  return config;
}

std::string create_file(const std::string& fid, std::size_t size) {
  return "00E00000066304" + two_digits(size >> 8) + two_digits(size) + fid;
}

std::string select_file(const std::string& fid) {
  return "00A4020C02" + fid;
}

std::vector<std::string> update_binary(const std::string& contents, std::size_t piece) {
  std::vector<std::string> commands;
  for (std::size_t at = 0; 2 * at < contents.size(); at += piece)
    commands.push_back(
        command("00D6" + two_digits(at >> 8) + two_digits(at), contents.substr(2 * at, 2 * piece)));
  return commands;
}

std::string put_data(const std::string& object, const std::string& hex) {
  return command("00DA" + object, hex);
}

std::string put_access(const std::string& number, const std::string& birth, const std::string& expiry) {
  return put_data("0062", tlv("62", tlv("5F1F", hex_of(number)) + tlv("5F18", hex_of(birth)) +
                                        tlv("5F19", hex_of(expiry))));
}

std::string put_key_half(std::uint8_t object, const std::string& number) {
  return put_data("00" + two_digits(object), tlv(two_digits(object), tlv("04", number)));
}

std::string chip_key_object(const std::string& scalar) {
  const crypto::Curve curve("secp256r1");
  return tlv("81", to_hex(curve.p())) + tlv("82", to_hex(curve.a())) + tlv("83", to_hex(curve.b())) +
         tlv("84", to_hex(curve.generator())) + tlv("85", to_hex(curve.order())) + tlv("86", scalar) +
         tlv("87", "01");
}

std::string put_modulus() {
  return put_key_half(0x60, known_key().text("Modulus"));
}

std::string put_exponent() {
  return put_key_half(0x61, known_key().text("PrivateExponent"));
}

PassportBench::PassportBench(ChipConfig config) : PassportBench(born(config)) {}

PassportBench::PassportBench(Nvm nvm) : chip(std::move(nvm), random_) {
  chip.power_on();
}

std::string PassportBench::send(const std::string& hex) {
  return to_hex(chip.process(from_hex(hex)));
}

void PassportBench::succeed(const std::string& hex) {
  demand(send(hex), "9000");
}

std::string PassportBench::open(const std::string& number) {
  std::string printed;
  for (const std::string& field : {number, printed_birth, printed_expiry})
    printed += field + check_digit(field);
  const Bytes seed = first_16_of_sha1(as_bytes(printed));
  const Secret enc = derived(seed, 1), mac = derived(seed, 2);

  const Bytes challenge = chip.process(from_hex(get_challenge));
  if (challenge.size() != 10) return to_hex(challenge);
  const Bytes nonce = from_hex("781723860C06C226"), key = from_hex("0B795240CB7049B01C19B33E32804F0B");
  Bytes token = crypto::des3_cbc_encrypt(enc, zero_iv, concat({nonce, ByteView(challenge).first(8), key}));
  append(token, crypto::retail_mac(mac, with_padding(token)));
  const Bytes answer = chip.process(from_hex("0082000028" + to_hex(token) + "28"));
  if (answer.size() != 42) return to_hex(answer);

  const ByteView cryptogram = ByteView(answer).first(32);
  const Bytes proof = crypto::retail_mac(mac, with_padding(Bytes(cryptogram.begin(), cryptogram.end())));
  const Bytes plain = crypto::des3_cbc_decrypt(enc, zero_iv, cryptogram);
  const bool right = proof == Bytes(answer.begin() + 32, answer.begin() + 40) &&
                     to_hex(plain).substr(0, 32) == to_hex(challenge).substr(0, 16) + to_hex(nonce);
  if (!right) return "broken";
  Bytes session_seed(16);
  for (std::size_t i = 0; i < 16; ++i) session_seed[i] = static_cast<std::uint8_t>(plain[16 + i] ^ key[i]);
  enc_ = derived(session_seed, 1);
  mac_ = derived(session_seed, 2);
  counter_ = std::uint64_t{be32(ByteView(challenge).subspan(4))} << 32 | be32(ByteView(nonce).subspan(4));
  return "9000";
}

Bytes PassportBench::mac_over(ByteView bytes) const {
  Bytes input;
  append_be64(input, counter_);
  append(input, bytes);
  return crypto::retail_mac(mac_, with_padding(std::move(input)));
}

Bytes PassportBench::protect(const std::string& hex) {
  const auto apdu = iso7816::CommandApdu::parse(from_hex(hex));
  ++counter_;
  std::string objects;
  if (!apdu.data.empty())
    objects += tlv("87", "01" + to_hex(crypto::des3_cbc_encrypt(enc_, zero_iv, with_padding(apdu.data))));
  if (apdu.ne > 0) objects += tlv("97", two_digits(apdu.ne));
  const Bytes header = {static_cast<std::uint8_t>(apdu.cla | 0x0C), apdu.ins, apdu.p1, apdu.p2};
  objects += tlv("8E", to_hex(mac_over(concat({with_padding(header), from_hex(objects)}))));
  return from_hex(to_hex(header) + two_digits(objects.size() / 2) + objects + "00");
}

std::string PassportBench::unprotect(ByteView answer) {
  const std::string hex = to_hex(answer);
  const std::string status = hex.substr(hex.size() - 4);
  if (answer.size() == 2) return "[" + status + "]";
  ++counter_;
  if (answer.size() < 16) return "broken";
  const ByteView covered = answer.first(answer.size() - 12);  // DO 8E and the status word
  const std::string tail = "8E08" + to_hex(mac_over(covered)) + status;
  if (hex.substr(hex.size() - 24) != tail) return "broken";
  const std::string objects = to_hex(covered);
  if (objects.substr(objects.size() - 8) != "9902" + status) return "broken";
  if (covered.size() == 4) return status;
  const std::size_t head = covered[1] == 0x81 ? 3 : 2;  // tag and length
  if (covered[0] != 0x87 || covered[head] != 0x01) return "broken";
  Bytes plain =
      crypto::des3_cbc_decrypt(enc_, zero_iv, covered.subspan(head + 1, covered.size() - 4 - head - 1));
  while (plain.back() == 0) plain.pop_back();
  if (plain.back() != 0x80) return "broken";
  plain.pop_back();
  return to_hex(plain) + status;
}

std::string PassportBench::secure(const std::string& hex) {
  return unprotect(chip.process(protect(hex)));
}

std::string PassportBench::agree(const std::string& chip_key, const std::string& key_id) {
  const crypto::Curve curve("secp256r1");
  const Secret ephemeral = curve.random_scalar(terminal_random_);
  const std::string point = to_hex(curve.multiply(curve.generator(), ephemeral, terminal_random_));
  const std::string answer =
      secure(command("002241A6", tlv("91", point) + (key_id.empty() ? "" : tlv("84", key_id))));
  if (answer != "9000") return answer;
  const Bytes shared = curve.multiply(from_hex(chip_key), ephemeral, terminal_random_);
  const Bytes x(shared.begin() + 1, shared.begin() + 33);
  enc_ = derived(x, 1);
  mac_ = derived(x, 2);
  counter_ = 0;
  return answer;
}

std::string PassportBench::read_file(const std::string& fid, std::size_t size) {
  demand(secure(select_file(fid)), "9000");
  std::string contents;
  for (std::size_t at = 0; at < size; at += 200) {
    const std::string piece = secure("00B0" + two_digits(at >> 8) + two_digits(at) +
                                     two_digits(std::min<std::size_t>(200, size - at)));
    demand(piece.substr(piece.size() - 4), "9000");
    contents += piece.substr(0, piece.size() - 4);
  }
  return contents;
}

void PassportBench::personalize() {
  succeed(select_passport);
  const std::pair<const char*, const std::string&> files[] = {
      {"011E", com_contents}, {"0101", dg1_contents}, {"011D", sod_contents}};
  for (const auto& [fid, contents] : files) {
    succeed(create_file(fid, contents.size() / 2));
    succeed(select_file(fid));
    for (const std::string& each : update_binary(contents)) succeed(each);
  }
  succeed(put_access());
  succeed(put_modulus());
  succeed(put_exponent());
}

void PassportBench::lock() {
  succeed(lock_chip);
}

}  // namespace perso::vchip::test
