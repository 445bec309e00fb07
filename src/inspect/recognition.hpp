// Which edition a card is of.
#pragma once

#include <functional>

#include "inspect/inspect.hpp"

namespace perso::inspect {

/// Whether the card has an application.
using HasApplication = std::function<bool(const iso7816::Aid&)>;

/// Those whose zone begins as this one, in their order.
std::vector<const Edition*> editions_with(std::span<const Edition> editions, std::string_view zone);

/// Of those the first whose other applications are all there, else the first that has some of them there:
/// what a card lacks does not make it one of less. nullptr for a document of none.
const Edition* recognise_document(std::span<const Edition> editions, std::string_view zone,
                                  const HasApplication& has);

/// A card without the eMRTD application: the first edition without a zone whose applications are all there.
const Edition* recognise_plain(std::span<const Edition> editions, const HasApplication& has);

}  // namespace perso::inspect
