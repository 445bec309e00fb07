#include "plan/plan.hpp"

#include <algorithm>

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

std::string padded(std::string text, std::size_t characters) {
  text.resize(characters, ' ');
  return text;
}

}  // namespace

TEST_CASE("the first phase makes what needs no chip, the second the rest, and touches nothing that stands") {
  const TestSigner signer;
  const TestChip chip;
  const Order order = good_order();
  Plan plan = compile(edition(), order);
  CHECK(plan.order_id == "T-1");
  CHECK(plan.number == "911398199001230181");
  CHECK(plan.replacement == "01");
  CHECK_FALSE(plan.complete());
  CHECK_FALSE(plan.sod_digest());
  std::string waiting;
  for (const PlannedApplication& application : plan.applications)
    for (const PlannedFile& file : application.files)
      if (!file.contents) waiting += file.name + " ";
  CHECK(waiting == "EF.DG15 EF.SOD ");
  const Plan before = plan;

  const Plan whole = whole_plan(order, chip, signer);
  CHECK(whole.complete());
  CHECK(whole.size() > before.size());
  for (const char* name : {"EF.COM", "EF.DG1", "EF.DG2", "TEXT", "PORTRAIT"})
    CHECK(file_of(whole, name).contents == file_of(before, name).contents);
  CHECK(*whole.sod_digest() == crypto::digest(crypto::Hash::sha256, *file_of(whole, "EF.SOD").contents));
  CHECK(file_of(whole, "EF.SOD").fid.value == 0x011D);
  CHECK(file_of(whole, "EF.DG1").short_fid->value == 1);
}

TEST_CASE("EF.SOD signs the bytes that are written") {
  const TestSigner signer;
  const TestChip chip;
  const Plan plan = whole_plan(good_order(), chip, signer);
  const lds::Sod sod = lds::parse_sod(*file_of(plan, "EF.SOD").contents);
  CHECK(sod.cms.verify());
  CHECK(sod.cms.signer.der() == signer.certificate().der());
  REQUIRE(sod.object.digests.size() == 3);
  for (const auto& [number, name] : std::map<int, std::string>{{1, "EF.DG1"}, {2, "EF.DG2"}, {15, "EF.DG15"}})
    CHECK(sod.object.digests.at(number) ==
          crypto::digest(crypto::Hash::sha256, *file_of(plan, name).contents));
  CHECK(lds::parse_com(*file_of(plan, "EF.COM").contents) == lds::Com{"0107", "040000", {1, 2, 15}});
  CHECK(lds::parse_dg15(*file_of(plan, "EF.DG15").contents).point() == chip.key.public_key().point());
}

TEST_CASE("the machine readable zone and the portraits") {
  const Order order = good_order();
  const Plan plan = compile(edition(), order);
  const identity::Td1 zone = identity::parse_td1(lds::parse_dg1(*file_of(plan, "EF.DG1").contents));
  CHECK(zone.document_code == "IR");
  CHECK(zone.issuing_state == "CHN");
  CHECK(zone.number == "911398199001230181");
  CHECK(zone.birth == "900123");
  CHECK(zone.sex == 'F');
  CHECK(zone.expiry == "361012");
  CHECK(zone.nationality == "KAZ");
  CHECK(zone.name.primary == "AKHMETOVA SULEIMENOVA");
  CHECK(*file_of(plan, "PORTRAIT").contents == order.portrait);
  CHECK(lds::parse_dg2(*file_of(plan, "EF.DG2").contents).jpeg == order.portrait);

  Order german = order;
  german.fields["nationality"] = "DEU";
  german.fields.erase("previous_number");
  const Plan other = compile(edition(), german);
  CHECK(identity::parse_td1(lds::parse_dg1(*file_of(other, "EF.DG1").contents)).nationality == "D");
  CHECK(record_text(*file_of(other, "TEXT").contents, 242, 6) == "DEU");
}

TEST_CASE("the text record, place by place") {
  const Plan plan = compile(edition(), good_order());
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
  const Bytes other = *file_of(compile(edition(), bare), "TEXT").contents;
  CHECK(record_text(other, 0, 30) == std::string(15, ' '));
  CHECK(record_text(other, 30, 2) == "1");
  CHECK(record_text(other, 220, 22) == std::string(11, ' '));
  CHECK(record_text(other, 250, 6) == "   ");
}

TEST_CASE("phases follow from what content depends on, not from the profile's order") {
  profile::Profile profile = edition();
  std::ranges::reverse(profile.applications[0].files);
  Plan plan = compile(profile, good_order());
  const TestSigner signer;
  const TestChip chip;
  complete(
      plan, profile, chip.contribution,
      [&](const std::string& name) -> const keys::Signer& {
        CHECK(name == "document-signer");
        return signer;
      },
      Instant{});
  CHECK(plan.complete());
  CHECK(lds::parse_sod(*file_of(plan, "EF.SOD").contents).object.digests.size() == 3);
}

TEST_CASE("what the second phase refuses") {
  const TestSigner signer;
  const SignerLookup lookup = [&](const std::string&) -> const keys::Signer& { return signer; };
  const TestChip chip;

  Plan plan = compile(edition(), good_order());
  CHECK(error_of([&] { complete(plan, edition(), ChipContribution{}, lookup, Instant{}); }).code() ==
        Code::key_missing);

  ChipContribution off_the_curve = chip.contribution;
  off_the_curve.public_keys["active-authentication"][64] ^= 1;
  CHECK_THROWS_AS(complete(plan, edition(), off_the_curve, lookup, Instant{}), Error);

  const SignerLookup none = [](const std::string&) -> const keys::Signer& {
    throw Error(Code::key_missing, "no such signer");
  };
  CHECK(error_of([&] { complete(plan, edition(), chip.contribution, none, Instant{}); }).code() ==
        Code::key_missing);

  profile::Profile other = edition();
  other.applications[1].files.pop_back();
  CHECK(error_of([&] { complete(plan, other, chip.contribution, lookup, Instant{}); }).code() ==
        Code::profile_invalid);

  profile::Profile small = edition();
  small.chip.memory = plan.size() + 100;  // what comes in the second phase does not fit
  Plan tight = compile(small, good_order());
  CHECK(error_of([&] { complete(tight, small, chip.contribution, lookup, Instant{}); }).code() ==
        Code::chip_full);
  small.chip.memory = 1024;
  CHECK(error_of([&] { compile(small, good_order()); }).code() == Code::chip_full);
}

}  // namespace perso::plan
