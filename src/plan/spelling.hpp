// How a card spells what an order says.
#pragma once

#include "plan/order.hpp"

namespace perso::plan {

/// What stands in a place of a record, template or machine readable zone: a literal, or a holder's value as
/// the profile has it spelt, in UTF-8; a date `as: bcd` is its eight digits. Empty where the order leaves the
/// value out.
std::string spell(const profile::Value& value, const profile::Profile& profile, const Order& order);

}  // namespace perso::plan
