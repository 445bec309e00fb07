#include "vchip/integrated_mapping.hpp"

#include "crypto/modular.hpp"
#include "vchip/block_cipher_card.hpp"

namespace perso::vchip {

namespace {

struct Constants {
  Bytes next_key, output;  // c0 and c1
};

/// As long as the nonce.
Constants constants_of(Cipher cipher) {
  if (key_size(cipher) == 16)
    return {from_hex("A668892A7C41E3CA739F40B057D85904"), from_hex("A4E136AC725F738B01C1F60217C188AD")};
  return {from_hex("D463D65234124EF7897054986DCA0A174E28DF758CBAA03F240616414D5A1676"),
          from_hex("54BD7255F0AAF831BEC3423FCF39D69B6CBF066677D0FAAE5AADD99DF8E53517")};
}

}  // namespace

Bytes pseudo_random(Cipher cipher, const Secret& s, ByteView t, std::size_t modulus_bits) {
  constexpr std::size_t spare_bits = 64;
  const Constants constants = constants_of(cipher);
  const Bytes zero_iv(block_size(cipher));
  const auto encrypted = [&](const Secret& key, ByteView input) {
    return Secret(cbc_encrypt(cipher, key, zero_iv, input));
  };
  // Of 32 bytes, AES-192 takes the first 24.
  const auto as_key = [&](const Secret& output) {
    return Secret::copy_of(output.expose().first(key_size(cipher)));
  };
  Bytes out;
  Secret key = as_key(encrypted(Secret::copy_of(t), s.expose()));
  while (8 * out.size() < modulus_bits + spare_bits) {
    append(out, encrypted(key, constants.output).expose());
    key = as_key(encrypted(key, constants.next_key));
  }
  return out;
}

bool has_point_encoding(const crypto::Curve& curve) {
  return curve.p().back() % 4 == 3;
}

Bytes encode_point(const crypto::Curve& curve, ByteView number) {
  const crypto::Modulus p(curve.p());
  const Bytes zero = p.reduce(Bytes{0}), one = p.reduce(Bytes{1}), four = p.reduce(Bytes{4});
  const Bytes a = curve.a(), b = curve.b();
  const auto square = [&](ByteView x) { return p.multiply(x, x); };
  const auto curve_equation = [&](ByteView x) { return p.add(p.multiply(p.add(square(x), a), x), b); };
  const auto point = [](ByteView x, ByteView y) { return concat({Bytes{0x04}, x, y}); };

  const Bytes t = p.reduce(number);
  const Bytes alpha = p.subtract(zero, square(t));
  const Bytes sum = p.add(alpha, square(alpha));
  const Bytes x2 =
      p.multiply(p.multiply(p.subtract(zero, b), p.add(one, sum)), p.inverse(p.multiply(a, sum)));
  const Bytes h2 = curve_equation(x2);
  // The exponent p - 1 - (p + 1) / 4; as p = 3 mod 4, (p + 1) / 4 is the inverse of 4.
  const Bytes exponent = p.subtract(p.subtract(zero, one), p.inverse(four));
  const Bytes root = p.power(h2, exponent);
  if (p.multiply(square(root), h2) == one) return point(x2, p.multiply(root, h2));
  const Bytes u = p.multiply(p.multiply(square(t), t), h2);
  return point(p.multiply(alpha, x2), p.multiply(root, u));
}

}  // namespace perso::vchip
