#include "profile/words.hpp"

#include <algorithm>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

constexpr std::array<SpellingRule, 18> rules{{
    {.type = FieldType::latin_name, .as = Spelling::plain, .implied = true},
    {.type = FieldType::latin_name, .as = Spelling::primary},
    {.type = FieldType::latin_name, .as = Spelling::secondary},
    {.type = FieldType::latin_name, .as = Spelling::mrz_name, .template_only = true},
    {.type = FieldType::chinese_name, .as = Spelling::plain, .implied = true},
    {.type = FieldType::sex, .as = Spelling::gb_2261},
    {.type = FieldType::sex, .as = Spelling::plain},
    {.type = FieldType::date, .as = Spelling::yyyymmdd},
    {.type = FieldType::date, .as = Spelling::yymmdd},
    {.type = FieldType::date, .as = Spelling::bcd, .template_only = true},
    {.type = FieldType::country, .as = Spelling::alpha_3},
    {.type = FieldType::country, .as = Spelling::icao},
    {.type = FieldType::country, .as = Spelling::numeric},
    {.type = FieldType::prc_number_18, .as = Spelling::plain, .implied = true},
    {.type = FieldType::prc_number_15, .as = Spelling::plain, .implied = true},
    {.type = FieldType::prc_number_15, .as = Spelling::association},
    {.type = FieldType::count, .as = Spelling::plain, .implied = true},
    {.type = FieldType::text, .as = Spelling::plain, .implied = true},
}};

template <typename Names>
void add_new(std::vector<std::string_view>& words, const Names& names) {
  for (const std::string_view name : names)
    if (std::ranges::find(words, name) == words.end()) words.push_back(name);
}

}  // namespace

std::string name_of(FieldType type) {
  return name_of(type, field_types);
}

std::span<const SpellingRule> spelling_rules() {
  return rules;
}

std::vector<std::string_view> pace_groups() {
  std::vector<std::string_view> names;
  for (const channel::DomainParameters& group : channel::standardised_parameters())
    names.push_back(group.name);
  return names;
}

std::vector<WordList> word_lists() {
  std::vector<std::string_view> platforms, chip_keys;
  for (const platform::Platform& known : platform::all()) {
    platforms.push_back(known.name);
    add_new(chip_keys, known.generated_keys);
    add_new(chip_keys, known.injected_keys);
  }
  return {{"field-type", words_of(field_types)},
          {"spelling", words_of(spellings)},
          {"encoding", words_of(encodings)},
          {"last-day", words_of(last_days)},
          {"picture-format", words_of(picture_formats)},
          {"colour", words_of(colours)},
          {"access", words_of(accesses)},
          {"mrz-form", words_of(mrz_forms)},
          {"hash", words_of(sod_hashes)},
          {"cms-kind", words_of(cms_kinds)},
          {"content-kind", content_kinds()},
          {"platform", std::move(platforms)},
          {"chip-key", std::move(chip_keys)},
          {"pace-protocol", words_of(pace_protocols)},
          {"pace-group", pace_groups()},
          {"chip-authentication-protocol", words_of(chip_authentication_protocols)}};
}

}  // namespace perso::profile
