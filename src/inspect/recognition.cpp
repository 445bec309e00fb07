#include "inspect/recognition.hpp"

#include <algorithm>

#include "lds/files.hpp"

namespace perso::inspect {

namespace {

bool all_others_there(const Edition& edition, const HasApplication& has) {
  return std::ranges::all_of(edition.promises.applications, [&](const PromisedApplication& application) {
    return application.aid.is_master_file() || lds::is_emrtd(application.aid) || has(application.aid);
  });
}

}  // namespace

const Edition* recognise_document(std::span<const Edition> editions, std::string_view zone,
                                  const HasApplication& has) {
  std::vector<const Edition*> candidates;
  for (const Edition& edition : editions)
    if (!edition.zone_head.empty() && zone.starts_with(edition.zone_head)) candidates.push_back(&edition);
  if (candidates.empty()) return nullptr;
  if (candidates.size() == 1) return candidates.front();
  const auto complete = std::ranges::find_if(
      candidates, [&](const Edition* edition) { return all_others_there(*edition, has); });
  return complete != candidates.end() ? *complete : candidates.front();
}

const Edition* recognise_plain(std::span<const Edition> editions, const HasApplication& has) {
  const auto found = std::ranges::find_if(editions, [&](const Edition& edition) {
    return edition.zone_head.empty() && all_others_there(edition, has);
  });
  return found != editions.end() ? &*found : nullptr;
}

}  // namespace perso::inspect
