// What a profile promises of every card of its edition.
#include <algorithm>

#include "lds/files.hpp"
#include "run/edition.hpp"

namespace perso::run {

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
  Collector(inspect::Promises& promises, const profile::Profile& profile)
      : promises_(promises), profile_(profile) {}

  void collect(const profile::Application& application, const profile::File& file) {
    application_ = &application;
    file_ = &file;
    std::visit(*this, file.content);
  }

  void operator()(const profile::ChipPublicKey&) { promises_.active_authentication = true; }
  /// Beside EF.DG2 alone is it a copy.
  void operator()(const profile::Image&) {
    if (has_face(profile_)) promises_.portrait_copy = {application_->name, file_->name};
  }

  /// Where the number stands as it is.
  void operator()(const profile::Record& record) {
    const auto number = std::ranges::find_if(record.fields, [&](const profile::RecordField& field) {
      return field.value.field == profile_.number && field.value.as == profile::Spelling::plain &&
             !field.value.part;
    });
    if (number != record.fields.end())
      promises_.record_number = {application_->name, file_->name, number->at,   number->bytes,
                                 record.text,        record.pad,  number->right};
  }

  /// Where no record has it, and the zone of EF.DG1 has not either.
  void operator()(const profile::Template& content) {
    if (promises_.record_number || lds::is_emrtd(application_->aid)) return;
    std::vector<tlv::Tag> path;
    if (const auto* text = find_number(content.root, path)) {
      promises_.record_number = {application_->name, file_->name};
      promises_.record_number->text = text->encoding;
      promises_.record_number->path = std::move(path);
    }
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
  /// The element that holds the number, at this one or below it; `path` leads to it.
  const profile::EncodedValue* find_number(const profile::Element& element,
                                           std::vector<tlv::Tag>& path) const {
    path.push_back(element.tag);
    if (const auto* text = std::get_if<profile::EncodedValue>(&element.contents))
      if (text->value.field == profile_.number && text->value.as == profile::Spelling::plain &&
          !text->value.part)
        return text;
    if (const auto* items = std::get_if<std::vector<profile::Element>>(&element.contents))
      for (const profile::Element& item : *items)
        if (const auto* found = find_number(item, path)) return found;
    path.pop_back();
    return nullptr;
  }

  inspect::Promises& promises_;
  const profile::Profile& profile_;
  const profile::Application* application_ = nullptr;
  const profile::File* file_ = nullptr;
};

}  // namespace

inspect::Promises promises_of(const profile::Profile& profile) {
  inspect::Promises promises;
  Collector collector(promises, profile);
  for (const profile::Application& application : profile.applications) {
    inspect::PromisedApplication promised{application.name, application.aid, {}};
    for (const profile::File& file : application.files) {
      promised.files.push_back({file.name, file.fid, file.read, file.short_fid});
      // What nobody can read promises nothing.
      if (file.read != profile::Access::never) collector.collect(application, file);
    }
    promises.applications.push_back(std::move(promised));
  }
  return promises;
}

}  // namespace perso::run
