#include "lds/security_infos.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "lds/told.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::lds;
using channel::Cipher;
using channel::KeyAgreement;
using channel::Mapping;
using test::Told;

namespace {

namespace asn1 = crypto::asn1;

constexpr std::string_view id_dh = "0.4.0.127.0.7.2.2.1.1", id_ecdh = "0.4.0.127.0.7.2.2.1.2";

SecurityInfos strict(ByteView der) {
  NoDeviations none;
  return parse_security_infos(der, none);
}

bool malformed(ByteView der) {
  Told told;
  try {
    parse_security_infos(der, told);
  } catch (const Error& error) {
    CHECK(error.code() == Code::malformed);
    return true;
  }
  return false;
}

Bytes number(std::uint8_t value) {
  return asn1::integer(value);
}

Bytes info(std::string_view oid, std::initializer_list<Bytes> fields) {
  Bytes contents = asn1::oid(oid);
  for (const Bytes& field : fields) append(contents, field);
  return tlv::encode(asn1::tag::sequence, contents);
}

Bytes set(std::vector<Bytes> infos) {
  return asn1::set_of(std::move(infos));
}

Bytes spki_of(const channel::ChipAuthenticationKey& key) {
  if (const auto* ec = std::get_if<crypto::EcPublicKey>(&key.key))
    return ec->spki(crypto::EcParameters::explicit_curve);
  const auto& dh = std::get<crypto::DhPublicKey>(key.key);
  return concat({dh.group.p, dh.group.g, dh.group.q, dh.y});
}

bool same(const SecurityInfos& a, const SecurityInfos& b) {
  return a.pace == b.pace && a.chip_authentication == b.chip_authentication &&
         a.active_authentication == b.active_authentication &&
         std::ranges::equal(a.chip_authentication_keys, b.chip_authentication_keys,
                            [](const auto& one, const auto& other) {
                              return one.id == other.id && spki_of(one) == spki_of(other);
                            });
}

channel::ChipAuthenticationKey ec_key(const std::string& curve, Random& random,
                                      std::optional<Bytes> id = std::nullopt) {
  return {crypto::EcPrivateKey::generate(curve, random).public_key(), std::move(id)};
}

constexpr channel::PaceProtocol ecdh_gm{KeyAgreement::ecdh, Mapping::generic, Cipher::aes_128};
constexpr channel::PaceProtocol ecdh_cam{KeyAgreement::ecdh, Mapping::chip_authentication, Cipher::aes_128};
constexpr channel::PaceProtocol dh_gm{KeyAgreement::dh, Mapping::generic, Cipher::aes_128};

}  // namespace

TEST_CASE("SecurityInfos: EF.CardAccess of the worked examples, and back") {
  std::size_t seen = 0;
  for (const test::VectorCase& one : test::load_vectors("icao9303-11-card-access.vec")) {
    CAPTURE(one.name);
    ++seen;
    const Bytes file = one.hex("EF_CardAccess");
    const SecurityInfos infos = strict(file);
    REQUIRE(infos.pace.size() == 1);
    CHECK(channel::name_of(infos.pace[0].protocol) == one.text("name"));
    CHECK(std::to_string(infos.pace[0].parameters) == one.text("parameters"));
    CHECK(infos.others.empty());
    CHECK(infos.pace_encodings == std::vector<Bytes>{Bytes(file.begin() + 2, file.end())});
    CHECK(encode_security_infos(infos) == file);
  }
  CHECK(seen == 4);
}

TEST_CASE("SecurityInfos: the published EF.DG14, whose infos are out of order") {
  const auto vectors = test::load_vectors("icao9303-11-chip-authentication.vec");
  const auto one =
      std::ranges::find_if(vectors, [](const test::VectorCase& each) { return each.has("EF_DG14"); });
  REQUIRE(one != vectors.end());
  const Bytes file = one->hex("EF_DG14");
  Told told;
  const SecurityInfos infos = parse_dg14(file, told);
  CHECK(told.all == "EF.DG14: the SecurityInfos are not in the order of their encodings|");
  CHECK(infos.chip_authentication ==
        std::vector<ChipAuthenticationInfo>{{{KeyAgreement::dh, Cipher::triple_des}, std::nullopt}});
  REQUIRE(infos.chip_authentication_keys.size() == 1);
  const auto& key = std::get<crypto::DhPublicKey>(infos.chip_authentication_keys[0].key);
  CHECK(key.group.p.size() == 128);
  CHECK(key.y.size() == 128);
  CHECK(to_hex(key.y).starts_with("553CE735ECF5CBF2"));
  CHECK(to_hex(key.y).ends_with("FC031BAB887248A1"));
  CHECK(key.group.q.empty());
  CHECK(infos.others == std::vector<std::string>{"0.4.0.127.0.7.2.2.2"});  // terminal authentication
  CHECK(infos.pace_encodings.empty());
  NoDeviations none;
  CHECK_THROWS_AS(parse_dg14(file, none), Error);
  // What is written of it is in order.
  CHECK(same(parse_dg14(encode_dg14(infos), none), infos));
}

