// The keys of a document and of a session with it (ICAO 9303-11 9.7): SHA-1, two-key triple DES.
#pragma once

#include <string>

#include "bytes/secret.hpp"

namespace perso::channel {

/// What is printed on the card and opens it: as its machine readable zone has it, without check digits.
struct PrintedData {
  std::string number;  // filled up with < to 9 characters; a longer one whole
  std::string birth;   // YYMMDD
  std::string expiry;  // YYMMDD
  bool operator==(const PrintedData&) const = default;
};

/// The number filled up as the zone has it.
PrintedData printed_data(std::string number, std::string birth, std::string expiry);

/// What the keys of basic access control come from, 9.7.2: the first 16 bytes of SHA-1 over number, birth and
/// expiry, each with its check digit behind it. The caller wipes it.
/// @throws Error Code::malformed where the number is not of 9 to 22 characters A-Z 0-9 <, or a date not of 6
/// digits (< in the place of those that are not known)
Bytes document_seed(const PrintedData& printed);

struct KeyPair {
  Secret encryption, mac;  // 16 bytes each, parity adjusted
};

/// The key derivation function, 9.7.1.1, with the counters 1 and 2.
KeyPair derive_key_pair(ByteView seed);

}  // namespace perso::channel
