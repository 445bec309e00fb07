// Reads whole files of a card in as few commands as it allows.
#pragma once

#include "inspect/inspect.hpp"

namespace perso::inspect {

struct ReadOutcome {
  std::optional<Bytes> contents;
  iso7816::StatusWord status;  // of the last command
};

/// Not thread-safe; `card` must outlive it.
class FileReader {
 public:
  /// @param limit bytes of data that the reader takes in one command, and so in one answer: below 256, only
  /// short length is used
  FileReader(iso7816::Card& card, std::size_t limit);

  iso7816::StatusWord select(const iso7816::Aid& application);
  /// One file of the selected application. With `templated`, the file is one BER-TLV element, whose length
  /// says where it ends.
  ReadOutcome read(const PromisedFile& file, bool templated);

 private:
  iso7816::ResponseApdu read_part(std::uint8_t p1, std::uint8_t p2);
  iso7816::Card& card_;
  std::size_t ne_;
};

}  // namespace perso::inspect