TEST_CASE("SecurityInfos: whatever is written comes back, sorted") {
  const std::uint64_t seed = 4;
  CAPTURE(seed);
  test::SeededRandom random(seed);
  const auto draw = [&](std::size_t count) { return static_cast<std::size_t>(random.next() % count); };
  const auto parameters = channel::standardised_parameters();
  const std::vector<channel::ChipAuthenticationKey> keys = {ec_key("secp256r1", random),
                                                            ec_key("brainpoolP256r1", random, Bytes{0}),
                                                            ec_key("secp384r1", random, Bytes{0x81, 0x00})};
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    SecurityInfos infos;
    for (std::size_t i = draw(4); i-- > 0;) {
      const channel::DomainParameters& group = parameters[draw(parameters.size())];
      const channel::PaceProtocol protocol{group.agreement, static_cast<Mapping>(draw(3)),
                                           static_cast<Cipher>(draw(4))};
      if (!channel::oid_of(protocol).empty()) infos.pace.push_back({protocol, group.id});
    }
    for (std::size_t i = draw(3); i-- > 0;)
      infos.chip_authentication.push_back(
          {{static_cast<KeyAgreement>(draw(2)), static_cast<Cipher>(draw(4))},
           draw(2) == 0 ? std::nullopt : std::optional(Bytes{static_cast<std::uint8_t>(draw(256))})});
    for (const auto& key : keys)
      if (draw(2) == 0) infos.chip_authentication_keys.push_back(key);
    if (draw(2) == 0)
      infos.active_authentication = {std::array{crypto::Hash::sha1, crypto::Hash::sha224,
                                                crypto::Hash::sha256, crypto::Hash::sha384,
                                                crypto::Hash::sha512}[draw(5)]};
    const Bytes der = encode_security_infos(infos);
    const SecurityInfos read = strict(der);
    CHECK(read.others.empty());
    CHECK(read.pace_encodings.size() == infos.pace.size());
    CHECK(encode_security_infos(read) == der);
    // The order of a SET is that of its encodings.
    std::ranges::sort(infos.pace);
    SecurityInfos sorted = read;
    std::ranges::sort(sorted.pace);
    CHECK(sorted.pace == infos.pace);
    CHECK(read.chip_authentication.size() == infos.chip_authentication.size());
    CHECK(read.chip_authentication_keys.size() == infos.chip_authentication_keys.size());
    CHECK(read.active_authentication == infos.active_authentication);
    CHECK(asn1::sorted(tlv::single(der).value));
  }
}

TEST_CASE("SecurityInfos: DH keys of PKCS #3 and X9.42") {
  const crypto::DhGroup& group = crypto::rfc5114_group(0);
  for (const bool known : {true, false}) {
    CAPTURE(known);
    SecurityInfos infos;
    const Bytes y = group.g;  // of order q
    infos.chip_authentication_keys.push_back(
        {crypto::DhPublicKey{{group.p, group.g, known ? group.q : Bytes()}, y}, std::nullopt});
    CHECK(same(strict(encode_security_infos(infos)), infos));
  }
}

TEST_CASE("EF.CardAccess: no key is worked with") {
  test::SeededRandom random(6);
  SecurityInfos infos;
  infos.pace = {{ecdh_gm, 12}};
  infos.chip_authentication_keys = {ec_key("secp256r1", random)};
  const crypto::DhGroup& group = crypto::rfc5114_group(0);
  infos.chip_authentication_keys.push_back({crypto::DhPublicKey{group, group.g}, std::nullopt});
  NoDeviations none;
  const SecurityInfos read = parse_card_access(encode_security_infos(infos), none);
  CHECK(read.pace == infos.pace);
  CHECK(read.chip_authentication_keys.empty());
  CHECK(read.others == std::vector<std::string>{std::string(id_ecdh), std::string(id_dh)});
}

