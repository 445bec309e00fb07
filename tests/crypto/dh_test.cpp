// Keys of finite-field Diffie-Hellman, against OpenSSL's groups and keys.
#include "crypto/dh.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/modular.hpp"
#include "crypto/scratch.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::crypto;

namespace {

constexpr const char* pkcs3 = "1.2.840.113549.1.3.1";
constexpr const char* x942 = "1.2.840.10046.2.1";

Bytes spki(const char* oid, const std::vector<Bytes>& parameters, const Bytes& y) {
  Bytes contents;
  for (const Bytes& parameter : parameters) append(contents, asn1::integer(parameter));
  const Bytes algorithm = asn1::sequence({asn1::oid(oid), tlv::encode(asn1::tag::sequence, contents)});
  return asn1::sequence({algorithm, asn1::bit_string(asn1::integer(y))});
}

std::optional<DhPublicKey> read(const Bytes& der) {
  try {
    return DhPublicKey::from_spki(der);
  } catch (const Error& error) {
    CHECK(error.code() == Code::malformed);
    return std::nullopt;
  }
}

Bytes minus(const Bytes& number, std::uint8_t small) {
  Bytes out = number;
  out.back() = static_cast<std::uint8_t>(out.back() - small);
  return out;
}

}  // namespace

TEST_CASE("the groups of RFC 5114 are OpenSSL's, and keys of OpenSSL are read") {
  const test::Scratch scratch;
  const std::size_t bits[] = {1024, 2048, 2048}, order_bits[] = {160, 224, 256};
  for (int id = 0; id <= 2; ++id) {
    CAPTURE(id);
    const DhGroup& group = rfc5114_group(id);
    CHECK(8 * group.p.size() == bits[id]);
    CHECK(8 * group.q.size() == order_bits[id]);
    const std::string number = std::to_string(id + 1);
    const auto made = scratch.run("openssl genpkey -genparam -algorithm DHX -pkeyopt dh_rfc5114:" + number +
                                  " -out group.pem && openssl genpkey -paramfile group.pem -out key.pem && "
                                  "openssl pkey -in key.pem -pubout -outform DER -out key.der");
    CAPTURE(made.output);
    REQUIRE(made.status == 0);
    const DhPublicKey key = DhPublicKey::from_spki(scratch.read("key.der"));
    CHECK(key.group == group);
    CHECK(is_member(group, key.y));
    CHECK(is_member(group, group.g));
  }
  for (const int id : {-1, 3, 8}) CHECK_THROWS_AS(rfc5114_group(id), Error);
  const auto made = scratch.run(
      "openssl genpkey -algorithm DH -pkeyopt group:modp_2048 -out key.pem && "
      "openssl pkey -in key.pem -pubout -outform DER -out key.der");
  REQUIRE(made.status == 0);
  const DhPublicKey key = DhPublicKey::from_spki(scratch.read("key.der"));
  CHECK(key.group.p.size() == 256);
  CHECK(key.group.g == Bytes{2});
  CHECK(key.group.q.empty());
  test::SeededRandom random(1);
  CHECK(key.is_sound(random));
}

TEST_CASE("agreement as published: ICAO 9303-11 appendix G.2, and the sample EF.DG14") {
  for (const auto& each : test::load_vectors("icao9303-11-pace.vec")) {
    if (!each.has("shared_secret_H")) continue;
    const DhGroup& group = rfc5114_group(0);
    const Modulus p(group.p);
    const Secret chip(each.hex("chip_mapping_private"));
    CHECK(p.power(group.g, chip) == each.hex("chip_mapping_public"));
    const Bytes shared = p.power(each.hex("terminal_mapping_public"), chip);
    CHECK(shared == each.hex("shared_secret_H"));
    CHECK(p.multiply(p.power(group.g, each.hex("nonce_s")), shared) == each.hex("mapped_generator"));
    CHECK(is_member(group, each.hex("mapped_generator")));
  }
  for (const auto& each : test::load_vectors("icao9303-11-chip-authentication.vec")) {
    if (!each.has("EF_DG14")) continue;
    const Bytes file = each.hex("EF_DG14");
    tlv::Reader infos(tlv::single(tlv::single(file).value).value);
    tlv::Reader info(infos.next().value);
    info.next();
    const auto key = read(Bytes(info.rest().begin(), info.rest().end()));
    REQUIRE(key);
    CHECK(key->group.p.size() == 128);
    CHECK(key->group.q.empty());
    CHECK(key->y.size() == 128);
    test::SeededRandom random(1);
    CHECK(key->is_sound(random));
  }
}

