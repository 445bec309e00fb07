// The values of a checked order in the forms that a card needs.
#pragma once

#include "identity/date.hpp"
#include "plan/order.hpp"

namespace perso::plan {

/// Whether this may be the id of an order, see Order.
bool is_order_id(std::string_view id);

/// The holder field of which the order's id tells something: a number, whole, or a word of a name of four
/// letters or more, in either case. An id stands in messages, logs and the ledger in clear. nullopt where it
/// tells nothing.
std::optional<std::string> field_told_by_id(const Order& order, const profile::Profile& profile);

/// Empty where the order leaves it out.
std::string value_of(const Order& order, const std::string& field);

/// @throws Error Code::order_invalid where there is none, or no date
identity::Date date_of(const Order& order, const std::string& field);

/// The last day of a validity that begins on `from`.
identity::Date last_valid_day(const profile::ValidityByAge& validity, const identity::Date& from,
                              const identity::Date& born);

/// Whether a text record of the profile has this field as an association item.
bool spelt_as_association(const profile::Profile& profile, const profile::Field& field);

/// The association item by which readers recover `number_15` from the card; empty where they would recover
/// another.
std::string association(const Order& order, const profile::Profile& profile, const std::string& number_15);

}  // namespace perso::plan
