// The one door to pcsc-lite: every SCard call of the product goes through an `Api`, and every return code
// becomes an `Error` here. The only header of the layer that includes winscard.h.
#pragma once

#include <winscard.h>

#include <string>
#include <string_view>

#include "bytes/bytes.hpp"
#include "bytes/error.hpp"

namespace perso::pcsc {

/// pcsc-lite's calls as they are, with the arguments that the product never varies left out. A test overrides
/// what it wants to see fail. Stateless; the thread rules are those of pcsc-lite (a context belongs to one
/// thread).
class Api {
 public:
  virtual ~Api() = default;
  virtual LONG establish_context(SCARDCONTEXT& context);
  virtual LONG release_context(SCARDCONTEXT context);
  /// `names` is the multi-string that pcsc-lite fills: each name ends in a zero, the list in another.
  virtual LONG list_readers(SCARDCONTEXT context, std::string& names);
  virtual LONG get_status_change(SCARDCONTEXT context, DWORD timeout_ms, SCARD_READERSTATE& state);
  /// Exclusively, with T=0 or T=1, whichever the card speaks.
  virtual LONG connect(SCARDCONTEXT context, const std::string& reader, SCARDHANDLE& card, DWORD& protocol);
  /// To the reader itself, with or without a card, which stays as it is.
  virtual LONG connect_direct(SCARDCONTEXT context, const std::string& reader, SCARDHANDLE& card);
  virtual LONG disconnect(SCARDHANDLE card, DWORD disposition);
  /// Sends `code` without data to the driver; `answer` is resized to what it said.
  virtual LONG control(SCARDHANDLE card, DWORD code, Bytes& answer);
  virtual LONG begin_transaction(SCARDHANDLE card);
  /// `atr` is resized to what the card sent.
  virtual LONG status(SCARDHANDLE card, Bytes& atr);
  /// `size` is the room in `answer` before the call and the size of the answer after it.
  virtual LONG transmit(SCARDHANDLE card, DWORD protocol, ByteView command, std::uint8_t* answer,
                        DWORD& size);
};

/// What a return code means while a card is in use. Codes that are nobody's fault but the reader's or the
/// driver's, and unknown ones, are reader_fault.
Code code_of(LONG result);

/// The error of a call that returned `result`: names the call, the place (a reader, or "pcscd") and
/// pcsc-lite's own words.
Error error_of(LONG result, std::string_view call, const std::string& place);

/// @throws Error error_of(...) unless `result` is SCARD_S_SUCCESS
void check(LONG result, std::string_view call, const std::string& place);

}  // namespace perso::pcsc
