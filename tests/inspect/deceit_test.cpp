// Cards that somebody made to be believed: each one passes for genuine if a single check is left out.
#include <doctest/doctest.h>

#include <functional>

#include "identity/name.hpp"
#include "inspect/guarded_sample.hpp"

using namespace perso;
using namespace perso::test;
using inspect::Trust;
using inspect::Verdict;

namespace {

/// A card of which a test answers some commands itself.
class Between final : public iso7816::Card {
 public:
  using Answer = std::function<std::optional<iso7816::ResponseApdu>(const iso7816::CommandApdu&)>;
  Between(iso7816::Card& card, Answer answer) : card_(card), answer_(std::move(answer)) {}
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    const auto own = answer_(command);
    return own ? *own : card_.transmit(command);
  }

 private:
  iso7816::Card& card_;
  Answer answer_;
};

bool is_protected(const iso7816::CommandApdu& command) {
  return (command.cla & 0x0C) != 0;
}

/// Wants no access control, and proves itself.
class OpenChip final : public iso7816::Card {
 public:
  OpenChip(FakeCard& files, const ChipSecurity& security) : files_(files), key_(security.of_chip()) {}
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    if (!is_protected(command)) return in_the_clear(command);
    try {
      iso7816::CommandApdu plain = channel_->unwrap(command);
      plain.ne = std::min(plain.ne, channel_->plain_capacity(command.ne));
      const iso7816::ResponseApdu answer = files_.transmit(plain);
      return {channel_->wrap({answer.data, answer.status}), answer.status};
    } catch (const vchip::Refusal& refusal) {
      return {{}, refusal.status};
    }
  }

 private:
  iso7816::ResponseApdu in_the_clear(const iso7816::CommandApdu& command) {
    if (command.ins == 0x22) return {{}, iso7816::sw::success};
    if (command.ins != 0x86) return files_.transmit(command);
    const ByteView point = tlv::single(tlv::single(command.data).value).value;
    channel_ = vchip::authenticate_chip(key_, vchip::Cipher::aes_128, point, chance());
    return {from_hex("7C00"), iso7816::sw::success};
  }

  FakeCard& files_;
  vchip::ChipKey key_;
  std::optional<vchip::SecureMessagingCard> channel_;
};

const ChipSecurity& mapping() {
  static const ChipSecurity security({generic_mapping, chip_mapping});
  return security;
}
const ChipSecurity& generic() {
  static const ChipSecurity security({generic_mapping});
  return security;
}

/// Another chip, with keys of its own.
const ChipSecurity& other() {
  static const ChipSecurity security({generic_mapping, chip_mapping});
  return security;
}

Inspector inspector(const ChipSecurity& security, bool known) {
  Inspector inspect = guarded_inspector(security);
  if (!known) inspect.editions.clear();
  return inspect;
}

Bytes& master_file(GuardedCard& card, std::uint16_t fid) {
  return card.files.applications[{}].files[fid].contents;
}

void sign_dg14(GuardedCard& card, const lds::SecurityInfos& infos) {
  card.files.applications[emrtd].files[0x010E].contents = lds::encode_dg14(infos);
  sign_again(card.files);
}

Bytes card_security(const lds::SecurityInfos& infos, const Chain& signers) {
  return lds::encode_card_security(infos, signers.signer, issued_at, signers.by_signer(chance()));
}

}  // namespace

TEST_CASE("after chip authentication no other channel is opened in the place of its own") {
  for (const bool known : {true, false})
    for (const std::size_t limit : {255, 256, 261, 280, 1000, 65535}) {
      CAPTURE(limit);
      GuardedCard clone = guarded_card(generic());
      clone.key = other().of_chip();
      bool agreed = false, refused = false;
      Between card(clone, [&](const auto& command) -> std::optional<iso7816::ResponseApdu> {
        if (agreed && !std::exchange(refused, true)) {
          clone.forget_channel();
          return iso7816::ResponseApdu{{}, iso7816::sw::wrong_length};
        }
        agreed = is_protected(command) && command.ins == 0x86;
        return std::nullopt;
      });
      Inspector inspect = inspector(generic(), known);
      inspect.command_limit = limit;
      const inspect::Report report = inspect(card);
      CHECK(report.verdict == Verdict::cloned);
      CHECK(failed_checks(report) == "chip authentication");
    }
}

