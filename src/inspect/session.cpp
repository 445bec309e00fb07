#include "inspect/session.hpp"

#include <algorithm>
#include <utility>

#include "tlv/tlv.hpp"

namespace perso::inspect {

using iso7816::CommandApdu;
using iso7816::ResponseApdu;
using iso7816::StatusWord;

namespace {

constexpr std::size_t no_limit = 65535;            // of a command's data field
constexpr std::size_t last_near_offset = 0x7FFF;   // ISO/IEC 7816-4 11.2.2: 15 bits in P1-P2
constexpr std::size_t max_document = 1024 * 1024;  // bytes of all files
constexpr std::size_t smallest_part = 64;          // bytes of an answer that is not the last

/// Of a template that begins so; nullopt while its head is cut. One that is no TLV ends where it is, and is
/// judged by whoever parses it.
std::optional<std::size_t> announced_size(ByteView contents) {
  try {
    return tlv::announced_size(contents);
  } catch (const Error&) {
    return contents.size();
  }
}

std::uint8_t high(std::size_t value) {
  return static_cast<std::uint8_t>(value >> 8);
}
std::uint8_t low(std::size_t value) {
  return static_cast<std::uint8_t>(value & 0xFF);
}

/// An answer outside of the channel that says why: the command was too long for what carries it.
bool was_too_long(const Error& error) {
  return error.code() == Code::channel_broken &&
         error.status_word() == std::optional(iso7816::sw::wrong_length.value);
}

}  // namespace

bool closed(StatusWord status) {
  return status == iso7816::sw::security_status || status == iso7816::sw::conditions_not_satisfied;
}

std::string answered(StatusWord status) {
  const std::uint8_t bytes[] = {status.sw1(), status.sw2()};
  return "answered " + to_hex(bytes);
}

bool refused_in_the_clear(const Error& error) {
  if (error.code() != Code::channel_broken || !error.status_word()) return false;
  const StatusWord status{*error.status_word()};
  return !status.ok() && status != iso7816::sw::secure_messaging_missing &&
         status != iso7816::sw::secure_messaging_wrong;
}

ResponseApdu ReaderCard::transmit(const CommandApdu& command) {
  if (command.ne <= longest_) return card_.transmit(command);
  CommandApdu shorter = command;
  shorter.ne = longest_;
  return card_.transmit(shorter);
}

/// Without a limit, the Le of zeros that asks for whatever there is.
Session::Session(iso7816::Card& card, std::size_t command_limit)
    : longest_(command_limit < no_limit ? std::max(command_limit, iso7816::max_ne_short)
                                        : iso7816::max_ne_extended),
      bare_(card, longest_),
      extended_(command_limit > 255) {}

void Session::open_with(Opener opener) {
  channel::Pace opened = opener();
  channel_ = std::move(opened.channel);
  proof_ = std::move(opened.proof);
  opener_ = std::move(opener);
}

void Session::enter(std::unique_ptr<channel::SecureMessaging> channel) {
  channel_ = std::move(channel);
  stay();
}

ResponseApdu Session::transmit(const CommandApdu& command) {
  return channel_ ? channel_->transmit(command) : bare_.transmit(command);
}

StatusWord Session::select(const iso7816::Aid& application) {
  if (selected_ == application) return iso7816::sw::success;
  const ByteView aid = application.bytes();
  const StatusWord status = application.is_master_file()
                                ? transmit({0x00, 0xA4, 0x00, 0x0C, Bytes{0x3F, 0x00}, 0}).status
                                : transmit({0x00, 0xA4, 0x04, 0x0C, Bytes(aid.begin(), aid.end()), 0}).status;
  if (status.ok()) selected_ = application;
  return status;
}

std::size_t Session::answer_limit() const {
  const std::size_t most = extended_ ? longest_ : iso7816::max_ne_short;
  return channel_ && most < iso7816::max_ne_extended ? channel_->plain_capacity(most) : most;
}

std::size_t Session::expecting(std::size_t bytes) const {
  const std::size_t holds =
      channel_ ? channel_->plain_capacity(iso7816::max_ne_short) : iso7816::max_ne_short;
  return bytes <= holds ? iso7816::max_ne_short : std::max(answer_limit(), iso7816::max_ne_short);
}

ResponseApdu Session::read_binary(std::uint8_t p1, std::uint8_t p2) {
  const CommandApdu command{0x00, 0xB0, p1, p2, {}, answer_limit()};
  ResponseApdu answer = transmit(command);
  if (answer.status != iso7816::sw::wrong_length || !command.extended()) {
    if (channel_) channel_carries_ = true;
    return answer;
  }
  extended_ = false;
  return transmit({0x00, 0xB0, p1, p2, {}, answer_limit()});
}

/// Odd INS: the offset in DO 54, the answer in DO 53.
ResponseApdu Session::read_binary_far(std::size_t offset) {
  constexpr tlv::Tag offset_tag{0x54}, data_tag{0x53};
  Bytes position{high(offset), low(offset)};
  if (offset > 0xFFFF) position.insert(position.begin(), static_cast<std::uint8_t>(offset >> 16));
  ResponseApdu answer = transmit({0x00, 0xB1, 0x00, 0x00, tlv::encode(offset_tag, position), answer_limit()});
  if (!answer.data.empty()) {
    const tlv::Element data = tlv::single(answer.data, tlv::Rules::ber);
    if (data.tag != data_tag) throw Error(Code::malformed, "READ BINARY with an odd INS brings no object 53");
    answer.data = Bytes(data.value.begin(), data.value.end());
  }
  return answer;
}

ResponseApdu Session::part_at(std::size_t offset) {
  return offset <= last_near_offset ? read_binary(high(offset), low(offset)) : read_binary_far(offset);
}

ResponseApdu Session::begin_by_name(const FilePlace& file) {
  const CommandApdu select{0x00, 0xA4, 0x02, 0x0C, Bytes{high(file.fid.value), low(file.fid.value)}, 0};
  if (const StatusWord status = transmit(select).status; !status.ok()) return {{}, status};
  return read_binary(0, 0);
}

/// Some chips have no short identifiers, or not of every file; they may take one for an offset, without a
/// file to read at it. In the master file what is not found is not there: every chip that has something in it
/// knows its short identifier.
ResponseApdu Session::begin(const FilePlace& file) {
  if (!file.short_fid || short_ids_ == ShortIds::missing) return begin_by_name(file);
  ResponseApdu answer = read_binary(static_cast<std::uint8_t>(0x80 | file.short_fid->value), 0);
  if (answer.status.ok() || answer.status == iso7816::sw::end_of_file) {
    short_ids_ = ShortIds::there;
    return answer;
  }
  const bool refused = closed(answer.status) && (!channel_ || short_ids_ == ShortIds::there);
  if (refused || !selected_ || selected_->is_master_file()) return answer;
  answer = begin_by_name(file);
  if (answer.status.ok() && short_ids_ == ShortIds::unknown) short_ids_ = ShortIds::missing;
  return answer;
}

ReadOutcome Session::read(const FilePlace& file) {
  try {
    return read_parts(file);
  } catch (const Error& error) {
    if (!was_too_long(error) || !extended_ || channel_carries_ || !opener_) throw;
    open_again_for_short_length();
    return read_parts(file);
  }
}

void Session::open_again_for_short_length() {
  extended_ = false;
  opened_again_ = true;
  const auto application = selected_;
  channel_.reset();
  proof_.reset();
  selected_.reset();
  open_with(std::exchange(opener_, nullptr));
  if (application && !select(*application).ok())
    throw Error(Code::channel_broken, "the chip does not open again as it did: take it out and begin again");
}

ReadOutcome Session::read_parts(const FilePlace& file) {
  Bytes contents;
  for (ResponseApdu answer = begin(file);; answer = part_at(contents.size())) {
    const bool ended = answer.status == iso7816::sw::end_of_file;
    if (!contents.empty() && answer.status == iso7816::sw::wrong_offset)
      return {std::move(contents), answer.status};
    if (!answer.status.ok() && !ended) return {std::nullopt, answer.status};
    const std::size_t got = answer.data.size();
    bytes_read_ += got;
    if (bytes_read_ > max_document) throw Error(Code::malformed, "the card holds more than 1 MiB");
    if (contents.empty())
      contents = std::move(answer.data);
    else
      append(contents, answer.data);
    const auto announced = file.is_template ? announced_size(contents) : std::nullopt;
    if (announced && contents.size() >= *announced) {
      contents.resize(*announced);
      return {std::move(contents), answer.status};
    }
    if (ended || got == 0 || (!file.is_template && got < answer_limit()))
      return {std::move(contents), answer.status};
    if (got < smallest_part) throw Error(Code::malformed, "the card gives the file in crumbs");
  }
}

}  // namespace perso::inspect
