// The values of a checked order in the forms that a card needs.
#pragma once

#include "identity/date.hpp"
#include "plan/order.hpp"

namespace perso::plan {

/// Whether this may be the id of an order, see Order.
bool is_order_id(std::string_view id);

/// The name of the field with the digits that open the chip; nullopt where the profile has none.
std::optional<std::string> access_number_field(const profile::Profile& profile);

/// The holder field of which the order's id tells something: a number of a person or card or one that opens
/// the chip, whole, of six characters or more; or a word of a name of four letters or more, as the order
/// writes it or as the card does. In either case of letters. An id stands in messages, logs and the ledger in
/// clear. nullopt where it tells nothing.
std::optional<std::string> field_told_by_id(const Order& order, const profile::Profile& profile);

/// Empty where the order leaves it out.
std::string value_of(const Order& order, const std::string& field);

/// @throws Error Code::order_invalid where there is none, or no date
identity::Date date_of(const Order& order, const std::string& field);

/// The last day of a validity that begins on `from`.
identity::Date last_valid_day(const profile::ValidityByAge& validity, const identity::Date& from,
                              const identity::Date& born);

/// The code of a country or nationality in numbers: three digits of ISO 3166-1, or those that the profile's
/// number field gives to a code that has none there. nullopt where neither knows it.
std::optional<std::string> numeric_code(const profile::Profile& profile, const std::string& alpha_3);

/// What stands on the card for a previous number: the three digits from which readers recover it. Empty where
/// the holder's nationality is not that of the number any more: readers would recover another.
/// @throws Error Code::order_invalid where they would recover another for any other reason
std::string association(const Order& order, const profile::Profile& profile, const std::string& number_15);

}  // namespace perso::plan
