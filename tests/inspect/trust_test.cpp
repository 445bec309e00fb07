// Whom a trust store believes, and what it takes from a folder.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "bytes/error.hpp"
#include "crypto/chain.hpp"
#include "crypto/master_list.hpp"
#include "inspect/pem.hpp"
#include "inspect/sample_card.hpp"

using namespace perso;
using namespace perso::test;
using inspect::Trust;
using inspect::TrustStore;

namespace fs = std::filesystem;

namespace {

class Collected final : public Deviations {
 public:
  std::vector<std::string> all;
  void found(const std::string& what) override { all.push_back(what); }
};

/// A folder that goes away with the test.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / "perso-trust-XXXXXX") {
    std::string name = path_;
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  const fs::path& path() const { return path_; }
  void write(const fs::path& name, ByteView contents) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(contents.data()), static_cast<std::streamsize>(contents.size()));
  }

 private:
  fs::path path_;
};

std::string base64(ByteView bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto byte = [&](std::size_t i) { return at + i < bytes.size() ? bytes[at + i] : 0U; };
    const unsigned bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (std::size_t i = 0; i < 4; ++i)
      text += at + i <= bytes.size() ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
    if (text.size() % 65 == 64) text += '\n';
  }
  return text;
}

Bytes pem(ByteView der) {
  const std::string text =
      "subject=whoever\n-----BEGIN CERTIFICATE-----\n" + base64(der) + "\n-----END CERTIFICATE-----\n";
  const ByteView view = as_bytes(text);
  return Bytes(view.begin(), view.end());
}

/// A state's CSCA under another name.
Chain state(const std::string& name) {
  Chain chain = Chain::make(crypto::EcParameters::named_curve, chance());
  auto request = Chain::csca_request(crypto::EcParameters::named_curve);
  request.subject.common_name = request.issuer.common_name = name;
  chain.csca = crypto::Certificate::parse(Chain::issue(request, chain.csca_key, chain.csca_key, chance()));
  auto of_signer = Chain::signer_request(crypto::EcParameters::named_curve);
  of_signer.issuer = request.subject;
  chain.signer =
      crypto::Certificate::parse(Chain::issue(of_signer, chain.signer_key, chain.csca_key, chance()));
  return chain;
}

/// Signed by a master list signer of `issuer`.
Bytes master_list(const Chain& issuer, const std::vector<crypto::Certificate>& certificates) {
  const auto key = crypto::EcPrivateKey::generate("secp256r1", chance());
  auto request = Chain::signer_request(crypto::EcParameters::named_curve);
  request.profile = crypto::CertificateProfile::master_list_signer;
  request.document_types.clear();
  request.subject.common_name = "Master List Signer";
  request.issuer = {"UT", "Utopia", "List Issuer"};
  const auto signer = crypto::Certificate::parse(Chain::issue(request, key, issuer.csca_key, chance()));
  return crypto::issue_master_list(certificates, signer, issued_at,
                                   [&](ByteView message) { return key.sign(message, chance()); });
}

}  // namespace

TEST_CASE("PEM: blocks with text around them, or what is no PEM as it is") {
  const Bytes der = chain().csca.der();
  CHECK(inspect::objects_in(der) == std::vector<Bytes>{der});
  CHECK(inspect::objects_in(pem(der)) == std::vector<Bytes>{der});
  CHECK(inspect::objects_in(concat({pem(der), pem(from_hex("3000"))})) ==
        std::vector<Bytes>{der, from_hex("3000")});
  for (const char* const bad :
       {"-----BEGIN X-----\nMA==", "-----BEGIN X-----\nM*==\n-----END X-----",
        "-----BEGIN X-----\nMAA\n-----END X-----", "-----BEGIN X-----\nM===\n-----END X-----",
        "-----BEGIN X-----\nMA=A\n-----END X-----", "-----BEGIN X", "-----BEGIN -----END -----"}) {
    CAPTURE(bad);
    const ByteView view = as_bytes(bad);
    CHECK_THROWS_AS(inspect::objects_in(Bytes(view.begin(), view.end())), Error);
  }
}

