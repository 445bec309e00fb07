// The talk with one card: through which channel, with how long answers; and files as they are read in it.
#pragma once

#include <functional>
#include <optional>

#include "bytes/error.hpp"
#include "channel/pace.hpp"
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

/// Whether a command in the channel was refused outside of it, and not because the chip lost the channel
/// (6987, 6988).
bool refused_in_the_clear(const Error& error);

/// The card behind its reader: what a channel asks of it without knowing the reader is cut to what that
/// takes.
class ReaderCard final : public iso7816::Card {
 public:
  /// @param longest answer, bytes
  ReaderCard(iso7816::Card& card, std::size_t longest) : card_(card), longest_(longest) {}
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override;

 private:
  iso7816::Card& card_;
  std::size_t longest_;
};

/// Not thread-safe; `card` must outlive it. Whatever the card throws comes through, and so does an Error
/// Code::channel_broken.
class Session {
 public:
  /// @param command_limit as in Request
  Session(iso7816::Card& card, std::size_t command_limit);

  iso7816::Card& bare() { return bare_; }
  channel::SecureMessaging* channel() { return channel_.get(); }
  /// What opens the bare card; once more, should it refuse the length of the first part that is read in its
  /// channel.
  using Opener = std::function<channel::Pace()>;
  void open_with(Opener opener);
  /// Of the channel that is open: chip authentication mapping's.
  const std::optional<channel::MappingProof>& mapping_proof() const { return proof_; }
  /// From here on what was proven of the chip is that of this channel: no other one is opened in its place.
  void stay() { opener_ = nullptr; }
  /// The channel of chip authentication, in which it stays.
  void enter(std::unique_ptr<channel::SecureMessaging> channel);
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

  std::size_t longest_;  // answer that the reader takes
  ReaderCard bare_;
  std::unique_ptr<channel::SecureMessaging> channel_;
  std::optional<channel::MappingProof> proof_;
  Opener opener_;
  std::optional<iso7816::Aid> selected_;
  bool extended_;                 // commands may be of extended length
  bool channel_carries_ = false;  // it has carried a part of a file: all are asked for at this length
  ShortIds short_ids_ = ShortIds::unknown;
  std::size_t bytes_read_ = 0;  // of the document
  bool opened_again_ = false;
};

}  // namespace perso::inspect
