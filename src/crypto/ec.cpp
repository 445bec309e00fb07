#include "crypto/ec.hpp"

#include <botan/ecdsa.h>
#include <botan/pubkey.h>
#include <botan/sm2.h>

#include <algorithm>
#include <optional>

#include "crypto/asn1.hpp"
#include "crypto/botan.hpp"
#include "crypto/known_curves.hpp"
#include "crypto/numbers.hpp"

namespace perso::crypto {

namespace {

using detail::group_of;
using detail::guarded;
using detail::KnownCurve;
using detail::number;

constexpr std::string_view id_ec_public_key = "1.2.840.10045.2.1";
constexpr std::string_view id_prime_field = "1.2.840.10045.1.1";

/// GM/T 0009 clause 10: where no other user identity was agreed upon.
constexpr std::string_view sm2_user_id = "1234567812345678";

[[noreturn]] void malformed(const std::string& what) {
  throw Error(Code::malformed, "EC key: " + what);
}

template <typename Predicate>
const KnownCurve& curve_where(Predicate&& matches) {
  const auto found = std::ranges::find_if(detail::known_curves, matches);
  if (found == detail::known_curves.end()) malformed("not a known curve");
  return *found;
}

const KnownCurve& curve_named(const std::string& name) {
  return curve_where([&](const KnownCurve& curve) { return curve.name == name; });
}

/// Whether it is the curve's own generator, uncompressed or compressed (SEC 1 2.3.3).
bool is_generator(ByteView base, const Botan::EC_Group& group) {
  const std::size_t size = group.get_p_bytes();
  if (base.size() < 1 + size || number(base.subspan(1, size)) != group.get_g_x()) return false;
  if (base[0] == 0x04)
    return base.size() == 1 + 2 * size && number(base.subspan(1 + size)) == group.get_g_y();
  return base.size() == 1 + size && base[0] == (group.get_g_y().is_odd() ? 0x03 : 0x02);
}

/// ECParameters (BSI TR-03111 4.1.2, RFC 3279 2.3.5): the known curve that has exactly these parameters.
/// Nothing is computed on a curve that came from outside. A seed is ignored, and with it the versions 2 and 3
/// that say what it was good for; a missing cofactor is taken for 1.
const KnownCurve& curve_with(ByteView ec_parameters) {
  using namespace asn1;
  tlv::Reader parameters(ec_parameters);
  const Botan::BigInt version = number(read_integer(parameters.expect(tag::integer)));
  if (version < 1 || version > 3) malformed("ECParameters of another version");
  tlv::Reader field(parameters.expect(tag::sequence).value);
  if (read_oid(field.expect(tag::oid)) != id_prime_field) malformed("not a prime field");
  const Botan::BigInt p = number(read_integer(field.expect(tag::integer)));
  field.expect_end();
  tlv::Reader coefficients(parameters.expect(tag::sequence).value);
  const Botan::BigInt a = number(coefficients.expect(tag::octet_string).value);
  const Botan::BigInt b = number(coefficients.expect(tag::octet_string).value);
  coefficients.take(tag::bit_string);
  coefficients.expect_end();
  const ByteView base = parameters.expect(tag::octet_string).value;
  const Botan::BigInt order = number(read_integer(parameters.expect(tag::integer)));
  const auto cofactor = parameters.take(tag::integer);
  parameters.expect_end();
  if (cofactor && number(read_integer(*cofactor)) != 1) malformed("not a known curve");
  return curve_where([&](const KnownCurve& curve) {
    // A group is built when it is first asked for, at some 2 ms: those of other sizes need not be.
    if (curve.sm2() || curve.field_bytes != p.bytes()) return false;
    const Botan::EC_Group group = group_of(curve);
    return p == group.get_p() && a == group.get_a() && b == group.get_b() && order == group.get_order() &&
           is_generator(base, group);
  });
}

/// AlgorithmIdentifier { id-ecPublicKey, named or explicit parameters }.
const KnownCurve& curve_of(const tlv::Element& algorithm) {
  tlv::Reader reader(algorithm.value);
  if (asn1::read_oid(reader.expect(asn1::tag::oid)) != id_ec_public_key) malformed("not an EC key");
  const tlv::Element parameters = reader.next();
  reader.expect_end();
  if (parameters.tag == asn1::tag::sequence) return curve_with(parameters.value);
  const std::string oid = asn1::read_oid(parameters);
  return curve_where([&](const KnownCurve& curve) { return curve.oid == oid; });
}

Bytes algorithm_identifier(const KnownCurve& curve, EcParameters parameters) {
  const Bytes algorithm = asn1::oid(id_ec_public_key);
  if (curve.sm2() || parameters == EcParameters::named_curve)
    return asn1::sequence({algorithm, asn1::oid(curve.oid)});
  return asn1::sequence({algorithm, group_of(curve).DER_encode(Botan::EC_DOMPAR_ENC_EXPLICIT)});
}

Botan::PointGFp point_on(const Botan::EC_Group& group, ByteView point) {
  if (point.size() != 1 + 2 * group.get_p_bytes() || point[0] != 0x04) malformed("not an uncompressed point");
  try {
    return group.OS2ECP(point.data(), point.size());
  } catch (const Botan::Exception&) {
    malformed("the point is not on its curve");
  }
}

Bytes point_of(const Botan::EC_PublicKey& key) {
  const auto point = key.public_point().encode(Botan::PointGFp::UNCOMPRESSED);
  return Bytes(point.begin(), point.end());
}

/// What the library calls the signature; nullopt where the hash is not one for the curve.
std::optional<std::string> scheme(const KnownCurve& curve, Hash hash) {
  if (curve.sm2() != (hash == Hash::sm3)) return std::nullopt;
  if (curve.sm2()) return std::string(sm2_user_id) + ",SM3";
  return std::string("EMSA1(") + detail::name_of(hash) + ")";
}

std::unique_ptr<Botan::EC_PublicKey> public_key_on(const KnownCurve& curve, ByteView point) {
  const Botan::EC_Group group = group_of(curve);
  if (curve.sm2()) return std::make_unique<Botan::SM2_PublicKey>(group, point_on(group, point));
  return std::make_unique<Botan::ECDSA_PublicKey>(group, point_on(group, point));
}

/// @param scalar zero for a new key
std::unique_ptr<Botan::EC_PrivateKey> private_key_on(const KnownCurve& curve,
                                                     Botan::RandomNumberGenerator& random,
                                                     const Botan::BigInt& scalar) {
  const Botan::EC_Group group = group_of(curve);
  if (curve.sm2()) return std::make_unique<Botan::SM2_PrivateKey>(random, group, scalar);
  return std::make_unique<Botan::ECDSA_PrivateKey>(random, group, scalar);
}

/// Whether it is between 1 and n - 1; for SM2, which divides by 1 + d, n - 2.
bool in_range(const Botan::BigInt& scalar, const KnownCurve& curve) {
  const Botan::BigInt order = group_of(curve).get_order();
  return !scalar.is_zero() && scalar < (curve.sm2() ? order - 1 : order);
}

}  // namespace

struct EcPublicKey::Impl {
  Impl(const KnownCurve& known, ByteView point)
      : curve(known), name(known.name), key(public_key_on(known, point)) {}
  const KnownCurve& curve;
  std::string name;
  std::shared_ptr<const Botan::EC_PublicKey> key;  // never changed, and so shared by copies

