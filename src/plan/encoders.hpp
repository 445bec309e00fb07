// Content encoders: one function a kind of content.
#pragma once

#include "plan/plan.hpp"

namespace perso::plan {

/// What is known while files are encoded. The phase of a file follows from what its kind of content asks for
/// here and in the plan, and from nothing that a profile says.
struct Known {
  const profile::Profile& profile;
  const Workshop& workshop;
  const Order* order = nullptr;            // first phase
  const Bytes* portrait = nullptr;         // first phase: as it will stand on the chip
  const ChipContribution* chip = nullptr;  // second phase
};

/// The bytes of a file with this content in the application of that place; nullopt while something that it
/// depends on is not known.
std::optional<Bytes> encode(const profile::Content& content, const Plan& plan, std::size_t application,
                            const Known& known);

/// The fixed-width text record. @throws Error Code::profile_invalid where a value has no room in its place
Bytes encode_record(const profile::Record& record, const profile::Profile& profile, const Order& order);

/// The TLV template.
Bytes encode_template(const profile::Template& tree, const profile::Profile& profile, const Order& order);

}  // namespace perso::plan
