// A card of the sample edition that keeps every promise, and what is asked of it.
#pragma once

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "crypto/chain.hpp"
#include "crypto/gmt0010.hpp"
#include "identity/mrz.hpp"
#include "identity/text.hpp"
#include "inspect/fake_card.hpp"
#include "inspect/inspect.hpp"
#include "lds/com.hpp"
#include "lds/dg1.hpp"
#include "lds/dg15.hpp"
#include "lds/dg2.hpp"
#include "lds/files.hpp"
#include "lds/sod.hpp"
#include "support/jpeg.hpp"

namespace perso::test {

inline const Bytes emrtd(lds::emrtd_aid.begin(), lds::emrtd_aid.end());
inline const Bytes national = from_hex("F0434E5052433233");
inline const std::string number = "932682198501010017";
inline const Instant today = issued_at + std::chrono::days(30);

inline Random& chance() {
  static const std::unique_ptr<Random> random = crypto::system_random();
  return *random;
}

/// On a curve of its own: a CSCA of the country, and its document signer.
inline Chain chain_of(const char* country, const std::string& curve = "secp256r1") {
  const auto named = crypto::EcParameters::named_curve;
  Chain made = Chain::on(curve, named, chance());
  auto of_csca = Chain::csca_request(named), of_signer = Chain::signer_request(named);
  of_csca.subject.country = of_csca.issuer.country = country;
  of_signer.subject.country = of_signer.issuer.country = country;
  made.csca = crypto::Certificate::parse(Chain::issue(of_csca, made.csca_key, made.csca_key, chance()));
  made.signer = crypto::Certificate::parse(Chain::issue(of_signer, made.signer_key, made.csca_key, chance()));
  return made;
}

inline const Chain& chain() {
  static const Chain made = chain_of("CN");
  return made;
}

/// Of the national signature: SM2, with a CSCA of its own.
inline const Chain& national_chain() {
  static const Chain made = chain_of("CN", "sm2p256v1");
  return made;
}

inline const Bytes& portrait() {
  static const Bytes jpeg = make_jpeg(358, 441);
  return jpeg;
}

inline identity::MrzFields zone() {
  identity::MrzFields fields;
  fields.document_code = "IR";
  fields.issuing_state = "CHN";
  fields.number = number;
  fields.birth = "850101";
  fields.sex = 'F';
  fields.expiry = "360331";
  fields.nationality = "CHE";
  fields.name = {"MUSTER", "ANNA"};
  return fields;
}

inline Bytes text_record() {
  std::string text(256 / 2, ' ');
  text.replace(122 / 2, number.size(), number);
  text.replace(188 / 2, 8, "20260301");
  text.replace(204 / 2, 8, "20360331");
  return identity::utf16le(text);
}

inline Bytes dg1_of(const identity::MrzFields& fields, identity::MrzForm form = identity::MrzForm::td1) {
  return lds::encode_dg1(identity::encode_mrz(form, fields));
}

inline Bytes sod_over(const FakeCard::Application& application, const Chain& signers, Instant signed_at) {
  std::map<int, ByteView> data_groups;
  for (const auto& [fid, file] : application.files)
    if (const lds::LdsFile* const known = lds::find_fid({fid}); known != nullptr && known->data_group != 0)
      data_groups.emplace(known->data_group, file.contents);
  return lds::encode_sod(lds::security_object_over(data_groups), signers.signer, signed_at,
                         signers.by_signer(chance()));
}

/// Over record and portrait.
inline Bytes national_signature(const FakeCard::Application& application, const Chain& signers) {
  const Bytes content =
      concat({application.files.at(0x0001).contents, application.files.at(0x0002).contents});
  return crypto::sign_gmt0010(content, signers.signer, signers.by_signer(chance()));
}

/// A card that keeps every promise.
inline FakeCard good_card() {
  FakeCard card;
  card.random = &chance();
  card.key = crypto::EcPrivateKey::generate("secp256r1", chance());
  FakeCard::Application& lds_files = card.applications[emrtd];
  lds_files.files[0x011E].contents = lds::encode_com({"0107", "040000", {1, 2, 15}});
  lds_files.files[0x0101].contents = dg1_of(zone());
  lds_files.files[0x0102].contents = lds::encode_dg2(portrait());
  lds_files.files[0x010F].contents =
      lds::encode_dg15(card.key->public_key(), crypto::EcParameters::named_curve);
  lds_files.files[0x011D].contents = sod_over(lds_files, chain(), issued_at);
  lds_files.short_fids = {{0x1E, 0x011E}, {1, 0x0101}, {2, 0x0102}, {15, 0x010F}, {0x1D, 0x011D}};
  FakeCard::Application& record = card.applications[national];
  record.files[0x0001].contents = text_record();
  record.files[0x0002].contents = portrait();
  record.files[0x0003] = {Bytes(16, 0x5A), false};
  record.files[0x0004].contents = national_signature(record, national_chain());
  return card;
}

inline void sign_again(FakeCard& card) {
  FakeCard::Application& files = card.applications[emrtd];
  files.files[0x011D].contents = sod_over(files, chain(), issued_at);
}

inline inspect::Promises promises() {
  using iso7816::Fid;
  using iso7816::ShortFid;
  using Read = inspect::PromisedFile::Read;
  inspect::Promises out;
  out.applications.push_back({"eMRTD",
                              iso7816::Aid(emrtd),
                              {{"EF.COM", Fid{0x011E}, Read::always, ShortFid{0x1E}},
                               {"EF.DG1", Fid{0x0101}, Read::always, ShortFid{1}},
                               {"EF.DG2", Fid{0x0102}, Read::always, ShortFid{2}},
                               {"EF.DG15", Fid{0x010F}, Read::always, ShortFid{15}},
                               {"EF.SOD", Fid{0x011D}, Read::always, ShortFid{0x1D}}}});
  out.applications.push_back({"national",
                              iso7816::Aid(national),
                              {{"TEXT", Fid{0x0001}},
                               {"PORTRAIT", Fid{0x0002}},
                               {"HIDDEN", Fid{0x0003}, Read::never},
                               {"SIGN", Fid{0x0004}}}});
  out.active_authentication = true;
  out.versions = {"0107", "040000"};
  out.record_number = {{"national", "TEXT", 122, 36}};
  out.record_issued = {{"national", "TEXT", 188, 16}};
  out.record_expires = {{"national", "TEXT", 204, 16}};
  out.portrait_copy = {{"national", "PORTRAIT"}};
  out.signatures = {{inspect::Promises::Signature::Kind::gmt_0010,
                     "national",
                     "SIGN",
                     {{"national", "TEXT"}, {"national", "PORTRAIT"}}}};
  return out;
}

inline inspect::Edition edition(inspect::Promises promised = promises()) {
  return {"sample", std::move(promised), "IRCHN"};
}

inline inspect::TrustStore trusting(std::initializer_list<crypto::Certificate> authorities,
                                    inspect::Trust trust = inspect::Trust::production) {
  inspect::TrustStore store;
  for (const crypto::Certificate& authority : authorities) store.add(authority, trust);
  return store;
}

inline const inspect::TrustStore& trust() {
  static const inspect::TrustStore store = trusting({chain().csca, national_chain().csca});
  return store;
}

/// A day that does not pass, and a stopwatch that each look at moves on.
class StillClock final : public Clock {
 public:
  explicit StillClock(Instant day) : day_(day) {}
  Instant now() override { return day_; }
  std::chrono::nanoseconds elapsed() override { return std::chrono::microseconds(++looks_); }
  void sleep(std::chrono::milliseconds) override {}

