#include "plan/plan.hpp"

#include <algorithm>

#include "crypto/gmt0010.hpp"
#include "identity/mrz.hpp"
#include "identity/number.hpp"
#include "identity/text.hpp"
#include "lds/com.hpp"
#include "lds/dg1.hpp"
#include "lds/dg15.hpp"
#include "lds/dg2.hpp"
#include "lds/sod.hpp"
#include "plan/fixture.hpp"

namespace perso::plan {

using namespace test;

namespace {

std::string record_text(const Bytes& record, std::size_t at, std::size_t bytes) {
  return identity::utf8_from_utf16le(slice(record, at, bytes));
}

identity::MrzFields zone_of(const Plan& plan) {
  return identity::parse_mrz(lds::parse_dg1(*file_of(plan, "EF.DG1").contents)).fields;
}

std::string padded(std::string text, std::size_t characters) {
  text.resize(characters, ' ');
  return text;
}

}  // namespace

TEST_CASE("the first phase makes what needs no chip, the second the rest, and touches nothing that stands") {
  const TestChip chip;
  const Order order = good_order();
  Plan plan = first_phase(order);
  CHECK(plan.order_id == "T-1");
  CHECK(plan.number == "911398199001230181");
  CHECK(plan.replacement == "01");
  CHECK_FALSE(plan.complete());
  CHECK_FALSE(plan.digest());
  std::string waiting;
  for (const PlannedApplication& application : plan.applications)
    for (const PlannedFile& file : application.files)
      if (!file.contents) waiting += file.name + " ";
  CHECK(waiting == "EF.CardSecurity EF.DG14 EF.DG15 EF.SOD ");  // not the national signature
  const Plan before = plan;

  Plan whole = plan;
  complete(whole, edition(), chip.contribution, workshop());
  CHECK(whole.complete());
  CHECK(whole.size() > before.size());
  for (const char* name :
       {"EF.CardAccess", "EF.COM", "EF.DG1", "EF.DG2", "EF.DG11", "EF.DG12", "TEXT", "PORTRAIT", "SIGNATURE"})
    CHECK(file_of(whole, name).contents == file_of(before, name).contents);
  CHECK(*whole.digest() == crypto::digest(crypto::Hash::sha256, *file_of(whole, "EF.SOD").contents));
  CHECK(file_of(whole, "EF.SOD").fid.value == 0x011D);
  CHECK(file_of(whole, "EF.DG1").short_fid->value == 1);
}

TEST_CASE("EF.SOD signs the bytes that are written") {
  const TestChip chip;
  const Plan plan = whole_plan(good_order(), chip);
  const lds::Sod sod = lds::parse_sod(*file_of(plan, "EF.SOD").contents);
  CHECK(sod.cms.verify());
  CHECK(sod.cms.signer.der() == signer("document-signer").certificate().der());
  REQUIRE(sod.object.digests.size() == 6);
  for (const auto& [number, name] : std::map<int, std::string>{
           {1, "EF.DG1"}, {2, "EF.DG2"}, {11, "EF.DG11"}, {12, "EF.DG12"}, {14, "EF.DG14"}, {15, "EF.DG15"}})
    CHECK(sod.object.digests.at(number) ==
          crypto::digest(crypto::Hash::sha256, *file_of(plan, name).contents));
  CHECK(lds::parse_com(*file_of(plan, "EF.COM").contents) ==
        lds::Com{"0107", "040000", {1, 2, 11, 12, 14, 15}});
  CHECK_FALSE(sod.object.versions);
  const auto key = lds::parse_dg15(*file_of(plan, "EF.DG15").contents);
  CHECK(std::get<crypto::EcPublicKey>(key).point() == chip.key.public_key().point());
}

TEST_CASE("the machine readable zone and the portraits") {
  const Order order = good_order();
  const Plan plan = first_phase(order);
  const identity::MrzFields zone = zone_of(plan);
  CHECK(zone.document_code == "IR");
  CHECK(zone.issuing_state == "CHN");
  CHECK(zone.number == "911398199001230181");
  CHECK(zone.birth == "900123");
  CHECK(zone.sex == 'F');
  CHECK(zone.expiry == "361012");
  CHECK(zone.nationality == "KAZ");
  CHECK(zone.name.primary == "AKHMETOVA SULEIMENOVA");
  CHECK(*file_of(plan, "PORTRAIT").contents == order.portrait);
  CHECK(lds::parse_dg2(*file_of(plan, "EF.DG2").contents).image == order.portrait);

  Order german = order;
  german.fields["nationality"] = "DEU";
  german.fields.erase("previous_number");
  const Plan other = first_phase(german);
  CHECK(zone_of(other).nationality == "D");
  CHECK(record_text(*file_of(other, "TEXT").contents, 242, 6) == "DEU");
}

TEST_CASE("the text record, place by place") {
  const Plan plan = first_phase(good_order());
  const Bytes& record = *file_of(plan, "TEXT").contents;
  REQUIRE(record.size() == 256);
  struct Place {
    std::size_t at, bytes;
    const char* text;
  };
  const Place places[] = {
      {0, 30, "艾达·白"},
      {30, 2, "2"},
      {32, 4, "01"},
      {36, 16, "19900123"},
      {52, 70, "AKHMETOVA-SULEIMENOVA AIGERIM NURSU"},
      {122, 36, "911398199001230181"},
      {158, 30, ""},
      {188, 16, "20261012"},
      {204, 16, "20361012"},
      {220, 22, "LTAN"},
      {242, 6, "KAZ"},
      {248, 2, "Y"},
      {250, 6, "000"},
  };
  std::size_t next = 0;
  for (const Place& place : places) {
    CHECK(place.at == next);
    next = place.at + place.bytes;
    const std::string text = record_text(record, place.at, place.bytes);
    CHECK(text == padded(place.text, std::string(place.text).size() + place.bytes / 2 -
                                         identity::utf16_units(place.text)));
  }
  CHECK(next == record.size());
  // As a reader recovers the old number.
  CHECK(identity::previous_number(record_text(record, 122, 36), record_text(record, 242, 6),
                                  record_text(record, 250, 6)) == "KAZ110090012308");

  Order bare = good_order();
  bare.fields["latin_name"] = "SUKARNADI";
  bare.fields["sex"] = "M";
  bare.fields.erase("chinese_name");
  bare.fields.erase("previous_number");
  const Bytes other = *file_of(first_phase(bare), "TEXT").contents;
  CHECK(record_text(other, 0, 30) == std::string(15, ' '));
  CHECK(record_text(other, 30, 2) == "1");
  CHECK(record_text(other, 220, 22) == std::string(11, ' '));
  CHECK(record_text(other, 250, 6) == "   ");
}

TEST_CASE("the national signature is over text and portrait, with SM2") {
  const Plan plan = first_phase(good_order());
  const auto signature = crypto::GmtSignedData::parse(*file_of(plan, "SIGNATURE").contents);
  CHECK(signature.signer.der() == signer("national-signer").certificate().der());
  CHECK(signature.verify(concat({*file_of(plan, "TEXT").contents, *file_of(plan, "PORTRAIT").contents})));
  CHECK_FALSE(
      signature.verify(concat({*file_of(plan, "PORTRAIT").contents, *file_of(plan, "TEXT").contents})));
}

TEST_CASE("data group 11 and 12") {
  const Plan plan = first_phase(good_order());
  CHECK(as_text(*file_of(plan, "EF.DG11").contents) ==
        std::string("\x6B\x53\x5C\x06\x5F\x0E\x5F\x10\x5F\x2B") + "\x5F\x0E\x28" +
            "AKHMETOVA<SULEIMENOVA<<AIGERIM<NURSULTAN" + "\x5F\x10\x12" + "911398199001230181" +
            "\x5F\x2B\x08" + "19900123");
  CHECK(as_text(*file_of(plan, "EF.DG12").contents)
            .ends_with("\x5F\x19\x23NATIONAL IMMIGRATION ADMINISTRATION\x5F\x26\x08"
                       "20261012"));
}

TEST_CASE("a large portrait is prepared once, and is the same in both of its files") {
  Order order = good_order();
  order.portrait = read_bytes(PERSO_SOURCE_DIR "/profiles/prc-2023/sample/03.jpg");
  profile::Profile profile = edition();
  for (profile::Field& field : profile.holder)
    if (field.type == profile::FieldType::portrait) field.portrait.max_bytes = 10'000;
  const Plan plan = first_phase(order, profile);
  const Bytes& prepared = *file_of(plan, "PORTRAIT").contents;
  CHECK(prepared.size() <= 10'000);
  CHECK(prepared == identity::prepare_portrait(order.portrait, profile.field("portrait")->portrait));
  CHECK(lds::parse_dg2(*file_of(plan, "EF.DG2").contents).image == prepared);
}

TEST_CASE("phases follow from what content depends on, not from the profile's order") {
  profile::Profile profile = edition();
  std::ranges::reverse(profile.applications[emrtd].files);
  const TestChip chip;
  const Plan plan = whole_plan(good_order(), chip, profile);
  CHECK(plan.complete());
  CHECK(lds::parse_sod(*file_of(plan, "EF.SOD").contents).object.digests.size() == 6);
}

TEST_CASE("without a key of the chip, everything stands after the first phase") {
  profile::Profile profile = edition();
  std::erase_if(profile.applications[emrtd].files,
                [](const profile::File& file) { return file.name == "EF.DG15"; });
  profile.chip.chip_authentication.reset();
  const Plan plan = first_phase(good_order(), profile);
  CHECK(plan.complete());
  CHECK(plan.digest());
}

TEST_CASE("what the second phase refuses") {
  const TestChip chip;
  Plan plan = first_phase(good_order());
  CHECK(error_of([&] { complete(plan, edition(), ChipContribution{}, workshop()); }).code() ==
        Code::key_missing);

  ChipContribution off_the_curve = chip.contribution;
  off_the_curve.public_keys["active-authentication"][64] ^= 1;
  CHECK_THROWS_AS(complete(plan, edition(), off_the_curve, workshop()), Error);

  const SignerLookup none = [](const std::string&) -> const keys::Signer& {
    throw Error(Code::key_missing, "no such signer");
  };
  CHECK(error_of([&] {
          complete(plan, edition(), chip.contribution, {none, random(), now});
        }).code() == Code::key_missing);
  CHECK(error_of([&] {
          compile(edition(), good_order(), {none, random(), now});
        }).code() == Code::key_missing);

  profile::Profile other = edition();
  other.applications[national].files.pop_back();
  CHECK(error_of([&] { complete(plan, other, chip.contribution, workshop()); }).code() ==
        Code::profile_invalid);

  profile::Profile small = edition();
  small.chip.memory = plan.size() + 100;  // what comes in the second phase does not fit
  Plan tight = first_phase(good_order(), small);
  CHECK(error_of([&] { complete(tight, small, chip.contribution, workshop()); }).code() == Code::chip_full);
  small.chip.memory = 1024;
  CHECK(error_of([&] { first_phase(good_order(), small); }).code() == Code::chip_full);
}

}  // namespace perso::plan
