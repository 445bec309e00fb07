#include "output.hpp"

namespace perso::station {

void print_json(const nlohmann::json& value, std::ostream& out) {
  out << value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

}  // namespace perso::station
