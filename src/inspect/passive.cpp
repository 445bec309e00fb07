#include "inspect/passive.hpp"

#include <algorithm>
#include <set>

#include "identity/portrait.hpp"
#include "inspect/details.hpp"
#include "lds/dg2.hpp"
#include "lds/files.hpp"

namespace perso::inspect {

namespace {

/// The files of the application by their identifiers: an edition may name its files as it likes.
class LdsFiles {
 public:
  LdsFiles(const Findings& findings, const Document& document)
      : findings_(findings), application_(document.emrtd) {
    for (const ReadFile& read : findings.report().files)
      if (const lds::LdsFile* const file = lds::find_fid(read.fid);
          read.application == application_ && file != nullptr && file->data_group != 0)
        data_groups_.emplace(file->data_group, read.contents);
  }

  /// nullptr where it was not read.
  const Bytes* find(const lds::LdsFile& file) const { return findings_.file(application_, file.fid); }
  const Bytes* find(int data_group) const { return find(*lds::find_data_group(data_group)); }
  const std::map<int, ByteView>& data_groups() const { return data_groups_; }

 private:
  const Findings& findings_;
  const std::string& application_;
  std::map<int, ByteView> data_groups_;
};

const lds::LdsFile& sod_file() {
  return *lds::find_fid(iso7816::Fid{0x011D});
}

std::string digest_check(int data_group) {
  return "EF.DG" + std::to_string(data_group) + " digest";
}

/// nullopt for a document of no known edition.
std::optional<std::set<int>> promised_data_groups(const Findings& findings) {
  if (findings.promises() == nullptr) return std::nullopt;
  std::set<int> numbers;
  for (const PromisedApplication& application : findings.promises()->applications)
    for (const PromisedFile& promised : application.files)
      if (const lds::LdsFile* const file = lds::find_fid(promised.fid);
          lds::is_emrtd(application.aid) && file != nullptr && file->data_group != 0)
        numbers.insert(file->data_group);
  return numbers;
}

/// Nobody signs it: a foreign list is only compared with what is signed, digest by digest.
void judge_com(Findings& findings, const lds::Com& com) {
  const auto promised = promised_data_groups(findings);
  if (!promised) return;
  const auto& versions = findings.promises()->versions;
  const bool same = std::ranges::equal(com.data_groups, *promised) &&
                    (!versions || *versions == lds::LdsVersions{com.lds_version, com.unicode_version});
  findings.check("EF.COM", Verdict::altered, same,
                 same ? "lists the data groups" : "has other data groups or versions than the edition");
}

void judge_digests(Findings& findings, const LdsFiles& files, const lds::SecurityObject& object) {
  for (const auto& [number, contents] : files.data_groups()) {
    const auto signed_digest = object.digests.find(number);
    if (signed_digest == object.digests.end()) {
      findings.failed(digest_check(number), Verdict::altered, "EF.SOD has none");
      continue;
    }
    const bool same = crypto::digest(object.hash, contents) == signed_digest->second;
    findings.check(digest_check(number), Verdict::altered, same,
                   same ? "as signed" : "the file is not the one that was signed");
  }
  const auto promised = promised_data_groups(findings);
  for (const auto& [number, digest] : object.digests) {
    if (files.data_groups().contains(number)) continue;
    if (promised && !promised->contains(number))
      findings.failed(digest_check(number), Verdict::altered, "EF.SOD has one, and the edition no such file");
    else if (needs_extended_access(number))
      findings.not_possible(digest_check(number), "the file is behind extended access control");
    // What else could not be read is said already.
  }
}

/// LDS 1.8 signs what EF.COM says unsigned.
void judge_versions(Findings& findings, const lds::LdsVersions& versions, const lds::Com& com) {
  const bool same = versions == lds::LdsVersions{com.lds_version, com.unicode_version};
  findings.check("EF.SOD versions", Verdict::altered, same,
                 same ? "those of EF.COM" : "are others than those of EF.COM");
}

/// A signer may be for some documents alone (ICAO 9303-12 7.1.1.6); a list of one letter is for all with it.
void judge_document_type(Findings& findings, std::string_view zone, const crypto::Certificate& signer) {
  const auto& types = signer.document_types();
  const bool listed = std::ranges::any_of(
      types, [&](const std::string& type) { return zone.starts_with(type.substr(0, type.find('<'))); });
  if (types.empty() || listed) return;
  const std::string name = "document type", what = "the signer is for other documents";
  if (findings.strict()) return findings.failed(name, Verdict::not_trusted, what);
  findings.differs(name, what);
}

void judge_sod(Findings& findings, const LdsFiles& files, const Document& document, Court& court) {
  const Bytes* const file = files.find(sod_file());
  if (file == nullptr) return;
  findings.report().digest = crypto::digest(crypto::Hash::sha256, *file);
  if (!document.sod) return;  // what breaks its form is said already
  const lds::SecurityObject& object = document.sod->object;
  findings.passed("EF.SOD", object.versions ? "LDS security object version 1, LDS 1.8"
                                            : "LDS security object version 0, LDS 1.7");
  if (object.versions && document.com) judge_versions(findings, *object.versions, *document.com);
  judge_digests(findings, files, object);
  const bool genuine = document.sod->cms.verify();
  findings.check("EF.SOD signature", Verdict::altered, genuine,
                 genuine ? "verifies" : "was not made by the certificate in it");
  court.judge_signer(findings, "document signer", document.sod->cms.signer);
  judge_signing_time(findings, "EF.SOD", document.sod->cms);
  if (document.zone) judge_document_type(findings, *document.zone, document.sod->cms.signer);
}

std::optional<identity::Mrz> judge_zone(Findings& findings, const Document& document) {
  if (!document.zone) return std::nullopt;
  const std::string name = "EF.DG1 machine readable zone";
  auto zone =
      findings.parsed_contents(name, [&](Deviations&) { return identity::parse_mrz(*document.zone); });
  if (!zone) return std::nullopt;
  findings.passed(name, "check digits hold");
  const identity::MrzFields& fields = zone->fields;
  findings.report().number = fields.number;
  findings.report().holder = {{"name", identity::record_form(fields.name)},
                              {"number", fields.number},
                              {"born", fields.birth},
                              {"sex", std::string(1, fields.sex)},
                              {"expires", fields.expiry},
                              {"nationality", fields.nationality}};
  return zone;
}

std::string text_of(const identity::PictureHeader& picture) {
  return std::to_string(picture.width) + " by " + std::to_string(picture.height) + " pixels, " +
         (picture.format == identity::PictureFormat::jpeg ? "JPEG" : "JPEG 2000");
}

void judge_face(Findings& findings, const LdsFiles& files) {
  const std::string name = "EF.DG2 face image";
  const Bytes* const file = files.find(2);
  if (file == nullptr) return;
  auto face = findings.parsed_contents(
      name, [&](Deviations& deviations) { return lds::parse_dg2(*file, deviations); });
  if (!face) return;
  const auto picture =
      findings.parsed_contents(name, [&](Deviations&) { return identity::read_picture_header(face->image); });
  if (!picture) return;
  const identity::PictureHeader& said = face->header;
  const bool same =
      picture->format == said.format && picture->width == said.width && picture->height == said.height;
  if (same)
    findings.passed(name, text_of(*picture));
  else
    findings.differs(name, text_of(*picture) + ", and EF.DG2 says another format or size");
  findings.report().portrait = std::move(face->image);
}

/// EF.DG11 and EF.DG12.
void judge_details(Findings& findings, const LdsFiles& files, int data_group) {
  const Bytes* const file = files.find(data_group);
  if (file == nullptr) return;
  const std::string name = "EF.DG" + std::to_string(data_group) + " details";
  auto texts = findings.parsed_contents(
      name, [&](Deviations& deviations) { return parse_details(*file, deviations); });
  if (!texts) return;
  findings.passed(name, "can be read");
  findings.report().holder.merge(*texts);
}

}  // namespace

std::optional<identity::Mrz> judge_emrtd(Findings& findings, const Document& document, Court& court) {
  const LdsFiles files(findings, document);
  if (document.com) judge_com(findings, *document.com);
  judge_sod(findings, files, document, court);
  auto zone = judge_zone(findings, document);
  judge_face(findings, files);
  judge_details(findings, files, 11);
  judge_details(findings, files, 12);
  return zone;
}

}  // namespace perso::inspect
