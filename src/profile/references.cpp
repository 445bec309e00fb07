// What refers to what: files that wait for each other, and what nothing refers to.
#include <algorithm>
#include <set>

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

/// Walks along the needs and tells of each circle once, at the file that closes it.
class Walk {
 public:
  Walk(const Profile& profile, Faults& faults) : profile_(profile), faults_(faults) {}

  void from(const FileRef& ref) {
    if (const auto begun = std::ranges::find(path_, ref); begun != path_.end())
      return tell(begun - path_.begin());
    if (!done_.insert(ref).second) return;
    path_.push_back(ref);
    for (const FileRef& need : needs(profile_, ref)) from(need);
    path_.pop_back();
  }

 private:
  void tell(std::ptrdiff_t begin) {
    std::string names;
    for (auto ref = path_.begin() + begin; ref != path_.end(); ++ref) names += profile_.at(*ref).name + ", ";
    names += profile_.at(path_[static_cast<std::size_t>(begin)]).name;
    faults_.add(profile_.at(path_.back()).place,
                "these files wait for each other: " + names + "; take one of them out of what is signed");
  }

  const Profile& profile_;
  Faults& faults_;
  std::vector<FileRef> path_;
  std::set<FileRef> done_;
};

bool opened_by_bac(const Profile& profile) {
  const auto by_bac = [](const File& file) { return file.read == Access::bac; };
  return std::ranges::any_of(profile.applications, [&](const Application& application) {
    return std::ranges::any_of(application.files, by_bac);
  });
}

}  // namespace

void check_cycles(const Profile& profile, Faults& faults) {
  Walk walk(profile, faults);
  for (std::size_t i = 0; i < profile.applications.size(); ++i)
    for (std::size_t j = 0; j < profile.applications[i].files.size(); ++j) walk.from({i, j});
}

void check_unused(const Reading& reading) {
  for (const Field& field : reading.profile.holder) {
    // An access number stands in no file: it is printed, and goes into the batch's result.
    if (field.type == FieldType::access_number || reading.used_fields.contains(field.name)) continue;
    reading.faults.add(field.place, "nothing uses the field \"" + field.name + "\"; leave it out");
  }
  for (const auto& [name, place] : reading.key_places)
    if (!reading.used_keys.contains(name))
      reading.faults.add(place, "no file publishes the key \"" + name +
                                    "\"; leave it out, or add a file with content: {public-key: " + name +
                                    "}");
  if (reading.profile.chip.bac && !opened_by_bac(reading.profile))
    reading.faults.add(reading.access,
                       "no file is read by basic access control; leave access out, or write read: bac");
}

}  // namespace perso::profile
