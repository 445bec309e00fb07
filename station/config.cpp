#include "config.hpp"

#include <fmt/format.h>

#include <set>

#include "yaml/node.hpp"

namespace perso::station {

namespace {

constexpr std::size_t max_writers = 64;
constexpr std::size_t longest_deadline_ms = 600'000;

std::chrono::milliseconds read_ms(const yaml::Node& node, std::chrono::milliseconds otherwise) {
  return node ? std::chrono::milliseconds(node.number(1, longest_deadline_ms)) : otherwise;
}

std::vector<WriterConfig> read_writers(const yaml::Node& list) {
  std::vector<WriterConfig> writers;
  std::set<std::string> names, readers;
  for (yaml::Node node : list.items()) {
    WriterConfig writer{node.take("name").name(), node.take("reader").quoted_text()};
    node.finish();
    if (!names.insert(writer.name).second) node.fault("a second writer has this name; give each its own");
    if (!readers.insert(writer.reader).second)
      node.fault("a second writer has this reader; one writer a reader");
    writers.push_back(std::move(writer));
  }
  if (writers.size() > max_writers) list.fault("more than 64 writers; share them among stations");
  return writers;
}

}  // namespace

Config read_config(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file))
    throw Error(Code::config_invalid, "no station in " + file.parent_path().string() +
                                          ": make one with 'perso init', or name another with --home DIR");
  yaml::Faults faults(file, Code::config_invalid);
  const auto tree = yaml::read_yaml(yaml::read_text(file), faults);
  if (!tree) faults.raise_if_any();
  yaml::Node root(*tree, faults);

  Config config;
  config.station = root.take("station").name();
  config.profile = root.take("profile").quoted_text();
  config.writers = read_writers(root.take("writers"));
  if (yaml::Node node = root.find("deadlines")) {
    config.deadlines.connect = read_ms(node.find("connect_ms"), config.deadlines.connect);
    config.deadlines.command = read_ms(node.find("command_ms"), config.deadlines.command);
    node.finish();
  }
  if (yaml::Node node = root.find("command_limit")) config.command_limit = node.number(255, 65535);
  if (yaml::Node node = root.find("stop")) {
    config.failures_in_row = node.take("failures_in_row").number(1, 1000);
    node.finish();
  }
  if (yaml::Node node = root.find("holder_data_days"))
    config.holder_data_days = static_cast<int>(node.number(0, 3650));
  if (yaml::Node node = root.find("passphrase_file")) config.passphrase_file = node.quoted_text();
  root.finish();
  faults.raise_if_any();
  return config;
}

std::string to_yaml(const Config& config) {
  const auto quoted = [](const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    return out + '"';
  };
  std::string text = fmt::format(
      "# The station's settings. Unknown keys are errors.\n"
      "station: {}\n"
      "profile: {}   # the card edition that this station makes\n\n"
      "# One entry a PC/SC reader; the reader's name is as 'perso doctor' lists it.\n"
      "writers:\n",
      config.station, quoted(config.profile.string()));
  for (const WriterConfig& writer : config.writers)
    text += fmt::format("  - {{name: {}, reader: {}}}\n", writer.name, quoted(writer.reader));
  text += fmt::format(
      "\n# A reader that takes longer is given up as stuck and its worker replaced.\n"
      "deadlines: {{connect_ms: {}, command_ms: {}}}\n\n"
      "command_limit: {}      # largest command data field that the readers take, in bytes: 255 to 65535\n"
      "stop: {{failures_in_row: {}}}   # a writer stops after so many\n"
      "# How long an order's holder data is kept after its issue; then its key is destroyed. It is kept on "
      "until\n"
      "# 'perso orders result' has delivered the result of its batch.\n"
      "holder_data_days: {}\n",
      config.deadlines.connect.count(), config.deadlines.command.count(), config.command_limit,
      config.failures_in_row, config.holder_data_days);
  if (config.passphrase_file)
    text += fmt::format(
        "\n# Fit for specimen keys alone: a passphrase beside the keys that it opens protects nothing.\n"
        "passphrase_file: {}\n",
        quoted(config.passphrase_file->string()));
  return text;
}

}  // namespace perso::station
