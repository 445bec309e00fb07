#include "vchip/card_os.hpp"

#include "bytes/error.hpp"
#include "vchip/globalplatform_os.hpp"
#include "vchip/passport_os.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr StatusWord no_precise_diagnosis{0x6F00};

/// nullopt where the length fields contradict the command's length.
std::optional<Command> parse(ByteView raw) {
  try {
    // An extended Lc or Le begins with 00 and has more than one byte (ISO/IEC 7816-4 5.1).
    return Command{CommandApdu::parse(raw), raw, raw.size() > 6 && raw[4] == 0};
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

Bytes CardOs::answer(ByteView raw) {
  effort_ = {};
  Answer answer = judged([&] {
    std::optional<Command> command = parse(raw);
    if (!command || !takes(*command)) {
      end_channels();  // nothing shows that it came through one
      throw Refusal{sw::wrong_length};
    }
    return perform(*command);
  });
  effort_.link_bytes = raw.size() + answer.data.size() + 2;
  return ResponseApdu{std::move(answer.data), answer.status}.encode();
}

Answer CardOs::judged(const std::function<Answer()>& work) {
  try {
    return work();
  } catch (const Refusal& refusal) {
    return {{}, refusal.status};
  } catch (const Error& error) {
    if (error.code() == Code::reader_fault) throw;
    // The readers of TLV and identifiers say "malformed" for data that break their format.
    return {{}, error.code() == Code::malformed ? sw::wrong_data : no_precise_diagnosis};
  }
}

std::unique_ptr<CardOs> boot(Nvm& nvm, Random& random) {
  switch (platform_of(nvm)) {
    case Platform::globalplatform:
      return std::make_unique<GlobalPlatformOs>(nvm, random);
    case Platform::iso7816:
      return std::make_unique<PassportOs>(nvm, random);
  }
  damaged_memory();
}

}  // namespace perso::vchip
