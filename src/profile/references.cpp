// What refers to what: files that wait for each other, and what nothing refers to.
#include <algorithm>
#include <functional>
#include <set>
#include <span>

#include "lds/files.hpp"
#include "profile/reading.hpp"

namespace perso::profile {

namespace {

/// The files that have to be there before this one can be made.
std::vector<FileRef> needs(const Profile& profile, const FileRef& ref) {
  const Content& content = profile.at(ref).content;
  if (const auto* cms = std::get_if<Cms>(&content)) return cms->over;
  std::vector<FileRef> groups;
  if (!std::holds_alternative<Sod>(content)) return groups;
  const auto& files = profile.applications[ref.application].files;
  for (std::size_t i = 0; i < files.size(); ++i)
    if (const lds::LdsFile* standard = lds::find_fid(files[i].fid);
        standard != nullptr && standard->data_group != 0)
      groups.push_back({ref.application, i});
  return groups;
}

/// The dates that are not after this one: it is measured by them, or must not be before them.
std::vector<const Field*> earlier(const Profile& profile, const Field& field) {
  std::vector<const Field*> dates;
  const auto add = [&](const std::optional<std::string>& name) {
    const Field* date = name ? profile.field(*name) : nullptr;
    if (date != nullptr && date != &field) dates.push_back(date);  // by itself: has been told
  };
  for (const auto& name : {field.from, field.born, field.not_before}) add(name);
  for (const Field& other : profile.holder)
    if (other.not_after == field.name) add(other.name);
  return dates;
}

/// Walks along what things need and tells of each circle once, at the thing that closes it.
template <typename Thing>
class Walk {
 public:
  using Needs = std::function<std::vector<Thing>(const Thing&)>;
  using Tell = std::function<void(std::span<const Thing> circle)>;
  Walk(Needs needs, Tell tell) : needs_(std::move(needs)), tell_(std::move(tell)) {}

  void from(const Thing& thing) {
    if (const auto begun = std::ranges::find(path_, thing); begun != path_.end())
      return tell_({begun, path_.end()});
    if (!done_.insert(thing).second) return;
    path_.push_back(thing);
    for (const Thing& need : needs_(thing)) from(need);
    path_.pop_back();
  }

 private:
  Needs needs_;
  Tell tell_;
  std::vector<Thing> path_;
  std::set<Thing> done_;
};

void check_files(const Profile& profile, Faults& faults) {
  Walk<FileRef> walk([&](const FileRef& ref) { return needs(profile, ref); },
                     [&](std::span<const FileRef> circle) {
                       std::string names;
                       for (const FileRef& ref : circle) names += profile.at(ref).name + ", ";
                       faults.add(profile.at(circle.back()).place,
                                  "these files wait for each other: " + names +
                                      profile.at(circle.front()).name +
                                      "; take one of them out of what is signed");
                     });
  for (std::size_t i = 0; i < profile.applications.size(); ++i)
    for (std::size_t j = 0; j < profile.applications[i].files.size(); ++j) walk.from({i, j});
}

void check_dates(const Profile& profile, Faults& faults) {
  Walk<const Field*> walk([&](const Field* field) { return earlier(profile, *field); },
                          [&](std::span<const Field* const> circle) {
                            std::string names;
                            for (const Field* field : circle) names += field->name + ", ";
                            faults.add(circle.back()->place,
                                       "none of these dates may be before the next: " + names +
                                           circle.front()->name + "; leave one of the conditions out");
                          });
  for (const Field& field : profile.holder) walk.from(&field);
}

bool has_file_behind_access(const Profile& profile) {
  return std::ranges::any_of(profile.applications, [](const Application& application) {
    return std::ranges::find(application.files, Access::access_control, &File::read) !=
           application.files.end();
  });
}

std::string_view use_for(const ChipKey* key) {
  return key != nullptr && use_of(*key) == KeyUse::agreement ? "name it under chip_authentication:"
                                                             : "publish it in EF.DG15";
}

}  // namespace

void check_cycles(const Profile& profile, Faults& faults) {
  check_files(profile, faults);
  check_dates(profile, faults);
}

void check_unused(const Reading& reading) {
  for (const Field& field : reading.profile.holder)
    if (!reading.used_fields.contains(field.name))
      reading.faults.add(field.place, "nothing uses the field \"" + field.name + "\"; leave it out");
  for (const auto& [name, place] : reading.key_places)
    if (!reading.used_keys.contains(name))
      reading.faults.add(place, "nothing uses the key \"" + name + "\"; leave it out, or " +
                                    std::string(use_for(reading.profile.chip.key(name))));
  if (reading.profile.chip.access && !has_file_behind_access(reading.profile) && reading.unclear.empty())
    reading.faults.add(
        reading.access,
        "no file stands behind access control; leave access out, or write read: access-control");
}

}  // namespace perso::profile
