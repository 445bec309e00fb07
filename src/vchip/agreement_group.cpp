#include "vchip/agreement_group.hpp"

#include <algorithm>
#include <array>

#include "crypto/curve.hpp"
#include "crypto/dh.hpp"
#include "crypto/modular.hpp"
#include "vchip/card_os.hpp"
#include "vchip/integrated_mapping.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

class CurveGroup final : public AgreementGroup {
 public:
  explicit CurveGroup(const std::string& name) : curve_(name) {}

  GroupKind kind() const override { return GroupKind::ecdh; }
  std::size_t modulus_bits() const override { return curve_.field_bits(); }
  Bytes generator() const override { return curve_.generator(); }
  Secret random_private(Random& random) const override { return curve_.random_scalar(random); }

  Bytes element(ByteView encoded) const override {
    if (!curve_.contains(encoded)) throw Refusal{sw::wrong_data};
    return Bytes(encoded.begin(), encoded.end());
  }
  Bytes encoded(ByteView element) const override { return Bytes(element.begin(), element.end()); }

  Bytes power(ByteView base, const Secret& exponent, Random& random) const override {
    return curve_.multiply(base, exponent, random);
  }
  Bytes combine(ByteView a, ByteView b) const override { return curve_.add(a, b); }
  Secret agreed(ByteView theirs, const Secret& own, Random& random) const override {
    const Secret point(curve_.multiply(theirs, own, random));
    return Secret::copy_of(point.expose().subspan(1, curve_.field_size()));
  }
  Bytes mapped(ByteView pseudo_random) const override { return encode_point(curve_, pseudo_random); }

 private:
  crypto::Curve curve_;
};

class ModpGroup final : public AgreementGroup {
 public:
  explicit ModpGroup(const crypto::DhGroup& group) : group_(group), p_(group.p) {}

  GroupKind kind() const override { return GroupKind::dh; }
  std::size_t modulus_bits() const override { return 8 * group_.p.size(); }
  Bytes generator() const override { return p_.reduce(group_.g); }
  Secret random_private(Random& random) const override { return crypto::Modulus(group_.q).random(random); }

  Bytes element(ByteView encoded) const override {
    if (encoded.size() > p_.size() || !crypto::is_member(group_, encoded)) throw Refusal{sw::wrong_data};
    return p_.reduce(encoded);
  }
  Bytes encoded(ByteView element) const override {
    const auto first = std::ranges::find_if(element, [](std::uint8_t byte) { return byte != 0; });
    return Bytes(first, element.end());
  }

  Bytes power(ByteView base, const Secret& exponent, Random&) const override {
    return p_.power(base, exponent);
  }
  Bytes combine(ByteView a, ByteView b) const override { return element(p_.multiply(a, b)); }
  Secret agreed(ByteView theirs, const Secret& own, Random& random) const override {
    return Secret(power(theirs, own, random));
  }
  Bytes mapped(ByteView pseudo_random) const override {
    // (p - 1) / q, a whole number below p.
    const Bytes last = p_.subtract(Bytes{0}, Bytes{1});
    const Bytes cofactor = p_.multiply(last, p_.inverse(group_.q));
    return element(p_.power(p_.reduce(pseudo_random), cofactor));
  }

 private:
  const crypto::DhGroup& group_;
  crypto::Modulus p_;
};

constexpr std::uint8_t modp_groups = 3;  // identifiers from 0
constexpr std::uint8_t first_curve = 8;
constexpr std::array curves = {"secp192r1",       "brainpoolP192r1", "secp224r1",       "brainpoolP224r1",
                               "secp256r1",       "brainpoolP256r1", "brainpoolP320r1", "secp384r1",
                               "brainpoolP384r1", "brainpoolP512r1", "secp521r1"};

}  // namespace

std::unique_ptr<AgreementGroup> curve_group(const std::string& name) {
  return std::make_unique<CurveGroup>(name);
}

std::unique_ptr<AgreementGroup> standardised_group(std::uint8_t parameters) {
  if (parameters < modp_groups) return std::make_unique<ModpGroup>(crypto::rfc5114_group(parameters));
  const std::string curve = standardised_curve(parameters);
  return curve.empty() ? nullptr : curve_group(curve);
}

std::string standardised_curve(std::uint8_t parameters) {
  const bool known = parameters >= first_curve && parameters < first_curve + curves.size();
  return known ? curves[parameters - first_curve] : "";
}

}  // namespace perso::vchip
