// UTF-8 and UTF-16, strict: no overlong forms, no surrogates of their own, nothing above U+10FFFF.
#pragma once

#include <string>
#include <string_view>

#include "bytes/bytes.hpp"

namespace perso::identity {

/// @throws Error Code::malformed naming the first offending byte's position
std::u32string decode_utf8(std::string_view utf8);
std::string encode_utf8(std::u32string_view text);

/// Without a byte order mark. @throws Error Code::malformed for text that is not UTF-8
Bytes utf16le(std::string_view utf8);
/// @throws Error Code::malformed for an odd length or a lone surrogate
std::string utf8_from_utf16le(ByteView utf16);

/// How text is stored in a file of a card.
enum class Encoding { ascii, utf_8, utf_16le, utf_16be };
/// Bytes of a character that is stored as one unit: 2 for UTF-16, else 1.
std::size_t unit_size(Encoding encoding);
/// @throws Error Code::malformed for text that is not UTF-8, or not ASCII where that is wanted
Bytes encode_text(std::string_view utf8, Encoding encoding);
/// As UTF-8. @throws Error Code::malformed for bytes that are not of this encoding
std::string decode_text(ByteView stored, Encoding encoding);

/// Length in 16-bit units: two for a character above U+FFFF. @throws Error Code::malformed for text that is
/// not UTF-8
std::size_t utf16_units(std::string_view utf8);

}  // namespace perso::identity
