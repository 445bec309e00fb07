// What an order may leave out.
#include "identity/date.hpp"
#include "plan/order.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

using identity::Date;
using profile::Field;
using profile::FieldType;

/// Digits of which each is as likely as any other: bytes above the last whole ten are drawn again.
std::string draw_digits(std::size_t count, Random& random) {
  std::string digits;
  while (digits.size() < count) {
    std::uint8_t byte = 0;
    random.fill({&byte, 1});
    if (byte < 250) digits += static_cast<char>('0' + byte % 10);
  }
  return digits;
}

}  // namespace

void fill_in(Order& order, const profile::Profile& profile, Instant now, Random& random) {
  const auto give = [&](const Field& field, std::string value) {
    order.fields.try_emplace(field.name, std::move(value));
  };
  for (const Field& field : profile.holder) {
    if (order.fields.contains(field.name)) continue;
    if (field.type == FieldType::count && order.reason == Reason::first_issue) give(field, field.first);
    if (field.type == FieldType::access_number) give(field, draw_digits(field.digits, random));
    if (field.today) give(field, Date::in_china(now).to_text());
  }
  // Then what counts from other dates.
  for (const Field& field : profile.holder) {
    if (!field.validity || order.fields.contains(field.name)) continue;
    const auto from = Date::parse(value_of(order, *field.from));
    const auto born = Date::parse(value_of(order, *field.born));
    if (from && born) give(field, last_valid_day(*field.validity, *from, *born).to_text());
  }
}

}  // namespace perso::plan
