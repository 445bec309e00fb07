#include "chip/globalplatform.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "chip/dgi.hpp"
#include "tlv/tlv.hpp"

namespace perso::chip {

using iso7816::Aid;
using iso7816::CommandApdu;
using iso7816::ResponseApdu;
using iso7816::StatusWord;

namespace {

constexpr std::uint8_t isd_bytes[] = {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00};
constexpr std::uint8_t load_file_bytes[] = {0xF0, 'P', 'E', 'R', 'S', 'O', 0x01};
constexpr std::uint8_t module_bytes[] = {0xF0, 'P', 'E', 'R', 'S', 'O', 0x01, 0x01};

constexpr tlv::Tag fci{0x6F}, life_cycle{0x8A}, proprietary{0xA5}, largest_data_field{0x9F65};
constexpr tlv::Tag cplc{0x9F7F}, progress_mark{0xDF70}, public_key{0x7F49}, point{0x86},
    discretionary_data{0x53};

constexpr std::size_t smallest_field = 255;  // that short length always allows

Aid isd() {
  return Aid(isd_bytes);
}

/// Raised for what a chip of another make would say.
[[noreturn]] void foreign(const std::string& what) {
  throw Error(Code::chip_foreign, what + ": take the chip out");
}

/// Raised for every status word that a step did not expect.
[[noreturn]] void refused(std::string_view command, StatusWord status) {
  const std::string name(command);
  if (status == iso7816::sw::not_enough_memory)
    throw Error(Code::chip_full, "the chip has no room for " + name + ": use a chip with more memory",
                status.value);
  throw Error(Code::command_refused, "the chip refuses " + name + ": set it aside", status.value);
}

CommandApdu select_by_aid(const Aid& aid, std::uint8_t p2, std::size_t ne) {
  return {0x00, 0xA4, 0x04, p2, Bytes(aid.bytes().begin(), aid.bytes().end()), ne};
}

CommandApdu get_data(tlv::Tag tag) {
  return {0x80,
          0xCA,
          static_cast<std::uint8_t>(tag.value >> 8),
          static_cast<std::uint8_t>(tag.value & 0xFF),
          {},
          iso7816::max_ne_short};
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

/// Reads what the chip said: an encoding that breaks its format is a foreign chip's.
template <typename Read>
auto understood(Read read) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.code() != Code::malformed) throw;
    foreign("the chip gives an answer that cannot be read");
  }
}

/// The value of the only element, which must have this tag.
ByteView value_of(ByteView data, tlv::Tag tag) {
  const tlv::Element element = understood([&] { return tlv::single(data, tlv::Rules::ber); });
  if (!(element.tag == tag)) foreign("the chip answers with another object than was asked for");
  return element.value;
}

/// The value of the element with this tag among others; empty where there is none.
ByteView value_within(ByteView data, tlv::Tag tag) {
  const auto element = understood([&] { return tlv::find(data, tag, tlv::Rules::ber); });
  return element ? element->value : ByteView{};
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

/// IC fabricator and type, fabrication date, serial number, batch: GlobalPlatform appendix H.
keys::ChipId chip_id_of(ByteView cplc_data) {
  if (cplc_data.size() != 42) foreign("the chip's CPLC data is not 42 bytes");
  keys::ChipId id;
  const auto rest = std::copy_n(cplc_data.begin(), 4, id.bytes.begin());
  std::copy_n(cplc_data.begin() + 10, 8, rest);
  return id;
}

std::size_t largest_field_of(ByteView description) {
  const ByteView field = value_within(value_within(description, proprietary), largest_data_field);
  if (field.size() < 2 || field.size() > 3) foreign("the chip does not say how long its commands may be");
  std::size_t size = 0;
  for (const std::uint8_t byte : field) size = size << 8 | byte;
  if (size < smallest_field) foreign("the chip takes too little data in a command");
  return size;
}

/// Of a data object with a one-byte tag: tag and shortest length.
std::size_t head_size(std::size_t contents) {
  if (contents < 0x80) return 2;
  return contents < 0x100 ? 3 : 4;
}

std::uint8_t algorithm_reference(std::string_view name) {
  if (name == "ecdsa-p256") return 0x13;
  throw Error(Code::profile_invalid,
              "the platform makes no keys of the algorithm '" + std::string(name) + "'");
}

}  // namespace

