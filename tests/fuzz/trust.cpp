// The trust store's folder: inspect::TrustStore::load. The first byte says what kind of file the rest is.
#include "inspect/trust.hpp"

#include <array>

#include "fuzz/corpus.hpp"
#include "fuzz/folder.hpp"
#include "fuzz/readers.hpp"

namespace {

using namespace perso;

/// One authority is believed, which the corpus has as a certificate.
class TrustFolder : public fuzz::Folder {
 public:
  TrustFolder() { write("production/csca.cer", fuzz::seed("certificate/csca")); }
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TrustFolder folder;
  static const auto signer = crypto::Certificate::parse(fuzz::seed("certificate/signer"));
  constexpr std::array names = {"foreign/one.cer", "foreign/one.crl", "foreign/one.ml"};
  if (size == 0) return 0;
  const std::string name = names[data[0] % names.size()];
  const std::filesystem::path file = folder.write(name, {data + 1, size - 1});

  // One bad file closes nothing: no error comes out.
  fuzz::Tolerant skipped;
  inspect::TrustStore store;
  store.load(folder.path(), skipped);
  const std::size_t authorities = store.authorities();
  fuzz::hold(authorities >= 1, "a bad file takes no authority away");
  fuzz::hold(authorities == 1 || name != names[1], "a revocation list brings no authority");
  store.load(folder.path(), skipped);
  fuzz::hold(store.authorities() == authorities, "an authority stands in the store once");
  fuzz::hold(store.judge(signer, signer.not_before()).trust == inspect::Trust::production,
             "no foreign file changes what an authority is trusted for");
  std::filesystem::remove(file);
  return 0;
}
