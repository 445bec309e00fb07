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

void judge_mapping(Findings& findings, const channel::MappingProof& proof,
                   const lds::SecurityInfos& card_security, Random& random) {
  const bool genuine =
      std::ranges::any_of(card_security.chip_authentication_keys, [&](const ChipAuthenticationKey& key) {
        const auto* ec = std::get_if<crypto::EcPublicKey>(&key.key);
        return ec != nullptr && ec->curve() == proof.curve && proof.proves(ec->point(), random);
      });
  findings.check(chip_authentication_check, Verdict::cloned, genuine,
                 genuine ? "by the mapping: the chip holds the key of EF.CardSecurity"
                         : "by the mapping: the chip does not hold the key of EF.CardSecurity");
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
  const auto answer =
      session.transmit({0x00, 0x88, 0x00, 0x00, challenge, session.expecting(rsa ? rsa->size() : 0)});
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
