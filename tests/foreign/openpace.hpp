// OpenPACE (libeac), an implementation of PACE, chip authentication and secure messaging that shares nothing
// with this project: its contexts and buffers as values, for both sides of a conversation. What it has not,
// the form of commands and answers, is written here, apart from src/.
#pragma once

#include <eac/ca.h>
#include <eac/eac.h>
#include <eac/pace.h>
#include <eac/ta.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "bytes/bytes.hpp"

namespace perso::test::openpace {

struct Free {
  void operator()(EAC_CTX* context) const { EAC_CTX_clear_free(context); }
  void operator()(BUF_MEM* buffer) const { BUF_MEM_clear_free(buffer); }
  void operator()(PACE_SEC* secret) const { PACE_SEC_clear_free(secret); }
};
using Context = std::unique_ptr<EAC_CTX, Free>;
using Buffer = std::unique_ptr<BUF_MEM, Free>;
using Secret = std::unique_ptr<PACE_SEC, Free>;

/// A step that OpenPACE refuses, or an answer that is none.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};
void require(bool good, const std::string& step);

Buffer buffer_of(ByteView bytes);
/// Of what OpenPACE returned: null is a failure of `step`.
Bytes taken(BUF_MEM* buffer, const std::string& step);

/// From here on OpenSSL's random bytes, and so OpenPACE's, are the same in each run.
void repeat_from(std::uint64_t seed);

Context new_context();
/// OpenPACE's number of a protocol's object identifier, dotted; of chip authentication mapping too, which it
/// has not.
int protocol_number(const std::string& oid);
/// Contents of the object identifier.
Bytes oid_contents(const std::string& oid);
/// For PACE with standardised parameters. Chip authentication mapping is generic mapping under another name,
/// and one answer more.
Context pace_context(const std::string& oid, int parameters);
bool is_chip_authentication_mapping(const std::string& oid);
/// OpenSSL's number of a curve. @param parameters 8 to 18
int curve_number(int parameters);

/// What Diffie-Hellman agrees on is as long as the modulus (9303-11 9.6: PKCS #3). OpenPACE cuts leading
/// zeros off, and would disagree in one session of 256.
void keep_leading_zeros(KA_CTX& agreement);
/// Behind CA_STEP4, the session keys of chip authentication version 1: without a nonce, and no tokens are
/// compared, as CA_STEP5 and CA_STEP6, of version 2, do.
void derive_ca_keys(const EAC_CTX& context);

/// `tag length value`; the tag of one or two bytes.
Bytes object(unsigned tag, ByteView value);
/// Takes the first element off `rest`. @returns tag and value
std::pair<unsigned, ByteView> next_object(ByteView& rest);
/// The one element of `bytes`, which must have this tag.
ByteView only_object(ByteView bytes, unsigned tag);

/// ISO/IEC 7816-4 secure messaging, as far as both sides do alike: with the keys and the counter of a
/// context.
class Messaging {
 public:
  /// @param id EAC_ID_PACE or EAC_ID_CA: whose keys; the counter is zero
  Messaging(EAC_CTX& context, int id);
  void count();
  /// Another counter than zero: 16 bytes FF for what chip authentication mapping encrypts (9303-11 4.4.3.5).
  void count_from(ByteView counter);
  /// With padding, the value of DO 87.
  Bytes encrypt(ByteView plain);
  Bytes decrypt(ByteView cryptogram);
  /// Over whole blocks. @param head a padded header, or nothing
  Bytes mac(ByteView head, ByteView objects);
  Bytes padded(ByteView bytes);

 private:
  EAC_CTX& context_;
};

}  // namespace perso::test::openpace
