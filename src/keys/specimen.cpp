// Making a specimen key set on the spot: keys, certificates and their description.
#include <chrono>
#include <span>

#include "bytes/error.hpp"
#include "keys/description.hpp"
#include "keys/files.hpp"
#include "keys/passphrase.hpp"
#include "keys/software.hpp"

namespace perso::keys {

namespace {

using crypto::EcPrivateKey;

constexpr std::size_t min_passphrase_bytes = 12;
constexpr std::size_t master_size = 32;
constexpr std::size_t serial_size = 16;

Bytes random_bytes(std::size_t size, Random& random) {
  Bytes out(size);
  random.fill(out);
  return out;
}

/// The same time of day, whole months later; the last day of a month that is shorter.
Instant months_later(Instant instant, int count) {
  using namespace std::chrono;
  const auto day = floor<days>(instant);
  year_month_day date = year_month_day(day) + months(count);
  if (!date.ok()) date = date.year() / date.month() / last;
  return sys_days(date) + (instant - day);
}

crypto::Name specimen_name(const std::string& common_name) {
  return {"CN", "SPECIMEN perso", common_name};
}

/// Periods of ICAO 9303-12: a signer works for three months and its certificate lasts as long as its
/// last card, ten years more; the CSCA issues signers for five years and lasts as long as its last signer's
/// certificate. A revocation list is followed by the next within 90 days.
constexpr int signer_works_months = 3, card_lasts_months = 120, csca_works_months = 60;
constexpr int signer_lasts_months = signer_works_months + card_lasts_months,
              csca_lasts_months = csca_works_months + signer_lasts_months;
constexpr std::chrono::days list_lasts(90);

enum class Revoked { no, yes };

/// A CSCA and the signers that it issues.
struct Signing {
  const char* name;
  const char* title;
  std::string_view purpose;
  Revoked revoked;
};
struct Authority {
  const char* name;
  const char* title;
  std::string_view purpose;
  std::string_view algorithm;
  const char* curve;
  std::span<const Signing> signers;
};

constexpr Signing csca_signers[] = {
    {"document-signer", "SPECIMEN Document Signer 001", purpose::document_signing, Revoked::no},
    {"sample-revoked-signer", "SPECIMEN Revoked Signer 001", purpose::sample_signing, Revoked::yes}};
constexpr Signing national_signers[] = {
    {"national-signer", "SPECIMEN National Signer 001", purpose::document_signing, Revoked::no}};
constexpr Signing unknown_signers[] = {
    {"sample-unknown-signer", "SPECIMEN Unknown Signer 001", purpose::sample_signing, Revoked::no}};
constexpr Authority authorities[] = {
    {"csca", "SPECIMEN CSCA 001", purpose::trust_anchor, ecdsa_algorithm, "secp256r1", csca_signers},
    {"national-csca", "SPECIMEN National CSCA 001", purpose::trust_anchor, sm2_algorithm, "sm2p256v1",
     national_signers},
    {"sample-unknown-csca", "SPECIMEN Unknown CSCA 001", purpose::sample_signing, ecdsa_algorithm,
     "secp256r1", unknown_signers}};

crypto::CertificateRequest csca_request(const Authority& authority, crypto::EcParameters parameters,
                                        Instant now, Random& random) {
  Bytes serial = random_bytes(serial_size, random);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x3F) | 0x40);  // positive, of full length
  return {.profile = crypto::CertificateProfile::csca,
          .subject = specimen_name(authority.title),
          .issuer = specimen_name(authority.title),
          .serial = std::move(serial),
          .not_before = now,
          .not_after = months_later(now, csca_lasts_months),
          .private_key_not_after = months_later(now, csca_works_months),
          .crl_url = "https://specimen.invalid/" + std::string(authority.name) + ".crl",
          .contact_uri = "https://specimen.invalid/",
          .document_types = {},
          .parameters = parameters,
          .state = "CHN"};
}

crypto::CertificateRequest signer_request(const Authority& authority, const Signing& signer,
                                          crypto::EcParameters parameters, Instant now, Random& random) {
  crypto::CertificateRequest request = csca_request(authority, parameters, now, random);
  request.profile = crypto::CertificateProfile::document_signer;
  request.subject = specimen_name(signer.title);
  request.not_after = months_later(now, signer_lasts_months);
  request.private_key_not_after = months_later(now, signer_works_months);
  request.document_types = {"IR"};
  return request;
}

