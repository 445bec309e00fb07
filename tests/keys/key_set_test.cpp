#include "keys/key_set.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "bytes/error.hpp"
#include "crypto/path.hpp"
#include "crypto/scratch.hpp"
#include "keys/description.hpp"
#include "keys/software.hpp"
#include "keys/specimen_set.hpp"

using namespace perso;
using namespace perso::keys;
using namespace perso::test;
namespace fs = std::filesystem;

namespace {

ChipId chip() {
  ChipId out;
  out.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0};
  return out;
}

}  // namespace

TEST_CASE("a specimen set opens and says what it holds") {
  for (const auto form : {crypto::EcParameters::explicit_curve, crypto::EcParameters::named_curve}) {
    const Specimen made(form);
    const KeySet set = made.open();
    CHECK(set.specimen());
    std::vector<std::string> names;
    for (const auto& key : set.descriptions())
      names.push_back(key.name + "/" + key.purpose + "/" + key.algorithm);
    CHECK(names == std::vector<std::string>{
                       "csca/trust-anchor/ECDSA P-256 SHA-256",
                       "document-signer/document-signing/ECDSA P-256 SHA-256",
                       "sample-revoked-signer/sample-signing/ECDSA P-256 SHA-256",
                       "national-csca/trust-anchor/SM2 SM3", "national-signer/document-signing/SM2 SM3",
                       "sample-unknown-csca/sample-signing/ECDSA P-256 SHA-256",
                       "sample-unknown-signer/sample-signing/ECDSA P-256 SHA-256",
                       "transport-master/transport-keys/AES-256", "issuer-master/issuer-keys/AES-256",
                       "ledger-master/ledger/AES-256"});
    REQUIRE(set.trust_anchors().size() == 2);
    const crypto::Certificate anchor = set.trust_anchors()[0];
    const Signer& signer = set.signer("document-signer");
    CHECK(anchor.subject_text() == "CN=SPECIMEN CSCA 001, O=SPECIMEN perso, C=CN");
    CHECK(signer.certificate().subject_text() == "CN=SPECIMEN Document Signer 001, O=SPECIMEN perso, C=CN");
    CHECK(signer.certificate().signed_by(anchor));
    CHECK(signer.certificate().public_key().ec()->spki(form).size() > 0);
    CHECK(signer.certificate().public_key().ec()->verify(
        signer.certificate().public_key().ec()->signature_hash(), Bytes{1}, signer.sign(Bytes{1})));
    CHECK(set.card_keys("issuer-master", 0x31)->for_chip({})->version() == 0x31);
    CHECK(set.ledger().commit("event", Bytes{1}).size() == 32);
    CHECK(code_of([&] { set.signer("csca"); }) == Code::key_missing);
    CHECK(code_of([&] { set.card_keys("ledger-master", 0x31); }) == Code::key_missing);
  }
}

TEST_CASE("the national signer signs with SM2 under a CSCA of its own") {
  for (const auto form : {crypto::EcParameters::explicit_curve, crypto::EcParameters::named_curve}) {
    const Specimen made(form);
    const KeySet set = made.open();
    const Signer& signer = set.signer("national-signer");
    const auto anchors = set.trust_anchors();
    CHECK(anchors[1].subject_text() == "CN=SPECIMEN National CSCA 001, O=SPECIMEN perso, C=CN");
    CHECK(signer.certificate().subject_text() == "CN=SPECIMEN National Signer 001, O=SPECIMEN perso, C=CN");
    CHECK(signer.certificate().public_key().ec()->curve() == "sm2p256v1");
    CHECK(signer.certificate().signed_by(anchors[1]));
    CHECK_FALSE(signer.certificate().signed_by(anchors[0]));
    CHECK(signer.certificate().public_key().ec()->verify(
        signer.certificate().public_key().ec()->signature_hash(), Bytes{1}, signer.sign(Bytes{1})));
    CHECK(code_of([&] { set.signer("national-csca"); }) == Code::key_missing);
  }
}

