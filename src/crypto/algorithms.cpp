#include "crypto/algorithms.hpp"

#include <algorithm>
#include <array>

#include "bytes/error.hpp"
#include "crypto/botan.hpp"

namespace perso::crypto::detail {

namespace {

struct Algorithm {
  std::string_view oid;
  Scheme scheme;
  Hash hash;
};

constexpr std::array known_signatures = {
    Algorithm{"1.2.840.10045.4.3.2", Scheme::ecdsa, Hash::sha256},
    Algorithm{"1.2.840.10045.4.3.3", Scheme::ecdsa, Hash::sha384},
    Algorithm{"1.2.840.10045.4.3.4", Scheme::ecdsa, Hash::sha512},
    Algorithm{"1.2.156.10197.1.501", Scheme::sm2, Hash::sm3},
    Algorithm{"1.2.840.10045.4.3.1", Scheme::ecdsa, Hash::sha224},
    Algorithm{"1.2.840.10045.4.1", Scheme::ecdsa, Hash::sha1},
    Algorithm{"1.2.840.113549.1.1.5", Scheme::rsa_pkcs1, Hash::sha1},
    Algorithm{"1.2.840.113549.1.1.14", Scheme::rsa_pkcs1, Hash::sha224},
    Algorithm{"1.2.840.113549.1.1.11", Scheme::rsa_pkcs1, Hash::sha256},
    Algorithm{"1.2.840.113549.1.1.12", Scheme::rsa_pkcs1, Hash::sha384},
    Algorithm{"1.2.840.113549.1.1.13", Scheme::rsa_pkcs1, Hash::sha512},
};
constexpr std::string_view id_rsassa_pss = "1.2.840.113549.1.1.10", id_mgf1 = "1.2.840.113549.1.1.8",
                           id_rsa_encryption = "1.2.840.113549.1.1.1", id_ec_public_key = "1.2.840.10045.2.1";

constexpr std::size_t max_salt_bytes = 512;

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("algorithm: ") + what);
}

/// An AlgorithmIdentifier in its two parts.
struct Identifier {
  std::string oid;
  std::optional<tlv::Element> parameters;

  bool without_parameters() const { return !parameters; }
  bool with_null() const { return parameters && parameters->tag == asn1::tag::null; }
};

Identifier read(const tlv::Element& identifier) {
  require(identifier.tag == asn1::tag::sequence, "not an identifier");
  tlv::Reader reader(identifier.value);
  Identifier out{asn1::read_oid(reader.expect(asn1::tag::oid)), std::nullopt};
  if (!reader.at_end()) out.parameters = reader.next();
  reader.expect_end();
  if (out.with_null()) require(out.parameters->value.empty(), "a NULL has contents");
  return out;
}

SignatureAlgorithm with(Scheme scheme, Hash hash) {
  SignatureAlgorithm out;
  out.scheme = scheme;
  out.hash = hash;
  return out;
}

/// Parameters of a signature but RSA-PSS: NULL for RSA, none for curves.
void check_parameters(const Identifier& identifier, Scheme scheme, Deviations& deviations) {
  require(identifier.without_parameters() || identifier.with_null(), "parameters that nothing is known of");
  const bool as_it_should = scheme == Scheme::rsa_pkcs1 ? identifier.with_null() : !identifier.with_null();
  if (!as_it_should) deviations.found("a signature algorithm's parameters are not as its standard says");
}

SignatureAlgorithm read_known(const Identifier& identifier, Deviations& deviations) {
  if (identifier.oid == id_rsassa_pss) {
    require(identifier.parameters.has_value(), "RSA-PSS without parameters");
    return read_pss_parameters(*identifier.parameters);
  }
  const auto known = std::ranges::find(known_signatures, identifier.oid, &Algorithm::oid);
  require(known != known_signatures.end(),
          "a signature other than ECDSA, SM2, RSA and RSA-PSS over SHA-1 to "
          "SHA-512 or SM3");
  check_parameters(identifier, known->scheme, deviations);
  return with(known->scheme, known->hash);
}

