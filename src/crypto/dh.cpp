#include "crypto/dh.hpp"

#include <botan/dl_group.h>
#include <botan/numthry.h>

#include <algorithm>
#include <array>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/botan.hpp"
#include "crypto/modular.hpp"
#include "crypto/numbers.hpp"

namespace perso::crypto {

using detail::number;

namespace {

constexpr std::string_view dh_key_agreement = "1.2.840.113549.1.3.1";  // PKCS #3
constexpr std::string_view dh_public_number = "1.2.840.10046.2.1";     // X9.42
constexpr std::size_t min_bits = 1024, max_bits = 4096, min_order_bits = 160;

[[noreturn]] void malformed(const char* what) {
  throw Error(Code::malformed, std::string("Diffie-Hellman key: ") + what);
}

ByteView magnitude(ByteView number) {
  while (!number.empty() && number[0] == 0) number = number.subspan(1);
  return number;
}

bool below(ByteView a, ByteView b) {
  a = magnitude(a);
  b = magnitude(b);
  return a.size() != b.size() ? a.size() < b.size() : std::ranges::lexicographical_compare(a, b);
}

bool is_one(ByteView number) {
  number = magnitude(number);
  return number.size() == 1 && number[0] == 1;
}

/// 1 < number < p - 1.
bool inside(ByteView number, ByteView p) {
  Bytes last(p.begin(), p.end());
  last.back() = static_cast<std::uint8_t>(last.back() - 1);  // p is odd
  return !magnitude(number).empty() && !is_one(number) && below(number, last);
}

bool of_order(ByteView number, const DhGroup& group) {
  const Modulus p(group.p);
  return is_one(p.power(number, group.q));
}

Bytes take_number(tlv::Reader& reader) {
  const ByteView value = asn1::read_integer(reader.expect(asn1::tag::integer));
  return Bytes(value.begin(), value.end());
}

/// DHParameter { p, g, privateValueLength OPTIONAL } or DomainParameters { p, g, q, j OPTIONAL, ... }.
DhGroup read_group(std::string_view oid, ByteView parameters) {
  tlv::Reader reader(parameters);
  DhGroup group{take_number(reader), take_number(reader), {}};
  if (oid == dh_public_number) {
    group.q = take_number(reader);
    reader.take(asn1::tag::integer);
    reader.take(asn1::tag::sequence);
  } else if (oid == dh_key_agreement) {
    reader.take(asn1::tag::integer);
  } else {
    malformed("not a key of finite-field Diffie-Hellman");
  }
  reader.expect_end();
  return group;
}

void judge(const DhGroup& group) {
  const std::size_t size = group.p.size();
  if (size < min_bits / 8 || size > max_bits / 8 || group.p[0] < 0x80 || group.p.back() % 2 == 0)
    malformed("its modulus is not an odd number of 1,024 to 4,096 bits, whole bytes");
  if (!inside(group.g, group.p)) malformed("its generator is not between 1 and p - 1");
  if (!group.q.empty() && (!inside(group.q, group.p) || number(group.q).bits() < min_order_bits))
    malformed("the order of its generator has less than 160 bits, or is not below its modulus");
}

/// RFC 5114, and RFC 3526 2 to 5 with the generator 2.
bool standardised(const DhGroup& group) {
  for (int id = 0; id <= 2; ++id) {
    const DhGroup& known = rfc5114_group(id);
    if (group.p == known.p && group.g == known.g && (group.q.empty() || group.q == known.q)) return true;
  }
  const auto is = [&](const char* name) {
    return number(group.p) == Botan::DL_Group(name).get_p() && group.g == Bytes{2} && group.q.empty();
  };
  return std::ranges::any_of(
      std::array{"modp/ietf/1536", "modp/ietf/2048", "modp/ietf/3072", "modp/ietf/4096"}, is);
}

bool probably_prime(ByteView candidate, Random& random) {
  constexpr std::size_t bits = 16;  // 8 rounds of Miller and Rabin, and a test of Lucas
  detail::RandomAdapter generator(random);
  return Botan::is_prime(number(candidate), generator, bits);
}

bool sound_group(const DhGroup& group, Random& random) {
  if (standardised(group)) return true;
  if (!probably_prime(group.p, random)) return false;
  return group.q.empty() || (probably_prime(group.q, random) && of_order(group.g, group));
}

}  // namespace

const DhGroup& rfc5114_group(int id) {
  static const std::array<DhGroup, 3> groups = {{
      // 2.1: 1,024 bits, subgroup of 160
      {from_hex("B10B8F96A080E01DDE92DE5EAE5D54EC52C99FBCFB06A3C69A6A9DCA52D23B616073E28675A23D18"
                "9838EF1E2EE652C013ECB4AEA906112324975C3CD49B83BFACCBDD7D90C4BD7098488E9C219A7372"
                "4EFFD6FAE5644738FAA31A4FF55BCCC0A151AF5F0DC8B4BD45BF37DF365C1A65E68CFDA76D4DA708"
                "DF1FB2BC2E4A4371"),
       from_hex("A4D1CBD5C3FD34126765A442EFB99905F8104DD258AC507FD6406CFF14266D31266FEA1E5C41564B"
                "777E690F5504F213160217B4B01B886A5E91547F9E2749F4D7FBD7D3B9A92EE1909D0D2263F80A76"
                "A6A24C087A091F531DBF0A0169B6A28AD662A4D18E73AFA32D779D5918D08BC8858F4DCEF97C2A24"
                "855E6EEB22B3B2E5"),
       from_hex("F518AA8781A8DF278ABA4E7D64B7CB9D49462353")},
      // 2.2: 2,048 bits, subgroup of 224
      {from_hex("AD107E1E9123A9D0D660FAA79559C51FA20D64E5683B9FD1B54B1597B61D0A75E6FA141DF95A56DB"
                "AF9A3C407BA1DF15EB3D688A309C180E1DE6B85A1274A0A66D3F8152AD6AC2129037C9EDEFDA4DF8"
                "D91E8FEF55B7394B7AD5B7D0B6C12207C9F98D11ED34DBF6C6BA0B2C8BBC27BE6A00E0A0B9C49708"
                "B3BF8A317091883681286130BC8985DB1602E714415D9330278273C7DE31EFDC7310F7121FD5A074"
                "15987D9ADC0A486DCDF93ACC44328387315D75E198C641A480CD86A1B9E587E8BE60E69CC928B2B9"
                "C52172E413042E9B23F10B0E16E79763C9B53DCF4BA80A29E3FB73C16B8E75B97EF363E2FFA31F71"
                "CF9DE5384E71B81C0AC4DFFE0C10E64F"),
       from_hex("AC4032EF4F2D9AE39DF30B5C8FFDAC506CDEBE7B89998CAF74866A08CFE4FFE3A6824A4E10B9A6F0"
                "DD921F01A70C4AFAAB739D7700C29F52C57DB17C620A8652BE5E9001A8D66AD7C17669101999024A"
                "F4D027275AC1348BB8A762D0521BC98AE247150422EA1ED409939D54DA7460CDB5F6C6B250717CBE"
                "F180EB34118E98D119529A45D6F834566E3025E316A330EFBB77A86F0C1AB15B051AE3D428C8F8AC"
                "B70A8137150B8EEB10E183EDD19963DDD9E263E4770589EF6AA21E7F5F2FF381B539CCE3409D13CD"
                "566AFBB48D6C019181E1BCFE94B30269EDFE72FE9B6AA4BD7B5A0F1C71CFFF4C19C418E1F6EC0179"
                "81BC087F2A7065B384B890D3191F2BFA"),
       from_hex("801C0D34C58D93FE997177101F80535A4738CEBCBF389A99B36371EB")},
      // 2.3: 2,048 bits, subgroup of 256
      {from_hex("87A8E61DB4B6663CFFBBD19C651959998CEEF608660DD0F25D2CEED4435E3B00E00DF8F1D61957D4"
                "FAF7DF4561B2AA3016C3D91134096FAA3BF4296D830E9A7C209E0C6497517ABD5A8A9D306BCF67ED"
                "91F9E6725B4758C022E0B1EF4275BF7B6C5BFC11D45F9088B941F54EB1E59BB8BC39A0BF12307F5C"
                "4FDB70C581B23F76B63ACAE1CAA6B7902D52526735488A0EF13C6D9A51BFA4AB3AD8347796524D8E"
                "F6A167B5A41825D967E144E5140564251CCACB83E6B486F6B3CA3F7971506026C0B857F689962856"
                "DED4010ABD0BE621C3A3960A54E710C375F26375D7014103A4B54330C198AF126116D2276E11715F"
                "693877FAD7EF09CADB094AE91E1A1597"),
       from_hex("3FB32C9B73134D0B2E77506660EDBD484CA7B18F21EF205407F4793A1A0BA12510DBC15077BE463F"
                "FF4FED4AAC0BB555BE3A6C1B0C6B47B1BC3773BF7E8C6F62901228F8C28CBB18A55AE31341000A65"
                "0196F931C77A57F2DDF463E5E9EC144B777DE62AAAB8A8628AC376D282D6ED3864E67982428EBC83"
                "1D14348F6F2F9193B5045AF2767164E1DFC967C1FB3F2E55A4BD1BFFE83B9C80D052B985D182EA0A"
                "DB2A3B7313D3FE14C8484B1E052588B9B7D2BBD2DF016199ECD06E1557CD0915B3353BBB64E0EC37"
                "7FD028370DF92B52C7891428CDC67EB6184B523D1DB246C32F63078490F00EF8D647D148D4795451"
                "5E2327CFEF98C582664B4C0F6CC41659"),
       from_hex("8CF83642A709A097B447997640129DA299B1A47D1EB3750BA308B0FE64F5FBD3")},
  }};
  if (id < 0 || id > 2) detail::refuse("not a group of RFC 5114");
  return groups[static_cast<std::size_t>(id)];
}

DhPublicKey DhPublicKey::from_spki(ByteView der) {
  tlv::Reader outer(der);
  tlv::Reader info(outer.expect(asn1::tag::sequence).value);
  outer.expect_end();
  tlv::Reader algorithm(info.expect(asn1::tag::sequence).value);
  const std::string oid = asn1::read_oid(algorithm.expect(asn1::tag::oid));
  DhGroup group = read_group(oid, algorithm.expect(asn1::tag::sequence).value);
  algorithm.expect_end();
  const ByteView bits = asn1::read_bit_string(info.expect(asn1::tag::bit_string));
  info.expect_end();
  tlv::Reader key(bits);
  Bytes y = take_number(key);
  key.expect_end();
  judge(group);
  if (!inside(y, group.p)) malformed("its value is not between 1 and p - 1");
  return {std::move(group), std::move(y)};
}

bool DhPublicKey::is_sound(Random& random) const {
  return detail::guarded("a group was not judged",
                         [&] { return sound_group(group, random) && is_member(group, y); });
}

bool is_member(const DhGroup& group, ByteView y) {
  return inside(y, group.p) && (group.q.empty() || of_order(y, group));
}

}  // namespace perso::crypto
