#include "run/journal.hpp"

namespace perso::run {

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::issued:
      return "issued";
    case Outcome::rejected:
      return "rejected";
    case Outcome::spoiled:
      return "spoiled";
    case Outcome::returned:
      break;
  }
  return "returned";
}

}  // namespace perso::run
