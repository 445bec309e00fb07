// A card as the layers above see it: something that answers commands. PC/SC, a secure channel, a trace and a
// script are all cards; readers and virtual slots are both slots.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "iso7816/apdu.hpp"

namespace perso::iso7816 {

class Card {
 public:
  virtual ~Card() = default;
  /// Sends one command and returns the answer, whatever its status word is.
  /// @throws Error of exit code 4 where no answer came (card_torn, card_reset, reader_fault, reader_stuck,
  /// stack_absent ...)
  virtual ResponseApdu transmit(const CommandApdu& command) = 0;
};

/// What is done to the card when a connection ends.
enum class Leave {
  reset,       // the next connection finds it as after power-on
  powered_off  // contact deactivated: the station is done with this card
};

/// An exclusive connection inside a transaction: no other program reaches the card until it ends.
class Connection : public Card {
 public:
  /// Answer to reset (ISO/IEC 7816-3 8.2), at most 33 bytes.
  virtual ByteView atr() const = 0;
  /// Ends the connection. Without it the destructor ends it with Leave::reset and swallows what fails.
  virtual void close(Leave leave) = 0;
};

/// A place where cards come and go: a reader, or a virtual slot in the tests. Used by one thread.
class Slot {
 public:
  virtual ~Slot() = default;
  virtual const std::string& name() const = 0;
  /// Waits until a card is present. False when the time is over.
  virtual bool wait_for_card(std::chrono::milliseconds timeout) = 0;
  /// Waits until the card that was there is gone. False when the time is over.
  virtual bool wait_for_removal(std::chrono::milliseconds timeout) = 0;
  /// @throws Error card_absent, card_busy, reader_absent, reader_fault, reader_stuck, stack_absent
  virtual std::unique_ptr<Connection> connect() = 0;
};

}  // namespace perso::iso7816
