// The fixed-width text record.
#include <algorithm>

#include "plan/encoders.hpp"
#include "plan/spelling.hpp"

namespace perso::plan {

Bytes encode_record(const profile::Record& record, const profile::Profile& profile, const Order& order) {
  const std::size_t unit = identity::unit_size(record.text);
  Bytes out = identity::encode_text(std::string(record.size / unit, record.pad), record.text);
  for (const profile::RecordField& place : record.fields) {
    const Bytes text = identity::encode_text(spell(place.value, profile, order), record.text);
    // The linter gave every value its room, and the order was checked against it: nothing is ever cut here.
    if (text.size() > place.bytes)
      throw Error(Code::profile_invalid, "the record's field at " + std::to_string(place.at) +
                                             " has no room for its value; widen it");
    const std::size_t at = place.right ? place.at + place.bytes - text.size() : place.at;
    std::ranges::copy(text, out.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return out;
}

}  // namespace perso::plan
