#include "inspect/national.hpp"

#include <algorithm>

#include "crypto/primitives.hpp"
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
  if (!place.path.empty()) return identity::decode_text(element_at(file, place.path), place.text);
  std::string text = identity::decode_text(slice(file, place.at, place.bytes), place.text);
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

}  // namespace

std::optional<std::string> text_at(Findings& findings, const std::string& name,
                                   const Promises::Place& place) {
  const Bytes* const file = findings.file(place.application, place.file);
  if (file == nullptr) {
    findings.missing(name, Verdict::altered, place.file + " could not be read");
    return std::nullopt;
  }
  return findings.parsed(name, Verdict::altered, [&] { return text_in(*file, place); });
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

void show_record(Findings& findings, const Promises& promises) {
  if (!promises.record_number) return;
  const Bytes* const file = findings.file(promises.record_number->application, promises.record_number->file);
  if (file == nullptr || file->size() != identity::prc_record_size) return;
  try {
    for (const identity::DecodedRecord::Field& field : identity::decode_record(*file).fields) {
      std::string name(field.name);
      std::ranges::replace(name, '_', ' ');
      if (!field.text.empty()) findings.report().holder.emplace(std::move(name), field.text);
    }
  } catch (const Error&) {
    return;  // another record of the same size: what the edition promises of it is judged apart
  }
}

}  // namespace perso::inspect
