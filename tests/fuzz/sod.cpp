// EF.SOD, and the security object in it: lds::parse_sod, parse_security_object, crypto::SignedData.
#include "lds/sod.hpp"

#include "fuzz/readers.hpp"

namespace {

using namespace perso;

bool same(const crypto::SignedData& left, const crypto::SignedData& right) {
  return left.content_type == right.content_type && left.content == right.content &&
         left.signer.der() == right.signer.der() && left.signed_attributes == right.signed_attributes &&
         left.signature == right.signature && left.message_digest == right.message_digest &&
         left.signing_time == right.signing_time && left.digest_algorithm == right.digest_algorithm &&
         left.signature_algorithm == right.signature_algorithm;
}

void hold_object(const fuzz::Readings<lds::SecurityObject>& read) {
  if (!read.strict) return;
  fuzz::hold(*read.strict == *read.tolerant, "a security object says the same to both readers");
  const Bytes again = lds::encode_security_object(*read.strict);
  fuzz::hold(lds::parse_security_object(again) == *read.strict,
             "a security object that was read is written so that it is read again");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input{data, size};
  hold_object(fuzz::read_twice([&](Deviations& told) { return lds::parse_security_object(input, told); }));
  const auto read = fuzz::read_twice([&](Deviations& told) { return lds::parse_sod(input, told); });
  if (read.tolerant) {
    const bool holds = read.tolerant->cms.verify();
    fuzz::hold(holds == read.tolerant->cms.verify(*read.tolerant->cms.content),
               "the content inside is what is verified");
  }
  if (!read.strict) return 0;
  fuzz::hold(same(read.strict->cms, read.tolerant->cms), "a signature says the same to both readers");
  hold_object({read.tolerant->object, read.strict->object});
  return 0;
}
