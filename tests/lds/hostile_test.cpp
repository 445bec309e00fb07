// Files that somebody bent: the tolerant readers say malformed, or read something, and nothing else.
#include "lds/hostile.hpp"

#include <functional>

#include "crypto/chain.hpp"
#include "lds/card_security.hpp"
#include "lds/com.hpp"
#include "lds/dg1.hpp"
#include "lds/dg15.hpp"
#include "lds/dg2.hpp"
#include "lds/sod.hpp"
#include "lds/told.hpp"
#include "support/jpeg.hpp"
#include "support/seed.hpp"
#include "support/seeded_random.hpp"

using namespace perso;
using namespace perso::lds;

namespace {

struct Target {
  const char* name;
  Bytes file;
  std::function<void(ByteView, Deviations&)> read;
};

std::vector<Target> targets(Random& random) {
  using test::Chain;
  const Chain chain = Chain::make(crypto::EcParameters::named_curve, random);
  const Instant then = test::issued_at + std::chrono::days(2);
  const crypto::EcPublicKey key = chain.signer_key.public_key();
  SecurityInfos infos;
  infos.pace = {
      {{channel::KeyAgreement::ecdh, channel::Mapping::generic, channel::Cipher::aes_128}, 12},
      {{channel::KeyAgreement::ecdh, channel::Mapping::chip_authentication, channel::Cipher::aes_128}, 12}};
  infos.chip_authentication = {{{channel::KeyAgreement::ecdh, channel::Cipher::aes_128}, Bytes{1}}};
  infos.chip_authentication_keys = {{key, Bytes{1}}};
  infos.active_authentication = {crypto::Hash::sha256};
  const Bytes com = encode_com({"0107", "040000", {1, 2, 14, 15}});
  const SecurityObject object = security_object_over({{1, com}, {2, com}, {14, com}});
  const Bytes zone(88, 'A');
  return {
      {"EF.CardAccess", encode_security_infos(infos),
       [](ByteView file, Deviations& told) { parse_security_infos(file, told); }},
      {"EF.DG14", encode_dg14(infos), [](ByteView file, Deviations& told) { parse_dg14(file, told); }},
      {"EF.CardSecurity", encode_card_security(infos, chain.signer, then, chain.by_signer(random)),
       [](ByteView file, Deviations& told) { parse_card_security(file, told); }},
      {"EF.SOD", encode_sod(object, chain.signer, then, chain.by_signer(random)),
       [](ByteView file, Deviations& told) { parse_sod(file, told); }},
      {"EF.COM", com, [](ByteView file, Deviations& told) { parse_com(file, told); }},
      {"EF.DG1", encode_dg1(as_text(zone)), [](ByteView file, Deviations& told) { parse_dg1(file, told); }},
      {"EF.DG2", encode_dg2(test::make_jpeg(16, 16)),
       [](ByteView file, Deviations& told) { parse_dg2(file, told); }},
      {"EF.DG15", encode_dg15(key, crypto::EcParameters::explicit_curve),
       [](ByteView file, Deviations& told) { parse_dg15(file, told); }},
  };
}

/// One to four bytes changed, put in or taken out, or the end cut off.
Bytes bent(Bytes file, test::SeededRandom& random) {
  for (auto times = 1 + random.next() % 4; times-- > 0 && !file.empty();) {
    const auto at = file.begin() + static_cast<std::ptrdiff_t>(random.next() % file.size());
    const auto byte = static_cast<std::uint8_t>(random.next());
    switch (random.next() % 8) {
      case 0:
        file.insert(at, byte);
        break;
      case 1:
        file.erase(at);
        break;
      case 2:
        file.erase(at, file.end());
        break;
      default:
        *at = byte;
    }
  }
  return file;
}

}  // namespace

TEST_CASE("bent files are malformed, or read as something") {
  const std::uint64_t seed = test::seed_option().value_or(20'261'122);
  CAPTURE(seed);
  test::SeededRandom random(seed);
  for (const Target& target : targets(random)) {
    const std::string name = target.name;
    CAPTURE(name);
    int refused = 0;
    for (int round = 0; round < 2'000; ++round) {
      test::Told told;
      try {
        target.read(bent(target.file, random), told);
      } catch (const Error& error) {
        ++refused;
        if (error.code() != Code::malformed) FAIL_CHECK(error.what());
      }
    }
    CHECK(refused > 0);
  }
}
