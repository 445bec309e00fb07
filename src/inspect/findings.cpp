#include "inspect/findings.hpp"

#include <algorithm>

namespace perso::inspect {

void Findings::check(std::string name, Verdict means, bool passed, std::string detail) {
  const auto now = clock_.elapsed();
  report_.checks.push_back({std::move(name), passed ? Check::Result::passed : Check::Result::failed, means,
                            std::move(detail), now - since_});
  since_ = now;
}

void Findings::passed(std::string name, std::string detail) {
  check(std::move(name), Verdict::genuine, true, std::move(detail));
}

void Findings::failed(std::string name, Verdict means, std::string detail) {
  check(std::move(name), means, false, std::move(detail));
}

void Findings::not_possible(std::string name, std::string detail) {
  passed(std::move(name), std::move(detail));
  report_.checks.back().result = Check::Result::not_possible;
}

void Findings::missing(std::string name, Verdict means, std::string detail) {
  if (complete_)
    failed(std::move(name), means, std::move(detail));
  else
    not_possible(std::move(name), std::move(detail));
}

void Findings::FileDeviations::found(const std::string& what) {
  if (findings_.strict()) throw Error(Code::malformed, what);
  findings_.report_.tolerated.push_back(what.starts_with(file_) ? what : file_ + ": " + what);
}

void Findings::deviation(const std::string& file, const std::string& what) {
  if (strict())
    failed(file + " form", Verdict::altered, what);
  else
    report_.tolerated.push_back(file + ": " + what);
}

void Findings::differs(const std::string& name, const std::string& what) {
  if (strict()) return failed(name, Verdict::altered, what);
  not_possible(name, what);
  report_.tolerated.push_back(name + ": " + what);
}

void Findings::recognised(const Edition& edition) {
  edition_ = &edition;
  report_.edition = edition.name;
  for (const std::string& told : report_.tolerated) {
    const std::size_t colon = told.find(':');
    failed(told.substr(0, colon) + " form", Verdict::altered, told.substr(std::min(colon + 2, told.size())));
  }
  report_.tolerated.clear();
}

const Bytes* Findings::file(std::string_view application, std::string_view name) const {
  const auto found = std::ranges::find_if(report_.files, [&](const ReadFile& read) {
    return read.application == application && read.name == name;
  });
  return found != report_.files.end() ? &found->contents : nullptr;
}

const Bytes* Findings::file(std::string_view application, iso7816::Fid fid) const {
  const auto found = std::ranges::find_if(report_.files, [&](const ReadFile& read) {
    return read.application == application && read.fid == fid;
  });
  return found != report_.files.end() ? &found->contents : nullptr;
}

void Findings::trusted(Trust trust) {
  report_.trust = any_signer_ ? std::max(report_.trust, trust) : trust;
  any_signer_ = true;
}

void Findings::conclude(std::chrono::nanoseconds began) {
  report_.verdict = Verdict::genuine;
  for (const Check& check : report_.checks)
    if (check.result == Check::Result::failed) report_.verdict = std::min(report_.verdict, check.means);
  std::ranges::move(notes_, std::back_inserter(report_.tolerated));
  report_.took = clock_.elapsed() - began;
}

}  // namespace perso::inspect
