// The signers of samples that are to be refused.
#include <doctest/doctest.h>

#include <algorithm>

#include "crypto/path.hpp"
#include "keys/description.hpp"
#include "keys/passphrase.hpp"
#include "keys/specimen_set.hpp"

using namespace perso;
using namespace perso::keys;
using namespace perso::test;

namespace {

/// Another description in the place of the set's own, with the masters bound to it.
void bind_to(const Specimen& made, const std::string& text) {
  const Bytes before = made.scratch.read("keys/key-set.yaml");
  const PassphraseKeys keys(secret(right_passphrase), SetDescription::from_yaml(text, "set.yaml").salt);
  for (const std::string name : {"transport-master", "issuer-master", "ledger-master"}) {
    const std::string file = "keys/" + name + ".key";
    const Secret master = crypto::open(keys.masters, made.scratch.read(file), binding(name, before));
    made.scratch.write(file, crypto::seal(keys.masters, master, binding(name, as_bytes(text)), *made.random));
  }
  made.scratch.write("keys/key-set.yaml", as_bytes(text));
}

}  // namespace

TEST_CASE("the signers of samples are refused, each for its own reason, and say SPECIMEN") {
  const Specimen made;
  const KeySet set = made.open();
  const auto anchors = set.trust_anchors();
  const auto fault = [&](const std::string& name) {
    return crypto::check_path(set.sample_signer(name).certificate(), anchors, set.revocations(), made_at);
  };
  CHECK(fault("sample-revoked-signer") == crypto::PathFault::revoked);
  CHECK(fault("sample-unknown-signer") == crypto::PathFault::issuer_unknown);
  const crypto::Certificate& unknown = set.sample_signer("sample-unknown-csca").certificate();
  CHECK(std::ranges::none_of(anchors, [&](const auto& anchor) { return anchor.der() == unknown.der(); }));
  CHECK_FALSE(
      crypto::check_path(set.sample_signer("sample-unknown-signer").certificate(), {unknown}, {}, made_at));
  for (const std::string name : {"sample-revoked-signer", "sample-unknown-csca", "sample-unknown-signer"}) {
    // Whoever names a signer, as an edition does, does not get one of samples.
    CHECK(code_of([&] { set.signer(name); }) == Code::key_missing);
    const Signer& signer = set.sample_signer(name);
    const crypto::PublicKey& key = signer.certificate().public_key();
    CHECK(signer.certificate().subject_text().starts_with("CN=SPECIMEN "));
    CHECK(key.verify(key.signature_algorithm(), Bytes{1}, signer.sign(Bytes{1})));
  }
}

TEST_CASE("a signer of documents is none of samples") {
  const Specimen made;
  const KeySet set = made.open();
  CHECK(code_of([&] { set.sample_signer("document-signer"); }) == Code::key_missing);
  CHECK(code_of([&] { set.sample_signer("csca"); }) == Code::key_missing);
}

TEST_CASE("a set without samples opens, and says how to get them") {
  const Specimen made;
  const auto without_samples = [&](std::string text) {
    for (auto at = text.find("  - name: sample-"); at != std::string::npos;
         at = text.find("  - name: sample-"))
      text.erase(at, text.find("  - name: ", at + 1) - at);
    return text;
  };
  const std::string text = without_samples(as_text(made.scratch.read("keys/key-set.yaml")));
  bind_to(made, text);
  const KeySet set = made.open();
  CHECK(set.descriptions().size() == 7);
  CHECK(set.signer("document-signer").certificate().may_sign_documents());
  CHECK_THROWS_WITH_AS(set.sample_signer("sample-revoked-signer"), doctest::Contains("perso init"), Error);
  CHECK(code_of([&] { set.sample_signer("sample-revoked-signer"); }) == Code::key_missing);
}

TEST_CASE("a set for real cards has no signers of samples") {
  const Specimen made;
  std::string text = as_text(made.scratch.read("keys/key-set.yaml"));
  bind_to(made, text.replace(text.find("specimen: true"), 14, "specimen: false"));
  CHECK_THROWS_WITH_AS(made.open(), doctest::Contains("a specimen set alone"), Error);
}