TEST_CASE("the mapping that is judged is that of the channel in which the files are read") {
  GuardedCard genuine = guarded_card(mapping()), clone = guarded_card(mapping());
  clone.mapping_key = other().of_chip();
  bool swapped = false;
  Between card(genuine, [&](const auto& command) -> std::optional<iso7816::ResponseApdu> {
    if (swapped) return clone.transmit(command);
    swapped = is_protected(command);
    if (swapped) return iso7816::ResponseApdu{{}, iso7816::sw::wrong_length};
    return std::nullopt;
  });
  const inspect::Report report = inspector(mapping(), false)(card);
  CHECK(report.verdict == Verdict::cloned);
  CHECK(failed_checks(report) == "chip authentication");
}

TEST_CASE("a mapping proves nothing without EF.CardSecurity") {
  for (const bool known : {true, false}) {
    GuardedCard card = guarded_card(mapping());
    card.mapping_key = other().of_chip();
    card.files.applications[{}].files.erase(0x011D);
    const inspect::Report report = inspector(mapping(), known)(card);
    CHECK(report.verdict == Verdict::unreadable);
    CHECK(failed_checks(report).starts_with("EF.CardSecurity is readable; chip authentication"));
  }
}

TEST_CASE("EF.CardSecurity of another card proves that one alone") {
  for (const bool known : {true, false}) {
    GuardedCard card = guarded_card(mapping());
    card.mapping_key = other().of_chip();
    master_file(card, 0x011D) = card_security(other().all, chain());
    const inspect::Report report = inspector(mapping(), known)(card);
    CHECK(report.verdict == Verdict::cloned);
    CHECK(failed_checks(report) == "EF.CardSecurity keys against EF.DG14");
  }
  // Nor do a known edition's files have keys that the other one has not.
  lds::SecurityInfos none = mapping().all;
  none.chip_authentication.clear();
  none.chip_authentication_keys.clear();
  for (const lds::SecurityInfos* const infos :
       {&other().all, static_cast<const lds::SecurityInfos*>(&none)}) {
    GuardedCard card = guarded_card(mapping());
    sign_dg14(card, *infos);
    CHECK(inspector(mapping(), true)(card).verdict == Verdict::cloned);
  }
  // A foreign document need not repeat them: it is told.
  GuardedCard foreign = guarded_card(mapping());
  sign_dg14(foreign, none);
  const inspect::Report report = inspector(mapping(), false)(foreign);
  CHECK(failed_checks(report) == "");
  CHECK(report.tolerated.size() == 1);
}

TEST_CASE("EF.CardSecurity and EF.SOD are signed by the same issuer") {
  static const Chain abroad = chain_of("FR");
  GuardedCard card = guarded_card(mapping());
  master_file(card, 0x011D) = card_security(mapping().all, abroad);
  inspect::TrustStore store = trusting({chain().csca, abroad.csca}, Trust::foreign);
  Inspector inspect = inspector(mapping(), false);
  inspect.store = &store;
  const inspect::Report report = inspect(card);
  CHECK(report.verdict == Verdict::not_trusted);
  CHECK(failed_checks(report) == "EF.CardSecurity signer; EF.CardSecurity signer against EF.SOD");
}

TEST_CASE("a chip that wants no access control has to prove itself all the same") {
  FakeCard files = good_card();
  files.key.reset();
  files.applications[emrtd].files.erase(0x010F);
  ChipSecurity security({});
  security.all.active_authentication.reset();
  files.applications[emrtd].files[0x010E].contents = lds::encode_dg14(security.all);
  files.applications[emrtd].files[0x011E].contents = lds::encode_com({"0107", "040000", {1, 2, 14}});
  sign_again(files);
  const Inspector inspect{.editions = {}};
  CHECK(failed_checks(inspect(files)) == "chip authentication");
  CHECK(inspect(files).verdict == Verdict::cloned);
  files.reset();
  OpenChip genuine(files, security);
  CHECK(failed_checks(inspect(genuine)) == "");
  files.reset();
  OpenChip clone(files, other());
  CHECK(inspect(clone).verdict == Verdict::cloned);
}

TEST_CASE("a chip that refuses to prove itself in the clear is a clone too") {
  for (const int ins : {0x22, 0x88}) {
    GuardedCard guarded = guarded_card(generic());
    Between card(guarded, [&](const auto& command) -> std::optional<iso7816::ResponseApdu> {
      if (!is_protected(command) || command.ins != ins) return std::nullopt;
      guarded.forget_channel();
      return iso7816::ResponseApdu{{}, iso7816::sw::ins_not_supported};
    });
    const inspect::Report report = inspector(generic(), false)(card);
    CHECK(report.verdict == Verdict::cloned);
    CHECK(failed_checks(report) == (ins == 0x22 ? "chip authentication" : "active authentication"));
  }
}

