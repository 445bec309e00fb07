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
  return std::ranges::equal(application.aid.bytes(), lds::emrtd_aid);
}

std::string answered(StatusWord status) {
  const std::uint8_t bytes[] = {status.sw1(), status.sw2()};
  return "answered " + to_hex(bytes);
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

/// One inspection, from the first SELECT to the last probe.
class Inspection {
 public:
  Inspection(Card& card, const Promises& promises, Findings& findings, std::size_t command_limit)
      : card_(card), promises_(promises), findings_(findings), reader_(card, command_limit) {}

  /// Selects an application and reads its files: those that must not be readable first, so that a readable
  /// one is current after.
  void read(const PromisedApplication& application);
  void authenticate(const Bytes& dg15, Random& random);
  void compare_record(const std::string& number);
  void compare_portrait(const Bytes& portrait);
  void probe_lock();

 private:
  void try_unreadable(const PromisedFile& file, bool templated);
  void read_file(const std::string& application, const PromisedFile& file, bool templated);
  bool probe_update();         // whether there was a file to try it on
  bool probe_issuer_domain();  // whether there is one

  Card& card_;
  const Promises& promises_;
  Findings& findings_;
  FileReader reader_;
  std::optional<std::uint8_t> current_first_byte_;  // of the file that is current on the card
};

void Inspection::read(const PromisedApplication& application) {
  current_first_byte_.reset();
  const StatusWord status = reader_.select(application.aid);
  findings_.check(application.name, status.ok(), "SELECT " + answered(status));
  if (!status.ok()) return;
  const bool templated = is_emrtd(application);
  for (const PromisedFile& file : application.files)
    if (!file.readable) try_unreadable(file, templated);
  for (const PromisedFile& file : application.files)
    if (file.readable) read_file(application.name, file, templated);
}

void Inspection::try_unreadable(const PromisedFile& file, bool templated) {
  const ReadOutcome outcome = reader_.read(file, templated);
  const bool refused = !outcome.contents && outcome.status == iso7816::sw::security_status;
  findings_.check(file.name + " is not readable", refused, answered(outcome.status));
}

void Inspection::read_file(const std::string& application, const PromisedFile& file, bool templated) {
  current_first_byte_.reset();
  ReadOutcome outcome = reader_.read(file, templated);
  if (!outcome.contents || outcome.contents->empty()) {
    findings_.failed(file.name + " is readable", answered(outcome.status));
    return;
  }
  current_first_byte_ = outcome.contents->front();
  findings_.passed(file.name + " is readable", std::to_string(outcome.contents->size()) + " bytes");
  findings_.report().files.push_back({application, file.name, file.fid, std::move(*outcome.contents)});
}

void Inspection::authenticate(const Bytes& dg15, Random& random) {
  const std::string name = "active authentication";
  if (dg15.empty()) {
    findings_.failed(name, "there is no EF.DG15 to verify with");
    return;
  }
  const auto key = findings_.parsed(name, [&] { return lds::parse_dg15(dg15); });
  if (!key) return;
  Bytes challenge(8);
  random.fill(challenge);
  const ResponseApdu answer = card_.transmit({0x00, 0x88, 0x00, 0x00, challenge, iso7816::max_ne_short});
  if (!answer.status.ok()) {
    findings_.failed(name, "INTERNAL AUTHENTICATE " + answered(answer.status));
    return;
  }
  const bool genuine = key->verify_plain(crypto::Hash::sha256, challenge, answer.data);
  findings_.check(name, genuine,
                  genuine ? "the chip holds the key" : "the chip does not hold the key of EF.DG15");
}

void Inspection::compare_record(const std::string& number) {
  const std::string name = "record number";
  const Promises::RecordNumber& place = *promises_.record_number;
  const Bytes* const record = findings_.file(place.application, place.file);
  if (record == nullptr || number.empty()) {
    findings_.failed(name, "the record or the number in EF.DG1 could not be read");
    return;
  }
  auto text = findings_.parsed(
      name, [&] { return identity::utf8_from_utf16le(slice(*record, place.at, place.bytes)); });
  if (!text) return;
  text->resize(text->find_last_not_of(' ') + 1);
  const bool same = *text == number;
  findings_.check(name, same, same ? "that of EF.DG1" : "is another one than in EF.DG1");
}

void Inspection::compare_portrait(const Bytes& portrait) {
  const std::string name = "portrait copy";
  const Promises::PortraitCopy& place = *promises_.portrait_copy;
  const Bytes* const copy = findings_.file(place.application, place.file);
  if (copy == nullptr || portrait.empty()) {
    findings_.failed(name, "the copy or the image in EF.DG2 could not be read");
    return;
  }
  const bool same = *copy == portrait;
  findings_.check(name, same, same ? "that of EF.DG2" : "is another image than in EF.DG2");
}

/// Whether a command was not carried out: an error, neither a success nor a warning (ISO/IEC 7816-4 5.6).
bool refused(StatusWord status) {
  return status.sw1() >= 0x64 && status.sw1() <= 0x6F;
}

void Inspection::probe_lock() {
  const bool updated = probe_update();
  const bool issuer_domain = probe_issuer_domain();
  if (!updated && !issuer_domain)
    findings_.failed("lock", "there is no file and no issuer security domain to try it on");
}

bool Inspection::probe_update() {
  if (!current_first_byte_) return false;
  const StatusWord status = card_.transmit({0x00, 0xD6, 0x00, 0x00, Bytes{*current_first_byte_}, 0}).status;
  findings_.check("a stranger's UPDATE BINARY is refused", refused(status), answered(status));
  return true;
}

bool Inspection::probe_issuer_domain() {
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

}  // namespace

bool Report::passed() const {
  return !checks.empty() && std::ranges::all_of(checks, &Check::passed);
}

Report inspect(Card& card, const Promises& promises, const std::vector<crypto::Certificate>& trust_anchors,
               Random& random, Instant now, std::size_t command_limit) {
  Report report;
  Findings findings(report);
  Inspection inspection(card, promises, findings, command_limit);
  Emrtd emrtd;
  for (const PromisedApplication& application : promises.applications) {
    inspection.read(application);
    if (!is_emrtd(application)) continue;
    emrtd = judge_emrtd(findings, application, trust_anchors, now);
    // While its application is selected.
    if (promises.active_authentication) inspection.authenticate(emrtd.dg15, random);
  }
  if (promises.active_authentication && std::ranges::none_of(promises.applications, is_emrtd))
    findings.failed("active authentication", "the edition has no eMRTD application");
  if (promises.record_number) inspection.compare_record(emrtd.number);
  if (promises.portrait_copy) inspection.compare_portrait(emrtd.portrait);
  if (promises.locked) inspection.probe_lock();
  return report;
}

}  // namespace perso::inspect
