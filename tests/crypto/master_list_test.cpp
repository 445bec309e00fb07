#include "crypto/master_list.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/chain.hpp"
#include "crypto/path.hpp"
#include "crypto/scratch.hpp"
#include "support/told.hpp"

using namespace perso;
using namespace perso::crypto;
using test::Chain;
using test::Told;

namespace {

const Instant in_time = test::issued_at + std::chrono::days(1);

/// A state's CSCA and its master list signer.
struct Publisher {
  explicit Publisher(Random& chance) : random(chance), chain(Chain::make(EcParameters::named_curve, chance)) {
    auto request = Chain::signer_request(EcParameters::named_curve);
    request.profile = CertificateProfile::master_list_signer;
    request.subject.common_name = "Master List Signer";
    request.document_types.clear();
    signer = Certificate::parse(Chain::issue(request, key, chain.csca_key, random));
  }
  SignOperation sign() const {
    return [this](ByteView message) { return key.sign(message, random); };
  }

  Random& random;
  Chain chain;
  EcPrivateKey key = EcPrivateKey::generate("secp256r1", random);
  Certificate signer = chain.signer;
};

Bytes content_of(const std::vector<Bytes>& certificates) {
  Bytes all;
  for (const Bytes& certificate : certificates) append(all, certificate);
  return asn1::sequence({from_hex("020100"), tlv::encode(asn1::tag::set, all)});
}

}  // namespace

TEST_CASE("a master list is read as it was issued, and openssl takes it apart") {
  const auto random = system_random();
  const Publisher publisher(*random);
  std::vector<Certificate> listed = {
      publisher.chain.csca, Chain::make(EcParameters::explicit_curve, *random).csca,
      Chain::on("secp384r1", EcParameters::named_curve, *random).csca, Chain::sm2(*random).csca};
  const Bytes der = issue_master_list(listed, publisher.signer, in_time, publisher.sign());
  NoDeviations none;
  const MasterList read = MasterList::parse(der, none);
  CHECK(read.cms.verify());
  CHECK(read.cms.content_type == master_list_oid);
  CHECK(read.cms.signer.may_sign_master_lists());
  CHECK_FALSE(read.cms.signer.may_sign_documents());
  CHECK_FALSE(
      check_path(read.cms.signer, SignerPurpose::master_lists, {{&publisher.chain.csca}, {}, {}}, in_time)
          .fault);
  REQUIRE(read.certificates.size() == listed.size());
  for (const Certificate& certificate : listed)
    CHECK(std::ranges::any_of(read.certificates,
                              [&](const Certificate& other) { return other.der() == certificate.der(); }));

  const test::Scratch scratch;
  scratch.write("list.ml", der);
  scratch.write("csca", publisher.chain.csca.der());
  const auto verified = scratch.run(
      "openssl x509 -in csca -out csca.pem && openssl cms -verify -inform DER -in list.ml -CAfile csca.pem "
      "-purpose any -attime 1775000000 -out content");
  CAPTURE(verified.output);
  CHECK(verified.says("CMS Verification successful"));
  const auto parsed = scratch.run("openssl asn1parse -inform DER -in content");
  CHECK(parsed.says("INTEGER           :00"));
  CHECK(parsed.says("d=1  hl=4 l="));
  std::size_t certificates = 0;
  for (auto at = parsed.output.find(":d=2 "); at != std::string::npos;
       at = parsed.output.find(":d=2 ", at + 1))
    ++certificates;
  CHECK(certificates == listed.size());
  scratch.write("signer", publisher.signer.der());
  const auto printed = scratch.run("openssl x509 -in signer -noout -text");
  CHECK(printed.says("X509v3 Extended Key Usage: critical\n                2.23.136.1.1.3\n"));
}

TEST_CASE("certificates of a list that cannot be read are told and left out") {
  const auto random = system_random();
  const Publisher publisher(*random);
  const auto signed_list = [&](const Bytes& content) {
    return sign_cms(master_list_oid, content, publisher.signer, in_time, publisher.sign());
  };
  const Bytes good = publisher.chain.csca.der();
  Told told;
  const MasterList read = MasterList::parse(signed_list(content_of({good, from_hex("30030201FF")})), told);
  CHECK(read.certificates.size() == 1);
  CHECK(read.cms.verify());
  CHECK(told.of("certificate 2 cannot be read"));
  CHECK(told.of("not in DER order"));

  const auto refused = [&](const Bytes& list) {
    try {
      Told ignored;
      MasterList::parse(list, ignored);
    } catch (const Error& error) {
      return error.code() == Code::malformed;
    }
    return false;
  };
  CHECK_FALSE(refused(signed_list(content_of({}))));
  CHECK(refused(signed_list(from_hex("3000"))));
  CHECK(refused(signed_list(Bytes())));
  CHECK(refused(signed_list(concat({content_of({good}), Bytes{0}}))));
  CHECK(refused(sign_cms("2.23.136.1.1.1", content_of({good}), publisher.signer, in_time, publisher.sign())));
  CHECK(refused(sign_cms_detached(content_of({good}), publisher.signer, in_time, publisher.sign())));
  CHECK(refused(signed_list(content_of(std::vector<Bytes>(2049, from_hex("3000"))))));
  CHECK(refused(Bytes((8 << 20) + 1, 0x30)));
}

TEST_CASE("a list as large as one is allowed to be is read in time") {
  const auto random = system_random();
  const Publisher publisher(*random);
  const std::vector<Certificate> many(2048, Chain::make(EcParameters::explicit_curve, *random).csca);
  const Bytes der = issue_master_list(many, publisher.signer, in_time, publisher.sign());
  CHECK(der.size() > (1 << 20));
  NoDeviations none;
  const auto begin = std::chrono::steady_clock::now();
  CHECK(MasterList::parse(der, none).certificates.size() == 2048);
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  MESSAGE("2,048 certificates in ", took, " ms");
  CHECK(took < 10000);
}
