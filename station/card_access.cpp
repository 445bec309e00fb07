#include "card_access.hpp"

#include <algorithm>
#include <iterator>

#include "bytes/error.hpp"
#include "identity/mrz.hpp"
#include "plan/plan.hpp"

namespace perso::station {

namespace {

constexpr std::size_t longest_input = 256;  // characters of a zone, with line ends
constexpr std::size_t least_digits = 6, most_digits = 16;

/// The option's text, or what standard input has for "-": arguments of a process are seen by everybody.
std::string told(const std::string& option) {
  std::string text = option;
  if (option == "-") {
    text.resize(longest_input);
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::cin.gcount()));
  }
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
  return text;
}

std::string access_number_in(const std::string& option) {
  const std::string number = told(option);
  const bool digits = std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || number.size() < least_digits || number.size() > most_digits)
    throw Error(Code::usage, "--can: a card access number has 6 to 16 digits");
  return number;
}

channel::PrintedData printed_in(const std::string& zone) {
  try {
    const identity::MrzFields fields = identity::parse_mrz(zone).fields;
    return channel::printed_data(fields.number, fields.birth, fields.expiry);
  } catch (const Error& error) {
    throw Error(Code::usage, "--mrz: " + error.message());
  }
}

channel::PrintedData printed_in(const CardOptions& options) {
  const auto born = identity::Date::parse(options.born), expires = identity::Date::parse(options.expires);
  if (!born || !expires)
    throw Error(Code::usage, "a date that is none; write --born and --expires as YYYY-MM-DD");
  return channel::printed_data(options.number, born->yymmdd(), expires->yymmdd());
}

/// Without an option that names a card: the one that the writer made last.
std::optional<ledger::Ledger::IssuedOrder> look_up(const CardOptions& options, const std::string& writer,
                                                   ledger::Ledger& ledger) {
  if (options.order.empty() && options.number.empty()) return ledger.last_issued_at(writer);
  auto found =
      options.order.empty() ? ledger.issued_with_number(options.number) : ledger.issued_order(options.order);
  if (!found)
    throw Error(
        Code::order_invalid,
        "the ledger has no such issued card, or its holder's data are forgotten: give what is printed "
        "on the card");
  return found;
}

channel::AccessData access_of(const ledger::Ledger::IssuedOrder& issued,
                              const std::vector<profile::Profile>& editions) {
  const auto edition = std::ranges::find(editions, issued.profile, &profile::Profile::name);
  if (edition == editions.end())
    throw Error(Code::config_invalid, "the card is of the edition " + issued.profile +
                                          ", which is not known here: name its folder with --edition");
  return plan::access_of(*edition, issued.order).value_or(channel::AccessData{});
}

}  // namespace

void add_card_options(CLI::App& command, CardOptions& options) {
  const CLI::Validator given([](const std::string& text) { return text.empty() ? "is empty" : ""; }, "",
                             "given");
  auto* access_number = command.add_option("--can", options.access_number,
                                           "The card access number that is printed on the card; - reads it");
  auto* number =
      command.add_option("--number", options.number,
                         "The number that is printed on the card; without dates, of a card of this ledger");
  auto* born = command.add_option("--born", options.born, "And the date of birth, YYYY-MM-DD");
  auto* expires = command.add_option("--expires", options.expires, "And the date of expiry, YYYY-MM-DD");
  auto* zone = command.add_option("--mrz", options.zone,
                                  "Or the machine readable zone, its lines one after the other; - reads it");
  auto* order = command.add_option("--order", options.order, "Or the order in this station's ledger");
  for (CLI::Option* option : {access_number, number, zone, order}) option->check(given);
  born->needs(number)->needs(expires);
  expires->needs(number)->needs(born);
  zone->excludes(number)->excludes(order);
  order->excludes(number)->excludes(access_number);
}

std::vector<profile::Profile> known_editions(Home& home, const std::vector<std::filesystem::path>& further) {
  std::vector<profile::Profile> editions{home.profile()};
  const auto known = [&](const std::string& name) {
    return std::ranges::find(editions, name, &profile::Profile::name) != editions.end();
  };
  for (std::size_t i = 0; i < editions.size(); ++i) {
    if (!editions[i].replaces || known(*editions[i].replaces)) continue;
    const auto folder = editions[i].file.parent_path().parent_path() / *editions[i].replaces;
    if (std::filesystem::exists(folder)) editions.push_back(profile::load(folder));
  }
  for (const auto& folder : further) {
    profile::Profile edition = profile::load(folder);
    if (!known(edition.name)) editions.push_back(std::move(edition));
  }
  return editions;
}

channel::AccessData access_data(const CardOptions& options, const std::string& writer, ledger::Ledger& ledger,
                                const std::vector<profile::Profile>& editions) {
  if (options.access_number && !options.number.empty() && options.born.empty())
    throw Error(Code::usage, "--can with --number wants --born and --expires too, or is enough by itself");
  channel::AccessData access;
  if (options.access_number) access.access_number = access_number_in(*options.access_number);
  if (options.zone)
    access.printed = printed_in(told(*options.zone));
  else if (!options.born.empty())
    access.printed = printed_in(options);
  if (!access.empty()) return access;
  if (const auto issued = look_up(options, writer, ledger)) return access_of(*issued, editions);
  return access;
}

}  // namespace perso::station
