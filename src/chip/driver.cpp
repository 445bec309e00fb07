#include "chip/driver.hpp"

#include "bytes/error.hpp"
#include "chip/exchange.hpp"
#include "chip/globalplatform.hpp"
#include "chip/iso7816.hpp"

namespace perso::chip {

std::unique_ptr<Driver> make_driver(const platform::Platform& platform, iso7816::Card& card, Random& random,
                                    std::size_t command_limit) {
  if (command_limit < least_field) throw Error(Code::config_invalid, "the command limit is below 255 bytes");
  if (platform.name == "globalplatform")
    return std::make_unique<GlobalPlatform>(platform, card, random, command_limit);
  if (platform.name == "iso7816") return std::make_unique<Iso7816>(platform, card, random);
  throw Error(Code::profile_invalid, "the platform '" + std::string(platform.name) + "' has no driver");
}

}  // namespace perso::chip
