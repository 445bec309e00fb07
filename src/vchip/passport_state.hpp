// What a chip of the iso7816 platform remembers without power. It changes by records alone, so that replaying
// the log gives the same state again.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "vchip/bac_card.hpp"
#include "vchip/chip_authentication_card.hpp"
#include "vchip/records.hpp"

namespace perso::vchip {

struct PassportState {
  Hardware hardware;
  bool locked = false;
  std::map<iso7816::Fid, Bytes> files;  // each in its whole size, 1 to 32,767 bytes
  std::optional<SessionKeys> access;    // of basic access control
  Bytes modulus;                        // of active authentication, 128 bytes, or none
  Secret exponent;                      // the same
  std::optional<ChipKey> chip_key;      // of chip authentication
  bool access_failed = false;           // basic access control, since the last that was right

  /// The state that the log holds. @throws Error Code::malformed where it does not begin with a birth or a
  /// record is not one of these
  static PassportState load(const Nvm& nvm);
  /// Performs one record. @throws Error Code::malformed
  void apply(ByteView record);
  /// The records that make this state, the shortest way.
  std::vector<Bytes> snapshot() const;

  LifeCycle life() const;
  bool has_key_pair() const { return !modulus.empty() && !exponent.empty(); }
  /// Whether there is room for a file of this size, in the place of the one that it replaces.
  bool has_room_for_file(iso7816::Fid fid, std::size_t size) const;
  bool has_room_for_key() const;
  bool has_room_for_chip_key() const;

 private:
  /// Pages in use: one for the application, one for each of its keys, one and its contents for a file.
  std::size_t used_pages() const;
  bool has_key_page() const { return !modulus.empty() || !exponent.empty(); }
};

/// The records: each is one atomic change.
namespace passport_record {
Bytes birth(const Hardware& hardware);
Bytes file(iso7816::Fid fid, std::size_t size);  // created, or as new: 00 everywhere
Bytes page(iso7816::Fid fid, std::size_t offset, ByteView bytes);
Bytes access(const SessionKeys& keys);
Bytes modulus(ByteView modulus);
Bytes exponent(const Secret& exponent);
Bytes chip_key(const ChipKey& key);
Bytes locked();
Bytes bac_failed();
Bytes bac_succeeded();
}  // namespace passport_record

}  // namespace perso::vchip
