// The runs of PACE in the vectors, as a terminal and its chip play them.
#pragma once

#include <array>
#include <optional>

#include "bytes/error.hpp"
#include "channel/pace.hpp"
#include "crypto/asn1.hpp"
#include "crypto/dh.hpp"
#include "crypto/modular.hpp"
#include "support/scripted_card.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"
#include "tlv/tlv.hpp"

namespace perso::test {

/// Gives these bytes, and then any: what is drawn later only blinds.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out)
      byte = next_ < bytes_.size() ? bytes_[next_++] : static_cast<std::uint8_t>(later_.next());
  }

 private:
  Bytes bytes_;
  std::size_t next_ = 0;
  SeededRandom later_{1};
};

constexpr std::size_t pace_steps = 5;  // MSE:Set AT, four GENERAL AUTHENTICATE

/// One run: what the terminal is given, what it says and what the chip says. The answers may be changed.
struct PaceRun {
  std::string name;
  channel::PaceInfo info;
  channel::ParameterSets sets;
  channel::AccessData access;
  Bytes drawn;  // all that the terminal throws in
  std::array<std::string, pace_steps> commands, answers;
  std::string ks_enc, ks_mac;

  channel::Pace open(iso7816::Card& card) const {
    ScriptedRandom random(drawn);
    return channel::open_pace(card, info, sets, access, random);
  }
  /// Puts the first `steps` into the card's script.
  void expect(ScriptedCard& card, std::size_t steps = pace_steps) const {
    for (std::size_t i = 0; i < steps; ++i) card.expect(commands.at(i), answers.at(i));
  }
  std::unique_ptr<channel::SessionCipher> session() const {
    const auto make =
        info.protocol.cipher == channel::Cipher::triple_des ? channel::triple_des : channel::aes;
    return make(Secret(from_hex(ks_enc)), Secret(from_hex(ks_mac)));
  }
  /// What fails, where the chip says what it says; every line of the script up to there must have been sent.
  std::optional<Error> failure(std::size_t steps) const {
    ScriptedCard card;
    expect(card, steps);
    try {
      open(card);
    } catch (const Error& error) {
      return error;
    }
    return std::nullopt;
  }
};

/// DO 80, 83 and 84 where there are several sets of parameters.
inline std::string set_at(const Bytes& oid, std::uint8_t password, channel::ParameterSets sets,
                          int parameters) {
  Bytes data = tlv::encode({0x80}, oid);
  tlv::append(data, {0x83}, Bytes{password});
  if (sets == channel::ParameterSets::several)
    tlv::append(data, {0x84}, Bytes{static_cast<std::uint8_t>(parameters)});
  return to_hex(iso7816::CommandApdu{0x00, 0x22, 0xC1, 0xA4, std::move(data), 0}.encode());
}

/// The password is the one that opens: Appendix H says that it is the zone's, and does not give that.
inline PaceRun pace_run(const VectorCase& vector, channel::AccessData access, channel::ParameterSets sets,
                        int parameters) {
  PaceRun run;
  run.name = vector.name;
  const Bytes oid = vector.hex("protocol_OID");
  run.info = {*channel::pace_protocol(crypto::asn1::read_oid(tlv::single(tlv::encode({0x06}, oid)))),
              parameters};
  run.sets = sets;
  run.commands[0] = set_at(oid, access.access_number.empty() ? 0x01 : 0x02, sets, parameters);
  run.access = std::move(access);
  run.answers[0] = "9000";
  for (std::size_t i = 1; i < pace_steps; ++i) {
    run.commands[i] = vector.text("GA" + std::to_string(i) + "_command");
    run.answers[i] = vector.text("GA" + std::to_string(i) + "_response");
  }
  Bytes agreement = vector.hex("terminal_agreement_private");
  if (run.info.protocol.agreement == channel::KeyAgreement::dh)  // one is not reduced
    agreement = crypto::Modulus(crypto::rfc5114_group(parameters).q).reduce(agreement);
  const bool integrated = run.info.protocol.mapping == channel::Mapping::integrated;
  run.drawn = concat({vector.hex(integrated ? "nonce_t" : "terminal_mapping_private"), agreement});
  run.ks_enc = vector.text("KS_enc");
  run.ks_mac = vector.text("KS_mac");
  return run;
}

/// Says what the run's chip says, whatever it is told.
class DeafChip final : public iso7816::Card {
 public:
  explicit DeafChip(const PaceRun& run) : run_(run) {}
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu&) override {
    return iso7816::ResponseApdu::parse(from_hex(run_.answers.at(next_++)));
  }

 private:
  const PaceRun& run_;
  std::size_t next_ = 0;
};

inline std::vector<PaceRun> published_pace() {
  const channel::AccessData anna{channel::printed_data("T22000129", "640812", "101031"), ""};
  const channel::AccessData erika{channel::printed_data("C11T002JM", "960812", "231031"), ""};
  const channel::AccessData number{std::nullopt, "123456"};
  std::vector<PaceRun> runs;
  for (const auto& each : load_vectors("icao9303-11-pace.vec")) {
    if (!each.has("GA4_command")) continue;
    // The password of Appendix H is not given: its K_pi is that of the BSI's example.
    const bool printed = each.has("MRZ_information");
    runs.push_back(pace_run(each,
                            !printed              ? number
                            : each.name[0] == 'I' ? erika
                                                  : anna,
                            channel::ParameterSets::one, each.has("group") ? 0 : 13));
  }
  return runs;
}

inline std::vector<PaceRun> computed_pace() {
  std::vector<PaceRun> runs;
  for (const auto& each : load_vectors("pace-computed.vec"))
    runs.push_back(pace_run(each, {std::nullopt, each.text("CAN")}, channel::ParameterSets::several,
                            std::stoi(each.text("parameters"))));
  return runs;
}

inline PaceRun published_pace(const std::string& begin) {
  for (const PaceRun& run : published_pace())
    if (run.name.starts_with(begin)) return run;
  throw std::runtime_error("no run " + begin);
}

inline PaceRun computed_pace(const std::string& begin) {
  for (const PaceRun& run : computed_pace())
    if (run.name.starts_with(begin)) return run;
  throw std::runtime_error("no run " + begin);
}

}  // namespace perso::test
