#include "crypto/x509.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/ber.hpp"
#include "crypto/botan.hpp"

namespace perso::crypto::detail {

namespace {

using asn1::sequence;

constexpr std::size_t max_name_parts = 16;
constexpr std::size_t max_extensions = 32;
constexpr std::size_t max_serial_bytes = 64, usual_serial_bytes = 20;

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("X.509: ") + what);
}

/// How many bytes in front are one character of UTF-8 (RFC 3629 4) that is no control character; 0 where they
/// are none.
std::size_t utf8_character(ByteView text) {
  const std::uint8_t first = text[0];
  if (first < 0x80) return first >= 0x20 && first < 0x7F ? 1 : 0;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  const auto continues = [](std::uint8_t octet) { return (octet & 0xC0) == 0x80; };
  if (!std::ranges::all_of(text.subspan(1, size - 1), continues)) return 0;
  const std::uint8_t second = text[1];
  const bool excluded = (first == 0xC2 && second < 0xA0) || (first == 0xE0 && second < 0xA0) ||
                        (first == 0xED && second >= 0xA0) || (first == 0xF0 && second < 0x90) ||
                        (first == 0xF4 && second >= 0x90);
  return excluded ? 0 : size;
}

/// A string of a name as UTF-8. Of BMPString and of strings in other alphabets, ASCII alone is kept.
std::string text_of(const tlv::Element& string) {
  std::string out;
  ByteView rest = string.value;
  const auto take = [&](std::size_t shown, std::size_t size) {
    out += shown > 0 ? as_text(rest.first(shown)) : "?";
    rest = rest.subspan(size);
  };
  while (!rest.empty()) {
    if (string.tag == asn1::tag::bmp_string) {
      const bool ascii = rest.size() > 1 && rest[0] == 0;
      if (ascii) rest = rest.subspan(1);
      take(ascii && utf8_character(rest) == 1 ? 1 : 0, ascii ? 1 : std::min<std::size_t>(2, rest.size()));
      continue;
    }
    const std::size_t size = utf8_character(rest);
    const bool shown = size == 1 || (size > 1 && string.tag == asn1::tag::utf8_string);
    take(shown ? size : 0, shown ? size : 1);
  }
  return out;
}

/// @param visit is given the type and the string of each attribute
template <typename Visit>
void for_each_attribute(ByteView name, Visit&& visit) {
  std::size_t count = 0;
  for (tlv::Reader names(name); !names.at_end();) {
    tlv::Reader attributes(names.expect(asn1::tag::set).value);
    do {
      require(++count <= max_name_parts, "a name has too many parts");
      tlv::Reader attribute(attributes.expect(asn1::tag::sequence).value);
      std::string type = asn1::read_oid(attribute.expect(asn1::tag::oid));
      const tlv::Element value = attribute.next();
      attribute.expect_end();
      visit(std::move(type), value);
    } while (!attributes.at_end());
  }
}

/// The code units of a BMPString as UTF-8; of any other string the bytes, whatever they are.
std::string characters(const tlv::Element& string) {
  if (string.tag != asn1::tag::bmp_string) return std::string(as_text(string.value));
  std::string out;
  for (std::size_t i = 0; i + 1 < string.value.size(); i += 2) {
    const unsigned unit = string.value[i] * 256u + string.value[i + 1];
    if (unit >= 0x800) out += static_cast<char>(0xE0 | unit >> 12);
    if (unit >= 0x80) out += static_cast<char>(unit >= 0x800 ? 0x80 | (unit >> 6 & 0x3F) : 0xC0 | unit >> 6);
    out += static_cast<char>(unit >= 0x80 ? 0x80 | (unit & 0x3F) : unit);
  }
  return out;
}

/// What is left where neither the string type nor case nor blanks count.
std::string normalised(const tlv::Element& string) {
  std::string out;
  for (const char c : characters(string)) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::vector<NamePart> normalised_parts(const Bytes& name) {
  std::vector<NamePart> parts;
  for_each_attribute(tlv::single(name).value, [&](std::string type, const tlv::Element& value) {
    parts.push_back({std::move(type), normalised(value)});
  });
  return parts;
}

}  // namespace

Bytes checked_signature(ByteView message, const PublicKey& signer, const SignOperation& sign) {
  Bytes signature = sign(message);
  if (!signer.verify(signer.signature_algorithm(), message, signature))
    refuse("it was signed with another key than the signer's certificate has");
  return signature;
}

