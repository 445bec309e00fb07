// The groups in which a chip agrees on keys (ICAO 9303-11 9.5.1) behind one face: curves, and the MODP groups
// of RFC 5114. Nothing here is shared with the terminal's side in `channel`.
#pragma once

#include <memory>
#include <string>

#include "bytes/clock.hpp"
#include "bytes/secret.hpp"

namespace perso::vchip {

enum class GroupKind { dh, ecdh };

/// An element is an uncompressed point 04 || X || Y, or a number as long as the modulus.
/// @throws Error from any computation whose result is the neutral element: a terminal comes to that by chance
/// alone
class AgreementGroup {
 public:
  virtual ~AgreementGroup() = default;
  virtual GroupKind kind() const = 0;
  virtual std::size_t modulus_bits() const = 0;  // of p
  virtual Bytes generator() const = 0;
  /// Uniform, from 1 below the order of the generator.
  virtual Secret random_private(Random& random) const = 0;

  /// An element from the form in which it travels: a number may be shorter than the modulus.
  /// @throws Refusal 6A80 for what is no element of the group, or its neutral one
  virtual Bytes element(ByteView encoded) const = 0;
  /// The form in which it travels: a number without leading zeros (9.4.1).
  virtual Bytes encoded(ByteView element) const = 0;

  /// `exponent` times `base` with itself, blinded with `random`.
  virtual Bytes power(ByteView base, const Secret& exponent, Random& random) const = 0;
  virtual Bytes combine(ByteView a, ByteView b) const = 0;
  /// What two sides share (9.6): of a point the X coordinate, else the whole element.
  virtual Secret agreed(ByteView theirs, const Secret& own, Random& random) const = 0;
  /// The function of integrated mapping (4.4.3.3.2): an element from what the pseudo-random function gives,
  /// of any length.
  virtual Bytes mapped(ByteView pseudo_random) const = 0;
};

/// @param name as crypto::Curve calls it @throws Error Code::crypto_failed for any other
std::unique_ptr<AgreementGroup> curve_group(const std::string& name);

/// Standardised domain parameters, 0 to 2 and 8 to 18. nullptr for any other.
std::unique_ptr<AgreementGroup> standardised_group(std::uint8_t parameters);
/// The curve's name; empty for 0 to 2 and any other.
std::string standardised_curve(std::uint8_t parameters);

}  // namespace perso::vchip
