// Reads whole files of a card in as few commands as it allows.
#pragma once

#include "inspect/inspect.hpp"

namespace perso::inspect {

struct ReadOutcome {
  std::optional<Bytes> contents;
  iso7816::StatusWord status;  // of the last command
};

/// The most that can be asked for with a reader that takes `limit` bytes of data in one command, and so in
/// one answer: below 256, only short length is used.
std::size_t largest_answer(std::size_t limit);

/// Not thread-safe; `card` must outlive it.
class FileReader {
 public:
  /// @param ne bytes that one answer may have: above 256, as long as the card takes extended length
  FileReader(iso7816::Card& card, std::size_t ne) : card_(card), ne_(ne) {}

  /// The first part of a file of the selected application, as much as one answer holds; or the refusal of its
  /// SELECT.
  iso7816::ResponseApdu begin(const PromisedFile& file);
  /// One file of the selected application. With `templated`, the file is one BER-TLV element, whose length
  /// says where it ends.
  ReadOutcome read(const PromisedFile& file, bool templated);

 private:
  iso7816::ResponseApdu read_part(std::uint8_t p1, std::uint8_t p2);
  iso7816::Card& card_;
  std::size_t ne_;
};

}  // namespace perso::inspect