Bytes sign_structure(ByteView tbs, ByteView algorithm, const PublicKey& issuer, const SignOperation& sign) {
  return sequence({tbs, algorithm, asn1::bit_string(checked_signature(tbs, issuer, sign))});
}

SignedStructure read_signed(ByteView received, std::size_t limit, Deviations& deviations) {
  require(received.size() <= limit, "larger than any that is read");
  SignedStructure out;
  out.der = asn1::to_der(received, deviations);
  tlv::Reader outer(out.der);
  tlv::Reader whole(outer.expect(asn1::tag::sequence).value);
  outer.expect_end();
  out.tbs = whole.expect(asn1::tag::sequence);
  out.algorithm = whole.expect(asn1::tag::sequence);
  out.signature = asn1::read_bit_string(whole.expect(asn1::tag::bit_string));
  whole.expect_end();
  out.signed_bytes = copy(asn1::first_inside(received));
  return out;
}

std::vector<NamePart> name_parts(ByteView name) {
  std::vector<NamePart> parts;
  for_each_attribute(name, [&](std::string type, const tlv::Element& value) {
    parts.push_back({std::move(type), text_of(value)});
  });
  return parts;
}

Bytes read_name(tlv::Reader& reader) {
  const tlv::Element name = reader.expect(asn1::tag::sequence);
  name_parts(name.value);
  return copy(name.encoded);
}

bool same_name(const Bytes& one, const Bytes& other) {
  return one == other || normalised_parts(one) == normalised_parts(other);
}

bool names(const Bytes& name, const Bytes& key_id, const Certificate& issuer) {
  if (name == issuer.subject_name()) return true;
  return !key_id.empty() && key_id == issuer.subject_key_id() && same_name(name, issuer.subject_name());
}

Bytes extension(std::string_view id, Critical critical, ByteView value) {
  const std::uint8_t yes[] = {0x01, 0x01, 0xFF};
  return sequence({asn1::oid(id), critical == Critical::yes ? ByteView(yes) : ByteView(),
                   tlv::encode(asn1::tag::octet_string, value)});
}

std::vector<Extension> read_extensions(const tlv::Element& list, Deviations& deviations) {
  require(list.tag == asn1::tag::sequence, "the extensions are no sequence");
  std::vector<Extension> out;
  for (tlv::Reader reader(list.value); !reader.at_end();) {
    require(out.size() < max_extensions, "too many extensions");
    tlv::Reader fields(reader.expect(asn1::tag::sequence).value);
    Extension extension;
    extension.id = asn1::read_oid(fields.expect(asn1::tag::oid));
    const auto flag = fields.take(asn1::tag::boolean);
    extension.critical = flag && asn1::read_boolean(*flag, deviations);
    extension.value = fields.expect(asn1::tag::octet_string).value;
    fields.expect_end();
    require(std::ranges::find(out, extension.id, &Extension::id) == out.end(), "an extension stands twice");
    out.push_back(std::move(extension));
  }
  return out;
}

void not_understood(const Extension& extension) {
  require(!extension.critical, "a critical extension is not understood");
}

ByteView only(ByteView value, tlv::Tag tag) {
  const tlv::Element element = tlv::single(value);
  require(element.tag == tag, "an extension is not of its type");
  return element.value;
}

Bytes authority_key_id(ByteView key_id) {
  return sequence({tlv::encode(primitive(0), key_id)});
}

Bytes read_authority_key_id(ByteView value) {
  tlv::Reader authority(only(value, asn1::tag::sequence));
  const auto key = authority.take(primitive(0));
  return key ? copy(key->value) : Bytes();
}

Bytes read_serial(const tlv::Element& element, Deviations& deviations) {
  require(element.tag == asn1::tag::integer, "a serial number is wanted");
  ByteView contents = element.value;
  require(!contents.empty() && contents.size() <= max_serial_bytes, "a serial number has 1 to 64 bytes");
  const bool zero = std::ranges::all_of(contents, [](std::uint8_t octet) { return octet == 0; });
  if (zero) deviations.found("a serial number is zero");
  if (contents[0] >= 0x80) deviations.found("a serial number is negative");
  if (contents.size() > usual_serial_bytes) deviations.found("a serial number has more than 20 bytes");
  const auto sign_alone = [&] {
    return contents.size() > 1 &&
           ((contents[0] == 0x00 && contents[1] < 0x80) || (contents[0] == 0xFF && contents[1] >= 0x80));
  };
  if (sign_alone()) deviations.found("a serial number is not in its shortest form");
  while (sign_alone()) contents = contents.subspan(1);
  return copy(contents);
}

}  // namespace perso::crypto::detail
