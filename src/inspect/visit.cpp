#include "inspect/visit.hpp"

#include <algorithm>

#include "inspect/authenticity.hpp"
#include "inspect/passive.hpp"
#include "inspect/recognition.hpp"
#include "lds/dg1.hpp"
#include "lds/files.hpp"

namespace perso::inspect {

namespace {

const iso7816::Aid emrtd{lds::emrtd_aid};
constexpr iso7816::Fid com_fid{0x011E}, sod_fid{0x011D};
constexpr iso7816::ShortFid card_security_short_fid{0x1D};
const std::string access_check = "access";

FilePlace place_of(const PromisedApplication& application, const PromisedFile& file) {
  const bool is_template = application.aid.is_master_file() ||
                           (lds::is_emrtd(application.aid) && lds::find_fid(file.fid) != nullptr);
  return {file.fid, file.short_fid, is_template};
}

}  // namespace

void Visit::make() {
  try {
    go_through();
  } catch (const Error& error) {
    findings_.cut_short();
    if (exit_code_of(error.code()) == 4) {
      findings_.report().interrupted = error;
      findings_.failed("card", Verdict::unreadable, "it stopped answering: " + error.message());
    } else if (chip_is_to_answer_) {
      document_.chip_authenticated = true;
      findings_.failed(chip_authentication_check, Verdict::cloned,
                       "the chip does not hold the key of EF.DG14");
    } else {
      findings_.failed(session_.channel() != nullptr ? "secure channel" : "reading", Verdict::unreadable,
                       error.message());
    }
  }
  if (session_.opened_again())
    findings_.note("the chip takes no extended length in its channel: opened again, for short length");
  // Which of several editions the card is of it cannot be asked any more.
  if (!findings_.complete() && !findings_.strict() && document_.zone)
    if (const auto candidates = editions_with(request_.editions, *document_.zone); candidates.size() == 1)
      findings_.recognised(*candidates.front());
}

void Visit::go_through() {
  if (!open_master_file()) return findings_.cut_short();
  document_.is_emrtd = has(emrtd);
  const bool goes_on = document_.is_emrtd ? read_document() : read_plain_card();
  if (!goes_on) return findings_.cut_short();
  if (findings_.promises() != nullptr) read_promised();
  if (chip_is_to_answer_)
    findings_.failed(chip_authentication_check, Verdict::cloned,
                     "nothing was left to be read in its channel");
}

/// False where the chip has PACE and does not open.
bool Visit::open_master_file() {
  document_.card_access = read_card_access(session_, findings_);
  if (document_.card_access.contents) {
    tried_.emplace(iso7816::Aid::master_file(), card_access_fid);
    findings_.report().files.push_back({document_.master_file, std::string(card_access_name), card_access_fid,
                                        *document_.card_access.contents});
  }
  const auto& infos = document_.card_access.infos;
  const channel::PaceInfo* const way = infos ? channel::strongest(infos->pace) : nullptr;
  if (way == nullptr) return true;
  auto access = open_by_pace(session_, findings_, *way, lds::pace_parameter_sets(*infos), request_);
  if (!access) return false;
  document_.access = std::move(*access);
  if (session_.mapping_proof()) judge_mapping();
  return true;
}

/// Without the file the mapping proves nothing, and a chip that does not show it is none that was signed.
void Visit::judge_mapping() {
  read(iso7816::Aid::master_file(), card_security_name, {card_security_fid, card_security_short_fid, true},
       Reading::mandatory);
  session_.stay();
  document_.chip_authenticated = true;
  document_.chip_key =
      key_of_mapping(findings_, *session_.mapping_proof(), document_.card_security, request_.random);
}

/// Whichever way the chip opened: what is read is judged.
void Visit::take_card_security(const Bytes& file) {
  document_.card_security = findings_.parsed_file(
      std::string(card_security_name),
      [&](Deviations& deviations) { return lds::parse_card_security(file, deviations); });
}

/// False where the card does not open.
bool Visit::read_document() {
  if (!document_.access.given()) open_by_bac(emrtd);
  std::set<int> listed;
  if (const Bytes* const sod = read_lds_file(sod_fid, Reading::mandatory))
    document_.sod = findings_.parsed_file(
        "EF.SOD", [&](Deviations& deviations) { return lds::parse_sod(*sod, deviations); });
  if (!findings_.complete()) return false;
  if (document_.sod)
    for (const auto& [number, digest] : document_.sod->object.digests) listed.insert(number);

  if (const Bytes* const com = read_lds_file(com_fid, Reading::if_there))
    document_.com = findings_.parsed_file(
        "EF.COM", [&](Deviations& deviations) { return lds::parse_com(*com, deviations); });
  else
    findings_.deviation("EF.COM", "cannot be read");
  if (document_.com) listed.insert(document_.com->data_groups.begin(), document_.com->data_groups.end());
  listed.insert({1, 2});  // every document has them, whatever its lists say
  read_data_groups(std::move(listed));
  if (findings_.complete()) recognise_document();
  return findings_.complete();
}

/// Whether it did; a chip that has no basic access control, or does not need it, is read in the clear.
void Visit::open_by_bac(const iso7816::Aid& application) {
  BacAttempt attempt = try_bac(session_, application, request_);
  document_.access.bac = attempt.opened;
  closed_because_ = std::move(attempt.why);
  if (!attempt.opened) return;
  findings_.report().access = "BAC with the machine readable zone";
  findings_.passed(access_check, findings_.report().access);
}

/// EF.DG1 first, which says what the card is; EF.DG14, which lets the chip prove itself with all that
/// follows.
void Visit::read_data_groups(std::set<int> listed) {
  std::erase_if(listed, needs_extended_access);
  const auto take = [&](int number) -> const Bytes* {
    if (listed.erase(number) == 0) return nullptr;
    return read_lds_file(lds::find_data_group(number)->fid, Reading::mandatory);
  };
  if (const Bytes* const dg1 = take(1))
    document_.zone = findings_.parsed_contents(
        "EF.DG1", [&](Deviations& deviations) { return lds::parse_dg1(*dg1, deviations); });
  if (const Bytes* const dg14 = take(14))
    document_.options = findings_.parsed_file(
        "EF.DG14", [&](Deviations& deviations) { return lds::parse_dg14(*dg14, deviations); });
  authenticate_chip();
  while (!listed.empty() && findings_.complete()) take(*listed.begin());
  if (!findings_.complete()) return;
  if (const Bytes* const dg15 = findings_.file(document_.emrtd, lds::find_data_group(15)->fid)) {
    document_.actively_authenticated = true;
    authenticate_actively(session_, findings_, *dg15, document_.options, request_.random);
    if (findings_.complete()) chip_has_answered();
  }
}

const Bytes* Visit::read_lds_file(iso7816::Fid fid, Reading reading) {
  const lds::LdsFile& file = *lds::find_fid(fid);
  return read(emrtd, file.name, {file.fid, file.short_fid, true}, reading);
}

void Visit::authenticate_chip() {
  if (document_.options && !document_.chip_authenticated) agree_with_chip();
}

/// What comes of it shows with the first answer in the new channel.
void Visit::agree_with_chip() {
  const lds::SecurityInfos& options = *document_.options;
  const auto way = strongest_way(options);
  if (!way) {
    if (!options.chip_authentication.empty() || !options.chip_authentication_keys.empty())
      findings_.not_possible(chip_authentication_check, "EF.DG14 has no protocol with a key of its own");
    return;
  }
  try {
    auto in_channel =
        session_.channel() != nullptr
            ? channel::authenticate_chip(session_.bare(), *session_.channel(), way->protocol, *way->key,
                                         request_.random)
            : channel::authenticate_chip(session_.bare(), way->protocol, *way->key, request_.random);
    session_.enter(std::move(in_channel));
    chip_is_to_answer_ = true;
  } catch (const Error& error) {
    if (exit_code_of(error.code()) == 4) throw;
    const bool closed = error.code() == Code::channel_broken;
    if (closed && !refused_in_the_clear(error)) throw;
    document_.chip_authenticated = true;
    findings_.failed(chip_authentication_check, Verdict::cloned,
                     channel::name_of(way->protocol) + ": " + error.message());
    if (closed) findings_.cut_short();
  }
}

void Visit::recognise_document() {
  if (!document_.zone) return;
  const Edition* const edition = inspect::recognise_document(
      request_.editions, *document_.zone, [this](const iso7816::Aid& aid) { return has(aid); });
  if (edition == nullptr) return;
  findings_.recognised(*edition);
  for (const PromisedApplication& application : edition->promises.applications)
    if (application.aid.is_master_file() || lds::is_emrtd(application.aid)) take_name_of(application);
}

/// An edition may call its applications and files as it likes.
void Visit::take_name_of(const PromisedApplication& application) {
  std::string& name = application.aid.is_master_file() ? document_.master_file : document_.emrtd;
  for (ReadFile& file : findings_.report().files) {
    if (file.application != name) continue;
    file.application = application.name;
    const auto promised = std::ranges::find(application.files, file.fid, &PromisedFile::fid);
    if (promised != application.files.end()) file.name = promised->name;
  }
  name = application.name;
}

/// A card without the eMRTD application; false where it is of no edition, or does not open.
bool Visit::read_plain_card() {
  const Edition* const edition =
      inspect::recognise_plain(request_.editions, [this](const iso7816::Aid& aid) { return has(aid); });
  if (edition == nullptr) {
    findings_.failed("applications", Verdict::unreadable, "the card has none that is known");
    return false;
  }
  findings_.recognised(*edition);
  const auto& applications = edition->promises.applications;
  for (const PromisedApplication& application : applications)
    if (application.aid.is_master_file()) take_name_of(application);
  if (document_.access.given() || !edition->promises.bac) return true;
  const auto opened = std::ranges::find_if(
      applications, [](const PromisedApplication& one) { return !one.aid.is_master_file(); });
  if (opened != applications.end()) open_by_bac(opened->aid);
  return true;
}

void Visit::read_promised() {
  for (const PromisedApplication& application : findings_.promises()->applications) {
    const auto left = [&](const PromisedFile& file) { return !tried_.contains({application.aid, file.fid}); };
    if (std::ranges::none_of(application.files, left)) continue;
    if (const auto status = session_.select(application.aid); !status.ok()) {
      findings_.failed(application.name, Verdict::unreadable, "SELECT " + answered(status));
      continue;
    }
    for (const PromisedFile& file : application.files) {
      if (file.read == PromisedFile::Read::never)
        try_closed(application, file);
      else if (left(file))
        read(application.aid, file.name, place_of(application, file), Reading::mandatory);
      if (!findings_.complete()) return;
    }
  }
}

/// What is promised to nobody is closed to whoever opened the card too.
void Visit::try_closed(const PromisedApplication& application, const PromisedFile& file) {
  const auto status = session_.begin(place_of(application, file)).status;
  chip_has_answered();
  findings_.check(file.name + " is not readable", Verdict::altered, closed(status), answered(status));
}

std::string Visit::called(const iso7816::Aid& application) const {
  if (application.is_master_file()) return document_.master_file;
  if (lds::is_emrtd(application)) return document_.emrtd;
  return std::ranges::find(findings_.promises()->applications, application, &PromisedApplication::aid)->name;
}

const Bytes* Visit::read(const iso7816::Aid& application, std::string_view name, const FilePlace& place,
                         Reading reading) {
  tried_.emplace(application, place.fid);
  const std::string check = std::string(name) + " is readable";
  auto outcome = hear(check, place);
  if (!outcome) return nullptr;
  auto& files = findings_.report().files;
  if (!outcome->contents || outcome->contents->empty()) {
    const bool first = files.size() == (document_.card_access.contents ? 1U : 0U);
    if (first && !closed_because_.empty() && closed(outcome->status)) {
      findings_.failed(access_check, Verdict::unreadable, closed_because_);
      findings_.cut_short();
    } else if (reading == Reading::mandatory) {
      findings_.failed(check, Verdict::unreadable, answered(outcome->status));
    } else {
      tried_.erase({application, place.fid});  // an edition may have promised it
    }
    return nullptr;
  }
  findings_.passed(check, std::to_string(outcome->contents->size()) + " bytes");
  files.push_back({called(application), std::string(name), place.fid, std::move(*outcome->contents)});
  const Bytes& contents = files.back().contents;
  if (application.is_master_file() && place.fid == card_security_fid) take_card_security(contents);
  return &contents;
}

/// nullopt, and a failed check, for answers that break their form.
std::optional<ReadOutcome> Visit::hear(const std::string& check, const FilePlace& place) {
  try {
    ReadOutcome outcome = session_.read(place);
    chip_has_answered();
    return outcome;
  } catch (const Error& error) {
    if (error.code() != Code::malformed) throw;
    findings_.failed(check, Verdict::unreadable, error.message());
    return std::nullopt;
  }
}

void Visit::chip_has_answered() {
  if (!std::exchange(chip_is_to_answer_, false)) return;
  document_.chip_authenticated = true;
  findings_.passed(chip_authentication_check, "the chip holds the key of EF.DG14");
}

}  // namespace perso::inspect
