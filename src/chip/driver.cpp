#include "chip/driver.hpp"

#include "bytes/error.hpp"
#include "chip/globalplatform.hpp"

namespace perso::chip {

std::unique_ptr<Driver> make_driver(const platform::Platform& platform, iso7816::Card& card, Random& random,
                                    std::size_t command_limit) {
  if (platform.name == "globalplatform")
    return std::make_unique<GlobalPlatform>(platform, card, random, command_limit);
  throw Error(Code::profile_invalid, "the platform '" + std::string(platform.name) + "' has no driver");
}

}  // namespace perso::chip