TEST_CASE("each CSCA has its revocation list, which openssl verifies, and both paths hold") {
  const Specimen made(crypto::EcParameters::named_curve);
  const KeySet set = made.open();
  const auto anchors = set.trust_anchors();
  const auto lists = set.revocations();
  REQUIRE(lists.size() == 2);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    CHECK(lists[i].signed_by(anchors[i]));
    CHECK(lists[i].this_update() == made_at);
    CHECK(lists[i].next_update() == made_at + std::chrono::days(90));
  }
  REQUIRE(lists[0].revoked().size() == 1);
  CHECK(lists[0].revokes(set.sample_signer("sample-revoked-signer").certificate().serial()));
  CHECK(lists[1].revoked().empty());
  for (const std::string name : {"document-signer", "national-signer"})
    CHECK_FALSE(crypto::check_path(set.signer(name).certificate(), anchors, lists, made_at));
  CHECK(made.scratch
            .run("openssl x509 -in keys/csca.crt -out csca.pem && openssl crl -inform DER -in keys/csca.crl "
                 "-noout "
                 "-verify -CAfile csca.pem")
            .says("verify OK"));
}

TEST_CASE("validities: three months of signing, ten years of cards, five years of signers") {
  using namespace std::chrono;
  const Specimen made;
  const KeySet set = made.open();
  const auto at = [](int y, unsigned m, unsigned d) {
    return sys_days(year(y) / month(m) / day(d)) + hours(8);
  };
  CHECK(set.signer("document-signer").certificate().not_after() == at(2037, 2, 28));  // no 30th of February
  CHECK(set.trust_anchors()[0].not_after() == at(2042, 2, 28));
  const auto text = made.scratch.run("openssl x509 -in keys/document-signer.crt -noout -text");
  CHECK(text.says("Not Before: Nov 30 08:00:00 2026 GMT, Not After: Feb 28 08:00:00 2027 GMT"));
}

