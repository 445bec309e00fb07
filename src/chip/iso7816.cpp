#include "chip/iso7816.hpp"

#include <algorithm>

#include "channel/bac.hpp"
#include "chip/access_objects.hpp"
#include "chip/exchange.hpp"
#include "chip/key_objects.hpp"

namespace perso::chip {

using iso7816::Aid;
using iso7816::CommandApdu;
using iso7816::Fid;
using iso7816::StatusWord;

namespace {

constexpr Fid ef_com{0x011E};
constexpr std::uint8_t access_data = 0x62, modulus = 0x60, private_exponent = 0x61, ec_private_key = 0x63;
constexpr std::size_t rsa_1024 = 128;  // bytes of its numbers

CommandApdu create_file(Bytes control) {
  return {0x00, 0xE0, 0x00, 0x00, std::move(control), 0};
}

CommandApdu put_data(std::uint8_t object, Bytes data) {
  return {0x00, 0xDA, 0x00, object, std::move(data), 0};
}

/// To a stranger who wants to read.
bool closed(StatusWord status) {
  return status == iso7816::sw::security_status || status == iso7816::sw::conditions_not_satisfied;
}

/// Of a locked chip, to a command of personalization.
void require_locked(StatusWord status) {
  if (status == iso7816::sw::ins_not_supported || status == iso7816::sw::conditions_not_satisfied) return;
  throw Error(Code::verification_failed,
              "the chip does not refuse a write as a locked one does: set it aside", status.value);
}

}  // namespace

Identity Iso7816::identify() {
  return identified([this] { return read_identity(); });
}

Identity Iso7816::identify(const channel::AccessData& access) {
  Identity identity = identify();
  access_ = access.printed;
  return identity;
}

/// The card's manager is selected by no name: it has another one on older cards.
Identity Iso7816::read_identity() {
  channel_.reset();
  selected_.reset();
  access_.reset();
  send(card_, {0x00, 0xA4, 0x04, 0x00, {}, iso7816::max_ne_short}, "SELECT of the card's manager");
  Identity identity;
  identity.max_command_data = platform_.max_command_data;
  identity.chip = read_chip_id(card_);
  if (!identity.chip) refused("GET DATA of CPLC", iso7816::sw::security_status);
  select_applet();
  const StatusWord status = card_.transmit(select_file(ef_com)).status;
  if (status == iso7816::sw::file_not_found) {
    identity.life = Life::blank;
  } else if (status.ok()) {
    identity.life = Life::personalizing;
  } else if (closed(status)) {
    identity.life = Life::issued;
  } else {
    refused("SELECT of EF.COM", status);
  }
  return identity;
}

void Iso7816::select(const Aid& application) {
  if (selected_ == application) return;
  channel_.reset();
  selected_.reset();
  send(card_, select_by_aid(application, 0x0C, 0), "SELECT of an application");
  selected_ = application;
}

void Iso7816::select_applet() {
  select(Aid(from_hex(platform_.applications.front())));
}

void Iso7816::open(const keys::ChipKeys*) {}

void Iso7816::mark(const ProgressMark&) {}

void Iso7816::replace_keys(const keys::ChipKeys&) {
  lacking(platform_, "key sets");
}

void Iso7816::install(const Aid& application) {
  if (std::ranges::find(platform_.applications, application.hex()) == platform_.applications.end())
    lacking(platform_, "application " + application.hex());
}

Bytes Iso7816::generate(const Aid&, const KeyRequest&) {
  lacking(platform_, "generated keys");
}

void Iso7816::inject(const Aid& application, const InjectedKey& key) {
  const auto* rsa = std::get_if<crypto::RsaPrivateKey>(&key.key);
  if (key.algorithm == "rsa-1024" && rsa != nullptr && rsa->modulus().size() == rsa_1024) {
    select(application);
    put_number(modulus, Secret::copy_of(rsa->modulus()), "PUT DATA of a public key");
    put_number(private_exponent, rsa->private_exponent(), "PUT DATA of a private key");
  } else if (const auto* ec = p256_key(key); key.algorithm == "ecdh-p256" && ec != nullptr) {
    select(application);
    const StatusWord status = transmit_secret(card_, put_data(ec_private_key, {}), ec_object(*ec)).status;
    if (!status.ok()) refused("PUT DATA of a private key", status);
  } else {
    lacking(platform_, "injected keys of the algorithm '" + std::string(key.algorithm) + "'");
  }
}

void Iso7816::put_number(std::uint8_t object, const Secret& number, std::string_view name) {
  const auto put = [&](const Secret& data) {
    return transmit_secret(card_, put_data(object, {}), data).status;
  };
  if (numbers_nested_) {
    const StatusWord status = put(nested_number(object, number));
    if (status.ok()) return;
    if (status == iso7816::sw::not_enough_memory) refused(name, status);
    numbers_nested_ = false;
  }
  if (const StatusWord status = put(number_behind(object, number)); !status.ok()) refused(name, status);
}

void Iso7816::set_access(const AccessControl& access) {
  if (!access.bac || !access.pace.empty() || !access.data.printed)
    lacking(platform_, "access control but basic access control");
  select_applet();
  send(card_, put_data(access_data, encode_printed(tlv::Tag{access_data}, *access.data.printed)),
       "PUT DATA of the access data");
  access_ = access.data.printed;
}

void Iso7816::write(const Aid& application, std::span<const FileImage> files) {
  require_access(platform_, files);
  std::vector<FileImage> ordered(files.begin(), files.end());
  std::stable_partition(ordered.begin(), ordered.end(),
                        [](const FileImage& file) { return file.fid == ef_com; });
  select(application);
  for (const FileImage& file : ordered) create(file);
  for (const FileImage& file : ordered) fill(file);
  reading_.know(application, files);
}

void Iso7816::create(const FileImage& file) {
  if (file.contents.size() > platform_.max_file_size)
    throw Error(Code::chip_full, "a file is larger than the chip takes: 32,767 bytes");
  Bytes control = {0x63, 0x04};
  append_be16(control, static_cast<std::uint16_t>(file.contents.size()));
  append_be16(control, file.fid.value);
  send(card_, create_file(std::move(control)), "CREATE FILE");
}

/// UPDATE BINARY, ISO/IEC 7816-4 7.2.4.
void Iso7816::fill(const FileImage& file) {
  send(card_, select_file(file.fid), "SELECT of a file");
  for (std::size_t offset = 0; offset < file.contents.size();) {
    const ByteView piece =
        file.contents.subspan(offset, std::min(platform_.max_command_data, file.contents.size() - offset));
    const auto high = static_cast<std::uint8_t>(offset >> 8), low = static_cast<std::uint8_t>(offset);
    send(card_, {0x00, 0xD6, high, low, Bytes(piece.begin(), piece.end()), 0}, "UPDATE BINARY");
    offset += piece.size();
  }
}

Bytes Iso7816::read_back(const Aid& application, Fid fid, std::size_t size) {
  select(application);
  if (!channel_) {
    try {
      return reading_.read(card_, application, fid, size, iso7816::max_ne_short);
    } catch (const Error& error) {
      if (!access_ || !error.status_word() || !closed({*error.status_word()})) throw;
    }
    channel_ = channel::open_bac(card_, *access_, random_);
  }
  return reading_.read(*channel_, application, fid, size, channel_->plain_capacity(iso7816::max_ne_short));
}

void Iso7816::lock() {
  select_applet();
  send(card_, {0x00, 0xDA, 0xDE, 0xAD, {}, 0}, "PUT DATA of the lock");
}

void Iso7816::prove_locked(const Aid& application, const keys::ChipKeys*) {
  select(application);
  require_locked(card_.transmit(create_file({0x63, 0x00})).status);
  if (!access_) return;
  channel_ = channel::open_bac(card_, *access_, random_);
  send(*channel_, select_file(ef_com), "SELECT of EF.COM");
  Bytes first = send(*channel_, {0x00, 0xB0, 0x00, 0x00, {}, 1}, "READ BINARY");
  require_locked(channel_->transmit({0x00, 0xD6, 0x00, 0x00, std::move(first), 0}).status);
}

}  // namespace perso::chip
