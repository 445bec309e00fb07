// Byte strings, hexadecimal and big-endian integers: the vocabulary of every other layer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace perso {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Upper-case hexadecimal without separators.
std::string to_hex(ByteView bytes);

/// Parses an even number of hexadecimal digits, either case, no separators.
/// @throws Error Code::malformed naming the first offending position (never the text itself)
Bytes from_hex(std::string_view text);

/// Concatenates in order.
Bytes concat(std::initializer_list<ByteView> parts);

/// Appends `tail` to `head`.
void append(Bytes& head, ByteView tail);

/// The characters of `text` as they are stored (UTF-8).
ByteView as_bytes(std::string_view text);
std::string as_text(ByteView bytes);

/// Big-endian integers, 16 and 32 bits. Readers require that the view is long enough (Code::malformed).
void append_be16(Bytes& out, std::uint16_t value);
void append_be32(Bytes& out, std::uint32_t value);
void append_be64(Bytes& out, std::uint64_t value);
std::uint16_t be16(ByteView bytes);
std::uint32_t be32(ByteView bytes);
std::uint64_t be64(ByteView bytes);

/// Compares in a time that depends on the lengths alone.
bool equal_constant_time(ByteView a, ByteView b);

/// `size` bytes from `offset`, checked. @throws Error Code::malformed when the view is shorter
ByteView slice(ByteView bytes, std::size_t offset, std::size_t size);

}  // namespace perso