TEST_CASE("EF.DG1 and EF.DG2 are there, whatever the lists say") {
  for (const int fid : {0x0101, 0x0102}) {
    FakeCard card = good_card();
    auto& files = card.applications[emrtd];
    files.files.erase(static_cast<std::uint16_t>(fid));
    files.files[0x0110].contents = from_hex("7000");
    files.files[0x011E].contents = lds::encode_com(
        {"0107", "040000", fid == 0x0101 ? std::vector<int>{2, 15, 16} : std::vector<int>{1, 15, 16}});
    sign_again(card);
    CHECK(Inspector{.editions = {}}(card).verdict == Verdict::unreadable);
  }
}

TEST_CASE("EF.COM is one of the files that an edition promises") {
  FakeCard card = good_card();
  card.applications[emrtd].files.erase(0x011E);
  CHECK(inspected(card).verdict == Verdict::unreadable);
}

TEST_CASE("an expired document does not become genuine by another fault in its zone") {
  const auto verdict = [](const char* expiry, std::size_t at, char c) {
    identity::MrzFields fields = zone();
    fields.document_code = "P";
    fields.number = "X12345678";
    fields.expiry = expiry;
    std::string text = identity::encode_mrz(identity::MrzForm::td3, fields);
    text[at] = c;
    FakeCard card = good_card();
    card.applications[emrtd].files[0x0101].contents = lds::encode_dg1(text);
    sign_again(card);
    return Inspector{.editions = {}}(card).verdict;
  };
  constexpr std::size_t sex = 44 + 20, check_digit_of_expiry = 44 + 27, last = 87;
  for (const std::size_t at : {sex, check_digit_of_expiry, last}) {
    CHECK(verdict("100101", at, 'X') == Verdict::expired);
    CHECK(verdict("360331", at, 'X') == Verdict::genuine);
  }
}

TEST_CASE("the word SPECIMEN makes nobody the issuer") {
  const auto named = crypto::EcParameters::named_curve;
  Chain self_styled = Chain::make(named, chance());
  auto of_csca = Chain::csca_request(named), of_signer = Chain::signer_request(named);
  of_csca.subject.common_name = of_csca.issuer.common_name = "CSCA SPECIMEN";
  of_signer.issuer = of_csca.subject;
  self_styled.csca =
      crypto::Certificate::parse(Chain::issue(of_csca, self_styled.csca_key, self_styled.csca_key, chance()));
  self_styled.signer = crypto::Certificate::parse(
      Chain::issue(of_signer, self_styled.signer_key, self_styled.csca_key, chance()));
  CHECK(trusting({self_styled.csca}, Trust::foreign).judge(self_styled.signer, today).trust ==
        Trust::foreign);
  CHECK(trusting({self_styled.csca}).judge(self_styled.signer, today).trust == Trust::specimen);

  // In a link certificate it counts as in the anchor.
  const auto key = crypto::EcPrivateKey::generate("secp256r1", chance());
  auto of_link = Chain::csca_request(named);
  of_link.profile = crypto::CertificateProfile::link;
  of_link.subject.common_name = "CSCA SPECIMEN 002";
  of_signer.issuer = of_link.subject;
  const Chain root = Chain::make(named, chance());
  const auto link = crypto::Certificate::parse(Chain::issue(of_link, key, root.csca_key, chance()));
  const auto signer = crypto::Certificate::parse(Chain::issue(of_signer, root.signer_key, key, chance()));
  CHECK(trusting({root.csca, link}).judge(signer, today).trust == Trust::specimen);
  CHECK(trusting({root.csca, link}, Trust::foreign).judge(signer, today).trust == Trust::foreign);
}

TEST_CASE("a signer may be for some documents alone") {
  const auto named = crypto::EcParameters::named_curve;
  Chain of_passports = chain_of("CN");
  auto request = Chain::signer_request(named);
  request.subject.country = request.issuer.country = "CN";
  request.document_types = {"P"};
  of_passports.signer = crypto::Certificate::parse(
      Chain::issue(request, of_passports.signer_key, of_passports.csca_key, chance()));
  FakeCard card = good_card();
  auto& files = card.applications[emrtd];
  files.files[0x011D].contents = sod_over(files, of_passports, issued_at);
  const inspect::TrustStore store = trusting({of_passports.csca, national_chain().csca});
  CHECK(failed_checks(Inspector{.store = &store}(card)) == "document type");
  CHECK(Inspector{.store = &store}(card).verdict == Verdict::not_trusted);
  const inspect::Report abroad = Inspector{.editions = {}, .store = &store}(card);
  CHECK(abroad.verdict == Verdict::genuine);
  CHECK(abroad.tolerated.size() == 1);
}

