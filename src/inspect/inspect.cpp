#include "inspect/inspect.hpp"

#include <algorithm>

#include "identity/text.hpp"
#include "inspect/file_reader.hpp"
#include "inspect/findings.hpp"
#include "inspect/passive.hpp"
#include "lds/dg15.hpp"
#include "lds/files.hpp"
#include "tlv/tlv.hpp"

namespace perso::inspect {

using iso7816::Card;
using iso7816::ResponseApdu;
using iso7816::StatusWord;

namespace {

constexpr std::uint8_t life_cycle_locked = 0x0F;  // GlobalPlatform Card Specification 2.3.1 5.1.1, SECURED

bool is_emrtd(const PromisedApplication& application) {
  return lds::is_emrtd(application.aid);
}

bool has_closed_files(const PromisedApplication& application) {
  return std::ranges::any_of(application.files,
                             [](const PromisedFile& file) { return file.read == PromisedFile::Read::bac; });
}

std::string answered(StatusWord status) {
  const std::uint8_t bytes[] = {status.sw1(), status.sw2()};
  return "answered " + to_hex(bytes);
}

/// Whether a command was not carried out: an error, neither a success nor a warning (ISO/IEC 7816-4 5.6).
bool refused(StatusWord status) {
  return status.sw1() >= 0x64 && status.sw1() <= 0x6F;
}

/// Whether that is what keeps a file from those who may not read it: either platform's contract.
bool closed(StatusWord status) {
  return status == iso7816::sw::security_status || status == iso7816::sw::conditions_not_satisfied;
}

/// The life cycle state in an FCI of the issuer security domain. @throws Error Code::malformed
std::uint8_t life_cycle_in(ByteView fci) {
  constexpr tlv::Tag fci_tag{0x6F};
  constexpr tlv::Tag life_cycle_tag{0x8A};
  tlv::Reader reader(fci, tlv::Rules::ber);
  const auto state = tlv::find(reader.expect(fci_tag).value, life_cycle_tag, tlv::Rules::ber);
  if (!state || state->value.size() != 1)
    throw Error(Code::malformed, "the issuer security domain does not say its life cycle state");
  return state->value[0];
}

/// ICAO 9303-11 6.1.
bool answers_challenge(const lds::ChipKey& key, ByteView challenge, ByteView answer) {
  if (const auto* rsa = std::get_if<crypto::RsaPublicKey>(&key)) return rsa->verify_9796_2(challenge, answer);
  return std::get<crypto::EcPublicKey>(key).verify_plain(crypto::Hash::sha256, challenge, answer);
}

/// One inspection's talk with the card, from the first SELECT to the last probe.
class Conversation {
 public:
  Conversation(Card& card, Findings& findings, Random& random, std::size_t command_limit)
      : card_(card), findings_(findings), random_(random), reader_(card, largest_answer(command_limit)) {}

  /// Selects an application and reads its files: those that a stranger must not read first, so that a
  /// readable one is current after.
  void read(const PromisedApplication& application, const std::optional<channel::PrintedData>& printed);
  void authenticate(const Bytes* dg15);
  /// @param issuer_domain whether the chip's state is to be asked of the issuer security domain
  void probe_lock(bool issuer_domain);

 private:
  bool select(const PromisedApplication& application);
  void try_as_stranger(const PromisedFile& file);
  void open(const std::optional<channel::PrintedData>& printed);
  void read_file(const PromisedApplication& application, const PromisedFile& file);
  bool probe_update();         // whether there was a file to try it on
  bool probe_issuer_domain();  // whether there is one
  Card& way() { return channel_ ? *channel_->card : card_; }

  struct Channel {
    explicit Channel(std::unique_ptr<channel::SecureMessaging> opened)
        : card(std::move(opened)), reader(*card, card->plain_capacity(iso7816::max_ne_short)) {}
    std::unique_ptr<channel::SecureMessaging> card;
    FileReader reader;
  };

