// What hostile files are made of: cut, lengthened, with bytes changed.
#pragma once

#include <doctest/doctest.h>

#include "bytes/bytes.hpp"
#include "bytes/error.hpp"

namespace perso::test {

template <typename Parse>
bool malformed(ByteView bytes, Parse parse) {
  try {
    parse(bytes);
  } catch (const Error& error) {
    CHECK(error.code() == Code::malformed);
    return true;
  }
  return false;
}

/// Every cut and every longer file is malformed.
template <typename Parse>
void refuses_other_lengths(const Bytes& file, Parse parse) {
  for (std::size_t size = 0; size < file.size(); ++size) {
    CAPTURE(size);
    CHECK(malformed(ByteView(file).first(size), parse));
  }
  Bytes longer = file;
  longer.push_back(0);
  CHECK(malformed(longer, parse));
}

/// Every changed byte is malformed or makes another value.
template <typename Parse, typename Same>
void notices_changed_bytes(const Bytes& file, Parse parse, Same same) {
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (const int flip : {0x01, 0x20, 0x80, 0xFF}) {
      CAPTURE(i);
      Bytes changed = file;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      CHECK(malformed(changed, [&](ByteView bytes) {
        if (!same(parse(bytes))) throw Error(Code::malformed, "another value");
      }));
    }
  }
}

}  // namespace perso::test
