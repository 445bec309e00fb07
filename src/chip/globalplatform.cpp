#include "chip/globalplatform.hpp"

#include <algorithm>

#include "channel/bac.hpp"
#include "channel/pace.hpp"
#include "chip/access_objects.hpp"
#include "chip/dgi.hpp"
#include "chip/exchange.hpp"
#include "chip/key_objects.hpp"
#include "lds/files.hpp"
#include "lds/security_infos.hpp"

namespace perso::chip {

using iso7816::Aid;
using iso7816::ResponseApdu;
using iso7816::StatusWord;

namespace {

constexpr std::uint8_t isd_bytes[] = {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00};
constexpr std::uint8_t load_file_bytes[] = {0xF0, 'P', 'E', 'R', 'S', 'O', 0x01};
constexpr std::uint8_t module_bytes[] = {0xF0, 'P', 'E', 'R', 'S', 'O', 0x01, 0x01};

constexpr tlv::Tag fci{0x6F}, life_cycle{0x8A}, proprietary{0xA5}, largest_data_field{0x9F65};
constexpr tlv::Tag progress_mark{0xDF70}, public_key{0x7F49}, point{0x86};
constexpr std::uint8_t middle_block = 0x08, last_block = 0x88;  // P1 of STORE DATA, DGI format
constexpr std::uint16_t access_data = 0xDF71;
constexpr iso7816::ShortFid card_access{0x1C};

Aid isd() {
  return Aid(isd_bytes);
}

/// The level of the security domain is the master file.
Aid level_of(const Aid& application) {
  return application.is_master_file() ? isd() : application;
}

/// The contract's reference of an algorithm; nullopt for one that it has not.
std::optional<std::uint8_t> reference_of(std::string_view algorithm) {
  if (algorithm == "ecdsa-p256") return 0x13;
  if (algorithm == "ecdh-p256") return 0x23;
  return std::nullopt;
}

/// By the strongest protocol that EF.CardAccess offers.
std::unique_ptr<channel::SecureMessaging> open_by_pace(iso7816::Card& card, ByteView file,
                                                       const channel::AccessData& access, Random& random) {
  const lds::SecurityInfos infos = understood([&] {
    NoDeviations none;
    return lds::parse_card_access(file, none);
  });
  const channel::PaceInfo* const way = channel::strongest(infos.pace);
  if (way == nullptr) foreign("the chip offers no known protocol to open it");
  return channel::open_pace(card, *way, lds::pace_parameter_sets(infos), access, random).channel;
}

/// A length byte and the value, as INSTALL has its fields.
void append_lv(Bytes& out, ByteView value) {
  out.push_back(static_cast<std::uint8_t>(value.size()));
  append(out, value);
}

/// The data field of INSTALL [for personalization], GlobalPlatform 11.5.2.3.6.
Bytes for_personalization(const Aid& application) {
  Bytes data = {0x00, 0x00};
  append_lv(data, application.bytes());
  append(data, Bytes{0x00, 0x00, 0x00});
  return data;
}

Life life_of(std::uint8_t state) {
  switch (state) {
    case 0x01:
      return Life::blank;
    case 0x07:
      return Life::personalizing;
    case 0x0F:
      return Life::issued;
    case 0xFF:
      return Life::terminated;
    default:
      foreign("the chip is in an unknown life cycle state");
  }
}

std::size_t largest_field_of(ByteView description) {
  const ByteView field = value_within(value_within(description, proprietary), largest_data_field);
  if (field.size() < 2 || field.size() > 3) foreign("the chip does not say how long its commands may be");
  std::size_t size = 0;
  for (const std::uint8_t byte : field) size = size << 8 | byte;
  if (size < least_field) foreign("the chip takes too little data in a command");
  return size;
}

}  // namespace

GlobalPlatform::GlobalPlatform(const platform::Platform& platform, iso7816::Card& card, Random& random,
                               std::size_t command_limit)
    : platform_(platform),
      card_(card),
      random_(random),
      field_(std::min(command_limit, platform.max_command_data)) {}

/// The answer always has data: at least the channel's MAC.
Bytes GlobalPlatform::send_protected(std::uint8_t ins, std::uint8_t p1, std::uint8_t p2, Bytes data,
                                     std::string_view name) {
  return send(channel_.value(), {0x80, ins, p1, p2, std::move(data), iso7816::max_ne_short}, name);
}

Identity GlobalPlatform::identify() {
  return identified([this] { return read_identity(); });
}

Identity GlobalPlatform::identify(const channel::AccessData& access) {
  return identified([&] {
    Identity identity = read_identity();
    if (identity.chip) return identity;
    open_access(access);
    identity.chip = read_chip_id(*access_);
    if (!identity.chip) foreign("the chip was opened and does not say who it is");
    return identity;
  });
}

Identity GlobalPlatform::read_identity() {
  close_channel();
  access_.reset();
  const Bytes selected =
      send(card_, select_by_aid(isd(), 0x00, iso7816::max_ne_short), "SELECT of the security domain");
  selected_ = isd();
  const ByteView description = value_of(selected, fci);
  const ByteView state = value_within(description, life_cycle);
  if (state.size() != 1) foreign("the chip does not say its life cycle state");

  Identity identity;
  identity.life = life_of(state.front());
  identity.max_command_data = largest_field_of(description);
  identity.chip = read_chip_id(card_);
  if (!identity.chip && identity.life != Life::issued)
    refused("GET DATA of CPLC", iso7816::sw::security_status);
  if (identity.life == Life::personalizing) identity.mark = read_mark();
  field_ = std::min(field_, identity.max_command_data);
  return identity;
}

/// From the level of the security domain, and back to it.
void GlobalPlatform::open_access(const channel::AccessData& access) {
  if (const auto offered = read_whole(card_, card_access)) {
    if (access.empty()) throw Error(Code::keys_do_not_open, "nothing is known that opens the chip");
    access_ = open_by_pace(card_, *offered, access, random_);
    return;
  }
  if (!access.printed)
    throw Error(Code::keys_do_not_open, "the chip opens by what its machine readable zone shows alone");
  select(Aid(lds::emrtd_aid));
  access_ = channel::open_bac(card_, *access.printed, random_);
  send(*access_, select_by_aid(isd(), 0x0C, 0), "SELECT of the security domain");
  selected_ = isd();
}

std::optional<ProgressMark> GlobalPlatform::read_mark() {
  const ResponseApdu answer = card_.transmit(get_data(progress_mark));
  if (answer.status == iso7816::sw::referenced_data_not_found) return std::nullopt;
  if (!answer.status.ok()) refused("GET DATA of the progress mark", answer.status);
  const ByteView value = value_of(answer.data, progress_mark);
  ProgressMark mark;
  if (value.size() != mark.size()) foreign("the chip's progress mark is not 16 bytes");
  std::copy(value.begin(), value.end(), mark.begin());
  return mark;
}

/// Afterwards the application is selected and no channel is open.
void GlobalPlatform::select(const Aid& application) {
  if (selected_ == application && !channel_ && !access_) return;
  close_channel();
  access_.reset();
  selected_.reset();
  send(card_, select_by_aid(application, 0x0C, 0), "SELECT of an application");
  selected_ = application;
}

void GlobalPlatform::close_channel() {
  channel_.reset();
  target_.reset();
}

/// INITIALIZE UPDATE ends a channel that is open on the application. What a chip's mode is shows in its
/// answer alone, so one in S16 mode refuses the first challenge for its length.
void GlobalPlatform::open_on(const Aid& application) {
  if (keys_ == nullptr) throw Error(Code::key_missing, "no keys are given that open the chip");
  if (selected_ != application) select(application);
  close_channel();
  try {
    open_scp03();
  } catch (const Error& error) {
    const bool s8_refused =
        mode_ == channel::Scp03Mode::s8 && error.status_word() == iso7816::sw::wrong_length.value;
    if (!s8_refused) throw;
    mode_ = channel::Scp03Mode::s16;
    open_scp03();
  }
  access_.reset();
}

void GlobalPlatform::open_scp03() {
  iso7816::Card& opening_way = access_ ? static_cast<iso7816::Card&>(*access_) : card_;
  channel_.emplace(
      channel::Scp03::open(opening_way, card_, *keys_, channel::SecurityLevel::full, random_, mode_));
}

void GlobalPlatform::reach(const Aid& application) {
  if (!(channel_ && selected_ == application)) open_on(application);
}

void GlobalPlatform::open(const keys::ChipKeys* keys) {
  keys_ = keys;
  open_on(isd());
}

void GlobalPlatform::mark(const ProgressMark& run) {
  reach(isd());
  Bytes stream;
  append_dgi(stream, static_cast<std::uint16_t>(progress_mark.value), run);
  store(stream);
}

/// GlobalPlatform 11.5.2.3.2: INSTALL [for install and make selectable]. The master file is there.
void GlobalPlatform::install(const Aid& application) {
  if (application.is_master_file()) return;
  reach(isd());
  target_.reset();
  Bytes data;
  append_lv(data, load_file_bytes);
  append_lv(data, module_bytes);
  append_lv(data, application.bytes());
  append(data, Bytes{0x01, 0x00, 0x02, 0xC9, 0x00, 0x00});  // no privileges, empty parameters, no token
  send_protected(0xE6, 0x0C, 0x00, std::move(data), "INSTALL of an application");
}

/// GlobalPlatform 11.8 with the AES key blocks of Amendment D 7.2: all three keys in one PUT KEY.
void GlobalPlatform::replace_keys(const keys::ChipKeys& next) {
  constexpr std::uint8_t aes = 0x88, several_from_key_1 = 0x81;
  reach(isd());
  const keys::ChipKeys& current = *keys_;
  Bytes data = {next.version()};
  Bytes confirmation = {next.version()};
  for (const keys::Role role : {keys::Role::enc, keys::Role::mac, keys::Role::dek}) {
    const keys::Kcv check = next.kcv(role);
    Bytes block = {static_cast<std::uint8_t>(next.key_size())};
    append(block, next.wrapped_under(current, role));
    data.push_back(aes);
    append_lv(data, block);
    append_lv(data, check.bytes);
    append(confirmation, check.bytes);
  }
  if (send_protected(0xD8, current.version(), several_from_key_1, std::move(data), "PUT KEY") != confirmation)
    throw Error(Code::read_back_differs, "the chip confirms other keys than it was given: set it aside");
  keys_ = &next;
}

/// ISO/IEC 7816-8: GENERATE ASYMMETRIC KEY PAIR.
Bytes GlobalPlatform::generate(const Aid& application, const KeyRequest& key) {
  const auto algorithm = reference_of(key.algorithm);
  if (!algorithm) lacking(platform_, "generated keys of the algorithm '" + std::string(key.algorithm) + "'");
  reach(application);
  const Bytes answer = send_protected(0x46, 0x84, key.id, {0xAC, 0x03, 0x80, 0x01, *algorithm},
                                      "GENERATE ASYMMETRIC KEY PAIR");
  const ByteView value = value_of(value_of(answer, public_key), point);
  if (value.size() != 65 || value.front() != 0x04)
    foreign("the chip's public key is not an uncompressed point of P-256");
  return Bytes(value.begin(), value.end());
}

/// A stream of one block: shorter than any channel's room.
void GlobalPlatform::inject(const Aid& application, const InjectedKey& key) {
  const crypto::EcPrivateKey* const ec = p256_key(key);
  if (ec == nullptr)
    lacking(platform_, "injected keys of the algorithm '" + std::string(key.algorithm) + "'");
  const Secret dgi = key_dgi(key.id, reference_of(key.algorithm).value(), *ec);
  aim_at(application);
  const StatusWord status =
      transmit_secret(channel_.value(), {0x80, 0xE2, last_block, 0x00, {}, iso7816::max_ne_short}, dgi)
          .status;
  if (!status.ok()) refused("STORE DATA of a key", status);
}

void GlobalPlatform::set_access(const AccessControl& access) {
  Bytes stream, value = encode_access(access);
  const WipedAtEnd stream_wiped(stream), value_wiped(value);
  stream.reserve(value.size() + max_dgi_head);
  append_dgi(stream, access_data, value);
  aim_at(isd());
  store(stream);
}

void GlobalPlatform::write(const Aid& application, std::span<const FileImage> files) {
  require_access(platform_, files);
  const Bytes stream = dgi_stream(files);
  aim_at(level_of(application));
  store(stream);
  reading_.know(level_of(application), files);
}

/// Whose own channel is open takes its data directly. A channel to the security domain passes them on after
/// INSTALL [for personalization], until it is told otherwise, and the security domain itself takes none any
/// more in that channel. From anywhere else the application itself is the shorter way.
void GlobalPlatform::aim_at(const Aid& application) {
  const bool by_issuer = channel_ && selected_ == isd();
  if (application == isd() && target_) return open_on(isd());
  if (!by_issuer || application == isd()) return reach(application);
  if (target_ == application) return;
  target_.reset();
  send_protected(0xE6, 0x20, 0x00, for_personalization(application), "INSTALL for personalization");
  target_ = application;
}

/// STORE DATA, GlobalPlatform 11.11: cut into the largest blocks that the channel leaves room for.
void GlobalPlatform::store(ByteView stream) {
  const std::size_t room = channel_.value().room(field_);
  for (std::uint8_t number = 0; !stream.empty(); ++number) {  // counts modulo 256
    const ByteView block = stream.first(std::min(room, stream.size()));
    stream = stream.subspan(block.size());
    const std::uint8_t p1 = stream.empty() ? last_block : middle_block;
    const StatusWord status =
        transmit_secret(channel_.value(), {0x80, 0xE2, p1, number, {}, iso7816::max_ne_short},
                        Secret::copy_of(block))
            .status;
    if (!status.ok()) refused("STORE DATA", status);
  }
}

Bytes GlobalPlatform::read_back(const Aid& application, iso7816::Fid fid, std::size_t size) {
  const Aid level = level_of(application);
  select(level);
  return reading_.read(card_, level, fid, size, std::max(field_, iso7816::max_ne_short));
}

/// SET STATUS, GlobalPlatform 11.10: the chip's life cycle state SECURED.
void GlobalPlatform::lock() {
  reach(isd());
  send_protected(0xF0, 0x80, 0x0F, {}, "SET STATUS");
}

/// Only the issuer's own attempt shows that the state is what keeps writes out: a stranger is turned away for
/// want of a channel, on an open chip too.
void GlobalPlatform::prove_locked(const Aid& application, const keys::ChipKeys* keys) {
  open(keys);
  const StatusWord status = channel_.value()
                                .transmit({0x80, 0xE6, 0x20, 0x00, for_personalization(level_of(application)),
                                           iso7816::max_ne_short})
                                .status;
  if (status == iso7816::sw::conditions_not_satisfied) return;
  throw Error(Code::verification_failed,
              "the chip does not refuse its issuer's write as a locked one does: set it aside", status.value);
}

}  // namespace perso::chip
