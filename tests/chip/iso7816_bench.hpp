// The driver of the iso7816 platform over a script.
#pragma once

#include "chip/iso7816.hpp"
#include "errors.hpp"
#include "virtual_card.hpp"

namespace perso::test::applet_script {

inline const std::string select_manager = "00A4040000";
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
inline const std::string select_applet = "00A4040C07A0000002471001";
inline const std::string select_com = "00A4020C02011E";

inline const platform::Platform& platform_data() {
  return *platform::find("iso7816");
}
inline iso7816::Aid applet() {
  return iso7816::Aid(from_hex("A0000002471001"));
}

struct Bench {
  ScriptedCard script;
  std::unique_ptr<Random> random = crypto::system_random();
  chip::Iso7816 driver{platform_data(), script, *random};
};

inline const crypto::PrivateKey& private_key() {
  static const crypto::PrivateKey key = crypto::RsaPrivateKey::generate(1024, *crypto::system_random());
  return key;
}
inline const crypto::RsaPrivateKey& rsa_key() {
  return std::get<crypto::RsaPrivateKey>(private_key());
}

inline const channel::AccessData printed = {channel::PrintedData{"L898902C0", "690806", "940623"}, ""};

}  // namespace perso::test::applet_script
