// A card of files in memory, as honest or as broken as a test wants it.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "bytes/error.hpp"
#include "crypto/ec.hpp"
#include "iso7816/card.hpp"
#include "tlv/tlv.hpp"

namespace perso::test {

class FakeCard final : public iso7816::Card {
 public:
  struct File {
    Bytes contents;
    bool readable = true;
    std::size_t readable_from_start = 0;  // bytes that are readable all the same
  };
  struct Application {
    std::map<std::uint16_t, File> files;
    std::map<std::uint8_t, std::uint16_t> short_fids;
  };

  std::map<Bytes, Application> applications;  // by AID; the master file's is empty
  std::optional<crypto::EcPrivateKey> key;    // of active authentication
  crypto::Hash aa_hash = crypto::Hash::sha256;
  bool signs_in_der = false;
  bool plays_back = false;  // answers INTERNAL AUTHENTICATE as the first time
  bool extended_length = true;
  bool far_offsets = true;           // READ BINARY with an odd INS
  std::size_t most_at_once = 65536;  // bytes in one answer
  std::size_t reader_limit = 65535;  // below 65,535, the reader itself fails on what is longer
  std::uint16_t update_answer = 0x6D00;
  std::uint16_t store_answer = 0x6985;
  std::optional<Bytes> issuer_domain_fci = from_hex(
      "6F12"
      "8408A000000151000000"
      "8A010F"
      "A503"
      "9F6500");
  Random* random = nullptr;

  std::vector<iso7816::CommandApdu> commands;

  /// As after power-on.
  void reset() {
    selected_ = nullptr;
    current_ = nullptr;
  }

  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    commands.push_back(command);
    if (reader_limit < 65535 && std::max(command.data.size(), command.ne) > reader_limit)
      throw Error(Code::reader_fault, "the reader takes no APDU of this length");
    if (command.extended() && !extended_length) return {{}, iso7816::sw::wrong_length};
    switch (command.ins) {
      case 0xA4:
        return command.p1 == 0x02 ? select_file(command) : select_application(command);
      case 0xB0:
        return read_binary(command);
      case 0xB1:
        return read_binary_far(command);
      case 0xD6:
        return {{}, {update_answer}};
      case 0xE2:
        return {{}, {store_answer}};
      case 0x88:
        return authenticate(command);
      default:
        return {{}, iso7816::sw::ins_not_supported};
    }
  }

 private:
  iso7816::ResponseApdu select_application(const iso7816::CommandApdu& command) {
    const auto found = applications.find(command.p1 == 0x00 ? Bytes{} : command.data);
    if (found != applications.end()) {
      selected_ = &found->second;
      current_ = nullptr;
      return {{}, iso7816::sw::success};
    }
    if (command.data == from_hex("A000000151000000") && issuer_domain_fci)
      return {*issuer_domain_fci, iso7816::sw::success};
    return {{}, iso7816::sw::file_not_found};
  }

  iso7816::ResponseApdu select_file(const iso7816::CommandApdu& command) {
    if (selected() == nullptr) return {{}, iso7816::sw::conditions_not_satisfied};
    const auto file = selected_->files.find(be16(command.data));
    if (file == selected_->files.end()) return {{}, iso7816::sw::file_not_found};
    current_ = &file->second;
    return {{}, iso7816::sw::success};
  }

  iso7816::ResponseApdu read_binary(const iso7816::CommandApdu& command) {
    std::size_t offset = static_cast<std::size_t>(command.p1) << 8 | command.p2;
    if ((command.p1 & 0x80) != 0) {
      if (selected() == nullptr) return {{}, iso7816::sw::file_not_found};
      const auto fid = selected_->short_fids.find(command.p1 & 0x1F);
      if (fid == selected_->short_fids.end() || !selected_->files.contains(fid->second))
        return {{}, iso7816::sw::file_not_found};
      current_ = &selected_->files.at(fid->second);
      offset = command.p2;
    }
    return part(offset, command.ne);
  }

  /// ISO/IEC 7816-4 11.2.3: the offset in DO 54, what is there in DO 53.
  iso7816::ResponseApdu read_binary_far(const iso7816::CommandApdu& command) {
    if (!far_offsets) return {{}, iso7816::sw::ins_not_supported};
    const tlv::Element at = tlv::single(command.data);
    std::size_t offset = 0;
    for (const std::uint8_t byte : at.value) offset = offset << 8 | byte;
    iso7816::ResponseApdu answer = part(offset, command.ne - std::min<std::size_t>(command.ne, 5));
    if (!answer.data.empty()) answer.data = tlv::encode(tlv::Tag{0x53}, answer.data);
    return answer;
  }

  iso7816::ResponseApdu part(std::size_t offset, std::size_t ne) const {
    if (current_ == nullptr) return {{}, iso7816::sw::command_not_allowed};
    const ByteView contents = current_->readable
                                  ? ByteView(current_->contents)
                                  : ByteView(current_->contents).first(current_->readable_from_start);
    if (!current_->readable && offset >= contents.size()) return {{}, iso7816::sw::security_status};
    if (offset >= contents.size()) return {{}, iso7816::sw::wrong_offset};
    const std::size_t size = std::min({ne, most_at_once, contents.size() - offset});
    const auto begin = contents.begin() + static_cast<std::ptrdiff_t>(offset);
    return {Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)), iso7816::sw::success};
  }

  iso7816::ResponseApdu authenticate(const iso7816::CommandApdu& command) {
    if (!key) return {{}, iso7816::sw::referenced_data_not_found};
    if (first_signature_.empty() || !plays_back)
      first_signature_ = signs_in_der ? key->sign(aa_hash, command.data, *random)
                                      : key->sign_plain(aa_hash, command.data, *random);
    return {first_signature_, iso7816::sw::success};
  }

  /// After power-on the master file, if there is one.
  Application* selected() {
    if (selected_ == nullptr && applications.contains({})) selected_ = &applications.at({});
    return selected_;
  }

  Application* selected_ = nullptr;
  File* current_ = nullptr;
  Bytes first_signature_;
};

}  // namespace perso::test
