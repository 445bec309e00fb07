#include "crypto/asn1.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "bytes/error.hpp"

namespace perso::crypto::asn1 {

namespace {

constexpr std::size_t max_oid_bytes = 32;

[[noreturn]] void malformed(const std::string& what) {
  throw Error(Code::malformed, "DER: " + what);
}

void require(bool holds, const char* what) {
  if (!holds) malformed(what);
}

void append_arc(Bytes& out, std::uint64_t arc) {
  int shift = 0;
  while ((arc >> shift) >= 0x80) shift += 7;
  for (; shift > 0; shift -= 7) out.push_back(static_cast<std::uint8_t>(0x80 | ((arc >> shift) & 0x7F)));
  out.push_back(static_cast<std::uint8_t>(arc & 0x7F));
}

std::uint64_t arc_of(std::string_view& dotted) {
  std::uint32_t arc = 0;
  const auto end = dotted.find('.');
  const std::string_view digits = dotted.substr(0, end);
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), arc);
  const bool ended = end == std::string_view::npos || end + 1 < dotted.size();
  require(ended && error == std::errc() && stop == digits.data() + digits.size(),
          "not a dotted object identifier");
  dotted = end == std::string_view::npos ? std::string_view() : dotted.substr(end + 1);
  return arc;
}

/// "YYYYMMDDHHMMSSZ".
std::string digits_of(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(instant - day);
  const int year = static_cast<int>(date.year());
  require(year >= 0 && year <= 9999, "a year of four digits is wanted");
  std::string out = std::to_string(10000 + year).substr(1);
  for (const auto part :
       {static_cast<long>(static_cast<unsigned>(date.month())),
        static_cast<long>(static_cast<unsigned>(date.day())), static_cast<long>(clock.hours().count()),
        static_cast<long>(clock.minutes().count()), static_cast<long>(clock.seconds().count())}) {
    out += std::to_string(100 + part).substr(1);
  }
  return out + "Z";
}

bool is_digit(std::uint8_t character) {
  return character >= '0' && character <= '9';
}

int number(ByteView text, std::size_t offset, std::size_t size) {
  int value = 0;
  for (const std::uint8_t character : text.subspan(offset, size)) {
    require(is_digit(character), "a time of digits is wanted");
    value = 10 * value + (character - '0');
  }
  return value;
}

/// Where the digits in front end.
std::size_t digits_in(ByteView text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
}

/// What follows the seconds: a fraction, and Z or the difference to UTC.
std::chrono::minutes read_zone(ByteView text, Deviations& deviations) {
  using namespace std::chrono;
  if (!text.empty() && (text[0] == '.' || text[0] == ',')) {
    deviations.found("a time has fractions of a second");
    text = text.subspan(1 + digits_in(text.subspan(1)));
  }
  if (text.size() == 1 && text[0] == 'Z') return minutes(0);
  require(text.size() == 5 && (text[0] == '+' || text[0] == '-'), "a time in UTC is wanted");
  deviations.found("a time is not written in UTC");
  const minutes difference = hours(number(text, 1, 2)) + minutes(number(text, 3, 2));
  require(difference < hours(24), "not a difference to UTC");
  return text[0] == '+' ? difference : -difference;
}

/// The rest of a time behind its year, MMDDhhmmssZ.
Instant instant_in(int full_year, ByteView rest, Deviations& deviations) {
  using namespace std::chrono;
  const std::size_t digits = digits_in(rest);
  require(digits == 10 || digits == 8, "a time in whole seconds is wanted");
  if (digits == 8) deviations.found("a time has no seconds");
  const year_month_day date(year(full_year), month(static_cast<unsigned>(number(rest, 0, 2))),
                            day(static_cast<unsigned>(number(rest, 2, 2))));
  const int hour = number(rest, 4, 2), minute = number(rest, 6, 2),
            second = digits == 10 ? number(rest, 8, 2) : 0;
  require(date.ok() && hour < 24 && minute < 60 && second < 60, "not a time");
  return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) -
         read_zone(rest.subspan(digits), deviations);
}

}  // namespace

Bytes oid(std::string_view dotted) {
  const std::uint64_t first = arc_of(dotted);
  const std::uint64_t second = arc_of(dotted);
  require(first <= 2 && (first == 2 || second < 40), "not an object identifier");
  Bytes contents;
  append_arc(contents, 40 * first + second);
  while (!dotted.empty()) append_arc(contents, arc_of(dotted));
  return tlv::encode(tag::oid, contents);
}

