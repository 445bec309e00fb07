#include "crypto/algorithms.hpp"

#include <array>

#include "bytes/error.hpp"
#include "crypto/botan.hpp"

namespace perso::crypto::detail {

namespace {

struct Algorithm {
  Hash hash;
  std::string_view signature;
};

constexpr std::array known_algorithms = {
    Algorithm{Hash::sha256, "1.2.840.10045.4.3.2"},
    Algorithm{Hash::sha384, "1.2.840.10045.4.3.3"},
    Algorithm{Hash::sha512, "1.2.840.10045.4.3.4"},
    Algorithm{Hash::sm3, "1.2.156.10197.1.501"},
};

enum class Parameters { absent, absent_or_null };

std::string_view digest_oid(const Algorithm& algorithm) {
  return oid_of(algorithm.hash);
}
std::string_view signature_oid(const Algorithm& algorithm) {
  return algorithm.signature;
}
using OidOf = std::string_view (*)(const Algorithm&);

Hash read(const tlv::Element& identifier, OidOf oid_of_row, Parameters parameters) {
  tlv::Reader reader(identifier.tag == asn1::tag::sequence ? identifier.value : ByteView());
  const std::string oid = asn1::read_oid(reader.expect(asn1::tag::oid));
  if (parameters == Parameters::absent_or_null) reader.take(asn1::tag::null);
  reader.expect_end();
  for (const Algorithm& algorithm : known_algorithms) {
    if (oid_of_row(algorithm) == oid) return algorithm.hash;
  }
  throw Error(Code::malformed, "an algorithm other than ECDSA with SHA-256, -384 or -512, or SM2 with SM3");
}

Bytes identifier(Hash hash, OidOf oid_of_row) {
  for (const Algorithm& algorithm : known_algorithms) {
    if (algorithm.hash == hash) return asn1::sequence({asn1::oid(oid_of_row(algorithm))});
  }
  refuse("certificates and CMS are signed over SHA-256, -384, -512 or SM3");
}

}  // namespace

Bytes digest_identifier(Hash hash) {
  return identifier(hash, digest_oid);
}

Bytes signature_identifier(Hash hash) {
  return identifier(hash, signature_oid);
}

Hash read_digest_algorithm(const tlv::Element& identifier) {
  return read(identifier, digest_oid, Parameters::absent_or_null);
}

Hash read_signature_algorithm(const tlv::Element& identifier) {
  return read(identifier, signature_oid, Parameters::absent);
}

}  // namespace perso::crypto::detail
