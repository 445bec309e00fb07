// The groups in which a chip and a terminal agree on keys (ICAO 9303-11 9.6), behind one face: elliptic
// curves and finite fields.
#pragma once

#include <memory>
#include <string>

#include "bytes/clock.hpp"
#include "bytes/secret.hpp"
#include "channel/protocols.hpp"
#include "crypto/dh.hpp"

namespace perso::channel {

/// An ephemeral key pair.
struct EphemeralKey {
  Secret secret;
  Bytes element;  // the public half
};

/// Written as a multiplicative group: on a curve, `power` is the multiple of a point and `multiply` the sum.
/// Elements are as they are sent: uncompressed points, or numbers as long as p. Used by one thread.
class AgreementGroup {
 public:
  virtual ~AgreementGroup() = default;
  virtual std::size_t element_size() const = 0;  // bytes
  virtual Bytes generator() const = 0;
  /// A private key: uniform in [1, order - 1].
  virtual Secret random_exponent(Random& random) const = 0;
  /// A number of any length modulo the order. @throws Error Code::channel_broken where that is zero
  virtual Secret exponent(const Secret& number) const = 0;
  /// @param random blinds
  virtual Bytes power(ByteView element, const Secret& exponent, Random& random) const = 0;
  /// @throws Error Code::channel_broken where the result is the neutral element
  virtual Bytes multiply(ByteView a, ByteView b) const = 0;
  /// Whether what the other side sent is an element that may be agreed with: in the group, not neutral, and
  /// not of a small order. A number may come without its leading zeros.
  virtual bool accepts(ByteView sent) const = 0;
  /// What the session keys come from: a point's X, or the whole number.
  virtual Secret shared_secret(ByteView element, const Secret& exponent, Random& random) const = 0;
  /// The generator that integrated mapping makes of what both sides threw in (4.4.3.3.2): for the groups that
  /// PACE has it for. @throws Error Code::channel_broken where the chip's nonce is of another size
  virtual Bytes mapped(const Secret& nonce, ByteView terminal_nonce, Cipher cipher) const = 0;

  /// The key pair over this generator, with this secret for its private half if it does.
  EphemeralKey key(ByteView generator, Secret secret, Random& random) const;
};

/// @param name as crypto::Curve has it
std::unique_ptr<AgreementGroup> curve_group(const std::string& name);
std::unique_ptr<AgreementGroup> field_group(const crypto::DhGroup& group);

}  // namespace perso::channel
