// The report while it is made.
#pragma once

#include "bytes/deviations.hpp"
#include "bytes/error.hpp"
#include "inspect/inspect.hpp"

namespace perso::inspect {

/// Collects checks, each with the time since the one before it, and what a foreign document is forgiven.
class Findings {
 public:
  Findings(Report& report, Clock& clock) : report_(report), clock_(clock), since_(clock.elapsed()) {}

  void passed(std::string name, std::string detail);
  void failed(std::string name, Verdict means, std::string detail);
  void not_possible(std::string name, std::string detail);
  void check(std::string name, Verdict means, bool passed, std::string detail);
  /// What could not be judged because something was not read: a fault of its own where the card was read to
  /// its end, else said by the check that ended it.
  void missing(std::string name, Verdict means, std::string detail);

  /// What breaks the standard in `file`: tolerated, until the edition is known to be ours.
  class FileDeviations final : public Deviations {
   public:
    FileDeviations(Findings& findings, std::string file) : findings_(findings), file_(std::move(file)) {}
    /// @throws Error Code::malformed in a card of a known edition
    void found(const std::string& what) override;

   private:
    Findings& findings_;
    std::string file_;
  };

  /// What `parse` makes of bytes that were read; where it throws, the check fails with the reason. Only for
  /// what does not talk to the card.
  template <typename Parse>
  auto parsed(const std::string& name, Verdict means, Parse&& parse) -> std::optional<decltype(parse())> {
    try {
      return parse();
    } catch (const Error& error) {
      failed(name, means, error.message());
      return std::nullopt;
    }
  }

  /// The same of a file, read tolerantly in a document of no known edition: what `parse` tells the
  /// deviations.
  template <typename Parse>
  auto parsed_file(const std::string& name, Parse&& parse) {
    FileDeviations deviations(*this, name);
    return parsed(name, Verdict::altered, [&] { return parse(deviations); });
  }
  /// The same of signed contents, in which a foreign issuer may have broken the standard himself: that is no
  /// alteration.
  template <typename Parse>
  auto parsed_contents(const std::string& name, Parse&& parse)
      -> std::optional<decltype(parse(std::declval<Deviations&>()))> {
    FileDeviations deviations(*this, name);
    if (strict()) return parsed(name, Verdict::altered, [&] { return parse(deviations); });
    try {
      return parse(deviations);
    } catch (const Error& error) {
      deviations.found(error.message());
      not_possible(name, error.message());
      return std::nullopt;
    }
  }

  /// The same where no parser finds it: a failed check in a card of a known edition.
  void deviation(const std::string& file, const std::string& what);
  /// Signed contents that contradict themselves: an alteration in a card of a known edition, else tolerated.
  void differs(const std::string& name, const std::string& what);
  /// What a chip cannot do and need not: told, whatever the edition.
  void note(std::string what) { notes_.push_back(std::move(what)); }

  /// From here on nothing is forgiven, nor what was until now.
  void recognised(const Edition& edition);
  bool strict() const { return edition_ != nullptr; }
  /// nullptr for a document of no known edition.
  const Promises* promises() const { return edition_ ? &edition_->promises : nullptr; }

  /// The card broke off, or was not worth reading on.
  void cut_short() { complete_ = false; }
  bool complete() const { return complete_; }

  /// A file that was read, or nullptr.
  const Bytes* file(std::string_view application, std::string_view name) const;
  const Bytes* file(std::string_view application, iso7816::Fid fid) const;

  Report& report() { return report_; }
  const Report& report() const { return report_; }
  /// A signer of the card was judged: the report's trust is that of the least.
  void trusted(Trust trust);
  bool any_signer() const { return any_signer_; }
  /// The last word: verdict, notes, time.
  void conclude(std::chrono::nanoseconds began);

 private:
  Report& report_;
  Clock& clock_;
  std::chrono::nanoseconds since_;
  const Edition* edition_ = nullptr;
  std::vector<std::string> notes_;
  bool complete_ = true, any_signer_ = false;
};

}  // namespace perso::inspect
