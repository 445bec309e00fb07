// A chip's operating system, as its power and its reader see it, and what every operating system does alike:
// taking a command apart, and turning what it refuses into a status word.
#pragma once

#include <functional>
#include <memory>

#include "bytes/clock.hpp"
#include "iso7816/apdu.hpp"
#include "vchip/hardware.hpp"
#include "vchip/nvm.hpp"
#include "vchip/timing.hpp"

namespace perso::vchip {

/// A command that is not performed, and the status word that says why.
struct Refusal {
  iso7816::StatusWord status;
};

/// Through what a command came.
enum class Way {
  bare,
  access_channel,  // secure messaging of ICAO 9303-11
  issuer_channel   // SCP03
};

struct Command {
  iso7816::CommandApdu apdu;  // once it came through a channel, the plain one
  ByteView raw;               // as it was received
  bool extended = false;      // the form of its length fields
  Way way = Way::bare;
};

struct Answer {
  Bytes data;
  iso7816::StatusWord status = iso7816::sw::success;
};

/// Runs on the memory of one chip. Whoever makes it is power-on; whoever destroys it is power-off. One
/// thread.
class CardOs {
 public:
  virtual ~CardOs() = default;

  /// Forgets what does not survive a reset.
  virtual void reset() = 0;
  virtual const Hardware& hardware() const = 0;
  virtual LifeCycle life() const = 0;

  /// Performs one command. @returns data and status word @throws PowerLoss; Error Code::reader_fault when the
  /// disk fails
  Bytes answer(ByteView raw);
  /// Of the last command.
  const Effort& effort() const { return effort_; }

 protected:
  /// Whether its data and length fields are such as this chip takes.
  virtual bool takes(const Command& command) const = 0;
  /// Ends whatever channel is open.
  virtual void end_channels() = 0;
  /// Judges and performs it, through the channel where one is open.
  virtual Answer perform(Command& command) = 0;
  /// What `work` answers, or the status word with which it refuses.
  static Answer judged(const std::function<Answer()>& work);

  Effort effort_;
};

/// The operating system that this memory was born for.
/// @throws Error Code::malformed where the memory holds no chip
std::unique_ptr<CardOs> boot(Nvm& nvm, Random& random);

}  // namespace perso::vchip