GlobalPlatform::GlobalPlatform(const platform::Platform& platform, iso7816::Card& card, Random& random,
                               std::size_t command_limit)
    : card_(card), random_(random), field_(std::min(command_limit, platform.max_command_data)) {
  if (command_limit < smallest_field)
    throw Error(Code::config_invalid, "the command limit is below 255 bytes");
}

/// The data of an answer that must be 9000.
Bytes GlobalPlatform::send(iso7816::Card& to, const CommandApdu& command, std::string_view name) {
  ResponseApdu answer = to.transmit(command);
  if (!answer.status.ok()) refused(name, answer.status);
  return std::move(answer.data);
}

/// The answer always has data: at least the channel's MAC.
Bytes GlobalPlatform::send_protected(std::uint8_t ins, std::uint8_t p1, std::uint8_t p2, Bytes data,
                                     std::string_view name) {
  return send(channel_.value(), {0x80, ins, p1, p2, std::move(data), iso7816::max_ne_short}, name);
}

Identity GlobalPlatform::identify() {
  try {
    return read_identity();
  } catch (const Error& error) {
    if (error.code() != Code::command_refused) throw;
    throw Error(Code::chip_foreign, error.message(), error.status_word().value());
  }
}

Identity GlobalPlatform::read_identity() {
  const Bytes selected =
      send(card_, select_by_aid(isd(), 0x00, iso7816::max_ne_short), "SELECT of the security domain");
  selected_ = isd();
  const ByteView description = value_of(selected, fci);
  const ByteView state = value_within(description, life_cycle);
  if (state.size() != 1) foreign("the chip does not say its life cycle state");

  Identity identity;
  identity.life = life_of(state.front());
  identity.max_command_data = largest_field_of(description);
  identity.chip = chip_id_of(value_of(send(card_, get_data(cplc), "GET DATA of CPLC"), cplc));
  if (identity.life == Life::personalizing) identity.mark = read_mark();
  field_ = std::min(field_, identity.max_command_data);
  return identity;
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
  if (selected_ == application && !channel_) return;
  channel_.reset();
  selected_.reset();
  send(card_, select_by_aid(application, 0x0C, 0), "SELECT of an application");
  selected_ = application;
}

/// INITIALIZE UPDATE ends a channel that is open on the application. What a chip's mode is shows in its
/// answer alone, so one in S16 mode refuses the first challenge for its length.
void GlobalPlatform::open_on(const Aid& application, const keys::ChipKeys& keys) {
  if (selected_ != application) select(application);
  channel_.reset();
  const auto try_open = [&] {
    channel_.emplace(channel::Scp03::open(card_, keys, channel::SecurityLevel::full, random_, s16_));
  };
  try {
    try_open();
  } catch (const Error& error) {
    if (s16_ || error.status_word() != iso7816::sw::wrong_length.value) throw;
    s16_ = true;
    try_open();
  }
}

void GlobalPlatform::open(const keys::ChipKeys& keys) {
  open_on(isd(), keys);
}

void GlobalPlatform::mark(const ProgressMark& run) {
  Bytes stream;
  append_dgi(stream, static_cast<std::uint16_t>(progress_mark.value), run);
  store(stream);
}

/// GlobalPlatform 11.5.2.3.2: INSTALL [for install and make selectable].
void GlobalPlatform::install(const Aid& application) {
  Bytes data;
  append_lv(data, load_file_bytes);
  append_lv(data, module_bytes);
  append_lv(data, application.bytes());
  append(data, Bytes{0x01, 0x00, 0x02, 0xC9, 0x00, 0x00});  // no privileges, empty parameters, no token
  send_protected(0xE6, 0x0C, 0x00, std::move(data), "INSTALL of an application");
}

/// GlobalPlatform 11.8 with the AES key blocks of Amendment D 7.2: all three keys in one PUT KEY.
void GlobalPlatform::replace_keys(const keys::ChipKeys& current, const keys::ChipKeys& next) {
  constexpr std::uint8_t aes = 0x88, several_from_key_1 = 0x81;
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
}

/// ISO/IEC 7816-8: GENERATE ASYMMETRIC KEY PAIR.
Bytes GlobalPlatform::generate(const Aid& application, const KeyRequest& key, const keys::ChipKeys& keys) {
  const std::uint8_t algorithm = algorithm_reference(key.algorithm);
  if (selected_ != application || !channel_) open_on(application, keys);
  const Bytes answer =
      send_protected(0x46, 0x84, key.id, {0xAC, 0x03, 0x80, 0x01, algorithm}, "GENERATE ASYMMETRIC KEY PAIR");
  const ByteView value = value_of(value_of(answer, public_key), point);
  if (value.size() != 65 || value.front() != 0x04)
    foreign("the chip's public key is not an uncompressed point of P-256");
  return Bytes(value.begin(), value.end());
}

