// The text record of the permanent resident card, as readers that are adapted to the card parse it: 256
// bytes, UTF-16LE, padded with blanks. A type marker at byte 248 tells the 2017 layout (`I`) from the 2023
// one (`Y`).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/bytes.hpp"
#include "identity/number.hpp"

namespace perso::identity {

inline constexpr std::size_t prc_record_size = 256;

enum class RecordEdition { prc_2017, prc_2023 };

struct DecodedRecord {
  struct Field {
    std::string_view name;
    std::string text;  // UTF-8, without the padding behind it
  };
  struct Fault {
    std::string_view field;
    std::string text;  // what is wrong, to be read after the field's name; it does not repeat the value
  };

  RecordEdition edition = RecordEdition::prc_2023;
  /// In the order in which they stand: both editions latin_name (the 2023 one's two places joined),
  /// chinese_name, sex, number, nationality, issued, expires, born, type; 2017 version, authority; 2023
  /// replacements, association; reserved.
  std::vector<Field> fields;
  /// Whatever breaks the form of a field or contradicts another one; none in a good record.
  std::vector<Fault> faults;
  /// 2023: as readers recover it. nullopt where there is no association item, or where number, nationality or
  /// item are no good for it.
  std::optional<std::string> previous_number;
  /// 2023: the nationality against the country in the number. Where it changed, `previous_number` is wrong.
  NationalitySince nationality = NationalitySince::unknown;

  /// Empty where the edition has no such field.
  std::string_view text(std::string_view field) const;
};

/// `further_countries`: as `check_number_18` takes them.
/// @throws Error Code::malformed for what is no record at all: another size, or another type marker
DecodedRecord decode_record(ByteView record, std::span<const std::uint16_t> further_countries = {});

}  // namespace perso::identity
