// The least commands with which a document of ICAO Doc 9303 can be opened, read whole and proven by active
// authentication: what inspections are held against. Own arithmetic, nothing of the product's.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

namespace perso::test {

/// What opens the document: PACE with AES, or BAC with triple DES.
enum class Opening { pace, bac };

/// Counts, with every file named by its short identifier in its first READ BINARY:
///   open   PACE: EF.CardAccess, which names the protocols, from the master file that a reset selects, in the
///          clear; MSE:Set AT and four GENERAL AUTHENTICATE. BAC: GET CHALLENGE, EXTERNAL AUTHENTICATE
///   read   SELECT of each application but the master file; each file in ceil(size / room) parts
///   prove  INTERNAL AUTHENTICATE; chip authentication by the mapping costs nothing more
/// A known edition needs no more questions: not whether a card with BAC has EF.CardAccess, nor which
/// application is there. `room` is what the largest answer holds besides its objects: DO 99 and 8E, and tag,
/// length and padding indicator of DO 87 around whole blocks, the last of which has a byte of padding.
class InspectionFloor {
 public:
  /// @param answer most bytes of an answer's data: 256 with short length
  InspectionFloor(Opening opening, std::size_t answer) : opening_(opening), answer_(answer) {}

  /// @param card_access its size in bytes; 0: none
  /// @param master_file sizes of the other files there
  /// @param applications sizes of the files of each
  std::size_t of(std::size_t card_access, std::span<const std::size_t> master_file,
                 std::span<const std::vector<std::size_t>> applications) const {
    std::size_t commands = opening_ == Opening::pace ? 1 + 4 : 2;
    commands += parts(card_access, answer_) + files(master_file) + 1;
    for (const std::vector<std::size_t>& application : applications) commands += 1 + files(application);
    return commands;
  }

 private:
  static std::size_t parts(std::size_t size, std::size_t part) { return (size + part - 1) / part; }

  std::size_t files(std::span<const std::size_t> sizes) const {
    std::size_t commands = 0;
    for (const std::size_t size : sizes) commands += parts(size, room());
    return commands;
  }

  std::size_t room() const {
    const std::size_t block = opening_ == Opening::pace ? 16 : 8;
    const std::size_t length = answer_ > 256 ? 3 : 2;
    const std::size_t objects = 4 + 10 + 1 + length + 1;
    return (answer_ - objects) / block * block - 1;
  }

  Opening opening_;
  std::size_t answer_;
};

}  // namespace perso::test
