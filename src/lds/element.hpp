// The template that is the whole of an LDS file.
#pragma once

#include "tlv/tlv.hpp"

namespace perso::lds {

/// The contents of the one element that `input` is. @throws Error Code::malformed for another tag or bytes
/// behind it
inline ByteView only_element(ByteView input, tlv::Tag tag) {
  tlv::Reader reader(input);
  const ByteView value = reader.expect(tag).value;
  reader.expect_end();
  return value;
}

}  // namespace perso::lds
