// The bare cryptography of a card: the operations that no station can leave out, on the sizes of this very
// card, straight on the library and with every key set up once where that is possible. What the product's own
// layers add to it is what the benchmark measures.
#pragma once

#include <memory>

#include "bench/ports.hpp"

namespace perso::bench {

/// What was computed for one card on the host's side, in bytes.
struct CryptoWork {
  struct Protected {
    std::size_t command = 0;  // encrypted
    std::size_t answer = 0;   // encrypted
  };
  std::size_t channels = 0;  // opened
  std::vector<Protected> exchanges;
  std::vector<std::size_t> data_groups;
  std::size_t security_object = 0;  // EF.SOD
  std::size_t record = 0;           // text record and portrait, under the national signature
  std::size_t order = 0;            // as it lies sealed in the ledger
};

/// The work that the exchanges show, with SCP03 in S8 mode.
CryptoWork work_of(const std::vector<Exchange>& exchanges);

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
