#include "inspect/national.hpp"

#include <algorithm>

#include "crypto/primitives.hpp"
#include "identity/country.hpp"
#include "identity/name.hpp"
#include "identity/record.hpp"

namespace perso::inspect {

namespace {

const std::string record_check = "record number";

/// The contents of the element that the tags lead to. @throws Error Code::malformed
ByteView element_at(ByteView contents, const std::vector<tlv::Tag>& path) {
  for (const tlv::Tag tag : path) {
    const auto element = tlv::find(contents, tag, tlv::Rules::ber);
    if (!element) throw Error(Code::malformed, "the template lacks the element");
    contents = element->value;
  }
  return contents;
}

/// @throws Error Code::malformed
std::string text_in(ByteView file, const Promises::Place& place) {
  return identity::decode_text(
      place.path.empty() ? slice(file, place.at, place.bytes) : element_at(file, place.path), place.text);
}

/// Without what fills up the last place: between two of them it may be text.
std::string without_pad(std::string text, const Promises::Place& place) {
  if (!place.path.empty()) return text;
  if (place.right)
    text.erase(0, text.find_first_not_of(place.pad));
  else
    text.resize(text.find_last_not_of(place.pad) + 1);
  return text;
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
    findings.missing(name, Verdict::altered, "the copy or the image in EF.DG2 could not be read");
    return;
  }
  const bool same = is_copy(*copy, portrait);
  findings.check(name, Verdict::altered, same, same ? "that of EF.DG2" : "is another image than in EF.DG2");
}

/// nullopt where something could not be read.
std::optional<Bytes> all_readable(const Findings& findings, const Promises& promises) {
  Bytes readable;
  for (const PromisedApplication& application : promises.applications)
    for (const PromisedFile& file : application.files) {
      if (file.read == PromisedFile::Read::never) continue;
      const Bytes* const contents = findings.file(application.name, file.name);
      if (contents == nullptr) return std::nullopt;
      append(readable, *contents);
    }
  return readable;
}

/// Cut as the zone cuts it. The record does not say where the surname ends.
bool is_name_of(const identity::Mrz& zone, const std::string& recorded) {
  const std::size_t width = identity::mrz_name_width(zone.form);
  try {
    for (std::size_t end = recorded.find(' ');; end = recorded.find(' ', end + 1)) {
      const bool whole = end == std::string::npos;
      const identity::LatinName name{recorded.substr(0, end), whole ? "" : recorded.substr(end + 1)};
      if (identity::parse_mrz_name(identity::mrz_name_field(name, width)) == zone.fields.name) return true;
      if (whole) return false;
    }
  } catch (const Error&) {
    return false;  // no name
  }
}

/// YYYYMMDD or YYYY-MM-DD, of which the zone has the last six digits.
bool is_birth_of(const identity::Mrz& zone, std::string recorded) {
  std::erase(recorded, '-');
  return recorded.size() == 8 && recorded.substr(2) == zone.fields.birth;
}

bool is_sex_of(const identity::Mrz& zone, const std::string& recorded) {
  if (zone.fields.sex == 'M') return recorded == "M" || recorded == "1";
  if (zone.fields.sex == 'F') return recorded == "F" || recorded == "2";
  return recorded != "M" && recorded != "1" && recorded != "F" && recorded != "2";
}

bool is_nationality_of(const identity::Mrz& zone, const std::string& recorded) {
  return identity::alpha_3_of(recorded) == identity::alpha_3_of(zone.fields.nationality);
}

/// The number is judged apart: an edition may have countries of its own in it.
void judge_form(Findings& findings, const identity::DecodedRecord& record) {
  for (const identity::DecodedRecord::Fault& fault : record.faults)
    if (fault.field != "number" && fault.field != "association")
      findings.failed("record form", Verdict::altered, std::string(fault.field) + " " + fault.text);
}

/// Some editions have nobody sign the record: it must not say another holder than EF.DG1. What differs is
/// shown beside what EF.DG1 has.
void compare_holder(Findings& findings, const Promises& promises, const identity::Mrz& zone) {
  const std::string check = "record against EF.DG1";
  using Places = std::vector<Promises::Place>;
  const auto one = [](const std::optional<Promises::Place>& place) {
    return place ? Places{*place} : Places{};
  };
  const struct {
    const char* field;
    Places places;
    bool (*same)(const identity::Mrz&, const std::string&);
  } repeated[] = {
      {"name", promises.record_name, is_name_of},
      {"born", one(promises.record_birth),
       [](const auto& mrz, const auto& text) { return is_birth_of(mrz, text); }},
      {"sex", one(promises.record_sex), is_sex_of},
      {"nationality", one(promises.record_nationality), is_nationality_of},
  };
  std::string wrong;
  bool compared = false;
  for (const auto& each : repeated) {
    if (each.places.empty()) continue;
    const auto text = text_at(findings, check, each.places);
    compared = compared || text;
    if (!text || each.same(zone, *text)) continue;
    wrong += (wrong.empty() ? "" : ", ") + std::string(each.field);
    findings.report().holder.emplace(std::string(each.field) + " in the record", *text);
  }
  if (compared)
    findings.check(check, Verdict::altered, wrong.empty(),
                   wrong.empty() ? "the same holder" : "has another: " + wrong);
}

}  // namespace

