#include "crypto/algorithms.hpp"

#include <array>

#include "bytes/error.hpp"
#include "crypto/botan.hpp"

namespace perso::crypto::detail {

namespace {

struct Algorithm {
  Hash hash;
  std::string_view digest;
  std::string_view signature;
};

constexpr std::array known_algorithms = {
    Algorithm{Hash::sha256, "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"},
    Algorithm{Hash::sha384, "2.16.840.1.101.3.4.2.2", "1.2.840.10045.4.3.3"},
    Algorithm{Hash::sha512, "2.16.840.1.101.3.4.2.3", "1.2.840.10045.4.3.4"},
    Algorithm{Hash::sm3, "1.2.156.10197.1.401", "1.2.156.10197.1.501"},
};

enum class Parameters { absent, absent_or_null };

Hash read(const tlv::Element& identifier, std::string_view Algorithm::*column, Parameters parameters) {
  tlv::Reader reader(identifier.tag == asn1::tag::sequence ? identifier.value : ByteView());
  const std::string oid = asn1::read_oid(reader.expect(asn1::tag::oid));
  if (parameters == Parameters::absent_or_null) reader.take(asn1::tag::null);
  reader.expect_end();
  for (const Algorithm& algorithm : known_algorithms) {
    if (algorithm.*column == oid) return algorithm.hash;
  }
  throw Error(Code::malformed, "an algorithm other than ECDSA with SHA-256, -384 or -512, or SM2 with SM3");
}

Bytes identifier(Hash hash, std::string_view Algorithm::*column) {
  for (const Algorithm& algorithm : known_algorithms) {
    if (algorithm.hash == hash) return asn1::sequence({asn1::oid(algorithm.*column)});
  }
  refuse("certificates and CMS are signed over SHA-256, -384, -512 or SM3");
}

}  // namespace

Bytes digest_identifier(Hash hash) {
  return identifier(hash, &Algorithm::digest);
}

Bytes signature_identifier(Hash hash) {
  return identifier(hash, &Algorithm::signature);
}

Hash read_digest_algorithm(const tlv::Element& identifier) {
  return read(identifier, &Algorithm::digest, Parameters::absent_or_null);
}

Hash read_signature_algorithm(const tlv::Element& identifier) {
  return read(identifier, &Algorithm::signature, Parameters::absent);
}

}  // namespace perso::crypto::detail
