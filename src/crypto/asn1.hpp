// The ASN.1 types that certificates and CMS build from TLV (X.690, DER): object identifiers, integers, times,
// sets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bytes/clock.hpp"
#include "bytes/deviations.hpp"
#include "tlv/tlv.hpp"

namespace perso::crypto::asn1 {

namespace tag {
constexpr tlv::Tag boolean{0x01}, integer{0x02}, bit_string{0x03}, octet_string{0x04}, null{0x05}, oid{0x06},
    utf8_string{0x0C}, printable_string{0x13}, bmp_string{0x1E}, utc_time{0x17}, generalized_time{0x18},
    sequence{0x30}, set{0x31};
}  // namespace tag

// Writers give whole elements; readers take one, require its tag, and throw Code::malformed on anything that
// is not DER. Those with Deviations take what is BER, or breaks a rule of RFC 5280, and tell it.

/// From dotted form, for instance "2.23.136.1.1.1".
Bytes oid(std::string_view dotted);
/// Dotted form. At most 32 bytes of contents, arcs below 2^32.
std::string read_oid(const tlv::Element& element);

/// A number from its big-endian magnitude; leading zeros are dropped, or put, as DER wants.
Bytes integer(ByteView magnitude);
Bytes integer(std::uint8_t value);
/// The magnitude of a number that is not negative, without leading zero (zero itself: empty).
ByteView read_integer(const tlv::Element& element);

/// Whole octets: no unused bits.
Bytes bit_string(ByteView octets);
ByteView read_bit_string(const tlv::Element& element);

/// Only TRUE is ever encoded, as FF: a FALSE is a default that DER leaves out.
bool read_boolean(const tlv::Element& element, Deviations& deviations);

/// UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5), whole seconds, Z.
Bytes time(Instant instant);
Bytes generalized_time(Instant instant);
/// Either form, each only for its own years. Deviations: a GeneralizedTime before 2050, a UTCTime without
/// seconds, a difference to UTC in place of Z, fractions of a second, which are dropped.
Instant read_time(const tlv::Element& element, Deviations& deviations);
/// The contents of a GeneralizedTime of any year, as an implicit tag has them.
Instant read_generalized_time(ByteView text, Deviations& deviations);

/// SET OF: elements in the ascending order of their encodings.
Bytes set_of(std::vector<Bytes> elements);
/// Whether the elements inside a SET OF stand in that order.
bool sorted(ByteView contents);

Bytes sequence(std::initializer_list<ByteView> parts);

}  // namespace perso::crypto::asn1
