#include "edition/promises.hpp"

#include <algorithm>

#include "lds/files.hpp"
#include "profile/dates.hpp"

namespace perso::edition {

namespace {

bool has_face(const profile::Profile& profile) {
  const auto is_face = [](const profile::File& file) {
    return std::holds_alternative<profile::Face>(file.content);
  };
  return std::ranges::any_of(profile.applications, [&](const profile::Application& application) {
    return std::ranges::any_of(application.files, is_face);
  });
}

/// What files of one application promise beyond being there.
class Collector {
 public:
  /// @param zone nullptr for an edition without one
  Collector(inspect::Promises& promises, const profile::Profile& profile, const profile::Mrz* zone)
      : promises_(promises), profile_(profile), zone_(zone) {}

  void collect(const profile::Application& application, const profile::File& file) {
    application_ = &application;
    file_ = &file;
    std::visit(*this, file.content);
  }

  void operator()(const profile::ChipPublicKey&) { promises_.active_authentication = true; }
  void operator()(const profile::Com& com) { promises_.versions = {com.lds_version, com.unicode_version}; }
  /// Beside EF.DG2 alone is it a copy.
  void operator()(const profile::Image&) {
    if (has_face(profile_)) promises_.portrait_copy = {application_->name, file_->name};
  }

  void operator()(const profile::Record& record) {
    for (const profile::RecordField& field : record.fields) {
      const Place here{application_->name, file_->name, field.at,   field.bytes,
                       record.text,        record.pad,  field.right};
      if (auto* const place = promised_place(field.value)) *place = here;
      if (is_name(field.value)) take_name(field.value, here);
    }
  }

  /// Where no record has it, and the files of the eMRTD application, which an inspection knows, have not
  /// either.
  void operator()(const profile::Template& content) {
    if (!lds::is_emrtd(application_->aid)) collect(content.root, {});
  }

  void operator()(const profile::Cms& cms) {
    using Kind = inspect::Promises::Signature::Kind;
    auto& signature = promises_.signatures.emplace_back();
    signature.kind = cms.kind == profile::Cms::Kind::gmt_0010 ? Kind::gmt_0010 : Kind::cms;
    signature.application = application_->name;
    signature.file = file_->name;
    for (const profile::FileRef& over : cms.over)
      signature.over.emplace_back(profile_.applications[over.application].name, profile_.at(over).name);
  }

  /// Everything else is judged by what it is, without a promise.
  template <typename Content>
  void operator()(const Content&) {}

 private:
  using Place = inspect::Promises::Place;

  bool is_name(const profile::Value& value) const {
    return zone_ != nullptr && value.field == zone_->name && value.as == profile::Spelling::plain;
  }

  /// Whole, or from its first character on.
  void take_name(const profile::Value& value, const Place& here) {
    if (!value.part || value.part->first == 1) promises_.record_name.clear();
    promises_.record_name.push_back(here);
  }

  /// What repeats the zone's date of birth, sex or nationality.
  std::optional<Place>* place_of_zone(const std::string& field, profile::Spelling as) {
    using profile::Spelling;
    if (zone_ == nullptr) return nullptr;
    const bool plain = as == Spelling::plain;
    if (field == zone_->born && (plain || as == Spelling::yyyymmdd)) return &promises_.record_birth;
    if (field == zone_->sex && (plain || as == Spelling::gb_2261)) return &promises_.record_sex;
    if (field == zone_->nationality && (plain || as == Spelling::alpha_3 || as == Spelling::icao))
      return &promises_.record_nationality;
    return nullptr;
  }

  /// What is promised of where such a value stands: the number as it is, and whole dates that no order leaves
  /// out. nullptr for any other.
  std::optional<Place>* promised_place(const profile::Value& value) {
    using profile::Spelling;
    const profile::Field* const field = value.field ? profile_.field(*value.field) : nullptr;
    if (field == nullptr || value.part) return nullptr;
    if (auto* const place = place_of_zone(field->name, value.as)) return place;
    if (field->name == profile_.number)
      return value.as == Spelling::plain ? &promises_.record_number : nullptr;
    if (field->type != profile::FieldType::date || field->optional) return nullptr;
    if (value.as != Spelling::plain && value.as != Spelling::yyyymmdd) return nullptr;
    if (profile::is_issue(profile_, *field)) return &promises_.record_issued;
    return profile::is_expiry(profile_, *field) ? &promises_.record_expires : nullptr;
  }

  void collect(const profile::Element& element, std::vector<tlv::Tag> path) {
    path.push_back(element.tag);
    if (const auto* items = std::get_if<std::vector<profile::Element>>(&element.contents))
      for (const profile::Element& item : *items) collect(item, path);
    const auto* text = std::get_if<profile::EncodedValue>(&element.contents);
    auto* const place = text != nullptr ? promised_place(text->value) : nullptr;
    if (place == nullptr || *place) return;
    place->emplace(Place{application_->name, file_->name});
    (*place)->text = text->encoding;
    (*place)->path = std::move(path);
  }

  inspect::Promises& promises_;
  const profile::Profile& profile_;
  const profile::Mrz* zone_;
  const profile::Application* application_ = nullptr;
  const profile::File* file_ = nullptr;
};

/// nullptr for an edition without a zone.
const profile::Mrz* zone_of(const profile::Profile& profile) {
  for (const profile::Application& application : profile.applications)
    for (const profile::File& file : application.files)
      if (const auto* zone = std::get_if<profile::Mrz>(&file.content)) return zone;
  return nullptr;
}

/// As every card of the edition has it: document code and issuer, filled up (ICAO 9303-5 4.2.2).
std::string head_of(const profile::Mrz& zone) {
  constexpr std::size_t code_size = 2, issuer_size = 3;
  std::string code = zone.document_code, issuer = zone.issuer;
  code.resize(code_size, '<');
  issuer.resize(issuer_size, '<');
  return code + issuer;
}

}  // namespace

inspect::Edition inspected_edition(const profile::Profile& profile) {
  const profile::Mrz* const zone = zone_of(profile);
  inspect::Edition edition{profile.name, {}, zone != nullptr ? head_of(*zone) : ""};
  inspect::Promises& promises = edition.promises;
  promises.chip_authentication = profile.chip.chip_authentication.has_value();
  if (const auto& access = profile.chip.access) {
    promises.pace = access->pace;
    promises.bac = access->bac;
  }
  Collector collector(promises, profile, zone);
  for (const profile::Application& application : profile.applications) {
    inspect::PromisedApplication promised{application.name, application.aid, {}};
    for (const profile::File& file : application.files) {
      promised.files.push_back({file.name, file.fid, file.read, file.short_fid});
      // What nobody can read promises nothing.
      if (file.read != profile::Access::never) collector.collect(application, file);
    }
    promises.applications.push_back(std::move(promised));
  }
  return edition;
}

}  // namespace perso::edition