std::string read_oid(const tlv::Element& element) {
  require(element.tag == tag::oid, "an object identifier is wanted");
  const ByteView contents = element.value;
  require(!contents.empty() && contents.size() <= max_oid_bytes && contents.back() < 0x80,
          "object identifier cut or too long");
  std::string out;
  std::uint64_t arc = 0;
  for (const std::uint8_t octet : contents) {
    require(arc != 0 || octet != 0x80, "object identifier arc not in shortest form");
    arc = (arc << 7) | (octet & 0x7F);
    require(arc <= 0xFFFFFFFF, "object identifier arc too large");
    if (octet >= 0x80) continue;
    if (out.empty()) {
      const std::uint64_t first = std::min<std::uint64_t>(arc / 40, 2);
      out = std::to_string(first) + "." + std::to_string(arc - 40 * first);
    } else {
      out += "." + std::to_string(arc);
    }
    arc = 0;
  }
  return out;
}

Bytes integer(ByteView magnitude) {
  while (magnitude.size() > 1 && magnitude.front() == 0) magnitude = magnitude.subspan(1);
  Bytes contents;
  if (magnitude.empty() || magnitude.front() >= 0x80) contents.push_back(0);
  append(contents, magnitude);
  return tlv::encode(tag::integer, contents);
}

Bytes integer(std::uint8_t value) {
  return integer(ByteView(&value, 1));
}

ByteView read_integer(const tlv::Element& element) {
  require(element.tag == tag::integer && !element.value.empty(), "a number is wanted");
  const ByteView contents = element.value;
  require(contents[0] < 0x80, "the number is negative");
  if (contents[0] != 0) return contents;
  require(contents.size() == 1 || contents[1] >= 0x80, "number not in shortest form");
  return contents.subspan(1);
}

Bytes bit_string(ByteView octets) {
  const std::uint8_t unused[] = {0};
  return tlv::encode(tag::bit_string, {unused, octets});
}

ByteView read_bit_string(const tlv::Element& element) {
  require(element.tag == tag::bit_string && !element.value.empty() && element.value[0] == 0,
          "a bit string of whole octets is wanted");
  return element.value.subspan(1);
}

bool read_boolean(const tlv::Element& element, Deviations& deviations) {
  require(element.tag == tag::boolean && element.value.size() == 1, "a truth value is wanted");
  const std::uint8_t value = element.value[0];
  if (value == 0) deviations.found("a FALSE is written out");
  if (value != 0 && value != 0xFF) deviations.found("a TRUE is not FF");
  return value != 0;
}

Bytes time(Instant instant) {
  using namespace std::chrono;
  const bool utc = instant >= sys_days(1950y / 1 / 1) && instant < sys_days(2050y / 1 / 1);
  return utc ? tlv::encode(tag::utc_time, as_bytes(digits_of(instant).substr(2))) : generalized_time(instant);
}

Bytes generalized_time(Instant instant) {
  return tlv::encode(tag::generalized_time, as_bytes(digits_of(instant)));
}

Instant read_time(const tlv::Element& element, Deviations& deviations) {
  const bool utc = element.tag == tag::utc_time;
  require(utc || element.tag == tag::generalized_time, "a time is wanted");
  const ByteView text = element.value;
  if (!utc) {
    const Instant instant = read_generalized_time(text, deviations);
    if (const int year = number(text, 0, 4); year >= 1950 && year < 2050)
      deviations.found("a year before 2050 is not written as UTCTime");
    return instant;
  }
  require(text.size() >= 2, "a time is wanted");
  const int year = number(text, 0, 2);
  return instant_in(year + (year < 50 ? 2000 : 1900), text.subspan(2), deviations);
}

Instant read_generalized_time(ByteView text, Deviations& deviations) {
  require(text.size() >= 4, "a time is wanted");
  return instant_in(number(text, 0, 4), text.subspan(4), deviations);
}

Bytes set_of(std::vector<Bytes> elements) {
  std::sort(elements.begin(), elements.end());
  Bytes contents;
  for (const Bytes& element : elements) append(contents, element);
  return tlv::encode(tag::set, contents);
}

bool sorted(ByteView contents) {
  ByteView previous;
  for (tlv::Reader reader(contents); !reader.at_end();) {
    const ByteView next = reader.next().encoded;
    if (std::lexicographical_compare(next.begin(), next.end(), previous.begin(), previous.end()))
      return false;
    previous = next;
  }
  return true;
}

Bytes sequence(std::initializer_list<ByteView> parts) {
  return tlv::encode(tag::sequence, parts);
}

}  // namespace perso::crypto::asn1