TEST_CASE("a signer's key signs as long as its usage period lasts") {
  FakeCard card = good_card();
  auto& files = card.applications[emrtd];
  files.files[0x011D].contents = sod_over(files, chain(), issued_at + std::chrono::days(91));
  CHECK(inspected(card).verdict == Verdict::not_trusted);
  CHECK(failed_checks(inspected(card)) == "EF.SOD signing time");
  const inspect::Report abroad = Inspector{.editions = {}}(card);
  CHECK(abroad.verdict == Verdict::genuine);
  CHECK(abroad.tolerated.size() == 1);
}

TEST_CASE("a card that breaks off is of no edition while it may be of several") {
  inspect::Promises others = promises();
  others.applications[1].aid = iso7816::Aid(from_hex("F0434E5052433137"));
  for (const bool several : {true, false}) {
    FakeCard files = good_card();
    bool zone_is_read = false;
    Between card(files, [&](const auto& command) -> std::optional<iso7816::ResponseApdu> {
      if (zone_is_read && command.p1 == 0x82) throw Error(Code::card_torn, "gone");
      zone_is_read = zone_is_read || (command.ins == 0xB0 && command.p1 == 0x81);
      return std::nullopt;
    });
    Inspector inspect;
    if (several) inspect.editions.insert(inspect.editions.begin(), {"other", others, "IRCHN"});
    const inspect::Report report = inspect(card);
    CHECK(report.interrupted);
    CHECK(report.edition == (several ? "" : "sample"));
  }
}

TEST_CASE("what says whose a chip is, or what it holds, is closed to strangers") {
  for (const int tag : {0x0042, 0x0045, 0x0066, 0x00E0, 0xDF70, 0x9F7F}) {
    FakeCard files = good_card();
    Between card(files, [&](const auto& command) -> std::optional<iso7816::ResponseApdu> {
      if (command.ins != 0xCA || (command.p1 << 8 | command.p2) != tag) return std::nullopt;
      return iso7816::ResponseApdu{{}, iso7816::sw::success};
    });
    inspect::Promises promised = promises();
    promised.pace = {generic_mapping};
    const std::uint8_t bytes[] = {static_cast<std::uint8_t>(tag >> 8), static_cast<std::uint8_t>(tag)};
    CHECK(failed_checks(inspect::probe_as_stranger(card, promised, 65535)) ==
          "GET DATA of " + to_hex(bytes) + " is closed to strangers");
  }
}

TEST_CASE("a record that nobody signs has the holder of EF.DG1") {
  using Place = inspect::Promises::Place;
  inspect::Promises promised = promises();
  promised.signatures.clear();
  promised.record_name = {{"national", "TEXT", 52, 70}, {"national", "TEXT", 220, 22}};
  promised.record_birth = Place{"national", "TEXT", 36, 16};
  promised.record_sex = Place{"national", "TEXT", 30, 2};
  promised.record_nationality = Place{"national", "TEXT", 242, 6};

  // The 35th character of the name is the blank before the last one of the given names.
  const identity::LatinName holder{"MUSTERMANN-LANG", "ANNA MARIA LUISASA BEATRICE"};
  const std::string given = identity::record_form(holder);
  const auto with = [&](std::size_t at, const std::string& text) {
    FakeCard card = good_card();
    identity::MrzFields fields = zone();
    fields.name = holder;
    card.applications[emrtd].files[0x0101].contents = dg1_of(fields);
    sign_again(card);
    Bytes& record = card.applications[national].files[0x0001].contents;
    const auto put = [&](std::size_t place, const std::string& value) {
      const Bytes encoded = identity::utf16le(value);
      std::ranges::copy(encoded, record.begin() + static_cast<std::ptrdiff_t>(place));
    };
    put(52, given.substr(0, 35));
    put(220, given.substr(35));
    put(36, "19850101");
    put(30, "2");
    put(242, "CHE");
    put(at, text);
    return inspected(card, promised);
  };
  REQUIRE(given[34] == ' ');
  CHECK(failed_checks(with(242, "CHE")) == "");
  const std::pair<std::size_t, std::string> others[] = {
      {52, "MUSTERMANN-LAND"}, {220, "XEATRICE"}, {36, "19850102"}, {30, "1"}, {242, "USA"}, {242, "   "}};
  for (const auto& other_holder : others) {
    const inspect::Report report = with(other_holder.first, other_holder.second);
    CHECK(report.verdict == Verdict::altered);
    CHECK(failed_checks(report) == "record against EF.DG1");
    const bool shown = std::ranges::any_of(
        report.holder, [](const auto& told) { return told.first.ends_with(" in the record"); });
    CHECK(shown);
  }
}
