// The bare cryptography of a card that is made: the operations that no station can leave out, on the sizes of
// this very card. What the product's own layers add to it is what the benchmark measures.
#pragma once

#include <memory>

#include "bench/bare_inspection.hpp"
#include "bench/ports.hpp"

namespace perso::bench {

/// What was computed for one card on the host's side, in bytes.
struct CryptoWork {
  struct Protected {
    std::size_t command = 0;  // encrypted
    std::size_t answer = 0;   // encrypted
  };
  std::size_t channels = 0;  // opened as the issuer
  std::vector<Protected> exchanges;
  DocumentWork document;             // signed, and verified
  std::vector<AccessWork> accesses;  // to the finished card: to inspect it, and to prove its lock
  std::size_t order = 0;             // as it lies sealed in the ledger
};

/// The issuer's channels that the exchanges of one connection show, with SCP03 in S8 mode.
void add_issuer_channels(CryptoWork& work, const std::vector<Exchange>& exchanges);

class BareCryptography {
 public:
  BareCryptography();
  ~BareCryptography();
  /// How long the work takes now.
  Time time(const CryptoWork& work);
  /// Makes an SM2 signature over SM3 of so many bytes.
  void sign_nationally(std::size_t size);

 private:
  struct Tools;
  std::unique_ptr<Tools> tools_;
};

}  // namespace perso::bench
