// What a plan's parts mean to a chip driver: the steps of a run that need no journal.
#pragma once

#include "chip/driver.hpp"
#include "plan/plan.hpp"

namespace perso::run {

/// The files that are complete in `application` and were not in `before`.
std::vector<chip::FileImage> images_of(const plan::PlannedApplication& application,
                                       const plan::PlannedApplication* before = nullptr);

/// An instance of each application.
void install(chip::Driver& driver, const plan::Plan& plan);
/// The public halves, by the profile's names.
std::map<std::string, Bytes> generate_keys(chip::Driver& driver, const profile::Profile& profile);
/// What the station made for the chip.
void inject_keys(chip::Driver& driver, const profile::Profile& profile, const plan::Plan& plan);
/// What opens the chip to readers, from the lock on.
void set_access(chip::Driver& driver, const profile::Profile& profile, const plan::Plan& plan);

}  // namespace perso::run
