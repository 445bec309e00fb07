#include "pcsc/session.hpp"

#include <reader.h>

#include <algorithm>
#include <type_traits>

#include "pcsc/api.hpp"

namespace perso::pcsc {

// The header says what winscard.h would.
static_assert(std::is_same_v<SCARDCONTEXT, long>);
static_assert(std::is_same_v<SCARDHANDLE, long>);
static_assert(std::is_same_v<LONG, long>);
static_assert(std::is_same_v<DWORD, unsigned long>);

namespace {

using std::chrono::milliseconds;
using Watch = std::chrono::steady_clock;

std::uint16_t count_of(DWORD state) {
  return static_cast<std::uint16_t>(state >> 16);
}

ReaderInfo info_of(const std::string& reader, const SCARD_READERSTATE& state) {
  const DWORD bits = state.dwEventState;
  if ((bits & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0) {
    throw error_of(SCARD_E_READER_UNAVAILABLE, "SCardGetStatusChange", reader);
  }
  ReaderInfo info;
  info.name = reader;
  info.card_present = (bits & SCARD_STATE_PRESENT) != 0;
  info.events = count_of(bits);
  if (info.card_present) {
    const std::size_t size = std::min<std::size_t>(state.cbAtr, sizeof state.rgbAtr);
    info.atr.assign(state.rgbAtr, state.rgbAtr + size);
  }
  return info;
}

/// The value of the first element with this tag in PC/SC part 10's list: tag and length of one byte each.
/// Empty where there is none, or where the list is cut before it.
ByteView short_tlv(ByteView list, std::uint8_t tag) {
  while (list.size() >= 2 && list.size() >= std::size_t{2} + list[1]) {
    const ByteView value = list.subspan(2, list[1]);
    if (list[0] == tag) return value;
    list = list.subspan(2 + value.size());
  }
  return {};
}

/// dwMaxAPDUDataSize, 4 bytes, the lowest first; 0 where the driver does not know.
std::optional<std::size_t> max_command_data(ByteView value) {
  constexpr std::size_t longest_short_command = 4 + 1 + 255 + 1;
  if (value.size() != 4) return std::nullopt;
  const std::size_t size = be32(Bytes(value.rbegin(), value.rend()));
  if (size == 0) return std::nullopt;
  // Drivers of short length count the data or the whole command.
  return size <= longest_short_command ? 255 : std::min<std::size_t>(size, 65535);
}

}  // namespace

Session::Session(Api& api) : api_(api) {
  check(api_.establish_context(context_), "SCardEstablishContext", "pcscd");
}

Session::~Session() {
  api_.release_context(context_);
}

void Session::expect(long result, std::string_view call, const std::string& place) {
  // A broken connection to pcscd is a communication error once and no service ever after: asking again tells
  // it from one between reader and card.
  std::string names;
  if (result == SCARD_F_COMM_ERROR && code_of(api_.list_readers(context_, names)) == Code::stack_absent) {
    throw error_of(SCARD_E_NO_SERVICE, call, place);
  }
  check(result, call, place);
}

std::vector<ReaderInfo> Session::readers() {
  std::string names;
  const LONG result = api_.list_readers(context_, names);
  if (result == SCARD_E_NO_READERS_AVAILABLE) return {};
  expect(result, "SCardListReaders", "pcscd");
  std::vector<ReaderInfo> readers;
  for (std::size_t begin = 0; begin < names.size() && names[begin] != '\0';) {
    const std::string name = names.c_str() + begin;
    begin += name.size() + 1;
    try {
      readers.push_back(look(name));
    } catch (const Error& error) {  // unplugged since it was listed
      if (error.code() != Code::reader_absent) throw;
    }
  }
  return readers;
}

ReaderInfo Session::look(const std::string& reader) {
  ReaderInfo seen;
  const auto take = [&](const ReaderInfo& info) {
    seen = info;
    return true;
  };
  if (!wait_until(reader, milliseconds{0}, take))
    throw error_of(SCARD_E_TIMEOUT, "SCardGetStatusChange", reader);
  return seen;
}

bool Session::wait_for_card(const std::string& reader, milliseconds timeout) {
  return wait_until(reader, timeout, [](const ReaderInfo& info) { return info.card_present; });
}

bool Session::wait_for_removal(const std::string& reader, std::uint16_t events, milliseconds timeout) {
  return wait_until(reader, timeout,
                    [=](const ReaderInfo& info) { return !info.card_present || info.events != events; });
}

template <typename Predicate>
bool Session::wait_until(const std::string& reader, milliseconds timeout, Predicate reached) {
  const auto deadline = Watch::now() + timeout;
  SCARD_READERSTATE state{};
  state.szReader = reader.c_str();
  state.dwCurrentState = SCARD_STATE_UNAWARE;  // the first call returns at once with what is
  milliseconds rest{0};
  for (;;) {
    const LONG result = api_.get_status_change(context_, static_cast<DWORD>(rest.count()), state);
    if (result != SCARD_E_TIMEOUT) {
      expect(result, "SCardGetStatusChange", reader);
      if (reached(info_of(reader, state))) return true;
    }
    rest = std::chrono::ceil<milliseconds>(deadline - Watch::now());
    if (rest.count() <= 0) return false;
    // A state with its count, and without the mark, makes pcscd wait for the next change after it.
    state.dwCurrentState = state.dwEventState & ~static_cast<DWORD>(SCARD_STATE_CHANGED);
  }
}

std::unique_ptr<Link> Session::connect(const std::string& reader) {
  long card = 0;
  DWORD protocol = 0;
  const LONG result = api_.connect(context_, reader, card, protocol);
  // A card that leaves before it was in use was not torn.
  if (result == SCARD_W_REMOVED_CARD) throw error_of(SCARD_E_NO_SMARTCARD, "SCardConnect", reader);
  // Nor was one without power: it gave no answer to reset, which at this point is all that is known of it.
  if (result == SCARD_W_UNPOWERED_CARD) throw error_of(SCARD_W_UNRESPONSIVE_CARD, "SCardConnect", reader);
  expect(result, "SCardConnect", reader);
  std::unique_ptr<Link> link(new Link(*this, reader, card, protocol));
  link->begin();
  return link;
}

ReaderProperties Session::properties(const std::string& reader) {
  SCARDHANDLE card = 0;
  expect(api_.connect_direct(context_, reader, card), "SCardConnect", reader);
  // A driver that knows no features answers with an error, or with nothing.
  Bytes features, properties;
  if (api_.control(card, CM_IOCTL_GET_FEATURE_REQUEST, features) == SCARD_S_SUCCESS)
    if (const auto code = short_tlv(features, FEATURE_GET_TLV_PROPERTIES); code.size() == 4)
      api_.control(card, be32(code), properties);
  api_.disconnect(card, SCARD_LEAVE_CARD);
  return {max_command_data(short_tlv(properties, PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize))};
}

Link::Link(Session& session, std::string reader, long card, unsigned long protocol)
    : session_(session),
      reader_(std::move(reader)),
      card_(card),
      protocol_(protocol),
      buffer_(max_answer_size) {}

void Link::begin() {
  session_.expect(session_.api_.begin_transaction(card_), "SCardBeginTransaction", reader_);
  session_.expect(session_.api_.status(card_, atr_), "SCardStatus", reader_);
  events_ = session_.look(reader_).events;
}

Link::~Link() {
  if (open_) session_.api_.disconnect(card_, SCARD_RESET_CARD);
}

Exchange Link::transmit(ByteView command) {
  if (failure_) throw Error(*failure_);
  DWORD size = buffer_.size();
  const auto begin = Watch::now();
  const LONG result = session_.api_.transmit(card_, protocol_, command, buffer_.data(), size);
  const auto duration = Watch::now() - begin;
  if (result == SCARD_S_SUCCESS && size >= 2 && size <= buffer_.size()) {
    return {Bytes(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size)), duration};
  }
  failure_ = why(result);
  throw Error(*failure_);
}

Error Link::why(long result) {
  // The driver of the virtual reader reports a card that leaves in the middle of a command as success with an
  // answer of no bytes; others as a failed transaction. Only the count of insertions and removals tells it
  // from a fault.
  Error fault = result == SCARD_S_SUCCESS
                    ? Error(Code::reader_fault, reader_ + ": SCardTransmit: an answer without a status word")
                    : error_of(result, "SCardTransmit", reader_);
  if (fault.code() != Code::reader_fault && fault.code() != Code::chip_foreign) return fault;
  try {
    if (!session_.wait_for_removal(reader_, events_, settle_time))
      return Error(Code::reader_fault, fault.message());
  } catch (const Error& gone) {
    return gone;
  }
  return error_of(SCARD_W_REMOVED_CARD, "SCardTransmit", reader_);
}

void Link::close(iso7816::Leave leave) {
  if (!open_) return;
  open_ = false;
  // Disconnecting ends the transaction too.
  const LONG result = session_.api_.disconnect(
      card_, leave == iso7816::Leave::powered_off ? SCARD_UNPOWER_CARD : SCARD_RESET_CARD);
  if (!failure_) session_.expect(result, "SCardDisconnect", reader_);
}

ReaderProperties reader_properties(const std::string& reader) {
  Api api;
  return Session(api).properties(reader);
}

std::vector<ReaderInfo> list_readers() {
  Api api;
  return Session(api).readers();
}

bool stack_answers() {
  Api api;
  try {
    const Session session(api);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace perso::pcsc
