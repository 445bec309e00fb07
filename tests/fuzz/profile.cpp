// The profile language: profile::parse.
#include "profile/profile.hpp"

#include "fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace perso;
  const std::string text = as_text({data, size});
  fuzz::accepted([&] {
    const profile::Profile profile = profile::parse(text, "profile.yaml");
    fuzz::hold(profile.field(profile.number) != nullptr, "a profile's number is one of its fields");
    fuzz::hold(profile.chip.platform != nullptr, "a profile names a platform");
    fuzz::hold(profile::parse(text, "profile.yaml").digest == profile.digest, "a profile has one digest");
  });
  return 0;
}
