#include "chip/access_objects.hpp"

#include "crypto/asn1.hpp"

namespace perso::chip {

namespace {

constexpr std::size_t max_size = 512;  // of what the contract takes
constexpr tlv::Tag document_number{0x5F1F}, date_of_birth{0x5F18}, date_of_expiry{0x5F19};
constexpr tlv::Tag zone{0xA1}, access_number{0x82}, bac{0x85}, pace{0xA3}, parameters{0x84};

Bytes encode_pace(const channel::PaceInfo& info) {
  const Bytes id{static_cast<std::uint8_t>(info.parameters)};
  return tlv::encode(pace, {crypto::asn1::oid(channel::oid_of(info.protocol)), tlv::encode(parameters, id)});
}

}  // namespace

Bytes encode_printed(tlv::Tag tag, const channel::PrintedData& printed) {
  return tlv::encode(tag, {tlv::encode(document_number, as_bytes(printed.number)),
                           tlv::encode(date_of_birth, as_bytes(printed.birth)),
                           tlv::encode(date_of_expiry, as_bytes(printed.expiry))});
}

Bytes encode_access(const AccessControl& access) {
  Bytes value;
  value.reserve(max_size);  // never moved, so no copy is left behind
  if (access.data.printed) append(value, encode_printed(zone, *access.data.printed));
  if (!access.data.access_number.empty())
    tlv::append(value, access_number, as_bytes(access.data.access_number));
  if (access.bac) tlv::append(value, bac, {});
  for (const channel::PaceInfo& info : access.pace) append(value, encode_pace(info));
  return value;
}

}  // namespace perso::chip
