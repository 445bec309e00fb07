// A card edition as its YAML profile describes it. Values only: nothing here computes.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "channel/protocols.hpp"
#include "crypto/primitives.hpp"
#include "identity/date.hpp"
#include "identity/mrz.hpp"
#include "identity/portrait.hpp"
#include "identity/text.hpp"
#include "iso7816/apdu.hpp"
#include "platform/platform.hpp"
#include "tlv/tlv.hpp"
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
  portrait,
  text,           // characters of a set that the profile gives
  access_number,  // digits for opening the chip (CAN); the station draws one where the order gives none
};

using identity::LastDay;

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
  std::size_t min_characters = 0;          // text
  std::size_t max_characters = 0;          // latin-name, chinese-name (UTF-16 units), text
  std::string characters;                  // text: every character that it may have, ASCII, ascending
  std::size_t digits = 0;                  // count, access-number
  std::string first;                       // count: the value of a first issue
  std::optional<std::string> agrees_with;  // number: the date field whose value it repeats
  std::optional<std::string> from;         // date with years: the date field it counts from (issue date)
  std::optional<std::string> born;         // date with years: the birth date
  std::optional<ValidityByAge> validity;   // date
  bool today = false;                      // date: left out, it is the day on which the order is taken in
  std::optional<std::string> not_before;   // date: another date field
  std::optional<std::string> not_after;    // date: another date field
  /// prc-number-18: three digits for a code that ISO 3166-1 gives no number, by code: {"XXA", "999"}.
  std::map<std::string, std::string> numeric;
  identity::PortraitRules portrait;  // portrait
  Place place;
};

/// How a field's value is spelt.
enum class Spelling {
  plain,        // as the order gives it; a latin name as "SURNAME GIVEN NAMES"
  gb_2261,      // sex: 1 male, 2 female
  yyyymmdd,     // date
  yymmdd,       // date
  bcd,          // date: YYYYMMDD as 4 bytes, in a template only
  alpha_3,      // country: ISO 3166-1, and ICAO's own codes for who has none
  icao,         // country: as the machine readable zone has it, D for Germany
  numeric,      // country: three digits
  primary,      // latin name: the surname
  secondary,    // latin name: the given names
  mrz_name,     // latin name: SURNAME<<GIVEN<NAMES
  association,  // previous number: the three digits from which readers recover it
};

using identity::Encoding;

/// What stands in a place: a holder's value or a literal, exactly one of the two.
struct Value {
  std::optional<std::string> field;  // name of a holder field
  std::optional<std::string> literal;
  Spelling as = Spelling::plain;
  std::optional<std::pair<std::size_t, std::size_t>> part;  // characters from-to, from 1, inclusive
};

/// Machine readable zone in EF.DG1 (ICAO 9303-4, -5, -6).
struct Mrz {
  using Form = identity::MrzForm;
  Form form = Form::td1;
  std::string document_code;  // literal, "IR"
  std::string issuer;         // literal, a code of ICAO 9303-3: "CHN", "D"
  /// Names of holder fields. The number is a prc-number-18, a prc-number-15 or a text of A-Z and 0-9.
  std::string number, born, sex, expires, nationality, name;
  std::optional<Value> optional_1, optional_2;  // optional data; td1 alone has the second
};
struct Com {
  std::string lds_version, unicode_version;  // "0107", "040000"
};
struct Face {
  std::string portrait;  // ISO/IEC 19794-5 in EF.DG2
};
struct ChipPublicKey {
  std::string key;  // EF.DG15, a name of Chip::generates or Chip::injects
};
/// EF.CardAccess (ICAO 9303-10 3.11.3): the SecurityInfos of how the chip opens.
struct CardAccess {};
/// EF.DG14 (ICAO 9303-10 4.7.14): those, and what proves the chip.
struct SecurityOptions {};
/// EF.CardSecurity (ICAO 9303-11 9.2.11): the same, signed.
struct CardSecurity {
  std::string signer;
};
/// Over every data group of the application. LDS 1.7 is version 0 of the security object, LDS 1.8 version 1,
/// which names the LDS and Unicode versions.
struct Sod {
  std::string signer;
  crypto::Hash hash = crypto::Hash::sha256;  // sha256, sha384, sha512
  std::string lds_version = "0107";          // or "0108"
  std::string unicode_version;               // for 0108: that of EF.COM
};
struct Image {
  std::string portrait;  // as it was prepared, without anything around it
};
struct Certificate {
  std::string of;  // a signer's name in the key set; DER
};
/// Another file of the profile: by its place, so that it cannot be misspelt any more.
struct FileRef {
  std::size_t application = 0, file = 0;
  auto operator<=>(const FileRef&) const = default;
};
/// A detached signature over other files, one after the other.
struct Cms {
  enum class Kind {
    cms,      // RFC 5652, signed attributes, the signer's own algorithm
    gmt_0010  // GM/T 0010: SM2 over SM3, no signed attributes
  };
  Kind kind = Kind::cms;
  std::string signer;
  std::vector<FileRef> over;
};
struct Literal {
  Bytes bytes;
};