TEST_CASE("a certificate that is added twice keeps the better trust; who is no authority is refused") {
  TrustStore store;
  store.add(chain().csca, Trust::foreign);
  store.add(chain().csca, Trust::production);
  store.add(chain().csca, Trust::foreign);
  CHECK(store.authorities() == 1);
  CHECK(store.judge(chain().signer, today).trust == Trust::production);
  CHECK_THROWS_AS(store.add(chain().signer, Trust::production), Error);
  const auto late = store.judge(chain().signer, today + std::chrono::days(11 * 365));
  CHECK(late.trust == Trust::production);
  CHECK(late.fault == crypto::PathFault::signer_not_valid);
}

TEST_CASE("a folder: certificates in DER and PEM, lists, and what is skipped") {
  const Folder folder;
  const Chain one = state("CSCA One"), two = state("CSCA Two"), three = state("CSCA Three");
  folder.write("production/one.cer", one.csca.der());
  folder.write("specimen/two.pem", pem(two.csca.der()));
  folder.write("foreign/three.der", three.csca.der());
  folder.write("foreign/note.txt", as_bytes("hello"));
  folder.write("foreign/broken.crt", from_hex("3003020101"));
  folder.write("foreign/empty.cer", {});
  folder.write("foreign/signer.cer", one.signer.der());
  folder.write("foreign/large.cer", Bytes(8 * 1024 * 1024 + 1, 0x30));
  folder.write("production/one.crl",
               crypto::issue_crl({.number = {1},
                                  .this_update = issued_at,
                                  .next_update = issued_at + std::chrono::days(90),
                                  .revoked = {{one.signer.serial(), issued_at, std::nullopt}}},
                                 one.csca, one.by_csca(chance())));
  TrustStore store;
  Collected skipped;
  store.load(folder.path(), skipped);
  CHECK(store.authorities() == 3);
  CHECK(skipped.all.size() == 5);
  CHECK(store.judge(one.signer, today).fault == crypto::PathFault::revoked);
  CHECK(store.judge(two.signer, today).trust == Trust::specimen);
  CHECK(store.judge(three.signer, today).trust == Trust::foreign);
  CHECK_FALSE(store.judge(three.signer, today).fault);
  CHECK_THROWS_AS(store.load(folder.path() / "nowhere", skipped), Error);
  CHECK_THROWS_AS(store.load(folder.path() / "production", skipped), Error);
}

TEST_CASE("a master list is believed under an anchor of its own file, and vouches for no other list") {
  const Chain issuer = state("List Issuer"), listed = state("CSCA Listed"), far = state("CSCA Far");
  const Folder folder;
  folder.write("foreign/a.ml", master_list(issuer, {listed.csca, issuer.csca}));
  Collected skipped;
  TrustStore nobody;
  nobody.load(folder.path(), skipped);
  CHECK(nobody.authorities() == 0);
  CHECK(skipped.all.size() == 1);

  folder.write("production/issuer.cer", issuer.csca.der());
  skipped.all.clear();
  TrustStore store;
  store.load(folder.path(), skipped);
  CHECK(skipped.all.empty());
  CHECK(store.authorities() == 2);
  CHECK(store.judge(listed.signer, today).trust == Trust::foreign);
  CHECK(store.judge(issuer.signer, today).trust == Trust::production);
  CHECK(store.judge(far.signer, today).fault == crypto::PathFault::issuer_unknown);

  Bytes broken = master_list(issuer, {far.csca});
  broken[broken.size() - 1] ^= 1;
  folder.write("foreign/b.ml", broken);
  TrustStore again;
  again.load(folder.path(), skipped);
  CHECK(skipped.all.size() == 1);
  CHECK(again.authorities() == 2);
}
