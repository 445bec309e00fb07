// SecurityInfos in all three files: lds::parse_security_infos, parse_dg14, parse_card_security, downgrade_of.
#include "fuzz/readers.hpp"
#include "lds/card_security.hpp"

namespace {

using namespace perso;
using lds::Downgrade;
using lds::SecurityInfos;

void hold_downgrade(const SecurityInfos& infos) {
  const bool shows_none = infos.pace_encodings.empty();
  fuzz::hold(lds::downgrade_of(infos, infos) == Downgrade::none, "what is repeated was not kept back");
  fuzz::hold(lds::downgrade_of({}, infos) == (shows_none ? Downgrade::none : Downgrade::found),
             "ways in that were kept back are found");
  fuzz::hold(lds::downgrade_of(infos, {}) == (shows_none ? Downgrade::none : Downgrade::unknown),
             "ways in that are not repeated are not judged");
}

/// What both readers make of one file, and what was written of it.
void hold_infos(const fuzz::Readings<SecurityInfos>& read) {
  if (read.tolerant) hold_downgrade(*read.tolerant);
  if (!read.strict) return;
  const SecurityInfos& infos = *read.strict;
  const Bytes written = lds::encode_security_infos(infos);
  fuzz::hold(written == lds::encode_security_infos(*read.tolerant), "infos say the same to both readers");
  NoDeviations none;
  const SecurityInfos again = lds::parse_security_infos(written, none);
  fuzz::hold(lds::encode_security_infos(again) == written && again.others.empty(),
             "infos that were read are written so that they are read again");
  fuzz::hold(again.pace.size() == infos.pace.size() &&
                 again.chip_authentication.size() == infos.chip_authentication.size() &&
                 again.chip_authentication_keys.size() == infos.chip_authentication_keys.size() &&
                 again.active_authentication == infos.active_authentication,
             "no info is lost");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input{data, size};
  hold_infos(fuzz::read_twice([&](Deviations& told) { return lds::parse_security_infos(input, told); }));
  hold_infos(fuzz::read_twice([&](Deviations& told) { return lds::parse_dg14(input, told); }));
  const auto secured =
      fuzz::read_twice([&](Deviations& told) { return lds::parse_card_security(input, told); });
  if (!secured.tolerant) return 0;
  const bool holds = secured.tolerant->cms.verify();
  fuzz::Readings<SecurityInfos> infos{secured.tolerant->infos, std::nullopt};
  if (secured.strict) {
    fuzz::hold(secured.strict->cms.verify() == holds, "a signature says the same to both readers");
    infos.strict = secured.strict->infos;
  }
  hold_infos(infos);
  return 0;
}
