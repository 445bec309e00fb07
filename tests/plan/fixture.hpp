// The shipped profiles, orders for them, and signers.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "bytes/error.hpp"
#include "plan/batch.hpp"
#include "plan/plan.hpp"
#include "support/vectors.hpp"

namespace perso::plan::test {

inline std::filesystem::path profile_folder(const std::string& name) {
  return std::filesystem::path(PERSO_SOURCE_DIR) / "profiles" / name;
}

inline std::filesystem::path sample_folder() {
  return profile_folder("prc-2023") / "sample";
}

inline const profile::Profile& edition() {
  static const profile::Profile profile = profile::load(sample_folder().parent_path());
  return profile;
}

/// The places of its applications.
inline constexpr std::size_t emrtd = 1, national = 2;

inline Bytes read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline constexpr Instant now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

inline Random& random() {
  static const std::unique_ptr<Random> source = crypto::system_random();
  return *source;
}

inline Intake intake(const profile::Profile& profile = edition()) {
  return {profile, now, random()};
}

/// A good order: an adult with a previous number and a name that takes both places of the record.
inline Order good_order() {
  Order order;
  order.id = "T-1";
  order.profile = "prc-2023";
  order.reason = Reason::renewal;
  order.fields = {{"latin_name", "AKHMETOVA-SULEIMENOVA, AIGERIM NURSULTAN"},
                  {"chinese_name", "艾达·白"},
                  {"sex", "F"},
                  {"birth_date", "1990-01-23"},
                  {"nationality", "KAZ"},
                  {"number", "911398199001230181"},
                  {"issued", "2026-10-12"},
                  {"expires", "2036-10-12"},
                  {"replacements", "01"},
                  {"previous_number", "KAZ110090012308"},
                  {"access_number", "730416"}};
  order.portrait = read_bytes(sample_folder() / "02.jpg");
  return order;
}

/// The error that an action ends in.
template <typename Action>
Error error_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  throw std::logic_error("not reached");
}

/// A signer under a certificate that it signed itself.
class TestSigner final : public keys::Signer {
 public:
  explicit TestSigner(const std::string& curve) : key_(crypto::EcPrivateKey::generate(curve, random())) {
    const Instant start = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    const crypto::Name name{"CN", "Test", "SPECIMEN CSCA"};
    const crypto::CertificateRequest request{.profile = crypto::CertificateProfile::csca,
                                             .subject = name,
                                             .issuer = name,
                                             .serial = {1},
                                             .not_before = start,
                                             .not_after = start + std::chrono::days(4000),
                                             .private_key_not_after = start + std::chrono::days(1000),
                                             .crl_url = "http://example.test/crl",
                                             .contact_uri = "http://example.test",
                                             .document_types = {},
                                             .parameters = crypto::EcParameters::named_curve,
                                             .state = "CHN"};
    certificate_ = crypto::Certificate::parse(crypto::issue_certificate(
        request, key_.public_key(), key_.public_key(), [&](ByteView message) { return sign(message); }));
  }
  Bytes sign(ByteView message) const override { return key_.sign(message, random()); }
  const crypto::Certificate& certificate() const override { return *certificate_; }

 private:
  crypto::EcPrivateKey key_;
  std::optional<crypto::Certificate> certificate_;
};

/// The signers that profiles name, made once.
inline const keys::Signer& signer(const std::string& name) {
  static const TestSigner of_documents("secp256r1"), of_the_state("sm2p256v1");
  return name == "national-signer" ? of_the_state : of_documents;
}

inline Workshop workshop() {
  static const SignerLookup lookup = signer;
  return {lookup, random(), now};
}

inline Plan first_phase(const Order& order, const profile::Profile& profile = edition()) {
  return compile(profile, order, workshop());
}

/// What a chip contributes, and the keys that stand for those it made.
struct TestChip {
  TestChip()
      : key(crypto::EcPrivateKey::generate("secp256r1", random())),
        agreement_key(crypto::EcPrivateKey::generate("secp256r1", random())) {
    contribution.public_keys["active-authentication"] = key.public_key().point();
    contribution.public_keys["chip-authentication"] = agreement_key.public_key().point();
  }
  crypto::EcPrivateKey key, agreement_key;
  ChipContribution contribution;
};

inline const PlannedFile& file_of(const Plan& plan, const std::string& name) {
  for (const PlannedApplication& application : plan.applications)
    for (const PlannedFile& file : application.files)
      if (file.name == name) return file;
  FAIL("the plan has no file " << name);
  throw std::logic_error("not reached");
}

/// A plan through both phases.
inline Plan whole_plan(const Order& order, const TestChip& chip,
                       const profile::Profile& profile = edition()) {
  Plan plan = first_phase(order, profile);
  complete(plan, profile, chip.contribution, workshop());
  return plan;
}

/// An empty folder of its own, gone at the end.
class Scratch {
 public:
  explicit Scratch(const std::string& name)
      : path_(std::filesystem::path(PERSO_BINARY_DIR) / ("scratch-plan-" + name)) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace perso::plan::test