TEST_CASE("SecurityInfos: four keys of Diffie-Hellman are read, and none is computed with") {
  // No prime, and 4,096 bits of exponent: were each judged, 64 would take minutes.
  const Bytes p(512, 0xFF), q = concat({Bytes{0x7F}, Bytes(511, 0xFF)});
  const Bytes algorithm =
      asn1::sequence({asn1::oid("1.2.840.10046.2.1"),
                      asn1::sequence({asn1::integer(p), asn1::integer(Bytes{2}), asn1::integer(q)})});
  const auto keys = [&](std::size_t count) {
    std::vector<Bytes> infos;
    for (std::size_t i = 0; i < count; ++i)
      infos.push_back(info(id_dh, {asn1::sequence({algorithm, asn1::bit_string(asn1::integer(Bytes{4}))}),
                                   number(static_cast<std::uint8_t>(i + 1))}));
    return set(std::move(infos));
  };
  Told told;
  CHECK(parse_security_infos(keys(4), told).chip_authentication_keys.size() == 4);
  CHECK(told.all.empty());
  const auto begin = std::chrono::steady_clock::now();
  const SecurityInfos read = parse_security_infos(keys(64), told);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(1));
  CHECK(read.chip_authentication_keys.size() == 4);
  CHECK(read.others.size() == 60);
  CHECK(told.says("more than 4 keys"));
}

TEST_CASE("SecurityInfos: named and explicit curves are the same key") {
  test::SeededRandom random(1);
  const auto key = ec_key("secp256r1", random);
  const auto& ec = std::get<crypto::EcPublicKey>(key.key);
  for (const auto parameters : {crypto::EcParameters::named_curve, crypto::EcParameters::explicit_curve}) {
    const SecurityInfos infos = strict(set({info(id_ecdh, {ec.spki(parameters), number(7)})}));
    REQUIRE(infos.chip_authentication_keys.size() == 1);
    CHECK(infos.chip_authentication_keys[0].id == Bytes{7});
    CHECK(spki_of(infos.chip_authentication_keys[0]) == spki_of(key));
  }
}

TEST_CASE("SecurityInfos: what is not worked with stands among the others") {
  const std::string pace = channel::oid_of(ecdh_gm);
  const std::string chip_authentication =
      channel::oid_of(channel::ChipAuthenticationProtocol{KeyAgreement::ecdh, Cipher::aes_128});
  struct Case {
    const char* what;
    std::string oid;
    Bytes encoded;
    std::size_t pace_encodings;
  };
  const Case cases[] = {
      {"terminal authentication", "0.4.0.127.0.7.2.2.2", info("0.4.0.127.0.7.2.2.2", {number(1)}), 0},
      {"another version of PACE", pace, info(pace, {number(1), number(13)}), 1},
      {"proprietary parameters", pace, info(pace, {number(2), number(32)}), 1},
      {"parameters beyond a byte", pace, info(pace, {number(2), from_hex("0202010D")}), 1},
      {"no parameters", pace, info(pace, {number(2)}), 1},
      {"PACEDomainParameterInfo", "0.4.0.127.0.7.2.2.4.2",
       info("0.4.0.127.0.7.2.2.4.2", {asn1::sequence({asn1::oid("1.2.840.10045.2.1")})}), 1},
      {"another version of chip authentication", chip_authentication,
       info(chip_authentication, {number(2), number(1)}), 0},
      {"another version of active authentication", "2.23.136.1.1.5",
       info("2.23.136.1.1.5", {number(2), asn1::oid("0.4.0.127.0.7.1.1.4.1.3")}), 0},
      {"RIPEMD-160", "2.23.136.1.1.5",
       info("2.23.136.1.1.5", {number(1), asn1::oid("0.4.0.127.0.7.1.1.4.1.6")}), 0},
      {"what nobody knows", "1.2.3.4", info("1.2.3.4", {}), 0},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    const SecurityInfos infos = strict(set({one.encoded}));
    CHECK(infos.others == std::vector<std::string>{one.oid});
    CHECK(infos.pace_encodings.size() == one.pace_encodings);
    CHECK(infos.pace.empty());
    CHECK(infos.chip_authentication.empty());
    CHECK_FALSE(infos.active_authentication);
  }
}

