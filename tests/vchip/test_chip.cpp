#include "test_chip.hpp"

#include <doctest/doctest.h>

#include "crypto/primitives.hpp"

namespace perso::vchip::test {

namespace {

Secret key_of(std::uint8_t first, std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return Secret(std::move(bytes));
}

std::string two_digits(std::size_t value) {
  return to_hex(Bytes{static_cast<std::uint8_t>(value)});
}

std::string length_value(const std::string& hex) {
  return two_digits(hex.size() / 2) + hex;
}

/// One-step or two-step derivation, as a host would write it for keys of 16 bytes and cryptograms.
Bytes derive(const Secret& key, std::uint8_t constant, std::size_t size, const Bytes& context) {
  Bytes out;
  for (std::uint8_t block = 1; out.size() < size; ++block) {
    const Bytes fixed = {0,
                         0,
                         0,
                         0,
                         0,
                         0,
                         0,
                         0,
                         0,
                         0,
                         0,
                         constant,
                         0,
                         static_cast<std::uint8_t>(size >> 5),
                         static_cast<std::uint8_t>(size << 3),
                         block};
    append(out, crypto::aes_cmac(key, concat({fixed, context})));
  }
  out.resize(size);
  return out;
}

}  // namespace

void demand(const std::string& got, const std::string& wanted) {
  REQUIRE(got == wanted);
}

void RepeatableRandom::fill(std::span<std::uint8_t> out) {
  for (std::uint8_t& byte : out) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    byte = static_cast<std::uint8_t>(state_ >> 32);
  }
}

KeySet transport_keys(std::size_t size) {
  return {0x01, {key_of(0x10, size), key_of(0x40, size), key_of(0x70, size)}};
}

KeySet issuer_keys() {
  return {0x20, {key_of(0xA0, 16), key_of(0xB0, 16), key_of(0xC0, 16)}};
}

ChipConfig blank_chip() {
  ChipConfig config;
  for (std::size_t i = 0; i < config.hardware.cplc.size(); ++i)
    config.hardware.cplc[i] = static_cast<std::uint8_t>(0xC0 + i);
  config.hardware.memory = 8192;
  config.transport_keys = transport_keys();
  return config;
}

namespace {

Nvm born(const ChipConfig& config) {
  Nvm nvm;
  Chip::make(config, nvm);
  return nvm;
}

}  // namespace

Bench::Bench(ChipConfig config) : Bench(born(config)) {}

Bench::Bench(Nvm nvm) : chip(std::move(nvm), random_) {
  chip.power_on();
}

std::string Bench::send(const std::string& hex) {
  return to_hex(chip.process(from_hex(hex)));
}

std::string Bench::status(const std::string& hex) {
  const std::string answer = send(hex);
  return answer.substr(answer.size() - 4);
}

std::string Bench::open(const KeySet& keys, std::uint8_t level) {
  const bool s16 = mac_size_ == 16;
  const std::string host_challenge = pattern(mac_size_, 0x5A);
  const auto transmit = [&](ByteView raw) { return through ? through(raw) : chip.process(raw); };
  Bytes answer = transmit(from_hex(command("80500000", host_challenge, 256)));
  if (answer.size() == 2 && !s16) {  // the chip may want S16
    mac_size_ = 16;
    const std::string retried = open(keys, level);
    if (retried != "6700") return retried;
    mac_size_ = 8;
  }
  if (answer.size() == 2) return to_hex(answer);
  initialize_update_answer = answer;
  const Bytes context = concat({from_hex(host_challenge), slice(answer, 13, mac_size_)});
  enc_ = Secret(derive(keys.enc(), 4, keys.enc().size(), context));
  mac_ = Secret(derive(keys.mac(), 6, keys.enc().size(), context));
  rmac_ = Secret(derive(keys.mac(), 7, keys.enc().size(), context));
  chaining_ = Bytes(16);
  Bytes external = {0x84, 0x82, level, 0x00, static_cast<std::uint8_t>(2 * mac_size_)};
  append(external, derive(mac_, 1, mac_size_, context));
  chaining_ = crypto::aes_cmac(mac_, concat({chaining_, external}));
  append(external, ByteView(chaining_).first(mac_size_));
  if (spoil) external[5 + *spoil] ^= 0x01;
  level_ = level;
  counter_ = 0;
  return to_hex(transmit(external));
}

Bytes Bench::protect(const std::string& hex) {
  const Bytes raw = from_hex(hex);
  auto apdu = iso7816::CommandApdu::parse(raw);
  const bool extended = raw.size() > 6 && raw[4] == 0;
  ++counter_;
  if ((level_ & 0x02) != 0 && !apdu.data.empty()) {
    Bytes count(8);
    append_be64(count, counter_);
    apdu.data.push_back(0x80);
    while (apdu.data.size() % 16 != 0) apdu.data.push_back(0);
    apdu.data = crypto::aes_cbc_encrypt(enc_, crypto::aes_encrypt_block(enc_, count), apdu.data);
  }
  Bytes out = {static_cast<std::uint8_t>(apdu.cla | 0x04), apdu.ins, apdu.p1, apdu.p2};
  const std::size_t lc = apdu.data.size() + mac_size_;
  const bool long_form = extended || lc > 255;
  if (long_form) append(out, Bytes{0, static_cast<std::uint8_t>(lc >> 8)});
  out.push_back(static_cast<std::uint8_t>(lc));
  append(out, apdu.data);
  chaining_ = crypto::aes_cmac(mac_, concat({chaining_, out}));
  append(out, ByteView(chaining_).first(mac_size_));
  if (apdu.ne > 0) {
    if (long_form) out.push_back(static_cast<std::uint8_t>(apdu.ne >> 8));
    out.push_back(static_cast<std::uint8_t>(apdu.ne));
  }
  return out;
}