std::optional<std::string> text_at(Findings& findings, const std::string& name,
                                   std::span<const Promises::Place> places) {
  std::string text;
  for (const Promises::Place& place : places) {
    const Bytes* const file = findings.file(place.application, place.file);
    if (file == nullptr) {
      findings.missing(name, Verdict::altered, place.file + " could not be read");
      return std::nullopt;
    }
    const auto part = findings.parsed(name, Verdict::altered, [&] { return text_in(*file, place); });
    if (!part) return std::nullopt;
    text += *part;
  }
  return without_pad(std::move(text), places.back());
}

std::optional<std::string> text_at(Findings& findings, const std::string& name,
                                   const Promises::Place& place) {
  return text_at(findings, name, std::span(&place, 1));
}

void judge_copies(Findings& findings, const Promises& promises) {
  if (promises.record_number)
    if (const auto text = text_at(findings, record_check, *promises.record_number)) {
      const std::string& number = findings.report().number;
      const bool same = !number.empty() && *text == number;
      findings.check(record_check, Verdict::altered, same,
                     same ? "that of EF.DG1" : "is another one than in EF.DG1");
    }
  if (promises.portrait_copy) compare_portrait(findings, *promises.portrait_copy);
}

void judge_plain_card(Findings& findings, const Promises& promises) {
  if (const auto readable = all_readable(findings, promises))
    findings.report().digest = crypto::digest(crypto::Hash::sha256, *readable);
  if (!promises.record_number) return;
  const auto number = text_at(findings, record_check, *promises.record_number);
  if (!number) return;
  findings.report().number = *number;
  findings.check(record_check, Verdict::altered, !number->empty(), number->empty() ? "is blank" : "is there");
}

void judge_record(Findings& findings, const Promises& promises, const std::optional<identity::Mrz>& zone) {
  if (zone) compare_holder(findings, promises, *zone);
  if (!promises.record_number) return;
  const Bytes* const file = findings.file(promises.record_number->application, promises.record_number->file);
  if (file == nullptr || file->size() != identity::prc_record_size) return;
  try {
    const identity::DecodedRecord record = identity::decode_record(*file);
    judge_form(findings, record);
    for (const identity::DecodedRecord::Field& field : record.fields) {
      std::string name(field.name);
      std::ranges::replace(name, '_', ' ');
      if (!field.text.empty()) findings.report().holder.emplace(std::move(name), field.text);
    }
  } catch (const Error&) {
    return;  // another record of the same size: what the edition promises of it is judged apart
  }
}

}  // namespace perso::inspect