TEST_CASE("SecurityInfos: how many sets of parameters PACE has, whatever is worked with") {
  const std::string gm = channel::oid_of(ecdh_gm), domain = "0.4.0.127.0.7.2.2.4.2";
  const std::string cam =
      channel::oid_of({ecdh_gm.agreement, channel::Mapping::chip_authentication, ecdh_gm.cipher});
  const auto way = [](const std::string& oid, std::uint8_t parameters) {
    return info(oid, {number(2), number(parameters)});
  };
  const auto sets = [](std::vector<Bytes> infos) {
    return pace_parameter_sets(strict(set(std::move(infos))));
  };
  using channel::ParameterSets;
  CHECK(sets({way(gm, 13)}) == ParameterSets::one);
  CHECK(sets({way(gm, 13), way(cam, 13)}) == ParameterSets::one);
  CHECK(sets({way(gm, 12), way(gm, 13)}) == ParameterSets::several);
  CHECK(sets({way(gm, 12), way(cam, 13)}) == ParameterSets::several);
  CHECK(sets({way(gm, 12), way(gm, 32)}) == ParameterSets::several);  // its own ones
  CHECK(sets({way(gm, 12), info(domain, {asn1::sequence({asn1::oid("1.2.840.10045.2.1")})})}) ==
        ParameterSets::several);
}

TEST_CASE("SecurityInfos: what a tolerant reader tells and a strict one refuses") {
  test::SeededRandom random(2);
  const auto key = ec_key("secp256r1", random);
  Bytes off_the_curve = spki_of(key);
  off_the_curve.back() ^= 1;
  const Bytes way = info(channel::oid_of(ecdh_gm), {number(2), number(13)});
  const Bytes good = set({way});
  const Bytes aa = info("2.23.136.1.1.5", {number(1), asn1::oid("0.4.0.127.0.7.1.1.4.1.3")});
  const struct {
    const char* says;
    Bytes der;
    std::size_t ways;  // that are read all the same
  } cases[] = {
      {"a length is not in its shortest form", concat({from_hex("318114"), way}), 1},
      {"a length is not in its shortest form", concat({from_hex("3115308112"), ByteView(way).subspan(2)}), 1},
      {"bytes follow the last element", concat({good, from_hex("0000")}), 1},
      {"bytes follow the last element",
       set({info(channel::oid_of(ecdh_gm), {number(2), number(13), number(1)})}), 1},
      {"not in the order", tlv::encode(asn1::tag::set, {info("1.2.3.4.5", {}), info("1.2.3", {})}), 0},
      {"parameters that are not for its protocol",
       set({info(channel::oid_of(dh_gm), {number(2), number(13)})}), 0},
      {"a key of chip authentication cannot be used", set({info(id_ecdh, {off_the_curve})}), 0},
      {"a key of chip authentication cannot be used", set({info(id_dh, {spki_of(key)})}), 0},
      {"stands twice", set({aa, aa}), 0},
  };
  for (const auto& one : cases) {
    const std::string says = one.says;
    CAPTURE(says);
    Told told;
    const SecurityInfos infos = parse_security_infos(one.der, told);
    CHECK(told.says(one.says));
    CHECK(infos.pace.size() == one.ways);
    CHECK(infos.chip_authentication_keys.empty());
    CHECK_THROWS_AS(strict(one.der), Error);
  }
  CHECK(strict(good).pace.size() == 1);
}

TEST_CASE("SecurityInfos: what nobody can read") {
  const std::string pace = channel::oid_of(ecdh_gm);
  CHECK(malformed({}));
  CHECK(malformed(from_hex("3000")));                                    // a SEQUENCE
  CHECK(malformed(from_hex("3102040100")));                              // cut
  CHECK(malformed(from_hex("3103040100")));                              // of octet strings
  CHECK(malformed(set({from_hex("3000")})));                             // without protocol
  CHECK(malformed(set({from_hex("3003020100")})));                       // a number for it
  CHECK(malformed(set({info(pace, {})})));                               // without version
  CHECK(malformed(set({info(pace, {number(2), from_hex("02018D")})})));  // negative
  CHECK(malformed(set({info(id_ecdh, {number(1)})})));
  CHECK(malformed(set({info("2.23.136.1.1.5", {number(1)})})));
  const Bytes key_id = from_hex("0209010203040506070809");
  CHECK(malformed(set({info(channel::oid_of(channel::ChipAuthenticationProtocol{}), {number(1), key_id})})));
  const std::vector<Bytes> most(64, info("1.2.3", {})), more(65, info("1.2.3", {}));
  CHECK_FALSE(malformed(set(most)));
  CHECK(malformed(set(more)));
  CHECK(strict(from_hex("3100")).pace.empty());
  SecurityInfos of_no_hash;
  of_no_hash.active_authentication = {crypto::Hash::sm3};
  CHECK_THROWS_AS(encode_security_infos(of_no_hash), Error);
}

