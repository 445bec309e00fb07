// How a reader takes what breaks a rule of a format without changing its meaning.
#pragma once

#include <string>

namespace perso {

/// Told of everything that a parser could read although the standard forbids it: indefinite order, a length
/// that is not the shortest, a field that should be there. One parser serves both readers: the strict one
/// throws, the tolerant one keeps the sentence.
class Deviations {
 public:
  virtual ~Deviations() = default;
  /// @param what half a sentence without holder data, "the signed attributes are not in order"
  /// @throws Error Code::malformed where nothing is tolerated
  virtual void found(const std::string& what) = 0;
};

/// Tolerates nothing: our own cards are read so.
class NoDeviations final : public Deviations {
 public:
  void found(const std::string& what) override;
};

}  // namespace perso
