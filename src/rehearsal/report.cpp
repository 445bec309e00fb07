#include "rehearsal/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bytes/error.hpp"

namespace perso::rehearsal {

namespace {

constexpr std::size_t slowest_link = 9'600, fastest_link = 6'780'000;  // bit/s

/// What one step of the run sends and gets.
struct StepTotal {
  std::string step;
  std::size_t commands = 0, sent = 0, received = 0;
};

std::vector<StepTotal> totals_of(const Rehearsal& rehearsal) {
  std::vector<StepTotal> totals;
  for (const Exchange& exchange : rehearsal.exchanges) {
    if (totals.empty() || totals.back().step != exchange.step) totals.push_back({exchange.step});
    StepTotal& total = totals.back();
    ++total.commands;
    total.sent += exchange.command.size();
    total.received += exchange.answer.size();
  }
  return totals;
}

StepTotal whole(const std::vector<StepTotal>& steps) {
  StepTotal sum{"together"};
  for (const StepTotal& step : steps) {
    sum.commands += step.commands;
    sum.sent += step.sent;
    sum.received += step.received;
  }
  return sum;
}

std::string fid_text(iso7816::Fid fid) {
  return fmt::format("{:04X}", fid.value);
}

std::string digest_text(const FileSeen& file) {
  return file.digest.empty() ? "(nobody reads it)" : to_hex(file.digest);
}

std::string row_of(const StepTotal& total) {
  return fmt::format("  {:<14} {:>5} {:>9} {:>9}\n", total.step, total.commands, total.sent, total.received);
}

std::string files_table(const Rehearsal& rehearsal) {
  std::string out;
  for (const ApplicationSeen& application : rehearsal.applications) {
    out += fmt::format("\n{}  {}\n", application.name, application.aid.hex());
    for (const FileSeen& file : application.files)
      out += fmt::format("  {}  {:<10} {:>6}  {}{}\n", fid_text(file.fid), file.name, file.size,
                         digest_text(file), file.on_the_chip ? "  phase 2" : "");
  }
  return out;
}

nlohmann::json files_json(const ApplicationSeen& application) {
  nlohmann::json files = nlohmann::json::array();
  for (const FileSeen& file : application.files)
    files.push_back({{"name", file.name},
                     {"fid", fid_text(file.fid)},
                     {"read", platform::name_of(file.read)},
                     {"bytes", file.size},
                     {"sha256", to_hex(file.digest)},
                     {"phase", file.on_the_chip ? 2 : 1}});
  return {{"name", application.name}, {"aid", application.aid.hex()}, {"files", files}};
}

}  // namespace

Link link_of(const std::string& kind, std::size_t bits_per_second) {
  const bool contact = kind == "contact";
  if (!contact && kind != "contactless")
    throw Error(Code::usage, "a link is contact or contactless; name one of these");
  if (bits_per_second < slowest_link || bits_per_second > fastest_link)
    throw Error(Code::usage, fmt::format("a link has {} to {} bit/s", slowest_link, fastest_link));
  Link link{fmt::format("{} {}", kind, bits_per_second),
            contact ? vchip::Timing::contact() : vchip::Timing::contactless()};
  const std::size_t bits = contact ? 12 : 9;
  link.timing.link_byte = std::chrono::nanoseconds(bits * 1'000'000'000 / bits_per_second);
  return link;
}

std::vector<Link> common_links() {
  return {link_of("contact", 9'600), link_of("contact", 115'200), link_of("contactless", 106'000),
          link_of("contactless", 424'000), link_of("contactless", 848'000)};
}

std::chrono::milliseconds predicted(const Rehearsal& rehearsal, const Link& link) {
  std::chrono::nanoseconds sum{};
  for (const Exchange& exchange : rehearsal.exchanges) sum += link.timing.cost(exchange.effort);
  return std::chrono::round<std::chrono::milliseconds>(sum);
}

std::string as_table(const Rehearsal& rehearsal, const std::vector<Link>& links, Detail detail) {
  std::string out = fmt::format("order {}, profile {}, platform {}\n", rehearsal.order_id, rehearsal.profile,
                                rehearsal.platform);
  out += files_table(rehearsal);
  const std::vector<StepTotal> steps = totals_of(rehearsal);
  out += "\n  step           commands  sent  received (bytes)\n";
  for (const StepTotal& step : steps) out += row_of(step);
  out += row_of(whole(steps)) + "\n  predicted, without the host\n";
  for (const Link& link : links)
    out += fmt::format("  {:<20} bit/s {:>8.1f} s\n", link.name,
                       static_cast<double>(predicted(rehearsal, link).count()) / 1000);
  if (detail == Detail::steps) return out;
  std::string step;
  for (const Exchange& exchange : rehearsal.exchanges) {
    if (exchange.step != step) out += "\n" + (step = exchange.step) + "\n";
    out += fmt::format("  > {}\n  < {}\n", to_hex(exchange.command), to_hex(exchange.answer));
  }
  return out;
}

nlohmann::json as_json(const Rehearsal& rehearsal, const std::vector<Link>& links) {
  nlohmann::json applications = nlohmann::json::array(), commands = nlohmann::json::array(),
                 times = nlohmann::json::array(), steps = nlohmann::json::array();
  for (const ApplicationSeen& application : rehearsal.applications)
    applications.push_back(files_json(application));
  for (const Exchange& exchange : rehearsal.exchanges)
    commands.push_back({{"step", exchange.step},
                        {"command", to_hex(exchange.command)},
                        {"answer", to_hex(exchange.answer)}});
  const std::vector<StepTotal> totals = totals_of(rehearsal);
  for (const StepTotal& total : totals)
    steps.push_back({{"step", total.step},
                     {"commands", total.commands},
                     {"bytes_sent", total.sent},
                     {"bytes_received", total.received}});
  for (const Link& link : links)
    times.push_back({{"link", link.name}, {"milliseconds", predicted(rehearsal, link).count()}});
  const StepTotal sum = whole(totals);
  return {{"order", rehearsal.order_id},
          {"profile", rehearsal.profile},
          {"platform", rehearsal.platform},
          {"applications", applications},
          {"steps", steps},
          {"commands", commands},
          {"bytes_sent", sum.sent},
          {"bytes_received", sum.received},
          {"predicted", times}};
}

}  // namespace perso::rehearsal
