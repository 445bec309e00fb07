#include "channel/key_agreement.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "channel/integrated_mapping.hpp"
#include "crypto/curve.hpp"
#include "crypto/modular.hpp"

namespace perso::channel {

namespace {

[[noreturn]] void degenerate() {
  throw Error(Code::channel_broken, "what the chip says maps the generator to nothing: set the card aside");
}

/// @param order of the group
Secret reduced(const crypto::Modulus& order, const Secret& number) {
  Secret out(order.reduce(number.expose()));
  if (std::ranges::all_of(out.expose(), [](std::uint8_t byte) { return byte == 0; })) degenerate();
  return out;
}

class CurveGroup final : public AgreementGroup {
 public:
  explicit CurveGroup(const std::string& name) : curve_(name) {}

  std::size_t element_size() const override { return 1 + 2 * curve_.field_size(); }
  Bytes generator() const override { return curve_.generator(); }
  Secret random_exponent(Random& random) const override { return curve_.random_scalar(random); }
  Secret exponent(const Secret& number) const override {
    return reduced(crypto::Modulus(curve_.order()), number);
  }
  Bytes power(ByteView element, const Secret& exponent, Random& random) const override {
    return curve_.multiply(element, exponent, random);
  }
  Bytes multiply(ByteView a, ByteView b) const override {
    try {
      return curve_.add(a, b);
    } catch (const Error& error) {
      if (error.code() == Code::crypto_failed) degenerate();
      throw;
    }
  }
  bool accepts(ByteView sent) const override { return curve_.contains(sent); }
  Secret shared_secret(ByteView element, const Secret& exponent, Random& random) const override {
    const Secret point(curve_.multiply(element, exponent, random));
    return Secret::copy_of(point.expose().subspan(1, curve_.field_size()));
  }
  Bytes mapped(const Secret& nonce, ByteView terminal_nonce, Cipher cipher) const override {
    const Bytes mixed = mix_nonces(nonce, terminal_nonce, cipher, curve_.field_bits());
    return point_of(curve_, crypto::Modulus(curve_.p()).reduce(mixed));
  }

 private:
  crypto::Curve curve_;
};

class FieldGroup final : public AgreementGroup {
 public:
  explicit FieldGroup(const crypto::DhGroup& group) : group_(group), p_(group.p) {}

  std::size_t element_size() const override { return p_.size(); }
  Bytes generator() const override { return p_.reduce(group_.g); }
  Secret random_exponent(Random& random) const override {
    // PKCS #3 keys don't say the order: any exponent below p is as good.
    return group_.q.empty() ? p_.random(random) : crypto::Modulus(group_.q).random(random);
  }
  Secret exponent(const Secret& number) const override {
    return reduced(crypto::Modulus(group_.q.empty() ? group_.p : group_.q), number);
  }
  Bytes power(ByteView element, const Secret& exponent, Random&) const override {
    return p_.power(element, exponent);
  }
  Bytes multiply(ByteView a, ByteView b) const override { return judged(p_.multiply(a, b)); }
  bool accepts(ByteView sent) const override {
    return sent.size() <= p_.size() && crypto::is_member(group_, sent);
  }
  Secret shared_secret(ByteView element, const Secret& exponent, Random&) const override {
    return Secret(p_.power(element, exponent));
  }
  Bytes mapped(const Secret& nonce, ByteView terminal_nonce, Cipher cipher) const override {
    const Bytes mixed = mix_nonces(nonce, terminal_nonce, cipher, 8 * p_.size());
    return judged(element_of(group_, p_, p_.reduce(mixed)));
  }

 private:
  static Bytes judged(Bytes element) {
    if (std::all_of(element.begin(), element.end() - 1, [](std::uint8_t byte) { return byte == 0; }) &&
        element.back() <= 1)
      degenerate();
    return element;
  }

  crypto::DhGroup group_;
  crypto::Modulus p_;
};

}  // namespace

EphemeralKey AgreementGroup::key(ByteView generator, Secret secret, Random& random) const {
  Bytes element = power(generator, secret, random);
  // Some chips send and expect a number without its leading zeros, others as long as p: one that has none is
  // the same to both. A point always begins with 04.
  while (element.front() == 0x00) {
    secret = random_exponent(random);
    element = power(generator, secret, random);
  }
  return {std::move(secret), std::move(element)};
}

std::unique_ptr<AgreementGroup> curve_group(const std::string& name) {
  return std::make_unique<CurveGroup>(name);
}

std::unique_ptr<AgreementGroup> field_group(const crypto::DhGroup& group) {
  return std::make_unique<FieldGroup>(group);
}

}  // namespace perso::channel
