// The talk with one card: through which channel, with how long answers; and files as they are read in it.
#pragma once

#include <functional>
#include <optional>

#include "bytes/error.hpp"
#include "channel/secure_messaging.hpp"
#include "iso7816/card.hpp"

namespace perso::inspect {

/// Where a file stands in the selected application, and what is known of its form.
struct FilePlace {
  iso7816::Fid fid;
  std::optional<iso7816::ShortFid> short_fid = {};  // saves a SELECT
  bool is_template = false;                         // one BER-TLV element, whose length says where it ends
};

struct ReadOutcome {
  std::optional<Bytes> contents;
  iso7816::StatusWord status;  // of the last command
};

/// Whether that is what keeps a file from those who may not read it (ISO/IEC 7816-4 5.6: 6982, 6985).
bool closed(iso7816::StatusWord status);
/// "answered 6A82"
std::string answered(iso7816::StatusWord status);

/// Not thread-safe; `card` must outlive it. Whatever the card throws comes through, and so does an Error
/// Code::channel_broken.
class Session {
 public:
  /// @param command_limit as in Request
  Session(iso7816::Card& card, std::size_t command_limit)
      : bare_(card), limit_(command_limit), extended_(command_limit > 255) {}

  iso7816::Card& bare() { return bare_; }
  channel::SecureMessaging* channel() { return channel_.get(); }
  /// How to open the bare card again, should it refuse the length of a command outside of its channel.
  using Opener = std::function<std::unique_ptr<channel::SecureMessaging>()>;
  void enter(std::unique_ptr<channel::SecureMessaging> channel) { channel_ = std::move(channel); }
  void open_again_with(Opener opener) { opener_ = std::move(opener); }
  /// The chip refused extended length in its channel, and short length was gone on with in a new one.
  bool opened_again() const { return opened_again_; }

  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command);
  /// Ne of a command whose answer has `bytes`: short where that holds them.
  std::size_t expecting(std::size_t bytes) const;
  /// An application or the master file; not again where it is selected already.
  iso7816::StatusWord select(const iso7816::Aid& application);
  /// As from a fresh connection, where the master file is selected; or lost track of.
  void assume_selected(std::optional<iso7816::Aid> application) { selected_ = std::move(application); }

  /// A whole file of the selected application, with as long answers as chip and reader have.
  /// @throws Error Code::malformed for an answer that breaks its form, parts of below 64 bytes, and more than
  /// 1 MiB in all files
  ReadOutcome read(const FilePlace& file);
  /// The first part of a file, or the refusal of its SELECT.
  iso7816::ResponseApdu begin(const FilePlace& file);

 private:
  ReadOutcome read_parts(const FilePlace& file);
  iso7816::ResponseApdu begin_by_name(const FilePlace& file);
  iso7816::ResponseApdu part_at(std::size_t offset);
  iso7816::ResponseApdu read_binary(std::uint8_t p1, std::uint8_t p2);
  iso7816::ResponseApdu read_binary_far(std::size_t offset);
  std::size_t answer_limit() const;
  void open_again_for_short_length();

  enum class ShortIds { unknown, there, missing };

  iso7816::Card& bare_;
  std::size_t limit_;
  std::unique_ptr<channel::SecureMessaging> channel_;
  Opener opener_;
  std::optional<iso7816::Aid> selected_;
  bool extended_;                 // commands may be of extended length
  bool channel_is_long_ = false;  // it has carried one
  ShortIds short_ids_ = ShortIds::unknown;
  std::size_t bytes_read_ = 0;  // of the document
  bool opened_again_ = false;
};

}  // namespace perso::inspect
