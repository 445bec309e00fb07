// A PC/SC context of one thread: readers, what comes and goes in them, and exclusive connections. The calls
// have no deadline of their own; the worker process that owns a session is ended when one is needed
// (writer.hpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/bytes.hpp"
#include "bytes/error.hpp"
#include "iso7816/card.hpp"

namespace perso::pcsc {

class Api;

/// The longest command and answer that PC/SC carries: an extended APDU of case 4, and 65,536 bytes with a
/// status word.
inline constexpr std::size_t max_command_size = 4 + 3 + 65535 + 2;
inline constexpr std::size_t max_answer_size = 65536 + 2;
inline constexpr std::size_t max_atr_size = 33;

/// pcsc-lite notices a card's coming and going every 400 ms at the latest; after this time it has looked
/// twice.
inline constexpr std::chrono::milliseconds settle_time{1000};

/// One look at a reader.
struct ReaderInfo {
  std::string name;
  bool card_present = false;
  std::uint16_t events = 0;  // pcsc-lite's count of insertions and removals: equal counts, same card
  Bytes atr;                 // empty without a card
};

/// What a reader's driver says of it (PC/SC part 10, GET_TLV_PROPERTIES).
struct ReaderProperties {
  /// The largest command data field, 255 to 65,535 bytes. Nothing where the driver does not say.
  std::optional<std::size_t> max_command_data;
};

/// An answer, and the time that the call for it took.
struct Exchange {
  Bytes answer;
  std::chrono::nanoseconds duration{};
};

class Session;

/// An exclusive connection inside a transaction. Ends with its session at the latest.
class Link {
 public:
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  const Bytes& atr() const { return atr_; }
  /// pcsc-lite's count of insertions and removals when the connection began.
  std::uint16_t events() const { return events_; }
  /// Sends a command of at most max_command_size bytes; the answer has at least two.
  /// @throws Error card_torn where the card is gone (this takes up to settle_time), card_reset, reader_fault,
  /// reader_absent, stack_absent. A link that failed once stays failed with the same error: the card in the
  /// reader may be another one by now.
  Exchange transmit(ByteView command);
  /// Ends transaction and connection. Silent where the link has failed before. @throws Error reader_fault,
  /// card_torn, stack_absent
  void close(iso7816::Leave leave);

 private:
  friend class Session;
  Link(Session& session, std::string reader, long card, unsigned long protocol);
  void begin();
  Error why(long result);

  Session& session_;
  std::string reader_;
  long card_;               // SCARDHANDLE
  unsigned long protocol_;  // DWORD
  std::uint16_t events_ = 0;
  Bytes atr_;
  Bytes buffer_;
  std::optional<Error> failure_;
  bool open_ = true;
};

/// A context. After stack_absent it is of no use any more: a new one has to be made.
class Session {
 public:
  /// @throws Error stack_absent
  explicit Session(Api& api);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// All readers of the stack; empty where there is none. @throws Error stack_absent
  std::vector<ReaderInfo> readers();
  /// @throws Error reader_absent, stack_absent
  ReaderInfo look(const std::string& reader);
  /// Waits, asleep in pcscd, until a card is present. False when the time is over. @throws Error
  /// reader_absent, stack_absent
  bool wait_for_card(const std::string& reader, std::chrono::milliseconds timeout);
  /// Waits until the card that was counted as `events` is gone: no card is there, or a later one.
  bool wait_for_removal(const std::string& reader, std::uint16_t events, std::chrono::milliseconds timeout);
  /// @throws Error card_absent, card_busy, chip_foreign (no answer to reset: also of a card that gave one
  /// before, which is for its user to know), reader_absent, reader_fault, stack_absent
  std::unique_ptr<Link> connect(const std::string& reader);
  /// Asks the driver, beside whoever uses a card in the reader. @throws Error reader_absent, card_busy (held
  /// exclusively), reader_fault, stack_absent
  ReaderProperties properties(const std::string& reader);

 private:
  friend class Link;
  /// @throws Error as error_of says, or stack_absent where the connection to pcscd itself broke
  void expect(long result, std::string_view call, const std::string& place);
  template <typename Predicate>
  bool wait_until(const std::string& reader, std::chrono::milliseconds timeout, Predicate reached);

  Api& api_;
  long context_ = 0;  // SCARDCONTEXT
};

/// The readers of the stack, through a session of this process. @throws Error stack_absent
std::vector<ReaderInfo> list_readers();
/// The properties of one, in the same way. May hang where the reader does.
ReaderProperties reader_properties(const std::string& reader);
/// Whether a pcscd answers.
bool stack_answers();

}  // namespace perso::pcsc