/// One field of a fixed-width record. Neither field nor literal: reserved, which is padding.
struct RecordField {
  std::size_t at = 0, bytes = 0;
  Value value;
  bool right = false;  // aligned to the right
  Place place;
};
/// Fixed-width record. Its fields cover it without holes.
struct Record {
  std::size_t size = 0;
  Encoding text = Encoding::utf_16le;
  char pad = ' ';  // one unit of `text`
  std::vector<RecordField> fields;
};

struct EncodedValue {
  Value value;
  Encoding encoding = Encoding::utf_8;
};
/// One element of a TLV template, and what is in it. An element whose only value the order leaves out is left
/// out too.
struct Element {
  struct TagList {};  // the tags of the elements beside it, as EF.DG11's 5C wants
  using Text = EncodedValue;
  tlv::Tag tag;
  std::variant<Text, Bytes, TagList, std::vector<Element>> contents;
  Place place;
};
struct Template {
  Element root;
};

using Content = std::variant<Mrz, Com, Face, ChipPublicKey, CardAccess, SecurityOptions, CardSecurity, Sod,
                             Image, Certificate, Cms, Literal, Record, Template>;

using Access = platform::ReadAccess;

struct File {
  std::string name;
  iso7816::Fid fid;
  std::optional<iso7816::ShortFid> short_fid;
  std::optional<std::size_t> size;  // bytes; contents are filled up with 00 to it. Else as large as they are
  Access read = Access::always;
  Content content;
  Place place;
};

struct Application {
  std::string name;
  iso7816::Aid aid;  // or the master file
  std::vector<File> files;
  /// Why everybody may read files of the holder's in it; without a reason nobody unknown may.
  std::optional<std::string> open_to_all;
  Place place;
};

struct MasterKey {
  std::string from;          // name of a master key in the key set
  std::uint8_t version = 0;  // key version number on the chip
};

/// A key pair of the chip: made by it, or made by the station and injected.
struct ChipKey {
  std::string name;
  std::string algorithm;  // "ecdsa-p256", "ecdh-p256", "rsa-1024"
  /// Key identifier on the chip from 1: first those it makes, as the profile orders them. But the key of chip
  /// authentication mapping has that of its domain parameters (ICAO 9303-11 9.2.6).
  std::uint8_t id = 0;
};

/// How the chip opens to who has the card in his hand (ICAO 9303-11 clause 4).
struct AccessControl {
  /// Names of the holder fields that the machine readable zone shows: of BAC, and a password of PACE.
  struct Printed {
    std::string number, born, expires;
  };
  std::optional<Printed> printed;
  std::optional<std::string> access_number;  // the field of the card access number: a password of PACE
  bool bac = false;
  std::vector<channel::PaceInfo> pace;  // what EF.CardAccess announces
};

/// Chip authentication (ICAO 9303-11 6.2), and chip authentication mapping.
struct ChipAuthentication {
  std::string key;  // a name of Chip::generates or Chip::injects
  channel::ChipAuthenticationProtocol protocol;
};

struct Chip {
  const platform::Platform* platform = nullptr;
  std::size_t memory = 0;                      // bytes
  std::optional<MasterKey> transport, issuer;  // on a platform with key sets
  std::vector<ChipKey> generates, injects;
  std::optional<AccessControl> access;
  std::optional<ChipAuthentication> chip_authentication;

  /// Of either kind; nullptr where there is none.
  const ChipKey* key(std::string_view name) const;
  /// The way in that proves the chip, chip authentication mapping; nullptr where there is none.
  const channel::PaceInfo* proven_by_mapping() const;
};

struct Profile {
  std::string name;
  std::map<std::string, std::string> title;  // by language
  std::optional<std::string> replaces;
  std::vector<Field> holder;
  std::string number;                       // the field that is the card's number
  std::optional<std::string> replacements;  // the field that counts a person's cards with one number
  Chip chip;
  std::vector<Application> applications;
  std::filesystem::path file;
  Bytes digest;  // SHA-256 of the YAML file as it was read

  const Field* field(std::string_view name) const;
  const File& at(const FileRef& ref) const { return applications.at(ref.application).files.at(ref.file); }
};

/// Reads a profile and checks all of it. `path` is the file or its folder (profile.yaml), which has the
/// profile's name.
/// @throws Error Code::profile_invalid, "FILE:LINE:COLUMN: what is wrong; how to mend it"; all faults found,
/// a line each
Profile load(const std::filesystem::path& path);
/// The same from text, for tests. `name` stands in the messages.
Profile parse(std::string_view text, const std::filesystem::path& name);

}  // namespace perso::profile
