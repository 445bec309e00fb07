#include "inspect/recognition.hpp"

#include <algorithm>

#include "lds/files.hpp"

namespace perso::inspect {

namespace {

bool is_other(const PromisedApplication& application) {
  return !application.aid.is_master_file() && !lds::is_emrtd(application.aid);
}

bool all_others_there(const Edition& edition, const HasApplication& has) {
  return std::ranges::all_of(edition.promises.applications, [&](const PromisedApplication& application) {
    return !is_other(application) || has(application.aid);
  });
}

bool some_other_there(const Edition& edition, const HasApplication& has) {
  return std::ranges::any_of(edition.promises.applications, [&](const PromisedApplication& application) {
    return is_other(application) && has(application.aid);
  });
}

}  // namespace

std::vector<const Edition*> editions_with(std::span<const Edition> editions, std::string_view zone) {
  std::vector<const Edition*> candidates;
  for (const Edition& edition : editions)
    if (!edition.zone_head.empty() && zone.starts_with(edition.zone_head)) candidates.push_back(&edition);
  return candidates;
}

const Edition* recognise_document(std::span<const Edition> editions, std::string_view zone,
                                  const HasApplication& has) {
  const auto candidates = editions_with(editions, zone);
  for (const auto& there : {all_others_there, some_other_there})
    for (const Edition* const edition : candidates)
      if (there(*edition, has)) return edition;
  return nullptr;
}

const Edition* recognise_plain(std::span<const Edition> editions, const HasApplication& has) {
  const auto found = std::ranges::find_if(editions, [&](const Edition& edition) {
    return edition.zone_head.empty() && all_others_there(edition, has);
  });
  return found != editions.end() ? &*found : nullptr;
}

}  // namespace perso::inspect
