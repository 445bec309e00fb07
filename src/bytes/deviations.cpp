#include "bytes/deviations.hpp"

#include "bytes/error.hpp"

namespace perso {

void NoDeviations::found(const std::string& what) {
  throw Error(Code::malformed, what);
}

}  // namespace perso
