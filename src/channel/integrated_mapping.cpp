#include "channel/integrated_mapping.hpp"

#include "bytes/error.hpp"
#include "crypto/des.hpp"

namespace perso::channel {

using crypto::Modulus;

namespace {

/// The constants c0 and c1 of the pseudo-random function, as long as the chip's nonce.
struct Constants {
  Bytes next_key, output;
};

const Constants& constants_of(Cipher cipher) {
  static const Constants of_16 = {from_hex("A668892A7C41E3CA739F40B057D85904"),
                                  from_hex("A4E136AC725F738B01C1F60217C188AD")};
  static const Constants of_32 = {
      from_hex("D463D65234124EF7897054986DCA0A174E28DF758CBAA03F240616414D5A1676"),
      from_hex("54BD7255F0AAF831BEC3423FCF39D69B6CBF066677D0FAAE5AADD99DF8E53517")};
  return mapping_nonce_size(cipher) == 16 ? of_16 : of_32;
}

/// In CBC mode, the iv zero.
Bytes encrypt(Cipher cipher, const Secret& key, ByteView plain) {
  return cipher == Cipher::triple_des ? crypto::des3_cbc_encrypt(key, Bytes(8, 0x00), plain)
                                      : crypto::aes_cbc_encrypt(key, Bytes(16, 0x00), plain);
}

}  // namespace

std::size_t terminal_nonce_size(Cipher cipher) {
  if (cipher == Cipher::aes_256) return 32;
  return cipher == Cipher::aes_192 ? 24 : 16;
}

std::size_t mapping_nonce_size(Cipher cipher) {
  return cipher == Cipher::aes_256 || cipher == Cipher::aes_192 ? 32 : 16;
}

Bytes mix_nonces(const Secret& nonce, ByteView terminal_nonce, Cipher cipher, std::size_t bits) {
  if (nonce.size() != mapping_nonce_size(cipher))
    throw Error(Code::channel_broken, "the chip's nonce has a wrong length: set the card aside");
  const Constants& constants = constants_of(cipher);
  const auto next_key = [&](const Secret& key, ByteView input) {
    const Secret whole(encrypt(cipher, key, input));
    return Secret::copy_of(whole.expose().first(terminal_nonce_size(cipher)));
  };
  Secret key = next_key(Secret::copy_of(terminal_nonce), nonce.expose());
  Bytes out;
  while (8 * out.size() < bits + 64) {
    append(out, encrypt(cipher, key, constants.output));
    key = next_key(key, constants.next_key);
  }
  return out;
}

Bytes point_of(const crypto::Curve& curve, ByteView number) {
  const Modulus p(curve.p());
  const Bytes a = curve.a(), b = curve.b();
  const Bytes zero(p.size(), 0x00), one = p.reduce(Bytes{1}), four = p.reduce(Bytes{4});
  const auto negative = [&](ByteView x) { return p.subtract(zero, x); };
  const auto cube = [&](ByteView x) { return p.multiply(x, p.multiply(x, x)); };

  // The names are the standard's.
  const Bytes alpha = negative(p.multiply(number, number));
  const Bytes sum = p.add(alpha, p.multiply(alpha, alpha));
  // -b / a * (1 + 1 / sum), with a single inverse
  const Bytes x2 = p.multiply(negative(p.multiply(b, p.add(sum, one))), p.inverse(p.multiply(a, sum)));
  const Bytes x3 = p.multiply(alpha, x2);
  const Bytes h2 = p.add(p.add(cube(x2), p.multiply(a, x2)), b);
  const Bytes u = p.multiply(cube(number), h2);
  // p - 1 - (p + 1) / 4: modulo p, (p + 1) / 4 is the inverse of 4.
  const Bytes exponent = p.subtract(negative(one), p.inverse(four));
  const Bytes root = p.power(h2, exponent);
  const bool square = p.multiply(p.multiply(root, root), h2) == one;
  return square ? concat({Bytes{0x04}, x2, p.multiply(root, h2)})
                : concat({Bytes{0x04}, x3, p.multiply(root, u)});
}

Bytes element_of(const crypto::DhGroup& group, const Modulus& p, ByteView number) {
  const Bytes zero(p.size(), 0x00), minus_one = p.subtract(zero, p.reduce(Bytes{1}));
  // q divides p - 1, and the quotient is below p: the division modulo p is the division.
  const Bytes cofactor = p.multiply(minus_one, p.inverse(group.q));
  return p.power(number, cofactor);
}

}  // namespace perso::channel
