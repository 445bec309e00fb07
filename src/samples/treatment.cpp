#include "samples/treatment.hpp"

#include "bytes/error.hpp"
#include "lds/dg1.hpp"
#include "lds/files.hpp"
#include "lds/security_infos.hpp"
#include "lds/sod.hpp"

namespace perso::samples {

namespace {

constexpr iso7816::Fid ef_card_access{0x011C}, ef_sod{0x011D}, ef_dg1{0x0101};
constexpr int face = 2;  // EF.DG2

/// A file that has its contents, in the eMRTD application or the master file.
template <typename Plan>
auto& contents_of(Plan& plan, bool (*in)(const iso7816::Aid&), iso7816::Fid fid) {
  for (auto& application : plan.applications) {
    if (!in(application.aid)) continue;
    for (auto& file : application.files)
      if (file.fid == fid) return file.contents.value();
  }
  throw Error(Code::profile_invalid, "the edition has no file that the sample changes");
}

bool is_master_file(const iso7816::Aid& application) {
  return application.is_master_file();
}

/// The first letter of the name, which no check digit covers.
void rename_holder(Bytes& dg1) {
  std::string zone = lds::parse_dg1(dg1);
  char& letter = zone.at(60);  // of a TD1 zone's third line
  letter = letter == 'A' ? 'B' : 'A';
  dg1 = lds::encode_dg1(zone);
}

void change_digest(Bytes& sod, const keys::Signer& signer, Instant now) {
  lds::SecurityObject object = lds::parse_sod(sod).object;
  object.digests.at(face).front() ^= 0x01;
  sod = lds::encode_sod(object, signer.certificate(), now,
                        [&](ByteView message) { return signer.sign(message); });
}

void keep_first_way_in(Bytes& card_access) {
  NoDeviations none;
  lds::SecurityInfos infos = lds::parse_card_access(card_access, none);
  infos.pace.resize(1);
  card_access = lds::encode_security_infos(infos);
}

}  // namespace

void treat_before(Treatment treatment, plan::Plan& plan) {
  if (treatment == Treatment::downgraded_access)
    keep_first_way_in(contents_of(plan, is_master_file, ef_card_access));
}

void treat_after(Treatment treatment, plan::Plan& plan, const keys::Signer& signer, Instant now) {
  if (treatment == Treatment::altered_data_group) rename_holder(contents_of(plan, lds::is_emrtd, ef_dg1));
  if (treatment == Treatment::wrong_digest)
    change_digest(contents_of(plan, lds::is_emrtd, ef_sod), signer, now);
}

std::string zone_of(const plan::Plan& plan) {
  return lds::parse_dg1(contents_of(plan, lds::is_emrtd, ef_dg1));
}

}  // namespace perso::samples