 private:
  Instant day_;
  int looks_ = 0;
};

/// What an inspection is made with, but for the card.
struct Inspector {
  std::vector<inspect::Edition> editions = {edition()};
  const inspect::TrustStore* store = &trust();
  Instant now = today;
  channel::AccessData access = {};
  std::size_t command_limit = 65535;

  /// On a fresh connection: what the card can forget it has forgotten.
  template <typename AnyCard>
  inspect::Report operator()(AnyCard& card) const {
    if constexpr (requires { card.reset(); }) card.reset();
    StillClock clock(now);
    return inspect::inspect(card, {access, editions, *store, chance(), clock, command_limit});
  }
};

template <typename AnyCard>
inspect::Report inspected(AnyCard& card, const inspect::Promises& promised = promises(),
                          Instant now = today) {
  return Inspector{.editions = {edition(promised)}, .now = now}(card);
}

inline const Bytes* found(const inspect::Report& report, std::string_view name) {
  const auto file = std::ranges::find(report.files, name, &inspect::ReadFile::name);
  return file != report.files.end() ? &file->contents : nullptr;
}

inline std::string failed_checks(const std::vector<inspect::Check>& checks) {
  std::string names;
  for (const inspect::Check& check : checks)
    if (check.result == inspect::Check::Result::failed && names.find(check.name) == std::string::npos)
      names += (names.empty() ? "" : "; ") + check.name;
  return names;
}

inline std::string failed_checks(const inspect::Report& report) {
  std::string names = failed_checks(report.checks);
  CHECK((report.verdict == inspect::Verdict::genuine) == names.empty());
  return names;
}

}  // namespace perso::test
