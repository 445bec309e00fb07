#include "vchip/access_data.hpp"

#include <algorithm>

#include "tlv/tlv.hpp"
#include "vchip/bac_card.hpp"
#include "vchip/pace_card.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr tlv::Tag printed_tag{0xA1}, access_number_tag{0x82}, basic_tag{0x85}, pace_tag{0xA3};
constexpr std::size_t min_number_size = 9, max_number_size = 22;  // the longest that a TD1 card can bear
constexpr std::size_t date_size = 6;
constexpr std::size_t min_access_number_size = 6, max_access_number_size = 16;

bool is_digit(std::uint8_t character) {
  return character >= '0' && character <= '9';
}

/// A character of the machine readable zone.
bool is_printed(std::uint8_t character) {
  return is_digit(character) || (character >= 'A' && character <= 'Z') || character == '<';
}

void require(bool well_formed) {
  if (!well_formed) throw Refusal{sw::wrong_data};
}

ByteView printed(tlv::Reader& reader, std::uint32_t tag, std::size_t min, std::size_t max) {
  const ByteView value = reader.expect(tlv::Tag{tag}).value;
  require(value.size() >= min && value.size() <= max && std::ranges::all_of(value, is_printed));
  return value;
}

PaceOffer read_offer(ByteView objects) {
  tlv::Reader reader(objects);
  const ByteView oid = reader.expect(tlv::Tag{0x06}).value;
  const ByteView parameters = reader.expect(tlv::Tag{0x84}).value;
  reader.expect_end();
  require(parameters.size() == 1 && pace_works(oid, parameters[0]));
  return {Bytes(oid.begin(), oid.end()), parameters[0]};
}

}  // namespace

PrintedFields read_printed_fields(ByteView objects) {
  // The tags 5F18 and 5F19 are not in the shortest form that DER wants.
  tlv::Reader reader(objects, tlv::Rules::ber);
  PrintedFields fields;
  fields.number = printed(reader, 0x5F1F, min_number_size, max_number_size);
  fields.birth = printed(reader, 0x5F18, date_size, date_size);
  fields.expiry = printed(reader, 0x5F19, date_size, date_size);
  reader.expect_end();
  return fields;
}

AccessData AccessData::parse(ByteView encoded) {
  require(encoded.size() <= max_size);
  AccessData data;
  data.encoded = Secret::copy_of(encoded);
  tlv::Reader reader(encoded, tlv::Rules::ber);
  PrintedFields fields;
  if (const auto element = reader.take(printed_tag)) {
    fields = read_printed_fields(element->value);
    data.printed = mrz_password(fields.number, fields.birth, fields.expiry);
  }
  if (const auto element = reader.take(access_number_tag)) {
    const ByteView digits = element->value;
    require(digits.size() >= min_access_number_size && digits.size() <= max_access_number_size &&
            std::ranges::all_of(digits, is_digit));
    data.access_number = can_password(digits);
  }
  if (const auto element = reader.take(basic_tag)) {
    require(element->value.empty() && data.printed);
    data.basic = bac_access_keys(fields.number, fields.birth, fields.expiry);
  }
  while (!reader.at_end()) data.pace.push_back(read_offer(reader.expect(pace_tag).value));
  // Without a way in the lock would close the chip for ever.
  require(data.basic || (!data.pace.empty() && (data.printed || data.access_number)));
  return data;
}

}  // namespace perso::vchip
