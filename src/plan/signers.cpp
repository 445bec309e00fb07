#include "plan/signers.hpp"

#include "bytes/error.hpp"
#include "crypto/public_key.hpp"

namespace perso::plan {

namespace {

using Kind = Signature::Kind;

std::optional<Signature> signature_of(const profile::File& file) {
  if (const auto* sod = std::get_if<profile::Sod>(&file.content))
    return Signature{file.name, sod->signer, Kind::icao};
  if (const auto* security = std::get_if<profile::CardSecurity>(&file.content))
    return Signature{file.name, security->signer, Kind::icao};
  if (const auto* cms = std::get_if<profile::Cms>(&file.content))
    return Signature{file.name, cms->signer,
                     cms->kind == profile::Cms::Kind::gmt_0010 ? Kind::gmt_0010 : Kind::any};
  return std::nullopt;
}

}  // namespace

std::vector<Signature> signatures_of(const profile::Profile& profile) {
  std::vector<Signature> signatures;
  for (const profile::Application& application : profile.applications)
    for (const profile::File& file : application.files)
      if (auto signature = signature_of(file)) signatures.push_back(std::move(*signature));
  return signatures;
}

void require_able_signers(const profile::Profile& profile, const SignerLookup& signers) {
  for (const Signature& signature : signatures_of(profile)) {
    const crypto::Certificate& certificate = signers(signature.signer).certificate();
    const bool sm2 = certificate.public_key().signature_algorithm().scheme == crypto::Scheme::sm2;
    if (signature.kind == Kind::any || sm2 == (signature.kind == Kind::gmt_0010)) continue;
    throw Error(Code::key_missing, "the signer " + signature.signer + " cannot sign " + signature.file +
                                       ", which takes a key of " + (sm2 ? "ECDSA" : "SM2") +
                                       ": name another in the profile");
  }
}

}  // namespace perso::plan