  bool verifies(Hash hash, ByteView message, ByteView signature, Botan::Signature_Format format) const {
    const auto algorithm = scheme(curve, hash);
    if (!algorithm) return false;
    try {
      Botan::PK_Verifier verifier(*key, *algorithm, format);
      return verifier.verify_message(message.data(), message.size(), signature.data(), signature.size());
    } catch (const Botan::Exception&) {
      return false;  // a signature that cannot even be read
    }
  }
};

EcPublicKey::EcPublicKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EcPublicKey::EcPublicKey(const EcPublicKey& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
EcPublicKey::EcPublicKey(EcPublicKey&&) noexcept = default;
EcPublicKey& EcPublicKey::operator=(EcPublicKey other) noexcept {
  impl_.swap(other.impl_);
  return *this;
}
EcPublicKey::~EcPublicKey() = default;

EcPublicKey EcPublicKey::from_spki(ByteView der) {
  const tlv::Element whole = tlv::single(der);
  if (whole.tag != asn1::tag::sequence) malformed("not a SubjectPublicKeyInfo");
  tlv::Reader info(whole.value);
  const KnownCurve& curve = curve_of(info.expect(asn1::tag::sequence));
  const ByteView point = asn1::read_bit_string(info.expect(asn1::tag::bit_string));
  info.expect_end();
  return EcPublicKey(std::make_unique<Impl>(curve, point));
}

EcPublicKey EcPublicKey::from_point(const std::string& curve, ByteView point) {
  return EcPublicKey(std::make_unique<Impl>(curve_named(curve), point));
}

const std::string& EcPublicKey::curve() const {
  return impl_->name;
}

Bytes EcPublicKey::point() const {
  return point_of(*impl_->key);
}

Bytes EcPublicKey::spki(EcParameters parameters) const {
  return asn1::sequence({algorithm_identifier(impl_->curve, parameters), asn1::bit_string(point())});
}

Hash EcPublicKey::signature_hash() const {
  return impl_->curve.hash;
}

bool EcPublicKey::verify(Hash hash, ByteView message, ByteView signature) const {
  return impl_->verifies(hash, message, signature, Botan::DER_SEQUENCE);
}

bool EcPublicKey::verify_plain(Hash hash, ByteView message, ByteView signature) const {
  return impl_->verifies(hash, message, signature, Botan::IEEE_1363);
}

struct EcPrivateKey::Impl {
  const KnownCurve& curve;
  std::unique_ptr<const Botan::EC_PrivateKey> key;

  Bytes sign(Hash hash, ByteView message, Random& random, Botan::Signature_Format format) const {
    const auto algorithm = scheme(curve, hash);
    if (!algorithm) detail::refuse("a key on " + std::string(curve.name) + " does not sign with this hash");
    return guarded("the signature was not made", [&] {
      detail::RandomAdapter generator(random);
      Botan::PK_Signer signer(*key, generator, *algorithm, format);
      return Bytes(signer.sign_message(message.data(), message.size(), generator));
    });
  }
};

EcPrivateKey::EcPrivateKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EcPrivateKey::EcPrivateKey(EcPrivateKey&&) noexcept = default;
EcPrivateKey& EcPrivateKey::operator=(EcPrivateKey&&) noexcept = default;
EcPrivateKey::~EcPrivateKey() = default;

EcPrivateKey EcPrivateKey::generate(const std::string& curve, Random& random) {
  const KnownCurve& known = curve_named(curve);
  return guarded("the key was not generated", [&] {
    detail::RandomAdapter generator(random);
    return EcPrivateKey(std::make_unique<Impl>(Impl{known, private_key_on(known, generator, 0)}));
  });
}

EcPrivateKey EcPrivateKey::from_pkcs8(const Secret& der) {
  using namespace asn1;
  const tlv::Element whole = tlv::single(der.expose());
  if (whole.tag != tag::sequence) malformed("not a PrivateKeyInfo");
  tlv::Reader info(whole.value);
  if (!read_integer(info.expect(tag::integer)).empty()) malformed("PrivateKeyInfo of another version");
  const KnownCurve& curve = curve_of(info.expect(tag::sequence));
  const tlv::Element private_key = tlv::single(info.expect(tag::octet_string).value);
  if (private_key.tag != tag::sequence) malformed("not an ECPrivateKey");
  tlv::Reader key(private_key.value);
  if (number(read_integer(key.expect(tag::integer))) != 1) malformed("ECPrivateKey of another version");
  const Botan::BigInt scalar = number(key.expect(tag::octet_string).value);
  key.take(tlv::Tag{0xA0});  // the parameters again
  const auto public_key = key.take(tlv::Tag{0xA1});
  key.expect_end();
  info.expect_end();
  if (!in_range(scalar, curve)) malformed("the private key is out of range");
  auto impl = guarded("the private key was not taken", [&] {
    Botan::Null_RNG none;  // nothing is drawn: the scalar is given
    return std::make_unique<Impl>(Impl{curve, private_key_on(curve, none, scalar)});
  });
  const Bytes point = point_of(*impl->key);
  if (public_key && !std::ranges::equal(read_bit_string(tlv::single(public_key->value)), point)) {
    malformed("the public key is not the private key's");
  }
  return EcPrivateKey(std::move(impl));
}

EcPublicKey EcPrivateKey::public_key() const {
  return EcPublicKey::from_point(std::string(impl_->curve.name), point_of(*impl_->key));
}

Secret EcPrivateKey::pkcs8() const {
  const Secret own_scalar = scalar();
  const Bytes point = tlv::encode(tlv::Tag{0xA1}, asn1::bit_string(point_of(*impl_->key)));
  const Bytes version = asn1::integer(std::uint8_t{1});
  Bytes octets = tlv::encode(asn1::tag::octet_string, own_scalar.expose());
  Bytes private_key = asn1::sequence({version, octets, point});
  Bytes wrapped = tlv::encode(asn1::tag::octet_string, private_key);
  Bytes info = asn1::sequence({asn1::integer(std::uint8_t{0}),
                               algorithm_identifier(impl_->curve, EcParameters::named_curve), wrapped});
  for (Bytes* part : {&octets, &private_key, &wrapped}) wipe(*part);
  return Secret(std::move(info));
}

Secret EcPrivateKey::scalar() const {
  const std::size_t size = impl_->key->domain().get_order_bytes();
  const auto scalar = Botan::BigInt::encode_1363(impl_->key->private_value(), size);
  return Secret::copy_of(scalar);
}

Bytes EcPrivateKey::sign(Hash hash, ByteView message, Random& random) const {
  return impl_->sign(hash, message, random, Botan::DER_SEQUENCE);
}

Bytes EcPrivateKey::sign(ByteView message, Random& random) const {
  return sign(impl_->curve.hash, message, random);
}

Bytes EcPrivateKey::sign_plain(Hash hash, ByteView message, Random& random) const {
  return impl_->sign(hash, message, random, Botan::IEEE_1363);
}

}  // namespace perso::crypto
