#include "vchip/server.hpp"

#include <vector>

#include "bytes/error.hpp"
#include "vchip/control_socket.hpp"
#include "vchip/slot_server.hpp"

namespace perso::vchip {

namespace {

constexpr unsigned max_slots = 64;

}  // namespace

void serve(const ServerConfig& config, Random& random, int stop_descriptor) {
  if (config.slots == 0 || config.slots > max_slots || config.first_port > 0xFFFF - max_slots) {
    throw Error(Code::config_invalid, "virtual cards: 1 to 64 slots, and ports below 65536 for all of them");
  }
  CardFolder folder(config.dir, config.slots);
  ControlSocket control(config.dir / "control");
  std::vector<std::unique_ptr<SlotServer>> slots;
  for (unsigned slot = 0; slot < config.slots; ++slot) {
    slots.push_back(std::make_unique<SlotServer>(slot, config, folder, random));
  }
  control.serve([&](const std::string& line) { return answer_control(line, slots, folder); },
                stop_descriptor);
}

}  // namespace perso::vchip
