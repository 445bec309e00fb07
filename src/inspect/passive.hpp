// What the files of the eMRTD application say and prove, without the card (ICAO 9303-11 clause 5).
#pragma once

#include "inspect/findings.hpp"

namespace perso::inspect {

/// What later checks compare other files with; empty where it could not be read.
struct Emrtd {
  std::string number;  // of EF.DG1
  Bytes portrait;      // of EF.DG2
  Bytes dg15;          // the file
};

/// Judges EF.COM, EF.SOD and the data groups that were read of `application`. Sets the report's number,
/// sod_digest and holder.
Emrtd judge_emrtd(Findings& findings, const PromisedApplication& application,
                  const std::vector<crypto::Certificate>& trust_anchors, Instant now);

}  // namespace perso::inspect