/// INSTALL [for personalization], and the application's data behind it.
void GlobalPlatform::write(const Aid& application, std::span<const FileImage> files) {
  const Bytes stream = dgi_stream(files);
  send_protected(0xE6, 0x20, 0x00, for_personalization(application), "INSTALL for personalization");
  store(stream);
  for (const FileImage& file : files)
    if (file.short_fid) short_fids_.insert_or_assign({application, file.fid}, *file.short_fid);
}

/// STORE DATA, GlobalPlatform 11.11: cut into the largest blocks that the channel leaves room for.
void GlobalPlatform::store(ByteView stream) {
  constexpr std::uint8_t dgi_format = 0x08, last_block = 0x80;
  const std::size_t room = channel_.value().room(field_);
  for (std::uint8_t number = 0; !stream.empty(); ++number) {  // counts modulo 256
    const ByteView block = stream.first(std::min(room, stream.size()));
    stream = stream.subspan(block.size());
    const std::uint8_t p1 = stream.empty() ? last_block | dgi_format : dgi_format;
    send_protected(0xE2, p1, number, Bytes(block.begin(), block.end()), "STORE DATA");
  }
}

/// READ BINARY, ISO/IEC 7816-4 7.2.3. A short identifier selects the file with the first one.
Bytes GlobalPlatform::read_back(const Aid& application, iso7816::Fid fid, std::size_t size) {
  select(application);
  Bytes contents;
  if (const auto known = short_fids_.find({application, fid}); known != short_fids_.end()) {
    const auto by_short_fid = static_cast<std::uint8_t>(0x80 | known->second.value);
    contents =
        send(card_, {0x00, 0xB0, by_short_fid, 0x00, {}, std::min(size, largest_answer())}, "READ BINARY");
  } else {
    Bytes identifier;
    append_be16(identifier, fid.value);
    send(card_, {0x00, 0xA4, 0x02, 0x0C, std::move(identifier), 0}, "SELECT of a file");
  }
  while (contents.size() < size) {
    const Bytes part = read_part(contents.size(), size - contents.size());
    if (part.empty()) break;  // whoever compares sees the difference
    append(contents, part);
  }
  return contents;
}

/// The selected file from `offset` on, at most `left` bytes and what one answer holds. The even INS has 15
/// bits for the offset.
Bytes GlobalPlatform::read_part(std::size_t offset, std::size_t left) {
  const auto high = static_cast<std::uint8_t>(offset >> 8), low = static_cast<std::uint8_t>(offset);
  if (offset <= 0x7FFF)
    return send(card_, {0x00, 0xB0, high, low, {}, std::min(left, largest_answer())}, "READ BINARY");
  const std::size_t wrapped = left + head_size(left);  // in the data object that the odd INS answers with
  const CommandApdu read{
      0x00, 0xB1, 0x00, 0x00, {0x54, 0x02, high, low}, std::min(wrapped, largest_answer())};
  const Bytes answer = send(card_, read, "READ BINARY");
  const ByteView value = value_of(answer, discretionary_data);
  return Bytes(value.begin(), value.end());
}

/// SET STATUS, GlobalPlatform 11.10: the chip's life cycle state SECURED.
void GlobalPlatform::lock(const keys::ChipKeys& keys) {
  open(keys);
  send_protected(0xF0, 0x80, 0x0F, {}, "SET STATUS");
}

/// Only the issuer's own attempt shows that the state is what keeps writes out: a stranger is turned away for
/// want of a channel, on an open chip too.
void GlobalPlatform::prove_locked(const Aid& application, const keys::ChipKeys& keys) {
  open(keys);
  const StatusWord status =
      channel_.value()
          .transmit({0x80, 0xE6, 0x20, 0x00, for_personalization(application), iso7816::max_ne_short})
          .status;
  if (status == iso7816::sw::conditions_not_satisfied) return;
  throw Error(Code::verification_failed,
              "the chip does not refuse its issuer's write as a locked one does: set it aside", status.value);
}

}  // namespace perso::chip
