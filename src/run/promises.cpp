// What a profile promises of every card of its edition.
#include <algorithm>

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
      promises_.record_number = {application_->name, file_->name, number->at,
                                 number->bytes,      record.text, record.pad};
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
      collector.collect(application, file);
    }
    promises.applications.push_back(std::move(promised));
  }
  return promises;
}

}  // namespace perso::run
