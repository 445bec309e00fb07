#include "identity/mrz_name.hpp"

#include <algorithm>
#include <vector>

#include "bytes/error.hpp"
#include "identity/ascii.hpp"

namespace perso::identity {

namespace {

constexpr char filler = '<';

void require(bool holds) {
  if (!holds) throw Error(Code::malformed, "the machine readable zone breaks the form of its name");
}

std::vector<std::string> components(std::string_view part) {
  std::vector<std::string> found(1);
  for (const char c : part) {
    if (c == ' ' || c == '-') {
      if (!found.back().empty()) found.emplace_back();
    } else if (c != '\'') {
      require(is_letter(c));
      found.back().push_back(c);
    }
  }
  if (found.back().empty()) found.pop_back();
  return found;
}

struct Components {
  explicit Components(const LatinName& name)
      : primary(components(name.primary)), secondary(components(name.secondary)) {
    require(!primary.empty());
  }
  std::vector<std::string> primary, secondary;
};

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "<") + part;
  return text;
}

std::string joined(const Components& name) {
  return joined(name.primary) + (name.secondary.empty() ? "" : "<<" + joined(name.secondary));
}

/// Takes up to `excess` letters away, from the last component backwards, and leaves each its initial.
void shorten(std::vector<std::string>& parts, std::size_t& excess) {
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const std::size_t cut = std::min(excess, part->size() - 1);
    part->resize(part->size() - cut);
    excess -= cut;
  }
}

std::string with_blanks(std::string_view part) {
  std::string text(part);
  std::ranges::replace(text, filler, ' ');
  return text;
}

}  // namespace

std::string mrz_name(const LatinName& name) {
  return joined(Components(name));
}

std::string mrz_name_field(const LatinName& name, std::size_t width) {
  Components parts(name);
  auto& [primary, secondary] = parts;
  const auto initials = [&parts] {  // the least width: a letter each, fillers between
    return 2 * parts.primary.size() - 1 + (parts.secondary.empty() ? 0 : 2 * parts.secondary.size() + 1);
  };
  while (initials() > width && primary.size() + secondary.size() > 1)
    (secondary.size() > 1 || primary.size() == 1 ? secondary : primary).pop_back();
  const std::size_t full = joined(parts).size();
  std::size_t excess = full > width ? full - width : 0;
  shorten(secondary, excess);
  shorten(primary, excess);
  std::string field = joined(parts);
  field.resize(width, filler);
  return field;
}

LatinName parse_mrz_name(std::string_view field) {
  require(std::ranges::all_of(field, [](char c) { return is_letter(c) || c == filler; }));
  const std::string_view name = field.substr(0, field.find_last_not_of(filler) + 1);
  const std::size_t separator = name.find("<<");
  const std::string_view primary = name.substr(0, separator);
  const std::string_view secondary =
      separator == std::string_view::npos ? std::string_view() : name.substr(separator + 2);
  require(!primary.empty() && primary.front() != filler);
  require(!secondary.starts_with(filler) && secondary.find("<<") == std::string_view::npos);
  return {with_blanks(primary), with_blanks(secondary)};
}

}  // namespace perso::identity
