// A rehearsal for people and for machines.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "rehearsal/rehearsal.hpp"

namespace perso::rehearsal {

/// How bytes reach a chip.
struct Link {
  std::string name;      // "contact 115200"
  vchip::Timing timing;  // of a chip on such a link
};

/// "contact" or "contactless" and bits a second: 12 bit times a byte (ISO/IEC 7816-3, T=1) or 9 (ISO/IEC
/// 14443-4). @throws Error Code::usage for another kind, or a speed outside 9,600 to 6,780,000
Link link_of(const std::string& kind, std::size_t bits_per_second);
/// The links that are met most: contact at 9,600 and 115,200, contactless at 106,000, 424,000 and 848,000.
std::vector<Link> common_links();

/// What the whole run takes on such a link: a prediction from public measurements, host time not counted.
std::chrono::milliseconds predicted(const Rehearsal& rehearsal, const Link& link);

/// Files with digests, steps with commands and bytes, predicted times; with `commands`, every command and
/// answer in hexadecimal.
enum class Detail { steps, commands };
std::string as_table(const Rehearsal& rehearsal, const std::vector<Link>& links, Detail detail);
/// All of it.
nlohmann::json as_json(const Rehearsal& rehearsal, const std::vector<Link>& links);

}  // namespace perso::rehearsal