std::string Bench::unprotect(ByteView answer) {
  const std::string status = to_hex(answer.last(2));
  if (status != "9000" && status[1] != '2' && status[1] != '3') return to_hex(answer);
  ByteView data = answer.first(answer.size() - 2);
  if ((level_ & 0x10) != 0) {
    if (data.size() < mac_size_) return "broken";
    const ByteView mac = data.last(mac_size_);
    data = data.first(data.size() - mac_size_);
    const Bytes expected = crypto::aes_cmac(rmac_, concat({chaining_, data, answer.last(2)}));
    if (!std::ranges::equal(ByteView(expected).first(mac_size_), mac)) return "broken";
  }
  Bytes plain(data.begin(), data.end());
  if ((level_ & 0x20) != 0 && !plain.empty()) {
    Bytes count = {0x80, 0, 0, 0, 0, 0, 0, 0};
    append_be64(count, counter_);
    plain = crypto::aes_cbc_decrypt(enc_, crypto::aes_encrypt_block(enc_, count), plain);
    while (!plain.empty() && plain.back() == 0) plain.pop_back();
    if (plain.empty() || plain.back() != 0x80) return "broken";
    plain.pop_back();
  }
  return to_hex(plain) + status;
}

std::string Bench::secure(const std::string& hex) {
  return unprotect(chip.process(protect(hex)));
}

void Bench::mark() {
  demand(open(transport_keys()), "9000");
  store("DF7010" + pattern(16, 0xE0));
}

void Bench::install() {
  demand(secure(install_app), "009000");
}

void Bench::target() {
  demand(secure(target_app), "009000");
}

void Bench::store(const std::string& dgis, std::size_t block) {
  for (const std::string& each : store_commands(dgis, block)) demand(secure(each), "9000");
}

void Bench::lock() {
  demand(secure("80F0800F"), "9000");
}

void Bench::personalize() {
  mark();
  install();
  target();
  store(file_control + dgi("0101", pattern(100)) + dgi("0102", pattern(10)) + dgi("0103", pattern(300, 7)));
}

std::vector<std::string> store_commands(const std::string& dgis, std::size_t block) {
  std::vector<std::string> commands;
  for (std::size_t at = 0; at < dgis.size(); at += 2 * block) {
    const std::string p1 = at + 2 * block >= dgis.size() ? "88" : "08";
    commands.push_back(command("80E2" + p1 + two_digits(commands.size()), dgis.substr(at, 2 * block)));
  }
  return commands;
}

std::string dgi(const std::string& id, const std::string& value) {
  const std::size_t size = value.size() / 2;
  return id + (size < 255 ? two_digits(size) : "FF" + two_digits(size >> 8) + two_digits(size)) + value;
}

std::string fcp(const std::string& fid, std::uint16_t size, std::uint8_t short_fid,
                const std::string& condition) {
  std::string value = "8302" + fid + "8002" + two_digits(size >> 8) + two_digits(size);
  if (short_fid != 0) value += "8801" + two_digits(short_fid);
  return "62" + length_value(value + "8C0201" + condition);
}

std::string pattern(std::size_t count, std::uint8_t first) {
  std::string hex;
  for (std::size_t i = 0; i < count; ++i) hex += two_digits(first + i);
  return hex;
}

std::string command(const std::string& header, const std::string& data, std::optional<std::size_t> ne,
                    bool extended) {
  const std::size_t nc = data.size() / 2;
  const bool wide = extended || nc > 255 || ne.value_or(0) > 256;
  std::string out = header;
  if (nc > 0) out += (wide ? "00" + two_digits(nc >> 8) : "") + two_digits(nc) + data;
  if (ne) out += (wide && nc == 0 ? "00" : "") + (wide ? two_digits(*ne >> 8) : "") + two_digits(*ne);
  return out;
}

const std::string install_app = command("80E60C00",
                                        "07F0504552534F01"
                                        "08F0504552534F0101" +
                                            length_value(app) +
                                            "0100"
                                            "02C900"
                                            "00");
const std::string target_app = command("80E62000", "0000" + length_value(app) + "000000");
const std::string file_control =
    dgi("6200", fcp("0101", 100, 1) + fcp("0102", 10, 0, "FF") + fcp("0103", 300));

std::string put_key(const KeySet& current, const KeySet& next) {
  std::string data = two_digits(next.version);
  for (const Secret& key : next.keys) {
    Bytes padded(key.expose().begin(), key.expose().end());
    padded.resize((padded.size() + 15) / 16 * 16);
    const Bytes kcv = crypto::aes_encrypt_block(key, Bytes(16, 0x01));
    data += "88" + length_value(two_digits(key.size()) +
                                to_hex(crypto::aes_cbc_encrypt(current.dek(), Bytes(16), padded)));
    data += "03" + to_hex(ByteView(kcv).first(3));
  }
  return command("80D8" + two_digits(current.version) + "81", data, 256);
}

}  // namespace perso::vchip::test
