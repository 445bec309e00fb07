// The words of the profile language, by the places that have a choice. profiles/profile.schema.json lists the
// same.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "profile/profile.hpp"
#include "yaml/node.hpp"

namespace perso::profile {

using channel::Cipher;
using channel::KeyAgreement;
using channel::Mapping;
using yaml::Choice;
using yaml::shown;

inline constexpr std::array<Choice<FieldType>, 11> field_types{{
    {"latin-name", FieldType::latin_name},
    {"chinese-name", FieldType::chinese_name},
    {"sex", FieldType::sex},
    {"date", FieldType::date},
    {"country", FieldType::country},
    {"prc-number-18", FieldType::prc_number_18},
    {"prc-number-15", FieldType::prc_number_15},
    {"count", FieldType::count},
    {"portrait", FieldType::portrait},
    {"text", FieldType::text},
    {"access-number", FieldType::access_number},
}};

inline constexpr std::array<Choice<Spelling>, 12> spellings{{
    {"plain", Spelling::plain},
    {"gb-2261", Spelling::gb_2261},
    {"yyyymmdd", Spelling::yyyymmdd},
    {"yymmdd", Spelling::yymmdd},
    {"bcd", Spelling::bcd},
    {"alpha-3", Spelling::alpha_3},
    {"icao", Spelling::icao},
    {"numeric", Spelling::numeric},
    {"primary", Spelling::primary},
    {"secondary", Spelling::secondary},
    {"mrz-name", Spelling::mrz_name},
    {"association", Spelling::association},
}};

inline constexpr std::array<Choice<Encoding>, 4> encodings{{
    {"ascii", Encoding::ascii},
    {"utf-8", Encoding::utf_8},
    {"utf-16le", Encoding::utf_16le},
    {"utf-16be", Encoding::utf_16be},
}};

inline constexpr std::array<Choice<LastDay>, 2> last_days{{
    {"same-day", LastDay::same_day},
    {"day-before", LastDay::day_before},
}};

inline constexpr std::array<Choice<identity::PictureFormat>, 2> picture_formats{{
    {"jpeg", identity::PictureFormat::jpeg},
    {"jpeg2000", identity::PictureFormat::jpeg2000},
}};

inline constexpr std::array<Choice<bool>, 2> colours{{{"rgb", false}, {"grey", true}}};  // whether grey

inline constexpr std::array<Choice<Access>, 3> accesses{{
    {"always", Access::always},
    {"never", Access::never},
    {"access-control", Access::access_control},
}};

inline constexpr std::array<Choice<Mrz::Form>, 3> mrz_forms{{
    {"td1", Mrz::Form::td1},
    {"td2", Mrz::Form::td2},
    {"td3", Mrz::Form::td3},
}};

inline constexpr std::array<Choice<crypto::Hash>, 3> sod_hashes{{
    {"sha256", crypto::Hash::sha256},
    {"sha384", crypto::Hash::sha384},
    {"sha512", crypto::Hash::sha512},
}};

inline constexpr std::array<Choice<Cms::Kind>, 2> cms_kinds{{
    {"cms", Cms::Kind::cms},
    {"gmt-0010", Cms::Kind::gmt_0010},
}};

/// Of ICAO 9303-11 9.2.3 all: chip authentication mapping has neither DH nor 3DES.
inline constexpr std::array<Choice<channel::PaceProtocol>, 19> pace_protocols{{
    {"dh-gm-3des", {KeyAgreement::dh, Mapping::generic, Cipher::triple_des}},
    {"dh-gm-aes-128", {KeyAgreement::dh, Mapping::generic, Cipher::aes_128}},
    {"dh-gm-aes-192", {KeyAgreement::dh, Mapping::generic, Cipher::aes_192}},
    {"dh-gm-aes-256", {KeyAgreement::dh, Mapping::generic, Cipher::aes_256}},
    {"dh-im-3des", {KeyAgreement::dh, Mapping::integrated, Cipher::triple_des}},
    {"dh-im-aes-128", {KeyAgreement::dh, Mapping::integrated, Cipher::aes_128}},
    {"dh-im-aes-192", {KeyAgreement::dh, Mapping::integrated, Cipher::aes_192}},
    {"dh-im-aes-256", {KeyAgreement::dh, Mapping::integrated, Cipher::aes_256}},
    {"ecdh-gm-3des", {KeyAgreement::ecdh, Mapping::generic, Cipher::triple_des}},
    {"ecdh-gm-aes-128", {KeyAgreement::ecdh, Mapping::generic, Cipher::aes_128}},
    {"ecdh-gm-aes-192", {KeyAgreement::ecdh, Mapping::generic, Cipher::aes_192}},
    {"ecdh-gm-aes-256", {KeyAgreement::ecdh, Mapping::generic, Cipher::aes_256}},
    {"ecdh-im-3des", {KeyAgreement::ecdh, Mapping::integrated, Cipher::triple_des}},
    {"ecdh-im-aes-128", {KeyAgreement::ecdh, Mapping::integrated, Cipher::aes_128}},
    {"ecdh-im-aes-192", {KeyAgreement::ecdh, Mapping::integrated, Cipher::aes_192}},
    {"ecdh-im-aes-256", {KeyAgreement::ecdh, Mapping::integrated, Cipher::aes_256}},
    {"ecdh-cam-aes-128", {KeyAgreement::ecdh, Mapping::chip_authentication, Cipher::aes_128}},
    {"ecdh-cam-aes-192", {KeyAgreement::ecdh, Mapping::chip_authentication, Cipher::aes_192}},
    {"ecdh-cam-aes-256", {KeyAgreement::ecdh, Mapping::chip_authentication, Cipher::aes_256}},
}};

/// A chip's keys are of elliptic curves alone.
inline constexpr std::array<Choice<channel::ChipAuthenticationProtocol>, 4> chip_authentication_protocols{{
    {"ecdh-3des", {KeyAgreement::ecdh, Cipher::triple_des}},
    {"ecdh-aes-128", {KeyAgreement::ecdh, Cipher::aes_128}},
    {"ecdh-aes-192", {KeyAgreement::ecdh, Cipher::aes_192}},
    {"ecdh-aes-256", {KeyAgreement::ecdh, Cipher::aes_256}},
}};

/// The names of the groups in which PACE works, as 9303-11 9.5.1 numbers them.
std::vector<std::string_view> pace_groups();

/// "a, b, c"
template <typename Names>
std::string joined(const Names& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

template <typename T, std::size_t size>
std::vector<std::string_view> words_of(const std::array<Choice<T>, size>& choices) {
  std::vector<std::string_view> words(size);
  std::ranges::transform(choices, words.begin(), &Choice<T>::name);
  return words;
}

/// As a profile writes the value.
template <typename T, std::size_t size>
std::string name_of(T value, const std::array<Choice<T>, size>& choices) {
  for (const auto& [name, known] : choices)
    if (known == value) return std::string(name);
  return "";
}
std::string name_of(FieldType type);

/// Which spellings a type has. A type without any cannot stand in text.
struct SpellingRule {
  FieldType type;
  Spelling as;
  bool implied = false;        // may be left out: there is one natural form
  bool template_only = false;  // has no fixed width, or is no text
};
std::span<const SpellingRule> spelling_rules();

/// The kinds of content.
std::vector<std::string_view> content_kinds();

/// The words of one place, under the name of the schema's definition.
struct WordList {
  std::string_view name;
  std::vector<std::string_view> words;
};
/// All of them.
std::vector<WordList> word_lists();

}  // namespace perso::profile
