#include "lds/files.hpp"

#include <doctest/doctest.h>

#include "crypto/chain.hpp"
#include "identity/mrz.hpp"
#include "lds/com.hpp"
#include "lds/dg1.hpp"
#include "lds/dg15.hpp"
#include "lds/hostile.hpp"
#include "lds/told.hpp"

using namespace perso;
using namespace perso::lds;
using test::malformed;
using test::notices_changed_bytes;
using test::refuses_other_lengths;
using test::Told;

namespace {

const std::string zone =
    "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<";

// The strict readers, as values.
const auto strict_com = [](ByteView file) { return parse_com(file); };
const auto strict_dg1 = [](ByteView file) { return parse_dg1(file); };
const auto strict_dg15 = [](ByteView file) { return parse_dg15(file); };

}  // namespace

TEST_CASE("LDS files: numbers, tags and identifiers of ICAO 9303-10") {
  const struct {
    int number;
    std::uint32_t tag;
    std::uint16_t fid;
  } known[] = {{1, 0x61, 0x0101},  {2, 0x75, 0x0102},  {3, 0x63, 0x0103},  {4, 0x76, 0x0104},
               {5, 0x65, 0x0105},  {6, 0x66, 0x0106},  {7, 0x67, 0x0107},  {8, 0x68, 0x0108},
               {9, 0x69, 0x0109},  {10, 0x6A, 0x010A}, {11, 0x6B, 0x010B}, {12, 0x6C, 0x010C},
               {13, 0x6D, 0x010D}, {14, 0x6E, 0x010E}, {15, 0x6F, 0x010F}, {16, 0x70, 0x0110}};
  for (const auto& group : known) {
    const LdsFile* const file = find_data_group(group.number);
    REQUIRE(file != nullptr);
    CHECK(file->tag.value == group.tag);
    CHECK(file->fid.value == group.fid);
    CHECK(file->short_fid.value == group.number);
    CHECK(file->name == "EF.DG" + std::to_string(group.number));
    CHECK(find_tag(file->tag) == file);
    CHECK(find_fid(file->fid) == file);
  }
  CHECK(find_fid(iso7816::Fid{0x011E})->tag == tlv::Tag{0x60});
  CHECK(find_fid(iso7816::Fid{0x011D})->short_fid.value == 0x1D);
  CHECK(find_data_group(0) == nullptr);
  CHECK(find_data_group(17) == nullptr);
  CHECK(find_tag(tlv::Tag{0x62}) == nullptr);
}

TEST_CASE("LDS files: those of the master file, beside the application's with the same identifiers") {
  CHECK(ef_card_access.fid.value == 0x011C);
  CHECK(ef_card_access.short_fid.value == 0x1C);
  CHECK(ef_card_security.fid.value == 0x011D);
  CHECK(ef_card_security.short_fid.value == 0x1D);
  CHECK(find_fid(ef_card_access.fid) == nullptr);
  CHECK(find_fid(ef_card_security.fid)->name == "EF.SOD");
}

TEST_CASE("EF.COM: what is tolerated") {
  const Com com{"0107", "040000", {1, 2, 15}};
  const std::string version = "5F010430313037", unicode = "5F3606303430303030";
  const struct {
    std::string file;
    Com reads;
    const char* says;
  } cases[] = {
      {"608115" + version + unicode + "5C0361756F", com, "EF.COM: a length is not in its shortest form|"},
      {"6016" + version + unicode + "5C810361756F", com, "EF.COM: a length is not in its shortest form|"},
      {"6015" + version + unicode + "5C0361756F" + "0000", com, "EF.COM: bytes follow the last element|"},
      {"6017" + version + unicode + "5C0361756F" + "0400", com, "EF.COM: bytes follow the last element|"},
      {"6016" + version + unicode + "5C046175776F", com, "EF.COM: a tag in the list is no data group's|"},
      {"6015" + version + unicode + "5C036F7561", com, "EF.COM: the data groups do not ascend|"},
      {"6016" + version + unicode + "5C046175756F", com, "EF.COM: the data groups do not ascend|"},
      {"600E" + unicode + "5C0361756F",
       {"", "040000", {1, 2, 15}},
       "EF.COM: LDS and Unicode version are not four and six digits|"},
      {"6015" + std::string("5F010430312E37") + unicode + "5C0361756F",
       {"01.7", "040000", {1, 2, 15}},
       "EF.COM: LDS and Unicode version are not four and six digits|"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.file);
    Told told;
    const Bytes file = from_hex(one.file);
    CHECK(parse_com(file, told) == one.reads);
    CHECK(told.all == one.says);
    CHECK(malformed(file, strict_com));
  }
  const auto tolerant = [](ByteView file) {
    Told told;
    return parse_com(file, told);
  };
  CHECK(malformed(from_hex("6010" + version + unicode), tolerant));  // without a list
  CHECK(malformed(from_hex("61155F0104303130375F36063034303030305C0361756F"), tolerant));
}

