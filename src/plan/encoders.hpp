// Content encoders: one function a kind of content.
#pragma once

#include "plan/plan.hpp"

namespace perso::plan {

/// What is known while files are encoded. The phase of a file follows from what its kind of content asks for
/// here, and from nothing that a profile says.
struct Known {
  const profile::Profile& profile;
  const Order* order = nullptr;            // first phase
  const ChipContribution* chip = nullptr;  // second phase
  const SignerLookup* signers = nullptr;   // second phase
  Instant now = {};                        // second phase
};

/// The bytes of a file with this content in `application`; nullopt while something that it depends on is not
/// known.
std::optional<Bytes> encode(const profile::Content& content, const PlannedApplication& application,
                            const Known& known);

/// The fixed-width text record.
Bytes encode_record(const profile::Record& record, const profile::Profile& profile, const Order& order);

}  // namespace perso::plan
