// What the files of the eMRTD application may look like.
#include <doctest/doctest.h>

#include "inspect/details.hpp"
#include "inspect/sample_card.hpp"

using namespace perso;
using namespace perso::test;

namespace {

Bytes& contents(FakeCard& card, std::uint16_t fid) {
  return card.applications[emrtd].files[fid].contents;
}

/// EF.SOD over the card's data groups.
void sign_with(FakeCard& card, crypto::Hash hash, std::optional<lds::LdsVersions> versions) {
  const Bytes dg1 = contents(card, 0x0101), dg2 = contents(card, 0x0102), dg15 = contents(card, 0x010F);
  contents(card, 0x011D) =
      lds::encode_sod(lds::security_object_over({{1, dg1}, {2, dg2}, {15, dg15}}, hash, std::move(versions)),
                      chain().signer, issued_at, chain().by_signer(chance()));
}

/// The sample edition with one file more in its eMRTD application.
inspect::Promises promises_with(const std::string& name, std::uint16_t fid) {
  inspect::Promises promised = promises();
  promised.applications[0].files.push_back({name, iso7816::Fid{fid}});
  return promised;
}

void add(FakeCard& card, int data_group, std::uint16_t fid, const Bytes& file) {
  contents(card, fid) = file;
  contents(card, 0x011E) = lds::encode_com({"0107", "040000", {1, 2, data_group, 15}});
  sign_again(card);
}

}  // namespace

TEST_CASE("EF.SOD in its variants: LDS 1.7 and 1.8, any hash that 9303-12 allows") {
  const lds::LdsVersions v1_8{"0108", "040000"};
  FakeCard card = good_card();
  inspect::Promises promised = promises();
  promised.versions.reset();
  for (const crypto::Hash hash : {crypto::Hash::sha256, crypto::Hash::sha384, crypto::Hash::sha512}) {
    sign_with(card, hash, std::nullopt);
    CHECK(failed_checks(inspected(card, promised)) == "");
  }
  sign_with(card, crypto::Hash::sha512, v1_8);
  CHECK(failed_checks(inspected(card, promised)) == "EF.SOD versions");
  contents(card, 0x011E) = lds::encode_com({"0108", "040000", {1, 2, 15}});
  CHECK(failed_checks(inspected(card, promised)) == "");
  contents(card, 0x011E) = lds::encode_com({"0108", "050000", {1, 2, 15}});
  CHECK(failed_checks(inspected(card, promised)) == "EF.SOD versions");
}

TEST_CASE("EF.DG1 holds a zone of any of the three forms") {
  struct Row {
    identity::MrzForm form;
    const char* document_code;
    const char* number;
  };
  for (const Row& row :
       {Row{identity::MrzForm::td2, "IR", "D23145890"}, Row{identity::MrzForm::td3, "P", "L898902C3"}}) {
    CAPTURE(row.number);
    FakeCard card = good_card();
    identity::MrzFields fields = zone();
    fields.document_code = row.document_code;
    fields.number = row.number;
    contents(card, 0x0101) = dg1_of(fields, row.form);
    sign_again(card);
    Inspector inspect;
    inspect.editions.front().zone_head = lds::parse_dg1(contents(card, 0x0101)).substr(0, 5);
    const inspect::Report report = inspect(card);
    CHECK(failed_checks(report) == "record number");  // the record has the number of the sample
    CHECK(report.number == row.number);
    CHECK(report.holder.at("name") == "MUSTER ANNA");
    CHECK(report.holder.at("expires") == "360331");
    contents(card, 0x0101).back() ^= 1;  // the last check digit, over all of them
    sign_again(card);
    CHECK(failed_checks(inspect(card)) == "EF.DG1 machine readable zone; record number");
    // Whoever signed it broke the standard himself: no alteration in a foreign document.
    const inspect::Report foreign = Inspector{.editions = {}}(card);
    CHECK(failed_checks(foreign) == "");
    REQUIRE(foreign.tolerated.size() == 1);
    CHECK(foreign.number == "");
  }
}

TEST_CASE("EF.DG2 holds JPEG 2000 as well, and the report the picture") {
  const Bytes jpeg2000 = identity::prepare_portrait(
      portrait(),
      {.width = 358, .height = 441, .max_bytes = 15000, .format = identity::PictureFormat::jpeg2000});
  FakeCard card = good_card();
  contents(card, 0x0102) = lds::encode_dg2(jpeg2000);
  sign_again(card);
  inspect::Promises promised = promises();
  promised.portrait_copy.reset();
  const inspect::Report report = inspected(card, promised);
  CHECK(failed_checks(report) == "");
  CHECK(report.portrait == jpeg2000);
}

TEST_CASE("EF.DG11 and EF.DG12 are shown with the holder") {
  FakeCard card = good_card();
  add(card, 11, 0x010B,
      tlv::encode(tlv::Tag{0x6B}, from_hex("5C085F0E5F2B5F115F42"
                                           "5F0E034C3C3C"
                                           "5F2B0419850101"
                                           "5F1102C384"
                                           "5F420141")));
  inspect::Report report = inspected(card, promises_with("EF.DG11", 0x010B));
  CHECK(failed_checks(report) == "");
  CHECK(report.holder.at("full name") == "L<<");
  CHECK(report.holder.at("full date of birth") == "19850101");
  CHECK(report.holder.at("place of birth") == "Ä");
  CHECK(report.holder.at("address") == "A");
  CHECK(report.holder.at("name") == "MUSTER ANNA");

  FakeCard other = good_card();
  add(other, 12, 0x010C,
      tlv::encode(tlv::Tag{0x6C}, from_hex("5C045F195F26"
                                           "5F190358595A"
                                           "5F26083230323630333031")));
  report = inspected(other, promises_with("EF.DG12", 0x010C));
  CHECK(failed_checks(report) == "");
  CHECK(report.holder.at("issuing authority") == "XYZ");
  CHECK(report.holder.at("date of issue") == "20260301");
}

TEST_CASE("details that break their form are none") {
  struct Row {
    const char* what;
    const char* inside;
  };
  const Row rows[] = {
      {"no tag list", ""},
      {"an element before the tag list", "5F0E01415C025F0E"},
      {"another element than it lists", "5C025F105F0E0141"},
      {"an element less than it lists", "5C025F0E"},
      {"an element more than it lists", "5C005F0E0141"},
      {"the same element twice", "5C025F0E5F0E01415F0E0142"},
      {"a tag cut in the list", "5C015F"},
      {"an element cut short", "5C025F0E5F0E0241"},
      {"an escape character", "5C025F0E5F0E011B"},
      {"a control character of two bytes", "5C025F0E5F0E02C29B"},
      {"no UTF-8", "5C025F0E5F0E01FF"},
      {"UTF-8 longer than it needs", "5C025F0E5F0E02C080"},
      {"a date that is not of digits", "5C025F2B5F2B0419AA0101"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    FakeCard card = good_card();
    add(card, 11, 0x010B, tlv::encode(tlv::Tag{0x6B}, from_hex(row.inside)));
    const inspect::Report report = inspected(card, promises_with("EF.DG11", 0x010B));
    CHECK(failed_checks(report) == "EF.DG11 details");
    CHECK_FALSE(report.holder.contains("full name"));
  }
  NoDeviations strict;
  CHECK_THROWS_AS(inspect::parse_details(from_hex("61045C025F0E"), strict), Error);
  CHECK_THROWS_AS(inspect::parse_details({}, strict), Error);
}
