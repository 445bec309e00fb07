// What a chip of the globalplatform platform remembers without power: who it is, its keys, its life cycle,
// its applications and files, what opens it. It changes by records alone, so that replaying the log gives the
// same state again.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "bytes/secret.hpp"
#include "iso7816/apdu.hpp"
#include "vchip/access_data.hpp"
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

/// Who may read a file: everybody, nobody, or of a closed chip whoever opened it. In memory as they stand
/// here.
enum class ReadCondition : std::uint8_t { never, always, access_channel };

inline constexpr std::uint8_t max_short_fid = 30;

/// An elementary file. It can be read once its last byte is written.
struct File {
  iso7816::Fid fid;
  std::uint16_t size = 0;      // bytes, 1 to 65,535
  std::uint8_t short_fid = 0;  // 1 to max_short_fid, or 0 for none
  ReadCondition condition = ReadCondition::always;
  Bytes contents;  // what has been written so far
  bool complete() const { return contents.size() == size; }
};

/// What a key pair is for, as GENERATE ASYMMETRIC KEY PAIR names it.
enum class KeyAlgorithm : std::uint8_t { ecdsa_p256 = 0x13, ecdh_p256 = 0x23 };

struct KeyPair {
  KeyAlgorithm algorithm = KeyAlgorithm::ecdsa_p256;
  Secret scalar;  // 32 bytes
};

/// An instance of the file application, or the master file, which has no keys.
struct Application {
  iso7816::Aid aid;
  std::vector<File> files;
  std::map<std::uint8_t, KeyPair> key_pairs;  // under their identifiers
  const File* find(iso7816::Fid fid) const;   // nullptr where there is none
  const File* find_short(std::uint8_t short_fid) const;
};

/// The index of an application; none is the master file.
using Place = std::optional<std::size_t>;

struct GlobalPlatformState {
  Hardware hardware;
  LifeCycle life = LifeCycle::blank;
  bool locked = false;        // for good: a chip that is terminated afterwards too
  std::optional<Bytes> mark;  // the progress mark, 16 bytes
  KeySet keys;
  std::uint32_t sequence_counter = 0;  // channels opened with these keys, 3 bytes
  std::uint8_t tries_used = 0;         // EXTERNAL AUTHENTICATE since the last that was right
  Application master_file{iso7816::Aid::master_file(), {}, {}};
  std::vector<Application> applications;
  std::optional<AccessData> access;
  bool access_failed = false;  // PACE or basic access control, since the last that was right

  /// The state that the log holds. @throws Error Code::malformed where it does not begin with a birth or a
  /// record is not one of these
  static GlobalPlatformState load(const Nvm& nvm);
  /// Performs one record. @throws Error Code::malformed
  void apply(ByteView record);
  /// The records that make this state, the shortest way.
  std::vector<Bytes> snapshot() const;

  /// Locked, and opened by its access data alone. Whoever terminates it does not open it.
  bool closed() const { return locked && access; }
  const Application& at(Place place) const { return place ? applications[*place] : master_file; }
  /// Where the key pair of chip authentication is: the application, and its identifier there.
  struct KeyPlace {
    std::size_t application = 0;
    std::uint8_t id = 0;
    bool operator==(const KeyPlace&) const = default;
  };
  std::optional<KeyPlace> agreement_key() const;

  std::size_t index_of(const iso7816::Aid& aid) const;  // applications.size() where there is none
  /// Bytes of memory in use, whole pages: one for an application, one for a key pair, one and its contents
  /// for a file, and what the access data fill.
  std::size_t used() const;
  bool has_room(std::size_t pages) const { return used() + pages * Nvm::page_size <= hardware.memory; }
};

/// The records: each is one atomic change.
namespace record {

/// First byte of a record.
enum class Kind : std::uint8_t {
  birth = globalplatform_birth,
  keys,
  try_used,
  channel_opened,
  counter,
  mark,
  life,
  application,
  files,
  rewrite,
  page,
  key_pair,
  access,
  access_failed,
  access_succeeded
};
/// In the place of an application's index.
constexpr std::uint8_t master_file_index = 0xFF;

Bytes birth(const Hardware& hardware, const KeySet& keys);
Bytes keys(const KeySet& keys);  // with a counter and tries of zero
Bytes try_used();
Bytes channel_opened();  // counts, and forgives the tries
Bytes counter(std::uint32_t sequence_counter);
Bytes mark(ByteView mark);  // and the life cycle moves to personalizing
Bytes life(LifeCycle life);
Bytes application(const iso7816::Aid& aid);
Bytes files(Place place, std::span<const File> files);     // all of them, without contents
Bytes rewrite(Place place, iso7816::Fid fid);              // empties the file
Bytes page(Place place, iso7816::Fid fid, ByteView next);  // at most 64 bytes more
Bytes key_pair(std::size_t application, std::uint8_t id, const KeyPair& pair);
Bytes access(const Secret& encoded);  // AccessData
Bytes access_failed();
Bytes access_succeeded();
}  // namespace record

}  // namespace perso::vchip
