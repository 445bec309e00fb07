// Reading files back (ISO/IEC 7816-4 7.2.3).
#pragma once

#include <map>

#include "chip/driver.hpp"

namespace perso::chip {

/// The files of whatever application is selected.
class FileReading {
 public:
  /// Remembers the short identifiers of files that were written: they save a SELECT.
  void know(const iso7816::Aid& application, std::span<const FileImage> files);
  /// `size` bytes of a file of `application`, which is selected; fewer where the chip gives fewer.
  /// @param card in the clear or in a channel
  /// @param largest_answer data bytes that an answer may have, 7 at least
  Bytes read(iso7816::Card& card, const iso7816::Aid& application, iso7816::Fid fid, std::size_t size,
             std::size_t largest_answer) const;

 private:
  std::map<std::pair<iso7816::Aid, iso7816::Fid>, iso7816::ShortFid> short_fids_;
};

/// The whole of a file that says its size in its first bytes, as TLV does. nullopt where there is no such
/// file.
/// @throws Error chip_foreign for one of more than 4,096 bytes, or that is no TLV
std::optional<Bytes> read_whole(iso7816::Card& card, iso7816::ShortFid short_fid);

}  // namespace perso::chip
