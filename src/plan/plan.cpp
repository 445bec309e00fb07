#include "plan/plan.hpp"

#include <algorithm>

#include "lds/files.hpp"
#include "plan/chip_keys.hpp"
#include "plan/encoders.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

constexpr iso7816::Fid sod_fid{0x011D};

/// Contents at the size that the profile gives the file.
Bytes filled_up(Bytes contents, const profile::File& file) {
  if (!file.size) return contents;
  if (contents.size() > *file.size)
    throw Error(Code::chip_full, "file " + file.name + " would have " + std::to_string(contents.size()) +
                                     " bytes and has room for " + std::to_string(*file.size) +
                                     "; enlarge it");
  contents.resize(*file.size);
  return contents;
}

/// Encodes every file for which enough is known. One that is done may be what another waits for, so it goes
/// round until nothing more comes. A file with contents is never touched again: it may have been hashed.
void encode_what_is_known(Plan& plan, const Known& known) {
  for (bool progress = true; progress;) {
    progress = false;
    for (std::size_t a = 0; a < plan.applications.size(); ++a) {
      std::vector<PlannedFile>& files = plan.applications[a].files;
      for (std::size_t f = 0; f < files.size(); ++f) {
        if (files[f].contents) continue;
        const profile::File& file = known.profile.at({a, f});
        auto contents = encode(file.content, plan, a, known);
        if (!contents) continue;
        files[f].contents = filled_up(std::move(*contents), file);
        progress = true;
      }
    }
  }
  if (plan.size() > known.profile.chip.memory)
    throw Error(Code::chip_full, "the files take " + std::to_string(plan.size()) +
                                     " bytes and the chip has " + std::to_string(known.profile.chip.memory) +
                                     "; use a larger chip or smaller portraits");
}

/// What stands on the chip for the order's portrait: prepared once, whatever number of files it is in.
std::optional<Bytes> portrait_for_chip(const profile::Profile& profile, const Order& order) {
  const auto field = std::ranges::find(profile.holder, profile::FieldType::portrait, &profile::Field::type);
  if (field == profile.holder.end() || order.portrait.empty()) return std::nullopt;
  return identity::prepare_portrait(order.portrait, field->portrait);
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

std::optional<Bytes> Plan::digest() const {
  Bytes readable;
  for (const PlannedApplication& application : applications)
    for (const PlannedFile& file : application.files) {
      if (file.read == profile::Access::never) continue;
      if (!file.contents) return std::nullopt;
      if (lds::is_emrtd(application.aid) && file.fid == sod_fid)
        return crypto::digest(crypto::Hash::sha256, *file.contents);
      append(readable, *file.contents);
    }
  return crypto::digest(crypto::Hash::sha256, readable);
}

std::optional<channel::AccessData> access_of(const profile::Profile& profile, const Order& order) {
  if (!profile.chip.access) return std::nullopt;
  const profile::AccessControl& control = *profile.chip.access;
  channel::AccessData access;
  if (const auto& zone = control.printed)
    access.printed = channel::printed_data(value_of(order, zone->number), date_of(order, zone->born).yymmdd(),
                                           date_of(order, zone->expires).yymmdd());
  if (control.access_number) access.access_number = value_of(order, *control.access_number);
  return access;
}

Plan compile(const profile::Profile& profile, const Order& order, const Workshop& workshop) {
  Plan plan;
  plan.order_id = order.id;
  plan.number = order.number(profile);
  plan.replacement = order.replacement(profile);
  plan.access = access_of(profile, order);
  for (const profile::Application& application : profile.applications) {
    PlannedApplication& planned =
        plan.applications.emplace_back(PlannedApplication{application.name, application.aid, {}});
    for (const profile::File& file : application.files)
      planned.files.push_back({file.name, file.fid, file.short_fid, file.read, std::nullopt});
  }
  for (const profile::ChipKey& key : profile.chip.injects)
    plan.keys.push_back(
        {key.name, key.algorithm, key.id,
         std::make_shared<const crypto::PrivateKey>(make_key(key.algorithm, workshop.random))});
  const std::optional<Bytes> portrait = portrait_for_chip(profile, order);
  encode_what_is_known(plan, {.profile = profile,
                              .workshop = workshop,
                              .order = &order,
                              .portrait = portrait ? &*portrait : nullptr});
  return plan;
}

void complete(Plan& plan, const profile::Profile& profile, const ChipContribution& chip,
              const Workshop& workshop) {
  if (!made_from(plan, profile))
    throw Error(Code::profile_invalid, "the plan was compiled from another profile");
  encode_what_is_known(plan, {.profile = profile, .workshop = workshop, .chip = &chip});
}

}  // namespace perso::plan
