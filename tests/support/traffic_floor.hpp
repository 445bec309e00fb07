// The least that a chip of src/vchip/CONTRACT.md can be personalized with: what drivers are held against. Own
// arithmetic, nothing of the driver's.
#pragma once

#include <algorithm>
#include <span>

#include "chip/driver.hpp"

namespace perso::test {

/// Command APDUs, from the class byte to Le.
struct Traffic {
  std::size_t commands = 0;
  std::size_t bytes = 0;
};

/// What one application gets; the master file is the level of the security domain.
struct ApplicationLoad {
  iso7816::Aid aid;
  std::span<const chip::FileImage> files;
  std::size_t generated_keys = 0;
};

/// The value of DGI DF71 in bytes, from the sizes of section 9's elements: at most 127 in each.
inline std::size_t access_data_size(const channel::AccessData& data, std::size_t pace, bool bac) {
  constexpr std::size_t date = 3 + 6, protocol = 2 + 10, parameters = 3;
  std::size_t size = pace * (2 + protocol + parameters) + (bac ? 2 : 0);
  if (data.printed) size += 2 + 3 + data.printed->number.size() + 2 * date;
  if (!data.access_number.empty()) size += 2 + data.access_number.size();
  return size;
}

/// Counts the commands that no order of doing things can leave out, in their shortest form, for S8 at level
/// 33:
///   identify   SELECT of the security domain (its life cycle), GET DATA (CPLC)
///   open       INITIALIZE UPDATE, EXTERNAL AUTHENTICATE
///   prepare    the progress mark, INSTALL for each application but the master file, PUT KEY
///   keys       for each application that makes some: SELECT, the two that open, GENERATE for each key
///   write      STORE DATA, one stream for each application: ceil(stream / room) blocks,
///              room = 16 * floor((field - 8) / 16) - 1. Who has made keys is selected already; the others
///              are reached by SELECT and opening, or by one return to the security domain and INSTALL [for
///              personalization]; the master file by that return alone, as EF.CardSecurity has a key that the
///              chip makes. Access data are in its stream. Who writes while the files that wait for the chip
///              are still being signed sends a second stream: that saves time and costs commands
///   read back  SELECT of each application; READ BINARY: `answer` bytes a command where the offset has 15
///              bits, answer - 3 beyond. Files never to be read are left out; no file has to be selected
///   lock       SELECT of the security domain, unless its level was read last; the two that open, SET STATUS
/// Protected commands take header, Lc, the padded data and an 8-byte MAC; Le is not counted where the
/// contract does not ask for it.
class TrafficFloor {
 public:
  /// @param field largest command data field, and largest answer (256 at least)
  /// @param key_size of the key set that replaces the transport keys, bytes
  /// @param access_data their size where the chip gets any, as access_data_size says; needs a master file
  TrafficFloor(std::size_t field, std::size_t key_size, std::size_t access_data = 0)
      : field_(field), key_size_(key_size), access_data_(access_data) {}

  Traffic of(std::span<const ApplicationLoad> applications) {
    total_ = {};
    select(8);       // the security domain
    plain(0, true);  // CPLC
    open();
    protect(2 + 1 + 16);  // the progress mark
    for (const auto& application : applications)
      if (!application.aid.is_master_file()) protect(8 + 9 + 1 + application.aid.bytes().size() + 6);
    protect(1 + 3 * (3 + padded_key() + 4));
    const bool any_keys =
        std::ranges::any_of(applications, [](const auto& each) { return each.generated_keys > 0; });
    reach_others(applications, any_keys);
    for (const auto& application : applications) {
      if (application.generated_keys > 0) {
        select(aid_size(application));
        open();
        for (std::size_t key = 0; key < application.generated_keys; ++key) protect(5);
      }
      store(application);
    }
    for (const auto& application : applications) read_back(application);
    if (std::ranges::none_of(applications, is_master_file)) select(8);
    open();
    protect(0);  // SET STATUS
    return total_;
  }

 private:
  static constexpr std::size_t mac = 8;

  static bool is_master_file(const ApplicationLoad& load) { return load.aid.is_master_file(); }
  static std::size_t aid_size(const ApplicationLoad& load) {
    return is_master_file(load) ? 8 : load.aid.bytes().size();
  }

  std::size_t padded_key() const { return (key_size_ + 15) / 16 * 16; }

  void count(std::size_t bytes) {
    ++total_.commands;
    total_.bytes += bytes;
  }
  void plain(std::size_t nc, bool answered) { count(4 + (nc > 0 ? 1 + nc : 0) + (answered ? 1 : 0)); }
  void select(std::size_t aid_bytes) { plain(aid_bytes, false); }
  void open() {
    plain(8, true);
    plain(8 + mac, false);
  }
  void protect(std::size_t nc) {
    const std::size_t field = (nc > 0 ? (nc / 16 + 1) * 16 : 0) + mac;
    count(4 + (field > 255 ? 3 : 1) + field);
  }

  void reach_others(std::span<const ApplicationLoad> applications, bool any_keys) {
    const auto others =
        std::ranges::count_if(applications, [](const auto& each) { return each.generated_keys == 0; });
    if (others == 0) return;
    if (any_keys) open();
    if (any_keys && others == 1) {  // SELECT of the application instead
      for (const auto& each : applications)
        if (each.generated_keys == 0) select(aid_size(each));
      return;
    }
    if (any_keys) select(8);
    for (const auto& each : applications)
      if (each.generated_keys == 0 && !is_master_file(each)) protect(2 + 1 + each.aid.bytes().size() + 3);
  }

  static std::size_t dgi(std::size_t value) { return 2 + (value < 255 ? 1 : 3) + value; }

  void store(const ApplicationLoad& application) {
    std::size_t control = 0, stream = 0;
    if (is_master_file(application) && access_data_ > 0) stream += dgi(access_data_);
    for (const auto& file : application.files) {
      control += file.short_fid ? 17 : 14;
      stream += dgi(file.contents.size());
    }
    stream += dgi(control);
    const std::size_t room = (field_ - mac) / 16 * 16 - 1;
    for (; stream > room; stream -= room) protect(room);
    protect(stream);
  }

  void read_back(const ApplicationLoad& application) {
    select(aid_size(application));
    const std::size_t answer = std::max<std::size_t>(field_, 256);
    for (const auto& file : application.files) {
      if (file.read == chip::ReadAccess::never) continue;
      for (std::size_t offset = 0; offset < file.contents.size();) {
        const bool odd = offset > 0x7FFF;
        const std::size_t taken = std::min(file.contents.size() - offset, odd ? answer - 3 : answer);
        const std::size_t le = taken > 256 ? 2 : 1;
        count(4 + (odd ? 1 + 4 : 0) + le + (le == 2 ? 1 + (odd ? 1 : 0) : 0));
        offset += taken;
      }
    }
  }

  std::size_t field_, key_size_, access_data_;
  Traffic total_;
};

}  // namespace perso::test
