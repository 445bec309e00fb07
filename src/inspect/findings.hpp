// The report while it is made.
#pragma once

#include "bytes/error.hpp"
#include "inspect/inspect.hpp"

namespace perso::inspect {

class Findings {
 public:
  explicit Findings(Report& report) : report_(report) {}

  void check(std::string name, bool passed, std::string detail) {
    report_.checks.push_back({std::move(name), passed, std::move(detail)});
  }
  void passed(std::string name, std::string detail) { check(std::move(name), true, std::move(detail)); }
  void failed(std::string name, std::string detail) { check(std::move(name), false, std::move(detail)); }

  /// What `parse` makes of bytes that were read; where it throws, the check fails with the reason. Only for
  /// what does not talk to the card.
  template <typename Parse>
  auto parsed(const std::string& name, Parse&& parse) -> std::optional<decltype(parse())> {
    try {
      return parse();
    } catch (const Error& error) {
      failed(name, error.message());
      return std::nullopt;
    }
  }

  /// What `talk` hears from the card; where a channel breaks or does not open, the check fails with the
  /// reason.
  /// @throws Error where the card stops answering
  template <typename Talk>
  auto heard(const std::string& name, Talk&& talk) -> std::optional<decltype(talk())> {
    try {
      return talk();
    } catch (const Error& error) {
      if (exit_code_of(error.code()) > 3) throw;
      failed(name, error.message());
      return std::nullopt;
    }
  }

  /// A file that was read, or nullptr.
  const Bytes* file(const std::string& application, const std::string& name) const {
    for (const ReadFile& read : report_.files)
      if (read.application == application && read.name == name) return &read.contents;
    return nullptr;
  }

  const Bytes* file(const std::string& application, iso7816::Fid fid) const {
    for (const ReadFile& read : report_.files)
      if (read.application == application && read.fid == fid) return &read.contents;
    return nullptr;
  }

  Report& report() { return report_; }

 private:
  Report& report_;
};

}  // namespace perso::inspect