/// The first list.
crypto::CrlRequest first_list(std::vector<crypto::Revocation> revoked, Instant now) {
  return {.number = {1}, .this_update = now, .next_update = now + list_lasts, .revoked = std::move(revoked)};
}

/// Collects a set's files.
class Maker {
 public:
  Maker(const Secret& passphrase, crypto::EcParameters parameters, Random& random)
      : random_(random), salt_(random_bytes(crypto::salt_size, random)), keys_(passphrase, salt_) {
    description_.specimen = true;
    description_.parameters = parameters;
    description_.salt = salt_;
    description_.passphrase_check = keys_.check;
  }

  void add_signing_key(const std::string& name, std::string_view purpose, std::string_view algorithm,
                       const EcPrivateKey& key, Bytes certificate) {
    const std::string fingerprint = to_hex(crypto::digest(crypto::Hash::sha256, certificate));
    describe(name, purpose, algorithm, fingerprint);
    files_[name + ".p8"] = crypto::encrypt_pkcs8(key.pkcs8(), salt_, keys_.signing, random_);
    files_[name + ".crt"] = std::move(certificate);
  }

  void add_revocations(const std::string& anchor, Bytes list) { files_[anchor + ".crl"] = std::move(list); }

  void add_master(const std::string& name, std::string_view purpose) {
    masters_[name] = Secret(random_bytes(master_size, random_));
    describe(name, purpose, master_algorithm, kcv_of(masters_[name]).hex());
  }

  /// The masters are sealed last, as they are bound to the whole description.
  std::map<std::string, Bytes> files() {
    const std::string yaml = description_.to_yaml();
    for (const auto& [name, master] : masters_) {
      files_[name + ".key"] =
          crypto::seal(keys_.masters, master.expose(), binding(name, as_bytes(yaml)), random_);
    }
    const ByteView text = as_bytes(yaml);
    files_["key-set.yaml"] = Bytes(text.begin(), text.end());
    return std::move(files_);
  }

 private:
  void describe(const std::string& name, std::string_view purpose, std::string_view algorithm,
                const std::string& check) {
    description_.keys.push_back({name, std::string(purpose), std::string(algorithm), check});
  }

  Random& random_;
  Bytes salt_;
  PassphraseKeys keys_;
  SetDescription description_;
  std::map<std::string, Secret> masters_;
  std::map<std::string, Bytes> files_;
};

void add_authority(Maker& maker, const Authority& authority, crypto::EcParameters parameters, Instant now,
                   Random& random) {
  const EcPrivateKey csca = EcPrivateKey::generate(authority.curve, random);
  const crypto::SignOperation sign = [&](ByteView message) { return csca.sign(message, random); };
  const auto issue = [&](const crypto::CertificateRequest& request, const EcPrivateKey& subject) {
    return crypto::issue_certificate(request, subject.public_key(), csca.public_key(), sign);
  };
  Bytes anchor = issue(csca_request(authority, parameters, now, random), csca);
  const auto certificate = crypto::Certificate::parse(anchor);
  maker.add_signing_key(authority.name, authority.purpose, authority.algorithm, csca, std::move(anchor));
  std::vector<crypto::Revocation> revoked;
  for (const Signing& signer : authority.signers) {
    const EcPrivateKey key = EcPrivateKey::generate(authority.curve, random);
    const crypto::CertificateRequest request = signer_request(authority, signer, parameters, now, random);
    if (signer.revoked == Revoked::yes)
      revoked.push_back({request.serial, now, crypto::RevocationReason::key_compromise});
    maker.add_signing_key(signer.name, signer.purpose, authority.algorithm, key, issue(request, key));
  }
  if (authority.purpose == purpose::trust_anchor)
    maker.add_revocations(authority.name,
                          crypto::issue_crl(first_list(std::move(revoked), now), certificate, sign));
}

}  // namespace

void KeySet::make_specimen(const std::filesystem::path& dir, const Secret& passphrase,
                           crypto::EcParameters parameters, Instant now, Random& random) {
  if (passphrase.size() < min_passphrase_bytes)
    throw Error(Code::keys_locked, "a passphrase has 12 bytes at least");
  Maker maker(passphrase, parameters, random);
  for (const Authority& authority : authorities) add_authority(maker, authority, parameters, now, random);
  maker.add_master("transport-master", purpose::transport_keys);
  maker.add_master("issuer-master", purpose::issuer_keys);
  maker.add_master("ledger-master", purpose::ledger);
  write_folder(dir, maker.files());
}

}  // namespace perso::keys
