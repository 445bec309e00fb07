// The driver of the globalplatform platform over a script.
#pragma once

#include "chip/globalplatform.hpp"
#include "errors.hpp"
#include "virtual_card.hpp"

namespace perso::test {

inline const std::string select_isd = "00A4040008A00000015100000000";
inline const std::string select_isd_again = "00A4040C08A000000151000000";
inline const std::string get_cplc = "80CA9F7F00";
inline const std::string cplc =
    "9F7F2A"
    "4790"
    "5032"
    "AAAA"
    "BBBB"
    "CCCC"
    "1234"
    "56789ABC"
    "DEF0" +
    std::string(48, '0') + "9000";
inline const std::string get_mark = "80CADF7000";

inline std::string fci(const std::string& life, const std::string& limit = "FFF6") {
  const auto length = [](const std::string& hex) {
    return to_hex(Bytes{static_cast<std::uint8_t>(hex.size() / 2)});
  };
  const std::string a5 = "9F65" + length(limit) + limit;
  const std::string inside =
      "8408A000000151000000"
      "8A01" +
      life + "A5" + length(a5) + a5;
  return "6F" + length(inside) + inside + "9000";
}

inline const platform::Platform& globalplatform() {
  return *platform::find("globalplatform");
}
inline iso7816::Aid application() {
  return iso7816::Aid(from_hex("A0000002471001"));
}

/// A driver over a script: what is protected appears in the script as it was before its protection.
struct Bench {
  explicit Bench(std::size_t limit = 255, std::uint8_t version = 0x01)
      : end(script, chip_side_keys(version)), driver(globalplatform(), end, random, limit) {}
  /// Identified and open on the security domain.
  void open() {
    script.expect(select_isd, fci("01")).expect(get_cplc, cplc);
    driver.identify();
    driver.open(&transport);
  }
  ScriptedCard script;
  ChannelEnd end;
  RepeatedRandom random{Bytes{1, 2, 3, 4, 5, 6, 7, 8}};
  ClearChipKeys transport = station_keys(0x01);
  ClearChipKeys issuer = station_keys(0x02);
  chip::GlobalPlatform driver;
};

}  // namespace perso::test
