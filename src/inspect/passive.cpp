#include "inspect/passive.hpp"

#include <algorithm>

#include "identity/mrz.hpp"
#include "identity/portrait.hpp"
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
      const Bytes* const contents = findings.file(application.name, promised.name);
      if (file == nullptr) continue;
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

void judge_com(Findings& findings, const LdsFiles& files) {
  const std::string name = "EF.COM";
  const Bytes* const file = files.find("EF.COM");
  if (file == nullptr) return;
  const auto com = findings.parsed(name, [&] { return lds::parse_com(*file); });
  if (!com) return;
  const bool same = com->data_groups == files.promised_data_groups();
  findings.check(name, same, same ? "lists the data groups" : "lists other data groups than the edition has");
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

void judge_signer(Findings& findings, const crypto::Certificate& signer,
                  const std::vector<crypto::Certificate>& trust_anchors, Instant now) {
  const auto anchor = std::ranges::find_if(trust_anchors, [&signer](const crypto::Certificate& candidate) {
    return candidate.is_ca() && signer.signed_by(candidate);
  });
  const bool known = anchor != trust_anchors.end();
  findings.check(
      "document signer's issuer", known,
      known ? anchor->subject_text() : "no trust anchor has signed the document signer's certificate");
  if (!known) return;
  const bool valid = signer.valid_at(now) && anchor->valid_at(now);
  findings.check("document signer's validity", valid,
                 valid ? signer.subject_text() : "a certificate is not valid on " + to_text(now));
}

void judge_sod(Findings& findings, const LdsFiles& files,
               const std::vector<crypto::Certificate>& trust_anchors, Instant now) {
  const Bytes* const file = files.find("EF.SOD");
  if (file == nullptr) return;
  findings.report().sod_digest = crypto::digest(crypto::Hash::sha256, *file);
  const auto sod = findings.parsed("EF.SOD", [&] { return lds::parse_sod(*file); });
  if (!sod) return;
  findings.passed("EF.SOD", "LDS security object version 0");
  judge_digests(findings, files, sod->object);
  const bool genuine = sod->cms.verify();
  findings.check("EF.SOD signature", genuine, genuine ? "verifies" : "was not made by the certificate in it");
  judge_signer(findings, sod->cms.signer, trust_anchors, now);
}

std::string judge_zone(Findings& findings, const LdsFiles& files) {
  const std::string name = "EF.DG1 machine readable zone";
  const Bytes* const file = files.find("EF.DG1");
  if (file == nullptr) return {};
  const auto zone = findings.parsed(name, [&] { return identity::parse_td1(lds::parse_dg1(*file)); });
  if (!zone) return {};
  findings.passed(name, "check digits hold");
  findings.report().number = zone->number;
  findings.report().holder = {{"name", identity::record_form(zone->name)},
                              {"number", zone->number},
                              {"born", zone->birth},
                              {"sex", std::string(1, zone->sex)},
                              {"expires", zone->expiry},
                              {"nationality", zone->nationality}};
  return zone->number;
}

Bytes judge_face(Findings& findings, const LdsFiles& files) {
  const std::string name = "EF.DG2 face image";
  const Bytes* const file = files.find("EF.DG2");
  if (file == nullptr) return {};
  auto face = findings.parsed(name, [&] { return lds::parse_dg2(*file); });
  if (!face) return {};
  const auto size = findings.parsed(name, [&] { return identity::portrait_size(face->jpeg); });
  if (!size) return {};
  const bool same = size->width == face->size.width && size->height == face->size.height;
  const std::string dimensions =
      std::to_string(size->width) + " by " + std::to_string(size->height) + " pixels";
  findings.check(name, same, dimensions + (same ? "" : ", and EF.DG2 says another size"));
  return std::move(face->jpeg);
}

}  // namespace

Emrtd judge_emrtd(Findings& findings, const PromisedApplication& application,
                  const std::vector<crypto::Certificate>& trust_anchors, Instant now) {
  const LdsFiles files(findings, application);
  judge_com(findings, files);
  judge_sod(findings, files, trust_anchors, now);
  Emrtd emrtd;
  emrtd.number = judge_zone(findings, files);
  emrtd.portrait = judge_face(findings, files);
  if (const Bytes* const file = files.find("EF.DG15")) emrtd.dg15 = *file;
  return emrtd;
}

}  // namespace perso::inspect
