// A specimen key set in a folder of its own.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <functional>

#include "bytes/error.hpp"
#include "crypto/scratch.hpp"
#include "keys/key_set.hpp"

namespace perso::test {

inline const std::string right_passphrase = "correct horse battery";
inline const Instant made_at =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 30) + std::chrono::hours(8);

inline Secret secret(std::string_view text) {
  return Secret::copy_of(as_bytes(text));
}

inline std::optional<Code> code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.message().find("battery") == std::string::npos);
    return error.code();
  }
  return std::nullopt;
}

/// A specimen set in a folder of its own.
struct Specimen {
  explicit Specimen(crypto::EcParameters parameters = crypto::EcParameters::explicit_curve) {
    keys::KeySet::make_specimen(dir, secret(right_passphrase), parameters, made_at, *random);
  }
  keys::KeySet open() const { return keys::KeySet::open(dir, secret(right_passphrase), *random); }
  std::optional<Code> refused() const {
    return code_of([&] { open(); });
  }
  void change(const std::string& name, const std::string& from, const std::string& to) const {
    std::string text = as_text(scratch.read("keys/" + name));
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    scratch.write("keys/" + name, as_bytes(text.replace(at, from.size(), to)));
  }

  Scratch scratch;
  std::unique_ptr<Random> random = crypto::system_random();
  std::filesystem::path dir = scratch.folder() / "keys";
};

}  // namespace perso::test
