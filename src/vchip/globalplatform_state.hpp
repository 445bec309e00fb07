// What a chip of the globalplatform platform remembers without power: who it is, its keys, its life cycle,
// its applications and files. It changes by records alone, so that replaying the log gives the same state
// again.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "bytes/secret.hpp"
#include "iso7816/apdu.hpp"
#include "vchip/records.hpp"

namespace perso::vchip {

/// An SCP03 key set: ENC, MAC, DEK, all AES of the same size (16, 24 or 32 bytes).
struct KeySet {
  std::uint8_t version = 0;  // 01 to 7F
  std::array<Secret, 3> keys;
  const Secret& enc() const { return keys[0]; }
  const Secret& mac() const { return keys[1]; }
  const Secret& dek() const { return keys[2]; }
};

/// An elementary file. It can be read once its last byte is written.
struct File {
  iso7816::Fid fid;
  std::uint16_t size = 0;      // bytes, 1 to 65,535
  std::uint8_t short_fid = 0;  // 1 to 30, or 0 for none
  bool readable = true;        // the read condition: always or never
  Bytes contents;              // what has been written so far
  bool complete() const { return contents.size() == size; }
};

/// An instance of the file application.
struct Application {
  iso7816::Aid aid;
  std::vector<File> files;
  std::map<std::uint8_t, Secret> key_pairs;  // key identifier to PKCS#8
  const File* find(iso7816::Fid fid) const;  // nullptr where there is none
  const File* find_short(std::uint8_t short_fid) const;
};

struct GlobalPlatformState {
  Hardware hardware;
  LifeCycle life = LifeCycle::blank;
  std::optional<Bytes> mark;  // the progress mark, 16 bytes
  KeySet keys;
  std::uint32_t sequence_counter = 0;  // channels opened with these keys, 3 bytes
  std::uint8_t tries_used = 0;         // EXTERNAL AUTHENTICATE since the last that was right
  std::vector<Application> applications;

  /// The state that the log holds. @throws Error Code::malformed where it does not begin with a birth or a
  /// record is not one of these
  static GlobalPlatformState load(const Nvm& nvm);
  /// Performs one record. @throws Error Code::malformed
  void apply(ByteView record);
  /// The records that make this state, the shortest way.
  std::vector<Bytes> snapshot() const;

  std::size_t index_of(const iso7816::Aid& aid) const;  // applications.size() where there is none
  /// Bytes of memory in use, whole pages: one for an application, one for a key pair, one and its contents
  /// for a file.
  std::size_t used() const;
  bool has_room(std::size_t pages) const { return used() + pages * Nvm::page_size <= hardware.memory; }
};

/// The records: each is one atomic change.
namespace record {
Bytes birth(const Hardware& hardware, const KeySet& keys);
Bytes keys(const KeySet& keys);  // with a counter and tries of zero
Bytes try_used();
Bytes channel_opened();  // counts, and forgives the tries
Bytes counter(std::uint32_t sequence_counter);
Bytes mark(ByteView mark);  // and the life cycle moves to personalizing
Bytes life(LifeCycle life);
Bytes application(const iso7816::Aid& aid);
Bytes files(std::size_t application, std::span<const File> files);     // all of them, without contents
Bytes rewrite(std::size_t application, iso7816::Fid fid);              // empties the file
Bytes page(std::size_t application, iso7816::Fid fid, ByteView next);  // at most 64 bytes more
Bytes key_pair(std::size_t application, std::uint8_t id, const Secret& pkcs8);
}  // namespace record

}  // namespace perso::vchip
