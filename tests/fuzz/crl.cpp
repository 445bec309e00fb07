// Revocation lists: crypto::Crl, against the authority of the first list of the corpus.
#include "crypto/crl.hpp"

#include "fuzz/corpus.hpp"
#include "fuzz/readers.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace perso;
  using crypto::Crl;
  static const auto authority = crypto::Certificate::parse(fuzz::seed("certificate/csca"));
  const ByteView input{data, size};
  const auto read = fuzz::read_twice([&](Deviations& told) { return Crl::parse(input, told); });
  if (!read.tolerant) return 0;
  const Crl& list = *read.tolerant;
  for (const crypto::Revocation& revoked : list.revoked())
    fuzz::hold(list.revokes(revoked.serial), "who stands on a list is revoked");
  if (list.signed_by(authority)) fuzz::hold(list.names_issuer(authority), "who signed a list is named in it");
  if (!read.strict) return 0;
  const Crl& strict = *read.strict;
  fuzz::hold(list.issuer_name() == strict.issuer_name() && list.number() == strict.number() &&
                 list.authority_key_id() == strict.authority_key_id() &&
                 list.this_update() == strict.this_update() && list.next_update() == strict.next_update() &&
                 list.revoked() == strict.revoked() &&
                 list.signed_by(authority) == strict.signed_by(authority),
             "a list says the same to both readers");
  return 0;
}
