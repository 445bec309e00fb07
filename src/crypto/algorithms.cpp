#include "crypto/algorithms.hpp"

#include <array>

#include "bytes/error.hpp"

namespace perso::crypto::detail {

namespace {

struct Algorithm {
  Hash hash;
  std::string_view digest;
  std::string_view ecdsa;
};

constexpr std::array known_algorithms = {
    Algorithm{Hash::sha256, "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"},
    Algorithm{Hash::sha384, "2.16.840.1.101.3.4.2.2", "1.2.840.10045.4.3.3"},
    Algorithm{Hash::sha512, "2.16.840.1.101.3.4.2.3", "1.2.840.10045.4.3.4"},
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
  throw Error(Code::malformed, "an algorithm other than ECDSA with SHA-256, -384 or -512");
}

}  // namespace

Bytes sha256_identifier() {
  return asn1::sequence({asn1::oid(known_algorithms[0].digest)});
}

Bytes ecdsa_sha256_identifier() {
  return asn1::sequence({asn1::oid(known_algorithms[0].ecdsa)});
}

Hash read_digest_algorithm(const tlv::Element& identifier) {
  return read(identifier, &Algorithm::digest, Parameters::absent_or_null);
}

Hash read_signature_algorithm(const tlv::Element& identifier) {
  return read(identifier, &Algorithm::ecdsa, Parameters::absent);
}

}  // namespace perso::crypto::detail
