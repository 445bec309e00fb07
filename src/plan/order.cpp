#include "plan/order.hpp"

#include <algorithm>
#include <array>

#include "bytes/error.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

// An order as it is sealed: a version byte, then strings, each behind its length in four bytes (big-endian).
//
//   01 | id | profile | reason | count of fields (4) | name, value ... in order of the names | portrait
constexpr std::uint8_t encoding_version = 1;

constexpr std::array<std::pair<Reason, std::string_view>, 4> reasons{{
    {Reason::first_issue, "first-issue"},
    {Reason::renewal, "renewal"},
    {Reason::replacement, "replacement"},
    {Reason::sample, "sample"},
}};

[[noreturn]] void fail(const char* what) {
  throw Error(Code::malformed, std::string("stored order: ") + what);
}

/// Takes strings off the front of an encoding; a cut one is found by `slice`.
class Decoder {
 public:
  explicit Decoder(ByteView rest) : rest_(rest) {}

  ByteView take(std::size_t size) {
    const ByteView taken = slice(rest_, 0, size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  std::uint32_t number() { return be32(take(4)); }
  ByteView bytes() { return take(number()); }
  std::string text() { return as_text(bytes()); }
  void expect_end() const {
    if (!rest_.empty()) fail("bytes follow its end");
  }

 private:
  ByteView rest_;
};

}  // namespace

std::string_view name_of(Reason reason) {
  return std::ranges::find(reasons, reason, &decltype(reasons)::value_type::first)->second;
}

std::optional<Reason> reason_named(std::string_view name) {
  const auto found = std::ranges::find(reasons, name, &decltype(reasons)::value_type::second);
  return found == reasons.end() ? std::nullopt : std::optional(found->first);
}

std::string Order::number(const profile::Profile& edition) const {
  return value_of(*this, edition.number);
}

std::string Order::replacement(const profile::Profile& edition) const {
  return edition.replacements ? value_of(*this, *edition.replacements) : "";
}

std::string Order::access_number(const profile::Profile& edition) const {
  const auto field = access_number_field(edition);
  return field ? value_of(*this, *field) : "";
}

Secret Order::encode() const {
  std::vector<ByteView> strings{as_bytes(id), as_bytes(profile), as_bytes(name_of(reason))};
  const std::size_t before_count = strings.size();
  for (const auto& [name, value] : fields) {
    strings.push_back(as_bytes(name));
    strings.push_back(as_bytes(value));
  }
  strings.push_back(portrait);

  // All of the room at once: a vector that grows would leave copies behind that nobody wipes.
  std::size_t size = 1 + 4;
  for (const ByteView string : strings) size += 4 + string.size();
  Bytes out;
  out.reserve(size);
  out.push_back(encoding_version);
  for (std::size_t i = 0; i < strings.size(); ++i) {
    if (i == before_count) append_be32(out, static_cast<std::uint32_t>(fields.size()));
    append_be32(out, static_cast<std::uint32_t>(strings[i].size()));
    append(out, strings[i]);
  }
  return Secret(std::move(out));
}

Order Order::decode(const Secret& encoded) {
  Decoder decoder(encoded.expose());
  if (decoder.take(1)[0] != encoding_version) fail("written by a newer version");
  Order order;
  order.id = decoder.text();
  order.profile = decoder.text();
  const auto reason = reason_named(decoder.text());
  if (!reason) fail("its reason is unknown");
  order.reason = *reason;
  for (std::uint32_t count = decoder.number(); count > 0; --count) {
    std::string name = decoder.text();
    if (!order.fields.empty() && name <= order.fields.rbegin()->first) fail("its fields are out of order");
    order.fields.emplace_hint(order.fields.end(), std::move(name), decoder.text());
  }
  const ByteView portrait = decoder.bytes();
  order.portrait.assign(portrait.begin(), portrait.end());
  decoder.expect_end();
  return order;
}

}  // namespace perso::plan
