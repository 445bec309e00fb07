// A specimen chain for tests: a CSCA and a document signer on one curve.
#pragma once

#include <chrono>

#include "crypto/certificate.hpp"

namespace perso::test {

inline const Instant issued_at = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);

struct Chain {
  crypto::EcPrivateKey csca_key, signer_key;
  crypto::Certificate csca, signer;

  static crypto::CertificateRequest csca_request(crypto::EcParameters parameters) {
    const crypto::Name name{"UT", "Utopia", "CSCA Utopia 001"};
    return {.profile = crypto::CertificateProfile::csca,
            .subject = name,
            .issuer = name,
            .serial = from_hex("80112233445566778899AABBCCDDEEFF"),
            .not_before = issued_at,
            .not_after = issued_at + std::chrono::days(15 * 365),
            .private_key_not_after = issued_at + std::chrono::days(5 * 365),
            .crl_url = "https://csca.utopia.invalid/crl",
            .contact_uri = "https://csca.utopia.invalid/",
            .document_types = {},
            .parameters = parameters,
            .state = "UTO"};
  }

  static crypto::CertificateRequest signer_request(crypto::EcParameters parameters) {
    auto request = csca_request(parameters);
    request.profile = crypto::CertificateProfile::document_signer;
    request.subject.common_name = "Document Signer Utopia 001";
    request.serial = from_hex("0123456789");
    request.not_after = issued_at + std::chrono::days(10 * 365 + 90);
    request.private_key_not_after = issued_at + std::chrono::days(90);
    request.document_types = {"P", "IR"};
    return request;
  }

  static Bytes issue(const crypto::CertificateRequest& request, const crypto::EcPrivateKey& subject,
                     const crypto::EcPrivateKey& issuer, Random& random) {
    return crypto::issue_certificate(request, subject.public_key(), issuer.public_key(),
                                     [&](ByteView tbs) { return issuer.sign(tbs, random); });
  }

  static Chain on(const std::string& curve, crypto::EcParameters parameters, Random& random) {
    auto csca_key = crypto::EcPrivateKey::generate(curve, random);
    auto signer_key = crypto::EcPrivateKey::generate(curve, random);
    auto csca = crypto::Certificate::parse(issue(csca_request(parameters), csca_key, csca_key, random));
    auto signer = crypto::Certificate::parse(issue(signer_request(parameters), signer_key, csca_key, random));
    return {std::move(csca_key), std::move(signer_key), std::move(csca), std::move(signer)};
  }

  static Chain make(crypto::EcParameters parameters, Random& random) {
    return on("secp256r1", parameters, random);
  }

  static Chain sm2(Random& random) { return on("sm2p256v1", crypto::EcParameters::named_curve, random); }

  /// What the CSCA and the signer sign with.
  crypto::SignOperation by_csca(Random& random) const {
    return [this, &random](ByteView message) { return csca_key.sign(message, random); };
  }
  crypto::SignOperation by_signer(Random& random) const {
    return [this, &random](ByteView message) { return signer_key.sign(message, random); };
  }
};

}  // namespace perso::test