  Card& card_;
  Findings& findings_;
  Random& random_;
  FileReader reader_;                               // in the clear
  std::optional<Channel> channel_;                  // to the selected application
  std::optional<std::uint8_t> current_first_byte_;  // of the file that is current on the card
};

void Conversation::read(const PromisedApplication& application,
                        const std::optional<channel::PrintedData>& printed) {
  if (!select(application)) return;
  const auto each = [&](PromisedFile::Read read, auto&& what) {
    for (const PromisedFile& file : application.files)
      if (file.read == read) what(file);
  };
  const auto try_it = [&](const PromisedFile& file) { try_as_stranger(file); };
  const auto read_it = [&](const PromisedFile& file) { read_file(application, file); };
  each(PromisedFile::Read::never, try_it);
  each(PromisedFile::Read::bac, try_it);
  each(PromisedFile::Read::always, read_it);
  if (!has_closed_files(application)) return;
  open(printed);
  each(PromisedFile::Read::bac, read_it);
}

/// It ends a channel.
bool Conversation::select(const PromisedApplication& application) {
  channel_.reset();
  current_first_byte_.reset();
  const ByteView aid = application.aid.bytes();
  const StatusWord status = card_.transmit({0x00, 0xA4, 0x04, 0x0C, Bytes(aid.begin(), aid.end()), 0}).status;
  findings_.check(application.name, status.ok(), "SELECT " + answered(status));
  return status.ok();
}

/// By one part: a file that begins to be read is not closed.
void Conversation::try_as_stranger(const PromisedFile& file) {
  const StatusWord status = reader_.begin(file).status;
  const bool never = file.read == PromisedFile::Read::never;
  findings_.check(file.name + (never ? " is not readable" : " is closed to strangers"), closed(status),
                  answered(status));
}

void Conversation::open(const std::optional<channel::PrintedData>& printed) {
  const std::string name = "basic access control";
  current_first_byte_.reset();
  if (!printed) {
    findings_.failed(name, "the number and the dates that are printed on the card are not given");
    return;
  }
  auto opened = findings_.heard(name, [&] { return channel::open_bac(card_, *printed, random_); });
  if (!opened) return;
  channel_.emplace(std::move(*opened));
  findings_.passed(name, "opens with what is printed on the card");
}

void Conversation::read_file(const PromisedApplication& application, const PromisedFile& file) {
  const std::string name = file.name + " is readable";
  current_first_byte_.reset();
  FileReader& reader = channel_ ? channel_->reader : reader_;
  // A file of the eMRTD application is one element, which says where it ends.
  const bool templated = is_emrtd(application) && lds::find_fid(file.fid) != nullptr;
  auto outcome = findings_.heard(name, [&] { return reader.read(file, templated); });
  if (!outcome) return;
  if (!outcome->contents || outcome->contents->empty()) {
    findings_.failed(name, answered(outcome->status));
    return;
  }
  current_first_byte_ = outcome->contents->front();
  findings_.passed(name, std::to_string(outcome->contents->size()) + " bytes");
  findings_.report().files.push_back({application.name, file.name, file.fid, std::move(*outcome->contents)});
}

void Conversation::authenticate(const Bytes* dg15) {
  const std::string name = "active authentication";
  if (dg15 == nullptr) {
    findings_.failed(name, "there is no EF.DG15 to verify with");
    return;
  }
  const auto key = findings_.parsed(name, [&] { return lds::parse_dg15(*dg15); });
  if (!key) return;
  Bytes challenge(8);
  random_.fill(challenge);
  const auto answer = findings_.heard(name, [&] {
    return way().transmit({0x00, 0x88, 0x00, 0x00, challenge, iso7816::max_ne_short});
  });
  if (!answer) return;
  if (!answer->status.ok()) {
    findings_.failed(name, "INTERNAL AUTHENTICATE " + answered(answer->status));
    return;
  }
  const bool genuine = answers_challenge(*key, challenge, answer->data);
  findings_.check(name, genuine,
                  genuine ? "the chip holds the key" : "the chip does not hold the key of EF.DG15");
}

void Conversation::probe_lock(bool issuer_domain) {
  const bool updated = probe_update();
  const bool asked = issuer_domain && probe_issuer_domain();
  if (!updated && !asked) findings_.failed("lock", "there is nothing to try it on");
}

bool Conversation::probe_update() {
  if (!current_first_byte_) return false;
  const std::string name = "a stranger's UPDATE BINARY is refused";
  const auto status = findings_.heard(name, [&] {
    try {
      return way().transmit({0x00, 0xD6, 0x00, 0x00, Bytes{*current_first_byte_}, 0}).status;
    } catch (const Error& error) {  // a bare status word ends the channel, and is an answer
      if (!error.status_word()) throw;
      return StatusWord{*error.status_word()};
    }
  });
  if (status) findings_.check(name, refused(*status), answered(*status));
  return true;
}

bool Conversation::probe_issuer_domain() {
  const Bytes issuer_domain{0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00};
  const ResponseApdu selected =
      card_.transmit({0x00, 0xA4, 0x04, 0x00, issuer_domain, iso7816::max_ne_short});
  if (!selected.status.ok()) return false;
  const auto life_cycle = findings_.parsed("life cycle", [&] { return life_cycle_in(selected.data); });
  if (life_cycle)
    findings_.check("life cycle", *life_cycle == life_cycle_locked, "state " + to_hex({&*life_cycle, 1}));
  const StatusWord status = card_.transmit({0x80, 0xE2, 0x88, 0x00, Bytes{0x3F, 0xFF, 0x00}, 0}).status;
  findings_.check("a stranger's STORE DATA is refused", refused(status), answered(status));
  return true;
}

const std::string record_check = "record number";

/// The contents of the element that the tags lead to. @throws Error Code::malformed
ByteView element_at(ByteView contents, const std::vector<tlv::Tag>& path) {
  for (const tlv::Tag tag : path) {
    const auto element = tlv::find(contents, tag, tlv::Rules::ber);
    if (!element) throw Error(Code::malformed, "the template has no element for the number");
    contents = element->value;
  }
  return contents;
}

std::optional<std::string> number_in_record(Findings& findings, const Promises::RecordNumber& place) {
  const Bytes* const record = findings.file(place.application, place.file);
  if (record == nullptr) {
    findings.failed(record_check, "the record could not be read");
    return std::nullopt;
  }
  return findings.parsed(record_check, [&] {
    if (!place.path.empty()) return identity::decode_text(element_at(*record, place.path), place.text);
    std::string text = identity::decode_text(slice(*record, place.at, place.bytes), place.text);
    if (place.right)
      text.erase(0, text.find_first_not_of(place.pad));
    else
      text.resize(text.find_last_not_of(place.pad) + 1);
    return text;
  });
}

void compare_record(Findings& findings, const Promises::RecordNumber& place) {
  const std::string& number = findings.report().number;
  const auto text = number_in_record(findings, place);
  if (!text) return;
  const bool same = !number.empty() && *text == number;
  findings.check(record_check, same, same ? "that of EF.DG1" : "is another one than in EF.DG1");
}

/// A card without the eMRTD application has its number in its record, and is known by all that can be read.
void judge_plain_card(Findings& findings, const Promises& promises) {
  if (promises.active_authentication)
    findings.failed("active authentication", "the edition has no eMRTD application");
  Bytes readable;
  for (const PromisedApplication& application : promises.applications)
    for (const PromisedFile& file : application.files) {
      if (file.read == PromisedFile::Read::never) continue;
      const Bytes* const contents = findings.file(application.name, file.name);
      if (contents == nullptr) return;
      append(readable, *contents);
    }
  findings.report().digest = crypto::digest(crypto::Hash::sha256, readable);
  if (!promises.record_number) return;
  const auto number = number_in_record(findings, *promises.record_number);
  if (!number) return;
  findings.report().number = *number;
  findings.check(record_check, !number->empty(), number->empty() ? "is blank" : "is there");
}

/// The copy may be filled up with 00.
bool is_copy(ByteView copy, ByteView original) {
  return copy.size() >= original.size() && std::ranges::equal(copy.first(original.size()), original) &&
         std::ranges::all_of(copy.subspan(original.size()), [](std::uint8_t byte) { return byte == 0x00; });
}

void compare_portrait(Findings& findings, const Promises::PortraitCopy& place) {
  const std::string name = "portrait copy";
  const Bytes* const copy = findings.file(place.application, place.file);
  const Bytes& portrait = findings.report().portrait;
  if (copy == nullptr || portrait.empty()) {
    findings.failed(name, "the copy or the image in EF.DG2 could not be read");
    return;
  }
  const bool same = is_copy(*copy, portrait);
  findings.check(name, same, same ? "that of EF.DG2" : "is another image than in EF.DG2");
}

}  // namespace

bool Report::passed() const {
  return !checks.empty() && std::ranges::all_of(checks, &Check::passed);
}

Report inspect(Card& card, const Promises& promises, const std::optional<channel::PrintedData>& printed,
               const Trust& trust, Random& random, Instant now, std::size_t command_limit) {
  Report report;
  Findings findings(report);
  const Court court{trust, now};
  Conversation conversation(card, findings, random, command_limit);
  for (const PromisedApplication& application : promises.applications) {
    conversation.read(application, printed);
    if (!is_emrtd(application)) continue;
    judge_emrtd(findings, application, court);
    // While its application is selected.
    if (promises.active_authentication)
      conversation.authenticate(findings.file(application.name, lds::find_data_group(15)->fid));
  }
  for (const Promises::Signature& signature : promises.signatures)
    judge_signature(findings, signature, court);
  const bool plain = std::ranges::none_of(promises.applications, is_emrtd);
  if (plain)
    judge_plain_card(findings, promises);
  else if (promises.record_number)
    compare_record(findings, *promises.record_number);
  if (promises.portrait_copy) compare_portrait(findings, *promises.portrait_copy);
  if (promises.locked) conversation.probe_lock(std::ranges::none_of(promises.applications, has_closed_files));
  return report;
}

}  // namespace perso::inspect
