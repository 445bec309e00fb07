// A card edition as its YAML profile describes it. Values only: nothing here computes.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "identity/portrait.hpp"
#include "iso7816/apdu.hpp"
#include "platform/platform.hpp"
#include "yaml/faults.hpp"

namespace perso::profile {

using yaml::Place;

enum class FieldType {
  latin_name,
  chinese_name,
  sex,
  date,
  country,
  prc_number_18,
  prc_number_15,
  count,
  portrait
};

/// The last day of a validity of whole years: the anniversary, or the day before it.
enum class LastDay { same_day, day_before };

/// Years of validity by age on the issue date.
struct ValidityByAge {
  int years_under = 0;  // for a holder younger than `age`
  int age = 0;
  int years_otherwise = 0;
  LastDay ends = LastDay::same_day;
};

/// One field of the holder, as an order must give it.
struct Field {
  std::string name;
  FieldType type = FieldType::latin_name;
  bool optional = false;
  std::size_t max_characters = 0;          // latin-name, chinese-name (UTF-16 units); 0 no limit
  std::size_t digits = 0;                  // count
  std::string first;                       // count: the value of a first issue
  std::optional<std::string> agrees_with;  // number: the date field whose value it repeats
  std::optional<std::string> from;         // date with years: the date field it counts from (issue date)
  std::optional<std::string> born;         // date with years: the birth date
  std::optional<ValidityByAge> validity;   // date
  identity::PortraitLimits portrait;       // portrait
  Place place;
};

/// TD1 machine readable zone in EF.DG1 (ICAO 9303-5). Strings are names of holder fields.
struct Mrz {
  std::string document_code;  // literal, "IR"
  std::string issuer;         // literal, "CHN"
  std::string number, born, sex, expires, nationality, name;
};
struct Com {
  std::string lds_version, unicode_version;
};  // "0107", "040000"
struct Face {
  std::string portrait;
};  // ISO/IEC 19794-5 in EF.DG2
struct ChipPublicKey {
  std::string key;
};  // EF.DG15, a name of Chip::generates
struct Sod {
  std::string signer;
};  // over every data group of the application; SHA-256, LDS 1.7
struct Image {
  std::string portrait;
};  // the JPEG as it came

/// How a field's value is spelt in a record.
enum class Spelling { plain, gb_2261, yyyymmdd, alpha_3, association };

/// One field of a fixed-width record. Exactly one of `value`, `literal` is set, or neither (reserved:
/// padding).
struct RecordField {
  std::size_t at = 0, bytes = 0;
  std::optional<std::string> value;  // name of a holder field
  std::optional<std::string> literal;
  Spelling as = Spelling::plain;
  std::optional<std::pair<std::size_t, std::size_t>> part;  // characters from-to, from 1, inclusive
  Place place;
};
/// Fixed-width record in UTF-16LE, padded with spaces. Its fields cover it without holes.
struct Record {
  std::size_t size = 0;
  std::vector<RecordField> fields;
};

using Content = std::variant<Mrz, Com, Face, ChipPublicKey, Sod, Image, Record>;

enum class Access { always, never };

struct File {
  std::string name;
  iso7816::Fid fid;
  std::optional<iso7816::ShortFid> short_fid;
  Access read = Access::always;
  Content content;
  Place place;
};

struct Application {
  std::string name;
  iso7816::Aid aid;
  std::vector<File> files;
  Place place;
};

struct MasterKey {
  std::string from;          // name of a master key in the key set
  std::uint8_t version = 0;  // key version number on the chip
};

struct GeneratedKey {
  std::string name;
  std::string algorithm;  // "ecdsa-p256"
  std::uint8_t id = 0;    // key identifier on the chip, by order in the profile from 1
};

struct Chip {
  const platform::Platform* platform = nullptr;
  std::size_t memory = 0;  // bytes
  MasterKey transport, issuer;
  std::vector<GeneratedKey> generates;
};

struct Profile {
  std::string name;
  std::map<std::string, std::string> title;  // by language
  std::optional<std::string> replaces;
  std::vector<Field> holder;
  Chip chip;
  std::vector<Application> applications;
  std::filesystem::path file;
  Bytes digest;  // SHA-256 of the YAML file as it was read

  const Field* field(std::string_view name) const;
};

/// Reads a profile and checks all of it. `path` is the file or its folder (profile.yaml).
/// @throws Error Code::profile_invalid, "FILE:LINE:COLUMN: what is wrong; how to mend it"; all faults found,
/// a line each
Profile load(const std::filesystem::path& path);
/// The same from text, for tests. `name` stands in the messages.
Profile parse(std::string_view text, const std::filesystem::path& name);

}  // namespace perso::profile
