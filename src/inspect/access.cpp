#include "inspect/access.hpp"

#include "channel/bac.hpp"

namespace perso::inspect {

using channel::PaceInfo;

namespace {

constexpr iso7816::ShortFid card_access_short_fid{0x1C};

const std::string check_name = "access";

struct Password {
  channel::AccessData data;  // one part alone
  std::string_view name;
};

/// In the order in which they are tried.
std::vector<Password> passwords(const channel::AccessData& access) {
  std::vector<Password> all;
  if (!access.access_number.empty())
    all.push_back({{std::nullopt, access.access_number}, "the card access number"});
  if (access.printed) all.push_back({{access.printed, {}}, "the machine readable zone"});
  return all;
}

/// In the clear, with the master file selected.
channel::Pace run_pace(Session& session, const PaceInfo& way, channel::ParameterSets sets,
                       const channel::AccessData& data, Random& random) {
  session.select(iso7816::Aid::master_file());
  return channel::open_pace(session.bare(), way, sets, data, random);
}

bool does_not_know(const Error& error) {
  return error.code() == Code::command_refused &&
         error.status_word() == std::optional(iso7816::sw::referenced_data_not_found.value);
}

}  // namespace

CardAccess read_card_access(Session& session, Findings& findings) {
  const iso7816::Aid master_file = iso7816::Aid::master_file();
  session.assume_selected(master_file);
  ReadOutcome outcome = session.read({card_access_fid, card_access_short_fid, true});
  if (!outcome.contents) {
    session.assume_selected(std::nullopt);
    if (session.select(master_file).ok()) outcome = session.read({card_access_fid, std::nullopt, true});
  }
  if (!outcome.contents || outcome.contents->empty()) return {};
  auto infos = findings.parsed(std::string(card_access_name), Verdict::altered, [&] {
    Findings::FileDeviations deviations(findings, std::string(card_access_name));
    return lds::parse_card_access(*outcome.contents, deviations);
  });
  return {std::move(outcome.contents), std::move(infos)};
}

std::optional<Access> open_by_pace(Session& session, Findings& findings, const PaceInfo& way,
                                   channel::ParameterSets sets, const Request& request) {
  const std::vector<Password> tried = passwords(request.access);
  if (tried.empty()) {
    findings.failed(check_name, Verdict::unreadable,
                    "what is printed on the card is not given, and nothing else opens its chip");
    return std::nullopt;
  }
  for (const Password& password : tried) try {
      const auto open = [&session, way, sets, data = password.data, &random = request.random] {
        return run_pace(session, way, sets, data, random);
      };
      session.open_with(open);
      findings.report().access = channel::name_of(way.protocol) + " with " + std::string(password.name);
      findings.passed(check_name, findings.report().access);
      return Access{way, false};
    } catch (const Error& error) {
      if (exit_code_of(error.code()) == 4) throw;
      if (does_not_know(error) && &password != &tried.back()) continue;
      findings.failed(
          check_name, Verdict::unreadable,
          channel::name_of(way.protocol) + " with " + std::string(password.name) + ": " + error.message());
      return std::nullopt;
    }
  return std::nullopt;
}

BacAttempt try_bac(Session& session, const iso7816::Aid& application, const Request& request) {
  if (!request.access.printed)
    return {false, "the number and the dates that are printed on the card are not given"};
  const auto open = [&session, application, &request] {
    session.select(application);
    return channel::Pace{channel::open_bac(session.bare(), *request.access.printed, request.random), {}};
  };
  try {
    session.open_with(open);
    return {true, {}};
  } catch (const Error& error) {
    if (exit_code_of(error.code()) == 4) throw;
    return {false, error.message()};
  }
}

}  // namespace perso::inspect