TEST_CASE("keys that are refused") {
  const DhGroup& group = rfc5114_group(0);
  const Bytes p = group.p, q = group.q, g = group.g;
  REQUIRE(read(spki(x942, {p, g, q}, g)));
  REQUIRE(read(spki(x942, {p, g, q, Bytes{2}}, g)));
  REQUIRE(read(spki(pkcs3, {p, g}, g)));
  REQUIRE(read(spki(pkcs3, {p, g, Bytes{160}}, g)));
  // 223 divides p - 1.
  const Modulus modulus(p);
  const Bytes cofactor = modulus.multiply(minus(p, 1), modulus.inverse(modulus.reduce(Bytes{223})));
  const Bytes of_order_223 = modulus.power(modulus.reduce(Bytes{2}), cofactor);
  REQUIRE(modulus.power(of_order_223, Bytes{223}) == modulus.reduce(Bytes{1}));
  struct {
    const char* what;
    Bytes der;
  } cases[] = {
      {"nothing", {}},
      {"y = 0", spki(x942, {p, g, q}, {})},
      {"y = 1", spki(x942, {p, g, q}, {1})},
      {"y = p - 1", spki(x942, {p, g, q}, minus(p, 1))},
      {"y = p", spki(x942, {p, g, q}, p)},
      {"y above p", spki(x942, {p, g, q}, concat({Bytes{1}, p}))},
      {"g = 1", spki(pkcs3, {p, Bytes{1}}, g)},
      {"g = p - 1", spki(pkcs3, {p, minus(p, 1)}, g)},
      {"g above p", spki(pkcs3, {p, concat({Bytes{1}, p})}, g)},
      {"an even modulus", spki(pkcs3, {minus(p, 1), g}, g)},
      {"a modulus of 1,016 bits", spki(pkcs3, {Bytes(127, 0xFF), Bytes{2}}, {3})},
      {"a modulus of 4,104 bits", spki(pkcs3, {Bytes(513, 0xFF), Bytes{2}}, {3})},
      {"q of 159 bits", spki(x942, {p, g, concat({Bytes{0x7F}, ByteView(q).subspan(1)})}, g)},
      {"q of 13 bits", spki(x942, {p, g, Bytes{0x10, 0x00}}, g)},
      {"a q that is the order of y alone", spki(x942, {p, g, Bytes{223}}, of_order_223)},
      {"q = 1", spki(x942, {p, g, Bytes{1}}, g)},
      {"no q", spki(x942, {p, g}, g)},
      {"another algorithm", spki("1.2.840.10045.2.1", {p, g}, g)},
      {"bytes behind it", concat({spki(x942, {p, g, q}, g), Bytes{0}})},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    CHECK_FALSE(read(each.der));
  }
  Bytes cut = spki(x942, {p, g, q}, g);
  while (!cut.empty()) {
    cut.pop_back();
    CHECK_FALSE(read(cut));
  }
}

TEST_CASE("a key is used in a group of primes alone, and as a member of it") {
  test::SeededRandom random(1);
  const DhGroup& group = rfc5114_group(0);
  const Bytes p = group.p, q = group.q, g = group.g;
  const Modulus modulus(p);
  const Bytes power = modulus.power(g, Bytes{77});
  // Also where no table has the group.
  CHECK(DhPublicKey{group, power}.is_sound(random));
  CHECK(DhPublicKey{{p, power, q}, g}.is_sound(random));
  CHECK(DhPublicKey{{p, power, {}}, g}.is_sound(random));
  const Bytes all_ones(512, 0xFF), half = concat({Bytes{0x7F}, Bytes(511, 0xFF)});
  const struct {
    const char* what;
    DhPublicKey key;
  } cases[] = {
      {"y of another order", {group, {2}}},
      {"y = p - 1", {group, minus(p, 1)}},
      {"another q, which is no prime", {{p, g, minus(q, 2)}, g}},
      {"a prime q that is not the order of g",
       {{p, g, from_hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD1")}, g}},
      {"a p that is no prime", {{minus(p, 2), g, {}}, g}},
      {"2^4096 - 1, and an order of 2 in it", {{all_ones, {2}, half}, {4}}},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    CHECK_FALSE(each.key.is_sound(random));
  }
}
