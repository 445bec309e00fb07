// The keys of a document and of a session with it (ICAO 9303-11 9.7).
#pragma once

#include <optional>
#include <string>

#include "bytes/secret.hpp"
#include "channel/protocols.hpp"

namespace perso::channel {

/// What is printed on the card and opens it: as its machine readable zone has it, without check digits.
struct PrintedData {
  std::string number;  // filled up with < to 9 characters; a longer one whole
  std::string birth;   // YYMMDD
  std::string expiry;  // YYMMDD
  bool operator==(const PrintedData&) const = default;
};

/// What whoever holds the card can say of it. Either part opens it, where its edition grants that.
struct AccessData {
  std::optional<PrintedData> printed;  // of the machine readable zone: BAC, PACE
  std::string access_number;           // CAN, digits: PACE; empty where it is not known
  bool empty() const { return !printed && access_number.empty(); }
  bool operator==(const AccessData&) const = default;
};

/// The number filled up as the zone has it.
PrintedData printed_data(std::string number, std::string birth, std::string expiry);

/// What stands printed as one secret: SHA-1 over number, birth and expiry, each with its check digit behind
/// it. PACE takes all 20 bytes for its password (9.7.3), basic access control the first 16 for its seed
/// (9.7.2).
/// @throws Error Code::malformed where the number is not of 9 to 22 characters A-Z 0-9 <, or a date not of 6
/// digits (< in the place of those that are not known)
Secret printed_secret(const PrintedData& printed);

struct KeyPair {
  Secret encryption, mac;
};

/// The key derivation function, 9.7.1, with the counters 1 and 2: SHA-1 for 3DES (16 bytes, parity adjusted)
/// and AES-128, SHA-256 for the longer keys.
KeyPair derive_key_pair(ByteView secret, Cipher cipher);
/// The same with the counter 3: the key that a PACE password stands for, 9.7.3.
Secret derive_password_key(ByteView secret, Cipher cipher);

}  // namespace perso::channel
