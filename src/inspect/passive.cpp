#include "inspect/passive.hpp"

#include <algorithm>

#include "identity/mrz.hpp"
#include "identity/portrait.hpp"
#include "inspect/details.hpp"
#include "lds/com.hpp"
#include "lds/dg1.hpp"
#include "lds/dg2.hpp"
#include "lds/files.hpp"
#include "lds/sod.hpp"

namespace perso::inspect {

namespace {

/// The files of the application that were read, by their identifiers: an edition may name its files as it
/// likes.
class LdsFiles {
 public:
  LdsFiles(const Findings& findings, const PromisedApplication& application) {
    for (const PromisedFile& promised : application.files) {
      const lds::LdsFile* const file = lds::find_fid(promised.fid);
      if (file == nullptr) continue;
      const Bytes* const contents = findings.file(application.name, promised.fid);
      if (file->data_group != 0) promised_.push_back(file->data_group);
      if (contents != nullptr) read_.emplace(file->name, contents);
      if (contents != nullptr && file->data_group != 0) data_groups_.emplace(file->data_group, *contents);
    }
    std::ranges::sort(promised_);
  }

  /// nullptr where it was not read.
  const Bytes* find(std::string_view name) const {
    const auto found = read_.find(name);
    return found != read_.end() ? found->second : nullptr;
  }
  const std::map<int, ByteView>& data_groups() const { return data_groups_; }
  const std::vector<int>& promised_data_groups() const { return promised_; }

 private:
  std::map<std::string_view, const Bytes*> read_;
  std::map<int, ByteView> data_groups_;
  std::vector<int> promised_;
};

/// EF.COM where it could be read.
std::optional<lds::Com> judge_com(Findings& findings, const LdsFiles& files) {
  const std::string name = "EF.COM";
  const Bytes* const file = files.find("EF.COM");
  if (file == nullptr) return std::nullopt;
  auto com = findings.parsed(name, [&] { return lds::parse_com(*file); });
  if (!com) return std::nullopt;
  const bool same = com->data_groups == files.promised_data_groups();
  findings.check(name, same, same ? "lists the data groups" : "lists other data groups than the edition has");
  return com;
}

void judge_digests(Findings& findings, const LdsFiles& files, const lds::SecurityObject& object) {
  for (const auto& [number, contents] : files.data_groups()) {
    const std::string name = "EF.DG" + std::to_string(number) + " digest";
    const auto signed_digest = object.digests.find(number);
    if (signed_digest == object.digests.end()) {
      findings.failed(name, "EF.SOD has none");
      continue;
    }
    const bool same = crypto::digest(object.hash, contents) == signed_digest->second;
    findings.check(name, same, same ? "as signed" : "the file is not the one that was signed");
  }
  for (const auto& [number, digest] : object.digests)
    if (std::ranges::find(files.promised_data_groups(), number) == files.promised_data_groups().end())
      findings.failed("EF.DG" + std::to_string(number) + " digest",
                      "EF.SOD has one, and the edition no such file");
}

/// LDS 1.8 signs what EF.COM says unsigned.
void judge_versions(Findings& findings, const lds::LdsVersions& versions, const lds::Com& com) {
  const bool same = versions == lds::LdsVersions{com.lds_version, com.unicode_version};
  findings.check("EF.SOD versions", same, same ? "those of EF.COM" : "are others than those of EF.COM");
}

void judge_sod(Findings& findings, const LdsFiles& files, const std::optional<lds::Com>& com,
               const Court& court) {
  const Bytes* const file = files.find("EF.SOD");
  if (file == nullptr) return;
  findings.report().digest = crypto::digest(crypto::Hash::sha256, *file);
  const auto sod = findings.parsed("EF.SOD", [&] { return lds::parse_sod(*file); });
  if (!sod) return;
  findings.passed("EF.SOD", sod->object.versions ? "LDS security object version 1, LDS 1.8"
                                                 : "LDS security object version 0, LDS 1.7");
  if (sod->object.versions && com) judge_versions(findings, *sod->object.versions, *com);
  judge_digests(findings, files, sod->object);
  const bool genuine = sod->cms.verify();
  findings.check("EF.SOD signature", genuine, genuine ? "verifies" : "was not made by the certificate in it");
  judge_signer(findings, "document signer", sod->cms.signer, court);
}

void judge_zone(Findings& findings, const LdsFiles& files) {
  const std::string name = "EF.DG1 machine readable zone";
  const Bytes* const file = files.find("EF.DG1");
  if (file == nullptr) return;
  const auto zone = findings.parsed(name, [&] { return identity::parse_mrz(lds::parse_dg1(*file)); });
  if (!zone) return;
  findings.passed(name, "check digits hold");
  const identity::MrzFields& fields = zone->fields;
  findings.report().number = fields.number;
  findings.report().holder = {{"name", identity::record_form(fields.name)},
                              {"number", fields.number},
                              {"born", fields.birth},
                              {"sex", std::string(1, fields.sex)},
                              {"expires", fields.expiry},
                              {"nationality", fields.nationality}};
}

std::string text_of(const identity::PictureHeader& picture) {
  return std::to_string(picture.width) + " by " + std::to_string(picture.height) + " pixels, " +
         (picture.format == identity::PictureFormat::jpeg ? "JPEG" : "JPEG 2000");
}

void judge_face(Findings& findings, const LdsFiles& files) {
  const std::string name = "EF.DG2 face image";
  const Bytes* const file = files.find("EF.DG2");
  if (file == nullptr) return;
  auto face = findings.parsed(name, [&] { return lds::parse_dg2(*file); });
  if (!face) return;
  const auto picture = findings.parsed(name, [&] { return identity::read_picture_header(face->image); });
  if (!picture) return;
  const identity::PictureHeader& said = face->header;
  const bool same =
      picture->format == said.format && picture->width == said.width && picture->height == said.height;
  findings.check(name, same, text_of(*picture) + (same ? "" : ", and EF.DG2 says another format or size"));
  findings.report().portrait = std::move(face->image);
}

/// EF.DG11 and EF.DG12.
void judge_details(Findings& findings, const LdsFiles& files, const std::string& name) {
  const Bytes* const file = files.find(name);
  if (file == nullptr) return;
  auto texts = findings.parsed(name + " details", [&] { return parse_details(*file); });
  if (!texts) return;
  findings.passed(name + " details", "the tag list holds");
  findings.report().holder.merge(*texts);
}

}  // namespace

void judge_emrtd(Findings& findings, const PromisedApplication& application, const Court& court) {
  const LdsFiles files(findings, application);
  const auto com = judge_com(findings, files);
  judge_sod(findings, files, com, court);
  judge_zone(findings, files);
  judge_face(findings, files);
  judge_details(findings, files, "EF.DG11");
  judge_details(findings, files, "EF.DG12");
}

}  // namespace perso::inspect
