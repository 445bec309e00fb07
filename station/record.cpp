// perso record: what a card's text record says, and whether it keeps its form.
#include "identity/record.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "bytes/error.hpp"
#include "identity/text.hpp"
#include "program.hpp"

namespace perso::station {

namespace {

namespace fs = std::filesystem;

struct RecordOptions {
  fs::path file;
  std::vector<std::uint16_t> further_countries;
};

Bytes read_record(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  // One byte more than a record has: enough to see that it is none.
  std::string contents(identity::prc_record_size + 1, '\0');
  in.read(contents.data(), static_cast<std::streamsize>(contents.size()));
  if (!in.eof() && in.fail())
    throw Error(Code::config_invalid, file.string() + ": cannot be read; give a file of " +
                                          std::to_string(identity::prc_record_size) + " bytes");
  contents.resize(static_cast<std::size_t>(in.gcount()));
  return Bytes(contents.begin(), contents.end());
}

/// Without characters that a terminal takes as commands: control characters and those that turn the
/// direction.
std::string printable(const std::string& text) {
  std::u32string characters = identity::decode_utf8(text);
  for (char32_t& c : characters)
    if (c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200E && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
        (c >= 0x2066 && c <= 0x2069))
      c = 0xFFFD;
  return identity::encode_utf8(characters);
}

std::string_view name_of(identity::RecordEdition edition) {
  return edition == identity::RecordEdition::prc_2017 ? "2017" : "2023";
}

std::string_view name_of(identity::NationalitySince since) {
  switch (since) {
    case identity::NationalitySince::same:
      return "same";
    case identity::NationalitySince::changed:
      return "changed";
    case identity::NationalitySince::unknown:
      break;
  }
  return "unknown";
}

nlohmann::json describe(const identity::DecodedRecord& record) {
  nlohmann::json fields = nlohmann::json::object();
  for (const auto& [name, text] : record.fields) fields[std::string(name)] = text;
  nlohmann::json faults = nlohmann::json::array();
  for (const auto& [field, text] : record.faults) faults.push_back({{"field", field}, {"fault", text}});
  nlohmann::json json{{"edition", name_of(record.edition)},
                      {"good", record.faults.empty()},
                      {"fields", fields},
                      {"faults", faults}};
  if (record.previous_number) json["previous_number"] = *record.previous_number;
  if (record.edition == identity::RecordEdition::prc_2023)
    json["nationality_since_first_issue"] = name_of(record.nationality);
  return json;
}

void show(const identity::DecodedRecord& record) {
  fmt::print("text record of the {} edition\n", name_of(record.edition));
  for (const auto& [name, text] : record.fields) fmt::print("  {:<16} {}\n", name, printable(text));
  if (record.previous_number) fmt::print("  {:<16} {}\n", "previous number", *record.previous_number);
  if (record.nationality == identity::NationalitySince::changed)
    fmt::print("the nationality is not the country in the number: it changed since the first issue{}\n",
               record.previous_number ? ", and the previous number above is wrong" : "");
  for (const auto& [field, text] : record.faults) fmt::print("  [NO] {} {}\n", field, text);
  fmt::print("{}\n", record.faults.empty() ? "the record keeps its form" : "the record BREAKS its form");
}

void decode(Program& program, const RecordOptions& options) {
  const identity::DecodedRecord record =
      identity::decode_record(read_record(options.file), options.further_countries);
  if (program.options.json)
    print_json(describe(record));
  else
    show(record);
  program.exit_code = record.faults.empty() ? 0 : 1;
}

}  // namespace

void add_record(CLI::App& app, Program& program) {
  const auto options = std::make_shared<RecordOptions>();
  CLI::App* command = app.add_subcommand("record", "Text records of cards")->require_subcommand(1);
  CLI::App* decoding = command->add_subcommand(
      "decode", "Every field of a record of either edition; exit code 1 where it breaks its form");
  decoding->add_option("file", options->file, "256 bytes, as 'perso inspect --export' writes them")
      ->required();
  decoding
      ->add_option("--country", options->further_countries,
                   "A numeric country code beside those of ISO 3166-1, as a profile may have")
      ->allow_extra_args(false)
      ->check(CLI::Range(0, 999));
  decoding->callback([&program, options] { decode(program, *options); });
}

}  // namespace perso::station
