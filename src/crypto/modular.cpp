#include "crypto/modular.hpp"

#include <botan/numthry.h>
#include <botan/reducer.h>

#include "bytes/error.hpp"
#include "crypto/botan.hpp"
#include "crypto/numbers.hpp"

namespace perso::crypto {

using detail::encoded;
using detail::number;
using detail::refuse;

namespace {

constexpr std::size_t min_bits = 128, max_bits = 4096, max_reduced_bits = 8192;

Botan::BigInt judged(ByteView modulus) {
  while (!modulus.empty() && modulus[0] == 0) modulus = modulus.subspan(1);
  if (modulus.size() > max_bits / 8) throw Error(Code::malformed, "a modulus has more than 4,096 bits");
  Botan::BigInt value = number(modulus);
  if (value.bits() < min_bits || value.is_even())
    throw Error(Code::malformed, "a modulus is even or has less than 128 bits");
  return value;
}

}  // namespace

namespace detail {

Secret drawn_below(const Botan::BigInt& bound, Random& random) {
  const std::size_t spare_bits = 8 * bound.bytes() - bound.bits();
  while (true) {
    Bytes bytes(bound.bytes());
    random.fill(bytes);
    bytes[0] = static_cast<std::uint8_t>(bytes[0] & (0xFF >> spare_bits));
    Secret candidate(std::move(bytes));
    const Botan::BigInt value = number(candidate);
    if (value != 0 && value < bound) return candidate;
  }
}

}  // namespace detail

struct Modulus::Impl {
  Botan::BigInt value;
  Botan::Modular_Reducer reducer;

  explicit Impl(ByteView modulus) : value(judged(modulus)), reducer(value) {}

  Botan::BigInt operand(ByteView bytes) const {
    Botan::BigInt out = number(bytes);
    if (out >= value) refuse("an operand is not below its modulus");
    return out;
  }
  Bytes result(const Botan::BigInt& out) const { return encoded(out, value.bytes()); }
  /// An inverse, or an Error where there is none.
  Botan::BigInt inverted(const Botan::BigInt& of) const {
    Botan::BigInt out = Botan::inverse_mod(of, value);
    if (out == 0) refuse("a number has no inverse");
    return out;
  }
  template <typename Operation>
  Bytes compute(Operation&& operation) const {
    return detail::guarded("modular arithmetic failed", [&] { return result(operation()); });
  }
};

Modulus::Modulus(ByteView modulus)
    : impl_(detail::guarded("a modulus was not set up", [&] { return std::make_unique<Impl>(modulus); })) {}
Modulus::Modulus(Modulus&&) noexcept = default;
Modulus::~Modulus() = default;

std::size_t Modulus::size() const {
  return impl_->value.bytes();
}

Bytes Modulus::reduce(ByteView bytes) const {
  if (bytes.size() > max_reduced_bits / 8) refuse("a number to reduce has more than 8,192 bits");
  return impl_->compute([&] { return number(bytes) % impl_->value; });
}

Bytes Modulus::add(ByteView a, ByteView b) const {
  return impl_->compute([&] { return (impl_->operand(a) + impl_->operand(b)) % impl_->value; });
}

Bytes Modulus::subtract(ByteView a, ByteView b) const {
  return impl_->compute(
      [&] { return (impl_->operand(a) + (impl_->value - impl_->operand(b))) % impl_->value; });
}

Bytes Modulus::multiply(ByteView a, ByteView b) const {
  return impl_->compute([&] { return impl_->reducer.multiply(impl_->operand(a), impl_->operand(b)); });
}

Bytes Modulus::power(ByteView base, ByteView exponent) const {
  return impl_->compute(
      [&] { return Botan::power_mod(impl_->operand(base), number(exponent), impl_->value); });
}

Bytes Modulus::inverse(ByteView a) const {
  return impl_->compute([&] { return impl_->inverted(impl_->operand(a)); });
}

Secret Modulus::random(Random& random) const {
  return detail::drawn_below(impl_->value, random);
}

Bytes Modulus::power(ByteView base, const Secret& exponent) const {
  return power(base, exponent.expose());
}

Secret Modulus::divide(const Secret& a, const Secret& b) const {
  return Secret(impl_->compute([&] {
    return impl_->reducer.multiply(impl_->operand(a.expose()), impl_->inverted(impl_->operand(b.expose())));
  }));
}

}  // namespace perso::crypto
