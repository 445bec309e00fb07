// What is done to a sample's plan. Not for other layers.
#pragma once

#include "plan/plan.hpp"
#include "samples/samples.hpp"

namespace perso::samples {

/// Before its files are completed on the chip: what EF.SOD is to sign.
void treat_before(Treatment treatment, plan::Plan& plan);
/// The complete plan: what EF.SOD has signed already, and EF.SOD itself.
void treat_after(Treatment treatment, plan::Plan& plan, const keys::Signer& signer, Instant now);

/// The zone of EF.DG1.
std::string zone_of(const plan::Plan& plan);

}  // namespace perso::samples