TEST_CASE("EF.DG1 and EF.DG15: what is tolerated") {
  Bytes zone_file = encode_dg1(zone);
  zone_file.insert(zone_file.begin() + 1, 0x81);
  zone_file.push_back(0);
  Told told;
  CHECK(parse_dg1(zone_file, told) == zone);
  CHECK(told.all == "EF.DG1: a length is not in its shortest form|EF.DG1: bytes follow the last element|");
  CHECK(malformed(zone_file, strict_dg1));

  const auto random = crypto::system_random();
  const crypto::EcPublicKey key = crypto::EcPrivateKey::generate("secp256r1", *random).public_key();
  const Bytes spki = key.spki(crypto::EcParameters::named_curve);  // 30 59 30 13 ...
  REQUIRE(spki.size() == 0x5B);
  const Bytes longer = concat({from_hex("6F5C305A308113"), ByteView(spki).subspan(4)});
  Told of_key;
  CHECK(std::get<crypto::EcPublicKey>(parse_dg15(longer, of_key)).point() == key.point());
  CHECK_FALSE(of_key.all.empty());
  CHECK(malformed(longer, strict_dg15));
}

TEST_CASE("EF.COM: the worked value, and back") {
  const Com com{"0107", "040000", {1, 2, 15}};
  const Bytes file = encode_com(com);
  CHECK(to_hex(file) ==
        "6015"
        "5F010430313037"
        "5F3606303430303030"
        "5C0361756F");
  CHECK(parse_com(file) == com);
  refuses_other_lengths(file, strict_com);
  notices_changed_bytes(file, strict_com, [&](const Com& other) { return other == com; });
  CHECK_THROWS_AS(encode_com({"107", "040000", {1}}), Error);
  CHECK_THROWS_AS(encode_com({"0107", "04000A", {1}}), Error);
  CHECK_THROWS_AS(encode_com({"0107", "040000", {17}}), Error);
  CHECK_THROWS_AS(encode_com({"0107", "040000", {2, 1}}), Error);
  CHECK_THROWS_AS(encode_com({"0107", "040000", {1, 1}}), Error);
}

TEST_CASE("EF.DG1: the zone in its template, and back") {
  const Bytes file = encode_dg1(zone);
  CHECK(to_hex(ByteView(file).first(5)) == "615D5F1F5A");
  CHECK(file.size() == 95);
  CHECK(parse_dg1(file) == zone);
  refuses_other_lengths(file, strict_dg1);
  notices_changed_bytes(file, strict_dg1, [](const std::string& other) { return other == zone; });
  CHECK_THROWS_AS(encode_dg1(zone.substr(1)), Error);
  CHECK_THROWS_AS(encode_dg1(zone.substr(1) + "a"), Error);
}

TEST_CASE("EF.DG15: an EC key, with named and explicit parameters") {
  const auto random = crypto::system_random();
  const crypto::EcPublicKey key = crypto::EcPrivateKey::generate("secp256r1", *random).public_key();
  for (const auto parameters : {crypto::EcParameters::named_curve, crypto::EcParameters::explicit_curve}) {
    const Bytes file = encode_dg15(key, parameters);
    CHECK(file[0] == 0x6F);
    const auto same = [&](const ChipKey& other) {
      const auto* const ec = std::get_if<crypto::EcPublicKey>(&other);
      return ec != nullptr && ec->point() == key.point();
    };
    CHECK(same(parse_dg15(file)));
    refuses_other_lengths(file, strict_dg15);
    notices_changed_bytes(file, strict_dg15, same);
  }
}

TEST_CASE("EF.DG15: an RSA key") {
  const auto random = crypto::system_random();
  const crypto::RsaPrivateKey key = crypto::RsaPrivateKey::generate(1024, *random);
  const Bytes file = encode_dg15(key.public_key());
  CHECK(to_hex(ByteView(file).first(5)) == "6F81A23081");
  const auto same = [&](const ChipKey& other) {
    const auto* const rsa = std::get_if<crypto::RsaPublicKey>(&other);
    return rsa != nullptr && rsa->spki() == key.public_key().spki();
  };
  CHECK(same(parse_dg15(file)));
  refuses_other_lengths(file, strict_dg15);
  notices_changed_bytes(file, strict_dg15, same);
}
