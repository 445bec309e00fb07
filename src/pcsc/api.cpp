#include "pcsc/api.hpp"

#include <algorithm>
#include <array>

namespace perso::pcsc {

LONG Api::establish_context(SCARDCONTEXT& context) {
  return SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context);
}

LONG Api::release_context(SCARDCONTEXT context) {
  return SCardReleaseContext(context);
}

LONG Api::list_readers(SCARDCONTEXT context, std::string& names) {
  // Room for every reader that pcscd can have, so that no reader can come between asking for the size and for
  // the names.
  names.assign(PCSCLITE_MAX_READERS_CONTEXTS * MAX_READERNAME + 1, '\0');
  DWORD size = names.size();
  const LONG result = SCardListReaders(context, nullptr, names.data(), &size);
  names.resize(result == SCARD_S_SUCCESS ? size : 0);
  return result;
}

LONG Api::get_status_change(SCARDCONTEXT context, DWORD timeout_ms, SCARD_READERSTATE& state) {
  return SCardGetStatusChange(context, timeout_ms, &state, 1);
}

LONG Api::connect(SCARDCONTEXT context, const std::string& reader, SCARDHANDLE& card, DWORD& protocol) {
  return SCardConnect(context, reader.c_str(), SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                      &card, &protocol);
}

LONG Api::connect_direct(SCARDCONTEXT context, const std::string& reader, SCARDHANDLE& card) {
  DWORD protocol = 0;
  return SCardConnect(context, reader.c_str(), SCARD_SHARE_DIRECT, SCARD_PROTOCOL_UNDEFINED, &card,
                      &protocol);
}

LONG Api::disconnect(SCARDHANDLE card, DWORD disposition) {
  return SCardDisconnect(card, disposition);
}

LONG Api::control(SCARDHANDLE card, DWORD code, Bytes& answer) {
  answer.assign(MAX_BUFFER_SIZE, 0);
  DWORD size = 0;
  const LONG result = SCardControl(card, code, nullptr, 0, answer.data(), answer.size(), &size);
  answer.resize(result == SCARD_S_SUCCESS ? std::min<std::size_t>(size, answer.size()) : 0);
  return result;
}

LONG Api::begin_transaction(SCARDHANDLE card) {
  return SCardBeginTransaction(card);
}

LONG Api::status(SCARDHANDLE card, Bytes& atr) {
  std::array<char, MAX_READERNAME> name{};
  DWORD name_size = name.size();
  DWORD state = 0;
  DWORD protocol = 0;
  atr.assign(MAX_ATR_SIZE, 0);
  DWORD atr_size = atr.size();
  const LONG result = SCardStatus(card, name.data(), &name_size, &state, &protocol, atr.data(), &atr_size);
  atr.resize(result == SCARD_S_SUCCESS ? atr_size : 0);
  return result;
}

LONG Api::transmit(SCARDHANDLE card, DWORD protocol, ByteView command, std::uint8_t* answer, DWORD& size) {
  const SCARD_IO_REQUEST* header = protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
  return SCardTransmit(card, header, command.data(), command.size(), nullptr, answer, &size);
}

Code code_of(LONG result) {
  switch (result) {
    case SCARD_E_NO_SERVICE:
    case SCARD_E_SERVICE_STOPPED:
    case SCARD_P_SHUTDOWN:
    case SCARD_E_SYSTEM_CANCELLED:
    case SCARD_W_SECURITY_VIOLATION:  // polkit keeps this user from pcscd
    case SCARD_E_NO_ACCESS:
      return Code::stack_absent;
    case SCARD_E_UNKNOWN_READER:
    case SCARD_E_READER_UNAVAILABLE:
    case SCARD_E_NO_READERS_AVAILABLE:
      return Code::reader_absent;
    case SCARD_E_NO_SMARTCARD:
      return Code::card_absent;
    case SCARD_W_REMOVED_CARD:
    case SCARD_W_UNPOWERED_CARD:
      return Code::card_torn;
    case SCARD_W_RESET_CARD:
      return Code::card_reset;
    case SCARD_E_SHARING_VIOLATION:
      return Code::card_busy;
    case SCARD_W_UNRESPONSIVE_CARD:  // mute: upside down, or no chip that this station could know
    case SCARD_W_UNSUPPORTED_CARD:
    case SCARD_E_CARD_UNSUPPORTED:
    case SCARD_E_PROTO_MISMATCH:
    case SCARD_E_INVALID_ATR:
      return Code::chip_foreign;
    default:
      return Code::reader_fault;
  }
}

Error error_of(LONG result, std::string_view call, const std::string& place) {
  Bytes number;
  append_be32(number, static_cast<std::uint32_t>(result));
  std::string words = pcsc_stringify_error(result);
  while (!words.empty() && words.back() == '.') words.pop_back();
  return {code_of(result), place + ": " + std::string(call) + ": " + words + " (" + to_hex(number) + ")"};
}

void check(LONG result, std::string_view call, const std::string& place) {
  if (result != SCARD_S_SUCCESS) throw error_of(result, call, place);
}

}  // namespace perso::pcsc