/// 9303-12 4.4 leaves SHA-1 out.
SignatureAlgorithm without_sha1(SignatureAlgorithm algorithm, Deviations& deviations) {
  if (algorithm.hash == Hash::sha1) deviations.found("it is signed over SHA-1");
  return algorithm;
}

std::size_t read_small(const tlv::Element& element) {
  const ByteView number = asn1::read_integer(element);
  require(number.size() <= 2, "RSA-PSS parameters beyond any that are used");
  std::size_t out = 0;
  for (const std::uint8_t octet : number) out = out << 8 | octet;
  return out;
}

}  // namespace

Bytes digest_identifier(Hash hash) {
  return asn1::sequence({asn1::oid(oid_of(hash))});
}

Bytes signature_identifier(const SignatureAlgorithm& algorithm) {
  const auto known = std::ranges::find_if(known_signatures, [&](const Algorithm& candidate) {
    return candidate.scheme == algorithm.scheme && candidate.hash == algorithm.hash;
  });
  const bool curve = algorithm.scheme == Scheme::ecdsa || algorithm.scheme == Scheme::sm2;
  if (!curve || known == known_signatures.end() || digest_size(known->hash) < 32)
    refuse("certificates and CMS are signed with ECDSA over SHA-256, -384 or -512, or with SM2");
  return asn1::sequence({asn1::oid(known->oid)});
}

Hash read_digest_algorithm(const tlv::Element& element) {
  const Identifier identifier = read(element);
  require(identifier.without_parameters() || identifier.with_null(), "a hash with parameters");
  const auto hash = hash_of(identifier.oid);
  require(hash.has_value(), "a hash other than SHA-1 to SHA-512 and SM3");
  return *hash;
}

SignatureAlgorithm read_signature_algorithm(const tlv::Element& element, Deviations& deviations) {
  return without_sha1(read_known(read(element), deviations), deviations);
}

SignatureAlgorithm read_signature_algorithm(const tlv::Element& element, Hash digest,
                                            Deviations& deviations) {
  const Identifier identifier = read(element);
  if (identifier.oid == id_rsa_encryption) {
    check_parameters(identifier, Scheme::rsa_pkcs1, deviations);
    return without_sha1(with(Scheme::rsa_pkcs1, digest), deviations);
  }
  if (identifier.oid == id_ec_public_key) {
    deviations.found("the signature algorithm does not name its hash");
    return without_sha1(with(Scheme::ecdsa, digest), deviations);
  }
  return without_sha1(read_known(identifier, deviations), deviations);
}

SignatureAlgorithm read_pss_parameters(const tlv::Element& parameters) {
  const auto field = [](std::uint32_t n) { return tlv::Tag{0xA0 | n}; };
  require(parameters.tag == asn1::tag::sequence, "RSA-PSS parameters are a sequence");
  tlv::Reader reader(parameters.value);
  SignatureAlgorithm out{.scheme = Scheme::rsa_pss, .hash = Hash::sha1, .salt = 20, .mask_hash = Hash::sha1};
  if (const auto hash = reader.take(field(0))) out.hash = read_digest_algorithm(tlv::single(hash->value));
  if (const auto mask = reader.take(field(1))) {
    const Identifier generator = read(tlv::single(mask->value));
    require(generator.oid == id_mgf1 && generator.parameters, "a mask other than MGF1");
    out.mask_hash = read_digest_algorithm(*generator.parameters);
  }
  if (const auto salt = reader.take(field(2))) out.salt = read_small(tlv::single(salt->value));
  if (const auto trailer = reader.take(field(3)))
    require(read_small(tlv::single(trailer->value)) == 1, "an RSA-PSS trailer other than BC");
  reader.expect_end();
  require(out.salt <= max_salt_bytes, "an RSA-PSS salt above 512 bytes");
  return out;
}

}  // namespace perso::crypto::detail
