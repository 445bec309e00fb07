#include "inspect/authenticity.hpp"

#include <algorithm>
#include <tuple>

#include "lds/dg15.hpp"

namespace perso::inspect {

using channel::ChipAuthenticationKey;
using channel::KeyAgreement;

namespace {

constexpr std::size_t challenge_size = 8;

KeyAgreement agreement_of(const ChipAuthenticationKey& key) {
  return std::holds_alternative<crypto::EcPublicKey>(key.key) ? KeyAgreement::ecdh : KeyAgreement::dh;
}

/// 9303-11 9.2.5: the identifier may be missing where there is one key alone.
bool belongs(const ChipAuthenticationKey& key, const lds::ChipAuthenticationInfo& info) {
  return agreement_of(key) == info.protocol.agreement && (key.id == info.key_id || !key.id || !info.key_id);
}

/// Identifiers are names alone.
bool is_same(const ChipAuthenticationKey& one, const ChipAuthenticationKey& other) {
  if (one.key.index() != other.key.index()) return false;
  if (const auto* ec = std::get_if<crypto::EcPublicKey>(&one.key)) {
    const auto& that = std::get<crypto::EcPublicKey>(other.key);
    return ec->curve() == that.curve() && ec->point() == that.point();
  }
  const auto& dh = std::get<crypto::DhPublicKey>(one.key);
  const auto& that = std::get<crypto::DhPublicKey>(other.key);
  return dh.group.p == that.group.p && dh.group.g == that.group.g && dh.y == that.y;
}

bool has(const std::vector<ChipAuthenticationKey>& keys, const ChipAuthenticationKey& key) {
  return std::ranges::any_of(keys, [&](const ChipAuthenticationKey& one) { return is_same(one, key); });
}

bool have_same_keys(const lds::SecurityInfos& one, const lds::SecurityInfos& other) {
  const auto& keys = one.chip_authentication_keys;
  const auto& others = other.chip_authentication_keys;
  return std::ranges::all_of(keys, [&](const auto& key) { return has(others, key); }) &&
         std::ranges::all_of(others, [&](const auto& key) { return has(keys, key); });
}

bool have_same_protocols(const lds::SecurityInfos& one, const lds::SecurityInfos& other) {
  return std::ranges::is_permutation(one.chip_authentication, other.chip_authentication);
}

auto strength(const channel::ChipAuthenticationProtocol& protocol) {
  return std::tuple(protocol.cipher, protocol.agreement);
}

enum class Answer { good, good_as_der, bad };

Answer judge_ecdsa(const crypto::EcPublicKey& key, crypto::Hash hash, ByteView challenge, ByteView answer) {
  if (key.verify_plain(hash, challenge, answer)) return Answer::good;
  return key.verify(hash, challenge, answer) ? Answer::good_as_der : Answer::bad;
}

Answer judge_answer(const lds::ChipKey& key, const std::optional<lds::SecurityInfos>& options,
                    ByteView challenge, ByteView answer) {
  if (const auto* rsa = std::get_if<crypto::RsaPublicKey>(&key))
    return rsa->verify_9796_2(challenge, answer) ? Answer::good : Answer::bad;
  const auto& ec = std::get<crypto::EcPublicKey>(key);
  const bool named = options && options->active_authentication;
  return judge_ecdsa(ec, named ? options->active_authentication->hash : ec.signature_hash(), challenge,
                     answer);
}

}  // namespace

std::optional<ChipAuthenticationWay> strongest_way(const lds::SecurityInfos& options) {
  std::optional<ChipAuthenticationWay> best;
  for (const lds::ChipAuthenticationInfo& info : options.chip_authentication)
    for (const ChipAuthenticationKey& key : options.chip_authentication_keys)
      if (belongs(key, info) && (!best || strength(best->protocol) < strength(info.protocol)))
        best = {info.protocol, &key};
  return best;
}

std::optional<ChipAuthenticationKey> key_of_mapping(Findings& findings, const channel::MappingProof& proof,
                                                    const std::optional<lds::CardSecurity>& card_security,
                                                    Random& random) {
  if (card_security)
    for (const ChipAuthenticationKey& key : card_security->infos.chip_authentication_keys) {
      const auto* ec = std::get_if<crypto::EcPublicKey>(&key.key);
      if (ec == nullptr || ec->curve() != proof.curve || !proof.proves(ec->point(), random)) continue;
      findings.passed(chip_authentication_check, "by the mapping: the chip holds the key of EF.CardSecurity");
      return key;
    }
  findings.failed(chip_authentication_check, Verdict::cloned,
                  card_security ? "by the mapping: the chip does not hold the key of EF.CardSecurity"
                                : "by the mapping: the chip shows no key of its own in EF.CardSecurity");
  return std::nullopt;
}

void judge_chip_keys(Findings& findings, const Document& document) {
  if (!document.is_emrtd || !document.card_security || !findings.complete()) return;
  const std::string name = "EF.CardSecurity keys against EF.DG14";
  static const lds::SecurityInfos nothing;
  const lds::SecurityInfos& repeated = document.options ? *document.options : nothing;
  const lds::SecurityInfos& infos = document.card_security->infos;
  if (findings.strict()) {
    const bool same = have_same_keys(infos, repeated) && have_same_protocols(infos, repeated);
    findings.check(name, Verdict::cloned, same, same ? "the same" : "are others");
  } else if (!document.chip_key) {
    return;
  } else if (repeated.chip_authentication_keys.empty()) {
    findings.differs(name, "EF.DG14 has none: EF.CardSecurity is not tied to EF.SOD");
  } else {
    const bool same = has(repeated.chip_authentication_keys, *document.chip_key);
    findings.check(name, Verdict::cloned, same,
                   same ? "the same" : "the chip's is not among those of EF.DG14");
  }
}

void authenticate_actively(Session& session, Findings& findings, ByteView dg15,
                           const std::optional<lds::SecurityInfos>& options, Random& random) {
  const std::string& name = active_authentication_check;
  const auto key =
      findings.parsed_file(name, [&](Deviations& deviations) { return lds::parse_dg15(dg15, deviations); });
  if (!key) return;
  Bytes challenge(challenge_size);
  random.fill(challenge);
  const auto* rsa = std::get_if<crypto::RsaPublicKey>(&*key);
  iso7816::ResponseApdu answer;
  try {
    answer = session.transmit({0x00, 0x88, 0x00, 0x00, challenge, session.expecting(rsa ? rsa->size() : 0)});
  } catch (const Error& error) {
    if (!refused_in_the_clear(error)) throw;
    answer.status = {*error.status_word()};
    findings.cut_short();
  }
  if (!answer.status.ok()) {
    findings.failed(name, Verdict::cloned, "INTERNAL AUTHENTICATE " + answered(answer.status));
    return;
  }
  const Answer judged = judge_answer(*key, options, challenge, answer.data);
  if (judged == Answer::good_as_der) findings.deviation(name, "the chip signs in DER, and not plain");
  findings.check(name, Verdict::cloned, judged != Answer::bad,
                 judged != Answer::bad ? "the chip holds the key of EF.DG15"
                                       : "the chip does not hold the key of EF.DG15");
}

}  // namespace perso::inspect
