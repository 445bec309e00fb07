// Kinds of content that the shipped profiles do not show, or not in full.
#include "plan/encoders.hpp"

#include <algorithm>

#include "crypto/gmt0010.hpp"
#include "identity/mrz.hpp"
#include "lds/dg1.hpp"
#include "lds/dg15.hpp"
#include "lds/sod.hpp"
#include "plan/fixture.hpp"
#include "plan/spelling.hpp"

namespace perso::plan {

using namespace test;
using profile::Element;
using profile::Encoding;
using profile::Spelling;

namespace {

profile::Value of(const std::string& field, Spelling as = Spelling::plain) {
  return {.field = field, .literal = {}, .as = as, .part = {}};
}
profile::Value literal(const std::string& text) {
  return {.field = {}, .literal = text, .as = Spelling::plain, .part = {}};
}

Element element(std::uint32_t tag, decltype(Element::contents) contents) {
  return {.tag = {tag}, .contents = std::move(contents), .place = {}};
}
Element text(std::uint32_t tag, const profile::Value& value, Encoding encoding = Encoding::utf_8) {
  return element(tag, Element::Text{value, encoding});
}

std::string hex_of(const Element& root, const Order& order) {
  return to_hex(encode_template({root}, edition(), order));
}

/// The shipped profile with this content in an only file beside the shipped ones.
profile::Profile with_file(profile::Content content, std::optional<std::size_t> size = {}) {
  profile::Profile profile = edition();
  profile::File file;
  file.name = "EXTRA";
  file.fid = {0x0EEE};
  file.size = size;
  file.content = std::move(content);
  profile.applications[national].files.push_back(std::move(file));
  return profile;
}

Bytes extra_of(const profile::Profile& profile) {
  return *file_of(first_phase(good_order(), profile), "EXTRA").contents;
}

profile::Mrz zone_of(profile::Mrz::Form form, const std::string& code) {
  return {.form = form,
          .document_code = code,
          .issuer = "UTO",
          .number = "sequence",
          .born = "birth_date",
          .sex = "sex",
          .expires = "expires",
          .nationality = "nationality",
          .name = "latin_name",
          .optional_1 = {},
          .optional_2 = {}};
}

}  // namespace

TEST_CASE("how values are spelt") {
  Order order = good_order();
  order.fields["nationality"] = "DEU";
  order.fields["latin_name"] = "GROßMANN-LIND, RENÉE ANNE";
  struct Case {
    const char* field;
    Spelling as;
    const char* says;
  };
  for (const Case& one :
       {Case{"latin_name", Spelling::plain, "GROSSMANN-LIND RENEE ANNE"},
        Case{"latin_name", Spelling::primary, "GROSSMANN-LIND"},
        Case{"latin_name", Spelling::secondary, "RENEE ANNE"},
        Case{"latin_name", Spelling::mrz_name, "GROSSMANN<LIND<<RENEE<ANNE"},
        Case{"sex", Spelling::plain, "F"}, Case{"sex", Spelling::gb_2261, "2"},
        Case{"birth_date", Spelling::plain, "1990-01-23"}, Case{"birth_date", Spelling::yyyymmdd, "19900123"},
        Case{"birth_date", Spelling::yymmdd, "900123"}, Case{"birth_date", Spelling::bcd, "19900123"},
        Case{"nationality", Spelling::alpha_3, "DEU"}, Case{"nationality", Spelling::icao, "D"},
        Case{"nationality", Spelling::numeric, "276"},
        Case{"previous_number", Spelling::association, ""},  // the nationality has changed
        Case{"chinese_name", Spelling::plain, "艾达·白"}}) {
    CAPTURE(std::string(one.says));
    CHECK(spell(of(one.field, one.as), edition(), order) == one.says);
  }
  order.fields["nationality"] = "XXA";
  CHECK(spell(of("nationality", Spelling::numeric), edition(), order) == "999");
  order.fields["nationality"] = "AFG";
  CHECK(spell(of("nationality", Spelling::numeric), edition(), order) == "004");
  order.fields.erase("chinese_name");
  CHECK(spell(of("chinese_name"), edition(), order).empty());

  profile::Value part = of("latin_name");
  part.part = {{7, 14}};
  CHECK(spell(part, edition(), order) == "ANN-LIND");
  part.part = {{24, 60}};
  CHECK(spell(part, edition(), order) == "NE");
  part.part = {{26, 60}};
  CHECK(spell(part, edition(), order).empty());
}

TEST_CASE("text in the four encodings") {
  CHECK(to_hex(encode_text("A艾", Encoding::utf_8)) == "41E889BE");
  CHECK(to_hex(encode_text("A艾", Encoding::utf_16le)) == "41007E82");
  CHECK(to_hex(encode_text("A艾", Encoding::utf_16be)) == "0041827E");
  CHECK(to_hex(encode_text("𠮷", Encoding::utf_16be)) == "D842DFB7");
  CHECK(to_hex(encode_text("A", Encoding::ascii)) == "41");
  CHECK(error_of([] { encode_text("É", Encoding::ascii); }).code() == Code::malformed);
}

TEST_CASE("a record in any encoding, filled up on either side") {
  profile::Record record;
  record.text = Encoding::ascii;
  record.pad = '.';
  const auto place = [](std::size_t at, std::size_t bytes, const profile::Value& value, bool right = false) {
    return profile::RecordField{at, bytes, value, right, {}};
  };
  record.size = 20;
  record.fields = {place(0, 4, of("sex")), place(4, 4, of("sex"), true), place(8, 6, literal("AB")),
                   place(14, 6, {})};
  CHECK(as_text(encode_record(record, edition(), good_order())) == "F......FAB..........");
  record.text = Encoding::utf_16be;
  record.pad = ' ';
  record.size = 6;
  record.fields = {place(0, 6, of("sex"), true)};
  CHECK(to_hex(encode_record(record, edition(), good_order())) == "002000200046");
  record.fields = {place(0, 6, of("number"))};
  CHECK(error_of([&] { encode_record(record, edition(), good_order()); }).code() == Code::profile_invalid);
}

TEST_CASE("a template leaves out what the order leaves out, and lists what is there") {
  const Element list = element(0x5C, Element::TagList{});
  const Element root =
      element(0x6B, std::vector<Element>{list, text(0x5F0E, of("latin_name", Spelling::primary)),
                                         text(0x5F2B, of("birth_date", Spelling::bcd)),
                                         element(0xA0, std::vector<Element>{element(0x5C, Element::TagList{}),
                                                                            text(0x80, of("chinese_name"))}),
                                         text(0x81, of("chinese_name"), Encoding::utf_16be),
                                         element(0x82, Bytes{7})});
  Order order = good_order();
  order.fields["latin_name"] = "LI";
  order.fields["chinese_name"] = "白";
  CHECK(hex_of(root, order) ==
        "6B265C075F0E5F2BA081825F0E024C495F2B0419900123"
        "A0085C01808003E799BD81027"
        "67D820107");
  order.fields.erase("chinese_name");
  CHECK(hex_of(root, order) == "6B165C055F0E5F2B825F0E024C495F2B0419900123820107");

  const Element bare = element(0x6B, std::vector<Element>{list, text(0x80, of("chinese_name"))});
  CHECK(hex_of(bare, order) == "6B00");
}

TEST_CASE("zones of the three forms, with optional data") {
  profile::Profile profile = with_file({});
  profile::Field sequence;
  sequence.name = "sequence";
  sequence.type = profile::FieldType::text;
  profile.holder.push_back(sequence);
  Order order = good_order();
  order.fields["sequence"] = "P26100041";
  const auto zone = [&](profile::Mrz mrz) {
    profile.applications[national].files.back().content = std::move(mrz);
    return identity::parse_mrz(lds::parse_dg1(*file_of(first_phase(order, profile), "EXTRA").contents));
  };
  profile::Mrz td1 = zone_of(profile::Mrz::Form::td1, "IR");
  td1.optional_1 = of("sex");
  td1.optional_2 = of("replacements");
  const auto card = zone(td1);
  CHECK(card.form == identity::MrzForm::td1);
  CHECK(card.fields.optional_1 == "F");
  CHECK(card.fields.optional_2 == "01");
  const auto visa = zone(zone_of(profile::Mrz::Form::td2, "I"));
  CHECK(visa.form == identity::MrzForm::td2);
  CHECK(visa.fields.optional_1.empty());
  profile::Mrz td3 = zone_of(profile::Mrz::Form::td3, "P");
  td3.optional_1 = of("number");
  order.fields["number"] = "12345678901234";
  order.fields.erase("previous_number");
  const auto passport = zone(td3);
  CHECK(passport.form == identity::MrzForm::td3);
  CHECK(passport.fields.number == "P26100041");
  CHECK(passport.fields.optional_1 == "12345678901234");
  CHECK(passport.fields.name.primary == "AKHMETOVA SULEIMENOVA");
}

TEST_CASE("literals, certificates and signatures over other files") {
  CHECK(to_hex(extra_of(with_file(profile::Literal{{0xCA, 0xFE}}))) == "CAFE");
  CHECK(extra_of(with_file(profile::Certificate{"national-signer"})) ==
        signer("national-signer").certificate().der());

  const profile::FileRef text{national, 0}, zone{emrtd, 1};
  const profile::Profile profile =
      with_file(profile::Cms{profile::Cms::Kind::cms, "document-signer", {text, zone}});
  REQUIRE(profile.at(zone).name == "EF.DG1");
  const Plan plan = first_phase(good_order(), profile);
  const auto cms = crypto::SignedData::parse(*file_of(plan, "EXTRA").contents);
  CHECK_FALSE(cms.content);
  CHECK(cms.signing_time == now);
  const Bytes signed_bytes = concat({*file_of(plan, "TEXT").contents, *file_of(plan, "EF.DG1").contents});
  CHECK(cms.verify(signed_bytes));
  CHECK_FALSE(cms.verify(*file_of(plan, "TEXT").contents));

  // Over a file that waits for the chip, it waits too.
  const profile::FileRef key{emrtd, 6};
  const profile::Profile waiting = with_file(profile::Cms{profile::Cms::Kind::cms, "document-signer", {key}});
  REQUIRE(waiting.at(key).name == "EF.DG15");
  CHECK_FALSE(file_of(first_phase(good_order(), waiting), "EXTRA").contents);
  CHECK(file_of(whole_plan(good_order(), TestChip(), waiting), "EXTRA").contents);
}

TEST_CASE("a file with a size is filled up to it, and never beyond") {
  const profile::Literal two{{1, 2}};
  CHECK(to_hex(extra_of(with_file(two, 4))) == "01020000");
  CHECK(to_hex(extra_of(with_file(two, 2))) == "0102");
  const Error error = error_of([&] { extra_of(with_file(two, 1)); });
  CHECK(error.code() == Code::chip_full);
  CHECK(error.message() == "file EXTRA would have 2 bytes and has room for 1; enlarge it");
  // What is signed is what is written.
  profile::Profile signed_over = with_file(two, 4);
  profile::File signature;
  signature.name = "SIGNED";
  signature.content = profile::Cms{profile::Cms::Kind::gmt_0010, "national-signer", {{national, 3}}};
  signed_over.applications[national].files.push_back(signature);
  REQUIRE(signed_over.at({national, 3}).name == "EXTRA");
  const Plan plan = first_phase(good_order(), signed_over);
  CHECK(crypto::GmtSignedData::parse(*file_of(plan, "SIGNED").contents).verify(Bytes{1, 2, 0, 0}));
}

TEST_CASE("a security object of LDS 1.8, with another hash") {
  profile::Profile profile = edition();
  for (profile::File& file : profile.applications[emrtd].files)
    if (auto* sod = std::get_if<profile::Sod>(&file.content))
      *sod = {"document-signer", crypto::Hash::sha512, "0108", "040000"};
  const Plan plan = whole_plan(good_order(), TestChip(), profile);
  const lds::Sod sod = lds::parse_sod(*file_of(plan, "EF.SOD").contents);
  CHECK(sod.cms.verify());
  CHECK(sod.object.versions == lds::LdsVersions{"0108", "040000"});
  CHECK(sod.object.digests.at(1) == crypto::digest(crypto::Hash::sha512, *file_of(plan, "EF.DG1").contents));
}

TEST_CASE("a plan for a chip that takes its key and asks for what is printed on the card") {
  const profile::Profile profile = profile::load(profile_folder("icao-td1"));
  std::vector<Order> orders;
  read_batch(profile_folder("icao-td1") / "sample/orders.json", intake(profile),
             [&](Order&& order) { orders.push_back(std::move(order)); });
  REQUIRE(orders.size() == 2);
  const Plan plan = first_phase(orders[0], profile);
  CHECK(plan.complete());  // nothing waits for the chip
  REQUIRE(plan.keys.size() == 1);
  CHECK(plan.keys[0].name == "active-authentication");
  CHECK(plan.keys[0].algorithm == "rsa-1024");
  const auto rsa_of = [](const Plan& any) -> const crypto::RsaPrivateKey& {
    return std::get<crypto::RsaPrivateKey>(*any.keys.at(0).key);
  };
  CHECK(rsa_of(plan).modulus().size() == 128);
  const auto key = lds::parse_dg15(*file_of(plan, "EF.DG15").contents);
  CHECK(std::get<crypto::RsaPublicKey>(key).spki() == rsa_of(plan).public_key().spki());
  CHECK(rsa_of(first_phase(orders[1], profile)).modulus() != rsa_of(plan).modulus());
  REQUIRE(plan.access);
  CHECK(plan.access->printed == channel::PrintedData{"P26100041", "890706", "311018"});
  CHECK(plan.access->access_number.empty());

  Order order = orders[0];
  order.fields["number"] = "A1";
  CHECK(access_of(profile, order)->printed->number == "A1<<<<<<<");
  order.fields["number"] = "A123456789";
  CHECK(access_of(profile, order)->printed->number == "A123456789");

  profile::Profile strange = profile;
  strange.chip.injects[0].algorithm = "ecdsa-p512";
  CHECK(error_of([&] { first_phase(orders[0], strange); }).code() == Code::crypto_failed);
}

}  // namespace perso::plan
