// The bare cryptography of a card that is read and judged: access to it, its channel, its signatures.
#pragma once

#include <memory>

#include "bench/ports.hpp"

namespace perso::bench {

class Reference;

enum class Way { pace, bac };

/// One access and the channel behind it, in bytes: AES-128 after PACE over P-256, triple DES after BAC.
struct AccessWork {
  struct Protected {
    std::size_t command = 0, command_mac = 0;  // encrypted; authenticated
    std::size_t answer = 0, answer_mac = 0;
  };
  Way way = Way::pace;
  std::vector<Protected> exchanges;
};

/// What is signed, in bytes.
struct DocumentWork {
  std::vector<std::size_t> data_groups;
  std::size_t security_object = 0;  // EF.SOD
  bool card_security = false;       // EF.CardSecurity, signed by who signed EF.SOD
  std::size_t record = 0;           // text record and portrait under the national signature; 0: none
};

/// The access channel that the exchanges of one connection show.
AccessWork access_work_of(Way way, const std::vector<Exchange>& exchanges);

class BareInspection {
 public:
  /// `reference` must outlive it.
  explicit BareInspection(Reference& reference);
  ~BareInspection();

  void open(const AccessWork& work);
  /// Digests and signatures, each signer's certificate once; and active authentication; where there is
  /// EF.CardSecurity, that the mapping proves its key.
  void judge(const DocumentWork& work);

 private:
  struct Tools;
  std::unique_ptr<Tools> tools_;
};

}  // namespace perso::bench
