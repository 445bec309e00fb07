// Signers that cannot sign what a profile names them for are found before there is a card.
#include "plan/signers.hpp"

#include "plan/fixture.hpp"

namespace perso::plan {

using namespace test;

namespace {

/// The edition, whose file of that name is signed by another.
profile::Profile signed_by(const std::string& file_name, const std::string& signer) {
  profile::Profile profile = edition();
  for (profile::Application& application : profile.applications)
    for (profile::File& file : application.files) {
      if (file.name != file_name) continue;
      if (auto* sod = std::get_if<profile::Sod>(&file.content)) sod->signer = signer;
      if (auto* security = std::get_if<profile::CardSecurity>(&file.content)) security->signer = signer;
      if (auto* cms = std::get_if<profile::Cms>(&file.content)) cms->signer = signer;
    }
  return profile;
}

}  // namespace

TEST_CASE("a signer whose key its file does not take") {
  struct Row {
    const char *file, *signer, *message;  // empty where it can sign
  };
  for (const Row& row : {
           Row{"EF.SOD", "document-signer", ""},
           Row{"EF.SOD", "national-signer", "cannot sign EF.SOD, which takes a key of ECDSA"},
           Row{"EF.CardSecurity", "national-signer",
               "cannot sign EF.CardSecurity, which takes a key of ECDSA"},
           Row{"SIGNATURE", "document-signer", "cannot sign SIGNATURE, which takes a key of SM2"},
           Row{"SIGNATURE", "national-signer", ""},
       }) {
    CAPTURE(row.file);
    CAPTURE(row.signer);
    const auto look = [&] { require_able_signers(signed_by(row.file, row.signer), signer); };
    if (*row.message == '\0') {
      CHECK_NOTHROW(look());
      continue;
    }
    const Error error = error_of(look);
    CHECK(error.code() == Code::key_missing);
    CHECK(std::string(error.what()).find(row.message) != std::string::npos);
  }
}

TEST_CASE("a signature of RFC 5652 takes either key") {
  profile::Profile profile = edition();
  for (profile::File& file : profile.applications[national].files)
    if (auto* cms = std::get_if<profile::Cms>(&file.content)) cms->kind = profile::Cms::Kind::cms;
  CHECK_NOTHROW(require_able_signers(profile, signer));
}

}  // namespace perso::plan
