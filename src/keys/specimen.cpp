// Making a specimen key set on the spot: keys, certificates and their description.
#include <chrono>

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
/// certificate.
constexpr int signer_works_months = 3, card_lasts_months = 120, csca_works_months = 60;
constexpr int signer_lasts_months = signer_works_months + card_lasts_months,
              csca_lasts_months = csca_works_months + signer_lasts_months;

crypto::CertificateRequest csca_request(crypto::EcParameters parameters, Instant now, Random& random) {
  Bytes serial = random_bytes(serial_size, random);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x3F) | 0x40);  // positive, of full length
  return {.profile = crypto::CertificateProfile::csca,
          .subject = specimen_name("SPECIMEN CSCA 001"),
          .issuer = specimen_name("SPECIMEN CSCA 001"),
          .serial = std::move(serial),
          .not_before = now,
          .not_after = months_later(now, csca_lasts_months),
          .private_key_not_after = months_later(now, csca_works_months),
          .crl_url = "https://specimen.invalid/csca.crl",
          .contact_uri = "https://specimen.invalid/",
          .document_types = {},
          .parameters = parameters,
          .state = "CHN"};
}

crypto::CertificateRequest signer_request(crypto::EcParameters parameters, Instant now, Random& random) {
  crypto::CertificateRequest request = csca_request(parameters, now, random);
  request.profile = crypto::CertificateProfile::document_signer;
  request.subject = specimen_name("SPECIMEN Document Signer 001");
  request.not_after = months_later(now, signer_lasts_months);
  request.private_key_not_after = months_later(now, signer_works_months);
  request.document_types = {"IR"};
  return request;
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

  void add_signing_key(const std::string& name, std::string_view purpose, const EcPrivateKey& key,
                       Bytes certificate) {
    const std::string fingerprint = to_hex(crypto::digest(crypto::Hash::sha256, certificate));
    describe(name, purpose, signing_algorithm, fingerprint);
    files_[name + ".p8"] = crypto::encrypt_pkcs8(key.pkcs8(), salt_, keys_.signing, random_);
    files_[name + ".crt"] = std::move(certificate);
  }

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

}  // namespace

void KeySet::make_specimen(const std::filesystem::path& dir, const Secret& passphrase,
                           crypto::EcParameters parameters, Instant now, Random& random) {
  if (passphrase.size() < min_passphrase_bytes)
    throw Error(Code::keys_locked, "a passphrase has 12 bytes at least");
  const EcPrivateKey csca = EcPrivateKey::generate("secp256r1", random);
  const EcPrivateKey signer = EcPrivateKey::generate("secp256r1", random);
  const auto issue = [&](const crypto::CertificateRequest& request, const EcPrivateKey& subject) {
    return crypto::issue_certificate(request, subject.public_key(), csca.public_key(), [&](ByteView tbs) {
      return csca.sign(crypto::Hash::sha256, tbs, random);
    });
  };
  Maker maker(passphrase, parameters, random);
  maker.add_signing_key("csca", purpose::trust_anchor, csca,
                        issue(csca_request(parameters, now, random), csca));
  maker.add_signing_key("document-signer", purpose::document_signing, signer,
                        issue(signer_request(parameters, now, random), signer));
  maker.add_master("transport-master", purpose::transport_keys);
  maker.add_master("issuer-master", purpose::issuer_keys);
  maker.add_master("ledger-master", purpose::ledger);
  write_folder(dir, maker.files());
}

}  // namespace perso::keys
