#include "plan/plan.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "lds/files.hpp"
#include "plan/encoders.hpp"

namespace perso::plan {

namespace {

constexpr iso7816::Fid sod_fid{0x011D};

/// Encodes every file for which enough is known. One that is done may be what another waits for, so it goes
/// round until nothing more comes. A file with contents is never touched again: it may have been hashed.
void encode_what_is_known(Plan& plan, const Known& known) {
  for (bool progress = true; progress;) {
    progress = false;
    for (std::size_t a = 0; a < plan.applications.size(); ++a) {
      PlannedApplication& application = plan.applications[a];
      for (std::size_t f = 0; f < application.files.size(); ++f) {
        PlannedFile& file = application.files[f];
        if (file.contents) continue;
        file.contents = encode(known.profile.applications[a].files[f].content, application, known);
        progress = progress || file.contents;
      }
    }
  }
  if (plan.size() > known.profile.chip.memory)
    throw Error(Code::chip_full, "the files take " + std::to_string(plan.size()) +
                                     " bytes and the chip has " + std::to_string(known.profile.chip.memory) +
                                     "; use a larger chip or smaller portraits");
}

bool made_from(const Plan& plan, const profile::Profile& profile) {
  return std::ranges::equal(
      plan.applications, profile.applications, [](const auto& planned, const auto& described) {
        return planned.aid == described.aid &&
               std::ranges::equal(planned.files, described.files, {}, &PlannedFile::fid, &profile::File::fid);
      });
}

}  // namespace

bool Plan::complete() const {
  return std::ranges::all_of(applications, [](const PlannedApplication& application) {
    return std::ranges::all_of(application.files,
                               [](const PlannedFile& file) { return file.contents.has_value(); });
  });
}

std::size_t Plan::size() const {
  std::size_t total = 0;
  for (const PlannedApplication& application : applications)
    for (const PlannedFile& file : application.files) total += file.contents ? file.contents->size() : 0;
  return total;
}

std::optional<Bytes> Plan::sod_digest() const {
  for (const PlannedApplication& application : applications)
    for (const PlannedFile& file : application.files)
      if (file.fid == sod_fid && file.contents) return crypto::digest(crypto::Hash::sha256, *file.contents);
  return std::nullopt;
}

Plan compile(const profile::Profile& profile, const Order& order) {
  Plan plan{order.id, order.number(profile), order.replacement(profile), {}};
  for (const profile::Application& application : profile.applications) {
    PlannedApplication& planned =
        plan.applications.emplace_back(PlannedApplication{application.name, application.aid, {}});
    for (const profile::File& file : application.files)
      planned.files.push_back({file.name, file.fid, file.short_fid, file.read, std::nullopt});
  }
  encode_what_is_known(plan, {.profile = profile, .order = &order});
  return plan;
}

void complete(Plan& plan, const profile::Profile& profile, const ChipContribution& chip,
              const SignerLookup& signers, Instant now) {
  if (!made_from(plan, profile))
    throw Error(Code::profile_invalid, "the plan was compiled from another profile");
  encode_what_is_known(plan, {.profile = profile, .chip = &chip, .signers = &signers, .now = now});
}

}  // namespace perso::plan
