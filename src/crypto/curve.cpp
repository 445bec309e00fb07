#include "crypto/curve.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/botan.hpp"
#include "crypto/known_curves.hpp"
#include "crypto/numbers.hpp"

namespace perso::crypto {

using detail::encoded;
using detail::guarded;
using detail::number;
using detail::refuse;

namespace {

constexpr std::uint8_t uncompressed = 0x04;

const detail::KnownCurve& curve_named(const std::string& name) {
  const auto at = std::ranges::find(detail::known_curves, name, &detail::KnownCurve::name);
  if (at == detail::known_curves.end()) refuse("not a known curve");
  return *at;
}

}  // namespace

struct Curve::Impl {
  std::string name;
  Botan::EC_Group group;

  Bytes coordinate(const Botan::BigInt& value) const { return encoded(value, group.get_p_bytes()); }
  Bytes encoded_point(const Botan::PointGFp& point) const {
    if (point.is_zero()) refuse("the result is the point at infinity");
    return concat({Bytes{uncompressed}, coordinate(point.get_affine_x()), coordinate(point.get_affine_y())});
  }
  /// @throws Botan::Exception where it does not lie on the curve
  Botan::PointGFp decoded(ByteView point) const {
    if (point.size() != 1 + 2 * group.get_p_bytes() || point[0] != uncompressed)
      throw Botan::Decoding_Error("not an uncompressed point");
    return group.OS2ECP(point.data(), point.size());
  }
  Botan::PointGFp judged(ByteView point) const {
    try {
      return decoded(point);
    } catch (const Botan::Exception&) {
      throw Error(Code::malformed, "bytes that are no point of " + name);
    }
  }
};

Curve::Curve(const std::string& name)
    : impl_(guarded("the curve is not there", [&] {
        return std::make_shared<const Impl>(Impl{name, detail::group_of(curve_named(name))});
      })) {}

const std::string& Curve::name() const {
  return impl_->name;
}
std::size_t Curve::field_size() const {
  return impl_->group.get_p_bytes();
}
std::size_t Curve::order_size() const {
  return impl_->group.get_order_bytes();
}
std::size_t Curve::field_bits() const {
  return impl_->group.get_p_bits();
}
Bytes Curve::p() const {
  return impl_->coordinate(impl_->group.get_p());
}
Bytes Curve::a() const {
  return impl_->coordinate(impl_->group.get_a());
}
Bytes Curve::b() const {
  return impl_->coordinate(impl_->group.get_b());
}
Bytes Curve::order() const {
  return encoded(impl_->group.get_order(), order_size());
}
Bytes Curve::generator() const {
  return impl_->encoded_point(impl_->group.get_base_point());
}

bool Curve::contains(ByteView point) const {
  try {
    impl_->decoded(point);
    return true;
  } catch (const Botan::Exception&) {
    return false;
  }
}

Secret Curve::random_scalar(Random& random) const {
  return detail::drawn_below(impl_->group.get_order(), random);
}

Bytes Curve::multiply(ByteView point, const Secret& scalar, Random& random) const {
  const Botan::PointGFp base = impl_->judged(point);
  return guarded("a point was not multiplied", [&] {
    detail::RandomAdapter blinding(random);
    std::vector<Botan::BigInt> workspace;
    const Botan::BigInt factor = number(scalar);
    const Botan::EC_Group& group = impl_->group;
    return impl_->encoded_point(
        base == group.get_base_point()
            ? group.blinded_base_point_multiply(factor, blinding, workspace)  // has a table
            : group.blinded_var_point_multiply(base, factor, blinding, workspace));
  });
}

Bytes Curve::add(ByteView a, ByteView b) const {
  const Botan::PointGFp left = impl_->judged(a), right = impl_->judged(b);
  return guarded("points were not added", [&] { return impl_->encoded_point(left + right); });
}

Secret Curve::divide(const Secret& a, const Secret& b) const {
  return guarded("a scalar has no inverse", [&] {
    const Botan::BigInt inverse = impl_->group.inverse_mod_order(number(b));
    if (inverse == 0) refuse("a scalar has no inverse");
    return Secret(encoded(impl_->group.multiply_mod_order(number(a), inverse), order_size()));
  });
}

}  // namespace perso::crypto