TEST_CASE("the files are the owner's alone, and nothing is left beside them") {
  const Specimen made;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(made.dir)) {
    names.push_back(entry.path().filename().string());
    struct stat status {};
    REQUIRE(stat(entry.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
  }
  std::ranges::sort(names);
  CHECK(names == std::vector<std::string>{"csca.crl",
                                          "csca.crt",
                                          "csca.p8",
                                          "document-signer.crt",
                                          "document-signer.p8",
                                          "issuer-master.key",
                                          "key-set.yaml",
                                          "ledger-master.key",
                                          "national-csca.crl",
                                          "national-csca.crt",
                                          "national-csca.p8",
                                          "national-signer.crt",
                                          "national-signer.p8",
                                          "sample-revoked-signer.crt",
                                          "sample-revoked-signer.p8",
                                          "sample-unknown-csca.crt",
                                          "sample-unknown-csca.p8",
                                          "sample-unknown-signer.crt",
                                          "sample-unknown-signer.p8",
                                          "transport-master.key"});
  struct stat status {};
  REQUIRE(stat(made.dir.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0700);
  CHECK(std::distance(fs::directory_iterator(made.scratch.folder()), {}) == 1);
}

TEST_CASE("openssl opens the signing keys with the passphrase and with no other") {
  const Specimen made(crypto::EcParameters::named_curve);
  for (const std::string name : {"csca", "document-signer", "national-csca", "national-signer"}) {
    CAPTURE(name);
    const std::string decrypt = "openssl pkcs8 -inform DER -in keys/" + name + ".p8 -passin 'pass:";
    CHECK(made.scratch.run(decrypt + "correct horse batterz' -out wrong.pem").status != 0);
    CHECK(made.scratch.run(decrypt + right_passphrase + "' -out key.pem").status == 0);
    CHECK(made.scratch
              .run("openssl pkey -in key.pem -pubout -out key.pub && "
                   "openssl x509 -in keys/" +
                   name + ".crt -noout -pubkey -out crt.pub && cmp key.pub crt.pub")
              .status == 0);
  }
  CHECK(made.scratch.run("openssl x509 -in keys/csca.crt -out csca.pem").status == 0);
  CHECK(made.scratch
            .run("openssl verify -x509_strict -check_ss_sig -attime 1800000000 -CAfile csca.pem "
                 "keys/document-signer.crt")
            .says("OK"));
  CHECK(made.scratch.run("openssl x509 -in keys/national-csca.crt -out national-csca.pem").status == 0);
  CHECK(made.scratch
            .run("openssl verify -vfyopt distid:1234567812345678 -x509_strict -attime 1800000000 -CAfile "
                 "national-csca.pem keys/national-signer.crt")
            .says("OK"));
}

TEST_CASE("a wrong passphrase is told apart from damage, and named as such") {
  const Specimen made;
  for (const std::string wrong :
       {"", "correct horse batter", "correct horse batteryy", "Correct horse battery"}) {
    CHECK(code_of([&] { KeySet::open(made.dir, secret(wrong), *made.random); }) == Code::keys_locked);
  }
  CHECK(code_of([&] {
          KeySet::make_specimen(made.dir / "other", secret("eleven byte"), crypto::EcParameters::named_curve,
                                made_at, *made.random);
        }) == Code::keys_locked);
}

TEST_CASE("a changed, cut, lengthened or missing file is found") {
  const Specimen made;
  for (const auto& entry : fs::directory_iterator(made.dir)) {
    const std::string name = entry.path().filename().string();
    if (name == "key-set.yaml") continue;
    CAPTURE(name);
    const Bytes intact = made.scratch.read("keys/" + name);
    const auto with = [&](const Bytes& contents) {
      made.scratch.write("keys/" + name, contents);
      return made.refused();
    };
    for (const std::size_t from_end :
         {intact.size() / 2, std::min(intact.size(), std::size_t{40}), std::size_t{1}}) {
      Bytes flipped = intact;
      flipped[intact.size() - from_end] ^= 1;
      CHECK(with(flipped) == Code::key_damaged);
    }
    CHECK(with(Bytes(intact.begin(), intact.end() - 1)) == Code::key_damaged);
    CHECK(with(Bytes()) == Code::key_damaged);
    CHECK(with(Bytes(70000)) == Code::key_damaged);
    CHECK(with(concat({intact, Bytes{0}})) == Code::key_damaged);
    fs::remove(made.dir / name);
    CHECK(made.refused() == Code::key_missing);
    made.scratch.write("keys/" + name, intact);
  }
  CHECK_FALSE(made.refused());
  // Two masters changed places.
  fs::rename(made.dir / "issuer-master.key", made.dir / "x");
  fs::rename(made.dir / "transport-master.key", made.dir / "issuer-master.key");
  fs::rename(made.dir / "x", made.dir / "transport-master.key");
  CHECK(made.refused() == Code::key_damaged);
  CHECK(code_of([&] { KeySet::open(made.dir / "nowhere", secret(right_passphrase), *made.random); }) ==
        Code::key_missing);
}

TEST_CASE("no line of key-set.yaml can be changed") {
  const Specimen made;
  const Bytes intact = made.scratch.read("keys/key-set.yaml");
  const std::pair<std::string, std::string> changes[] = {
      {"specimen: true", "specimen: false"},
      {"parameters: explicit", "parameters: named"},
      {"# The keys", "# THE keys"},
      {"name: issuer-master", "name: issuer-other"},
      {"name: issuer-master", "name: ../issuer-master"},
      {"name: issuer-master", "name: ledger-master"},
      {"purpose: issuer-keys", "purpose: transport-keys"},
      {"purpose: issuer-keys", "purpose: ledger"},
      {"purpose: issuer-keys", "purpose: unheard-of"},
      {"algorithm: AES-256", "algorithm: AES-128"},
      {"algorithm: SM2 SM3", "algorithm: ECDSA P-256 SHA-256"},
      {"algorithm: ECDSA P-256 SHA-256", "algorithm: SM2 SM3"},
      {"algorithm: SM2 SM3", "algorithm: AES-256"},
      {"algorithm: AES-256", "algorithm: AES-256\n    unknown: 1"},
      {"algorithm: AES-256", "algorithm: AES-256\n    algorithm: AES-256"},
      {"    algorithm: AES-256\n", ""},
      {"format: 1", "format: 2"},
      {"format: 1", "format: 1\nformat: 1"},
      {"format: 1", "format: [1"},
      {"specimen: true", "specimen: yes"},
      {"specimen: true\n", ""},
      {"keys:\n", "keys: 1\n#"},
      {"salt: \"", "salt: \"00"},
      {"check: \"", "check: \"0"},
  };
  for (const auto& change : changes) {
    CAPTURE(change.second);
    made.change("key-set.yaml", change.first, change.second);
    const auto code = made.refused();
    CHECK((code == Code::key_damaged || code == Code::key_missing));
    made.scratch.write("keys/key-set.yaml", intact);
  }
  made.scratch.write("keys/key-set.yaml", Bytes(70000, ' '));
  CHECK(made.refused() == Code::key_damaged);
  made.scratch.write("keys/key-set.yaml", Bytes(60000, '['));
  CHECK(made.refused() == Code::key_damaged);
}

TEST_CASE("a fault of key-set.yaml is told with its place") {
  const Specimen made;
  const std::string text = as_text(made.scratch.read("keys/key-set.yaml"));
  struct Case {
    std::string from, to, told;
  };
  const Case cases[] = {
      {"specimen: true", "specimen: yes", "set.yaml:3:11: \"yes\" is not known here; use one of true, false"},
      {"parameters: explicit", "parameters: [explicit]", "set.yaml:4:13: a single value belongs here"},
      {"format: 1", "format: 2", "set.yaml:2:9: \"2\" is no whole number of 1"},
      {"format: 1", "format: [1", "set.yaml:3:"},
      {"format: 1", "format: 1\nodd: 1", "set.yaml:3:1: key \"odd\" is unknown"},
      {"format: 1", "format: 1\nformat: 1", "set.yaml:3:1: key \"format\" stands twice"},
      {"    algorithm: AES-256\n", "", "key \"algorithm\" is missing"},
      {"    algorithm: AES-256\n", "    algorithm: AES-256\n    odd: 1\n", "key \"odd\" is unknown"},
      {"algorithm: AES-256", "algorithm: AES-128", "a key of this purpose has the algorithm AES-256"},
      {"algorithm: SM2 SM3", "algorithm: SM2",
       "a key of this purpose has the algorithm ECDSA P-256 SHA-256 or SM2 SM3"},
      {"name: issuer-master", "name: ../issuer-master", "\"../issuer-master\" is no name"},
      {"name: issuer-master", "name: ledger-master", "a second key has this name"},
      {"purpose: issuer-keys", "purpose: unheard-of", "\"unheard-of\" is not known here"},
      {"salt: \"", "salt: \"00", "is not 16 bytes in hexadecimal"},
      {"keys:\n", "keys: []\nmore:\n", "set.yaml:6:7: a list with at least one item belongs here"},
  };
  CHECK(SetDescription::from_yaml(text, "set.yaml").keys.size() == 10);
  for (const Case& one : cases) {
    CAPTURE(one.to);
    std::string changed = text;
    changed.replace(changed.find(one.from), one.from.size(), one.to);
    try {
      SetDescription::from_yaml(changed, "set.yaml");
      FAIL("taken");
    } catch (const Error& error) {
      CHECK(error.code() == Code::key_damaged);
      CHECK_MESSAGE(error.message().find(one.told) != std::string::npos, error.message());
    }
  }
  std::string many = text;
  for (int i = 0; i < 26; ++i)
    many +=
        "  - {name: x" + std::to_string(i) + ", purpose: ledger, algorithm: AES-256, check: \"000000\"}\n";
  CHECK_THROWS_WITH_AS(SetDescription::from_yaml(many, "set.yaml"),
                       doctest::Contains("set.yaml:7:3: more than 32 keys"), Error);
}

TEST_CASE("keys of another set do not pass for this one's") {
  const Specimen mine, other;
  for (const std::string name : {"csca", "document-signer", "national-csca", "national-signer"}) {
    const Bytes key = mine.scratch.read("keys/" + name + ".p8"),
                certificate = mine.scratch.read("keys/" + name + ".crt");
    mine.scratch.write("keys/" + name + ".p8", other.scratch.read("keys/" + name + ".p8"));
    CHECK(mine.refused() == Code::key_damaged);
    mine.scratch.write("keys/" + name + ".crt", other.scratch.read("keys/" + name + ".crt"));
    CHECK(mine.refused() == Code::key_damaged);
    mine.scratch.write("keys/" + name + ".p8", key);
    CHECK(mine.refused() == Code::key_damaged);
    mine.scratch.write("keys/" + name + ".crt", certificate);
    CHECK_FALSE(mine.refused());
  }
}

TEST_CASE("a key of another algorithm than is written down is found") {
  const Specimen made;
  made.change("key-set.yaml", "algorithm: SM2 SM3", "algorithm: ECDSA P-256 SHA-256");
  CHECK_THROWS_WITH_AS(made.open(), doctest::Contains("key national-csca is of another algorithm"), Error);
}

TEST_CASE("a revocation list of another set, or of the other CSCA, is found") {
  const Specimen mine, other;
  const Bytes list = mine.scratch.read("keys/csca.crl");
  for (const Bytes& foreign :
       {other.scratch.read("keys/csca.crl"), mine.scratch.read("keys/national-csca.crl")}) {
    mine.scratch.write("keys/csca.crl", foreign);
    CHECK(mine.refused() == Code::key_damaged);
  }
  mine.scratch.write("keys/csca.crl", list);
  CHECK_FALSE(mine.refused());
}

TEST_CASE("a private key that is not its certificate's is found") {
  const Specimen made;
  fs::rename(made.dir / "csca.p8", made.dir / "x");
  fs::rename(made.dir / "document-signer.p8", made.dir / "csca.p8");
  fs::rename(made.dir / "x", made.dir / "document-signer.p8");
  CHECK(made.refused() == Code::key_damaged);
}

TEST_CASE("a set is made in an empty place only, and whole or not at all") {
  const Specimen made;
  const auto again = [&](const fs::path& dir) {
    return code_of([&] {
      KeySet::make_specimen(dir, secret(right_passphrase), crypto::EcParameters::named_curve, made_at,
                            *made.random);
    });
  };
  const Bytes before = made.scratch.read("keys/key-set.yaml");
  CHECK(again(made.dir) == Code::key_damaged);
  CHECK(made.scratch.read("keys/key-set.yaml") == before);
  CHECK(std::distance(fs::directory_iterator(made.scratch.folder()), {}) == 1);
  fs::create_directory(made.scratch.folder() / "empty");
  CHECK_FALSE(again(made.scratch.folder() / "empty/"));
  CHECK(again(made.scratch.folder() / "no" / "parent") == Code::key_missing);
}

TEST_CASE("a manufacturer's keys are a specimen's transport keys alone") {
  const Specimen made;
  const KeySet set = made.open();
  const auto shown = set.manufacturer_keys("transport-master", 0x30, chip());
  const auto keys = set.card_keys("transport-master", 0x30)->for_chip(chip());
  for (const Role role : {Role::enc, Role::mac, Role::dek}) {
    const Secret& key = shown[static_cast<std::size_t>(role) - 1];
    CHECK(key.size() == 16);
    CHECK(keys->kcv(role) == kcv_of(key));
  }
  for (const std::string name : {"issuer-master", "ledger-master", "nothing"}) {
    CHECK(code_of([&] { set.manufacturer_keys(name, 0x30, chip()); }) == Code::key_missing);
  }
}

TEST_CASE("one set serves many threads") {
  const Specimen made;
  const KeySet set = made.open();
  const Signer& signer = set.signer("document-signer");
  const auto cards = set.card_keys("issuer-master", 0x31);
  const Kcv expected = cards->for_chip(chip())->kcv(Role::enc);
  std::array<bool, 4> good{};
  std::vector<std::thread> threads;
  for (bool& own : good) {
    threads.emplace_back([&] {
      own = true;
      for (std::uint8_t i = 0; i < 50; ++i) {
        own = own && cards->for_chip(chip())->kcv(Role::enc) == expected;
        own = own &&
              signer.certificate().public_key().ec()->verify(
                  signer.certificate().public_key().ec()->signature_hash(), Bytes{i}, signer.sign(Bytes{i}));
        own = own && !set.ledger().new_order_key().empty();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(std::ranges::all_of(good, [](bool own) { return own; }));
}

TEST_CASE("opening the whole set takes less than half a second") {
  const Specimen made;
  const auto start = std::chrono::steady_clock::now();
  made.open();
  const auto taken = std::chrono::steady_clock::now() - start;
  MESSAGE("opened in " << std::chrono::duration_cast<std::chrono::milliseconds>(taken).count() << " ms");
  CHECK(taken < std::chrono::milliseconds(2500));  // room for sanitizers and a busy machine
}
