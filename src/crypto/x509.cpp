#include "crypto/x509.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/botan.hpp"

namespace perso::crypto::detail {

namespace {

using asn1::sequence;

constexpr std::size_t max_name_parts = 16;
constexpr std::size_t max_extensions = 32;

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("X.509: ") + what);
}

}  // namespace

Bytes checked_signature(ByteView message, const EcPublicKey& signer, const SignOperation& sign) {
  Bytes signature = sign(message);
  if (!signer.verify(signer.signature_hash(), message, signature))
    refuse("it was signed with another key than the signer's certificate has");
  return signature;
}

Bytes sign_structure(ByteView tbs, ByteView algorithm, const EcPublicKey& issuer, const SignOperation& sign) {
  return sequence({tbs, algorithm, asn1::bit_string(checked_signature(tbs, issuer, sign))});
}

SignedStructure read_signed(ByteView der, std::size_t limit) {
  require(der.size() <= limit, "larger than any that is read");
  tlv::Reader outer(der);
  tlv::Reader whole(outer.expect(asn1::tag::sequence).value);
  outer.expect_end();
  SignedStructure out;
  out.tbs = whole.expect(asn1::tag::sequence);
  out.algorithm = whole.expect(asn1::tag::sequence);
  out.signature = asn1::read_bit_string(whole.expect(asn1::tag::bit_string));
  whole.expect_end();
  return out;
}

std::vector<NamePart> name_parts(ByteView name) {
  std::vector<NamePart> parts;
  for (tlv::Reader names(name); !names.at_end();) {
    tlv::Reader attributes(names.expect(asn1::tag::set).value);
    do {
      require(parts.size() < max_name_parts, "a name has too many parts");
      tlv::Reader attribute(attributes.expect(asn1::tag::sequence).value);
      const std::string type = asn1::read_oid(attribute.expect(asn1::tag::oid));
      const tlv::Element value = attribute.next();
      attribute.expect_end();
      std::string text = as_text(value.value);
      std::replace_if(
          text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }, '?');
      parts.push_back({type, std::move(text)});
    } while (!attributes.at_end());
  }
  return parts;
}

Bytes read_name(tlv::Reader& reader) {
  const tlv::Element name = reader.expect(asn1::tag::sequence);
  name_parts(name.value);
  return copy(name.encoded);
}

Bytes extension(std::string_view id, Critical critical, ByteView value) {
  const std::uint8_t yes[] = {0x01, 0x01, 0xFF};
  return sequence({asn1::oid(id), critical == Critical::yes ? ByteView(yes) : ByteView(),
                   tlv::encode(asn1::tag::octet_string, value)});
}

std::vector<Extension> read_extensions(const tlv::Element& list) {
  require(list.tag == asn1::tag::sequence, "the extensions are no sequence");
  std::vector<Extension> out;
  for (tlv::Reader reader(list.value); !reader.at_end();) {
    require(out.size() < max_extensions, "too many extensions");
    tlv::Reader fields(reader.expect(asn1::tag::sequence).value);
    Extension extension;
    extension.id = asn1::read_oid(fields.expect(asn1::tag::oid));
    const auto flag = fields.take(asn1::tag::boolean);
    extension.critical = flag && asn1::read_true(*flag);
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

}  // namespace perso::crypto::detail
