// How the chip of a card opens, and how it proves itself: EF.CardAccess, EF.DG14, EF.CardSecurity, keys and
// access data.
#include <algorithm>

#include "lds/card_security.hpp"
#include "lds/dg15.hpp"
#include "lds/files.hpp"
#include "lds/sod.hpp"
#include "plan/fixture.hpp"

namespace perso::plan {

using namespace test;

namespace {

lds::SecurityInfos card_access_of(const Plan& plan) {
  NoDeviations strict;
  return lds::parse_security_infos(*file_of(plan, "EF.CardAccess").contents, strict);
}
lds::SecurityInfos dg14_of(const Plan& plan) {
  NoDeviations strict;
  return lds::parse_dg14(*file_of(plan, "EF.DG14").contents, strict);
}
lds::CardSecurity card_security_of(const Plan& plan) {
  NoDeviations strict;
  return lds::parse_card_security(*file_of(plan, "EF.CardSecurity").contents, strict);
}

/// As the mapping's domain parameters are, secp256r1.
const Bytes key_id{0x0C};

/// The one key of chip authentication, a point.
Bytes agreement_key_of(const lds::SecurityInfos& infos) {
  REQUIRE(infos.chip_authentication_keys.size() == 1);
  CHECK(infos.chip_authentication_keys[0].id == key_id);
  return std::get<crypto::EcPublicKey>(infos.chip_authentication_keys[0].key).point();
}

/// The edition, with a chip that is given its keys.
profile::Profile with_injected_keys() {
  profile::Profile profile = edition();
  profile.chip.injects = std::move(profile.chip.generates);
  profile.chip.generates.clear();
  return profile;
}

}  // namespace

TEST_CASE("EF.CardAccess stands before the chip is touched, and is the same on every card") {
  const Plan plan = first_phase(good_order());
  const lds::SecurityInfos shown = card_access_of(plan);
  CHECK(shown.pace == edition().chip.access->pace);
  CHECK(shown.chip_authentication_keys.empty());
  CHECK(shown.others.empty());
  CHECK(file_of(plan, "EF.CardAccess").fid == lds::ef_card_access.fid);
  CHECK(file_of(plan, "EF.CardAccess").read == profile::Access::always);
  CHECK(plan.applications.front().aid.is_master_file());
  CHECK(std::ranges::count_if(plan.applications, [](const PlannedApplication& application) {
          return application.aid.is_master_file();
        }) == 1);

  Order other = good_order();
  other.fields["number"] = "911398199001230262";
  other.fields["access_number"] = "000000";
  CHECK(file_of(first_phase(other), "EF.CardAccess").contents == file_of(plan, "EF.CardAccess").contents);
}

TEST_CASE("EF.DG14 repeats what EF.CardAccess shows, and says how the chip proves itself") {
  const TestChip chip;
  const Plan plan = whole_plan(good_order(), chip);
  const lds::SecurityInfos options = dg14_of(plan);
  CHECK(lds::downgrade_of(card_access_of(plan), options) == lds::Downgrade::none);
  CHECK(agreement_key_of(options) == chip.agreement_key.public_key().point());
  CHECK(options.chip_authentication ==
        std::vector<lds::ChipAuthenticationInfo>{{edition().chip.chip_authentication->protocol, key_id}});
  CHECK(options.active_authentication == lds::ActiveAuthenticationInfo{crypto::Hash::sha256});
  const lds::Sod sod = lds::parse_sod(*file_of(plan, "EF.SOD").contents);
  CHECK(sod.object.digests.at(14) ==
        crypto::digest(crypto::Hash::sha256, *file_of(plan, "EF.DG14").contents));
}

TEST_CASE("EF.CardSecurity is signed, and holds the key of the mapping") {
  const TestChip chip;
  const Plan plan = whole_plan(good_order(), chip);
  const lds::CardSecurity security = card_security_of(plan);
  CHECK(security.cms.verify());
  CHECK(security.cms.signer.der() == signer("document-signer").certificate().der());
  CHECK(security.cms.signing_time == now);
  CHECK(lds::downgrade_of(card_access_of(plan), security.infos) == lds::Downgrade::none);
  CHECK(agreement_key_of(security.infos) == chip.agreement_key.public_key().point());
  CHECK(security.infos.chip_authentication == dg14_of(plan).chip_authentication);
  CHECK_FALSE(security.infos.active_authentication);
}

TEST_CASE("a chip that is given its keys: everything stands before it is touched") {
  const profile::Profile profile = with_injected_keys();
  const Plan plan = first_phase(good_order(), profile);
  CHECK(plan.complete());
  REQUIRE(plan.keys.size() == 2);
  const auto point_of = [&](const std::string& name) {
    const auto key = std::ranges::find(plan.keys, name, &PlannedKey::name);
    REQUIRE(key != plan.keys.end());
    CHECK(key->id == profile.chip.key(name)->id);
    CHECK(key->algorithm == profile.chip.key(name)->algorithm);
    return std::get<crypto::EcPrivateKey>(*key->key).public_key().point();
  };
  CHECK(agreement_key_of(dg14_of(plan)) == point_of("chip-authentication"));
  CHECK(agreement_key_of(card_security_of(plan).infos) == point_of("chip-authentication"));
  const auto key = lds::parse_dg15(*file_of(plan, "EF.DG15").contents);
  CHECK(std::get<crypto::EcPublicKey>(key).point() == point_of("active-authentication"));
  CHECK(point_of("active-authentication") != point_of("chip-authentication"));
  // Every chip gets its own.
  const Plan other = first_phase(good_order(), profile);
  CHECK(file_of(other, "EF.DG15").contents != file_of(plan, "EF.DG15").contents);
}

TEST_CASE("a chip that did not make the key of chip authentication") {
  Plan plan = first_phase(good_order());
  TestChip chip;
  chip.contribution.public_keys.erase("chip-authentication");
  CHECK(error_of([&] { complete(plan, edition(), chip.contribution, workshop()); }).code() ==
        Code::key_missing);
}

TEST_CASE("what opens a card: its access number, and what its zone shows") {
  const auto access = access_of(edition(), good_order());
  REQUIRE(access);
  CHECK(access->access_number == "730416");
  CHECK(access->printed == channel::PrintedData{"911398199001230181", "900123", "361012"});
  CHECK(first_phase(good_order()).access == access);

  profile::Profile by_number = edition();
  by_number.chip.access->printed.reset();
  CHECK(access_of(by_number, good_order()) == channel::AccessData{std::nullopt, "730416"});
  profile::Profile open = edition();
  open.chip.access.reset();
  CHECK_FALSE(access_of(open, good_order()));
  CHECK_FALSE(first_phase(good_order(), open).access);
}

TEST_CASE("prc-2017: basic access control, and EF.DG14 says what the chip signs with") {
  const profile::Profile profile = profile::load(profile_folder("prc-2017"));
  std::vector<Order> orders;
  read_batch(profile_folder("prc-2017") / "sample/orders.csv", intake(profile),
             [&](Order&& order) { orders.push_back(std::move(order)); });
  REQUIRE_FALSE(orders.empty());
  const Plan plan = first_phase(orders[0], profile);
  REQUIRE(plan.access);
  CHECK(plan.access->access_number.empty());
  CHECK(plan.access->printed->number == orders[0].number(profile));
  const lds::SecurityInfos options = dg14_of(plan);  // hangs on nothing that the chip makes
  CHECK(options.active_authentication == lds::ActiveAuthenticationInfo{crypto::Hash::sha256});
  CHECK(options.pace.empty());
  CHECK(options.chip_authentication_keys.empty());
}

}  // namespace perso::plan