TEST_CASE("SecurityInfos: each cut and each changed byte is malformed or read as something else") {
  test::SeededRandom random(3);
  SecurityInfos infos;
  infos.pace = {{ecdh_gm, 12}, {ecdh_cam, 12}};
  infos.chip_authentication = {{{KeyAgreement::ecdh, Cipher::aes_128}, Bytes{1}}};
  infos.chip_authentication_keys = {ec_key("secp256r1", random, Bytes{1})};
  infos.active_authentication = {crypto::Hash::sha256};
  const Bytes file = encode_dg14(infos);
  const auto read = [](ByteView bytes) -> std::optional<SecurityInfos> {
    NoDeviations none;
    Told told;
    try {
      parse_dg14(bytes, told);
      return parse_dg14(bytes, none);
    } catch (const Error& error) {
      CHECK(error.code() == Code::malformed);
      return std::nullopt;
    }
  };
  REQUIRE(read(file));
  CHECK(same(*read(file), infos));
  for (std::size_t size = 0; size < file.size(); ++size) CHECK_FALSE(read(ByteView(file).first(size)));
  std::size_t unseen = 0;
  for (std::size_t i = 0; i < file.size(); ++i)
    for (const int flip : {0x01, 0x20, 0x80, 0xFF}) {
      Bytes changed = file;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      const auto other = read(changed);
      if (other && same(*other, infos)) ++unseen;
    }
  CHECK(unseen == 0);
}

TEST_CASE("EF.DG14: a key without ChipAuthenticationInfo is one for 3DES") {
  test::SeededRandom random(5);
  SecurityInfos infos;
  infos.chip_authentication_keys = {ec_key("secp256r1", random, Bytes{9})};
  const Bytes file = encode_dg14(infos);
  Told told;
  CHECK(parse_dg14(file, told).chip_authentication ==
        std::vector<ChipAuthenticationInfo>{{{KeyAgreement::ecdh, Cipher::triple_des}, Bytes{9}}});
  CHECK(told.all == "EF.DG14: a key of chip authentication stands without a ChipAuthenticationInfo|");
  NoDeviations none;
  CHECK_THROWS_AS(parse_dg14(file, none), Error);
  // In EF.CardSecurity it is what the mapping is verified with.
  CHECK(strict(encode_security_infos(infos)).chip_authentication.empty());
}

TEST_CASE("a downgrade: EF.CardAccess against what is signed") {
  const auto infos = [](std::vector<Bytes> encoded) { return strict(set(std::move(encoded))); };
  const Bytes gm = info(channel::oid_of(ecdh_gm), {number(2), number(12)});
  const Bytes cam = info(channel::oid_of(ecdh_cam), {number(2), number(12)});
  const Bytes weak = info(channel::oid_of(ecdh_gm), {number(2), number(8)});
  const Bytes proprietary = info(channel::oid_of(ecdh_gm), {number(2), number(33)});
  const Bytes terminal = info("0.4.0.127.0.7.2.2.2", {number(1)});
  const struct {
    const char* what;
    std::vector<Bytes> shown, repeated;
    Downgrade is;
  } cases[] = {
      {"the same", {gm, cam}, {cam, gm}, Downgrade::none},
      {"the same, and what is none of PACE", {gm}, {gm, terminal}, Downgrade::none},
      {"the stronger way taken out", {gm}, {gm, cam}, Downgrade::found},
      {"a weaker way put in", {gm, cam, weak}, {gm, cam}, Downgrade::found},
      {"another curve", {weak}, {gm}, Downgrade::found},
      {"a proprietary way taken out", {gm}, {gm, proprietary}, Downgrade::found},
      {"all taken out: BAC is left", {}, {gm}, Downgrade::found},
      {"nothing repeated", {gm}, {terminal}, Downgrade::unknown},
      {"no PACE at all", {}, {terminal}, Downgrade::none},
  };
  for (const auto& one : cases) {
    const std::string what = one.what;
    CAPTURE(what);
    CHECK(downgrade_of(infos(one.shown), infos(one.repeated)) == one.is);
  }
}
