#include "ledger/replay.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bytes/error.hpp"
#include "ledger/rules.hpp"

namespace perso::ledger {

namespace {

using Json = nlohmann::json;

[[noreturn]] void contradiction(const Event& event, const std::string& what) {
  throw Error(Code::ledger_damaged, "event " + std::to_string(event.seq) + ": " + what);
}

std::string text_of(const Json& body, const char* key) {
  return body.at(key).get<std::string>();
}
std::string run_of(const Event& event) {
  return to_hex(event.run.value_or(Bytes()));
}
std::int64_t number_of(const Json& body, const char* key) {
  return body.at(key).get<std::int64_t>();
}

}  // namespace

void Replay::apply(const Event& event) {
  static const std::map<std::string_view, void (Replay::*)(const Event&)> handlers{
      {"imported", &Replay::imported},    {"opened", &Replay::opened}, {"bound", &Replay::bound},
      {"promised", &Replay::promised},    {"closed", &Replay::closed}, {"released", &Replay::released},
      {"forgotten", &Replay::forgetting}, {"held", &Replay::held},     {"result", &Replay::result}};
  const auto handler = handlers.find(event.kind);
  if (handler == handlers.end())
    return;  // created, rekeying, refused, inspected: on the record, and in no other table
  try {
    (this->*handler->second)(event);
  } catch (const Json::exception&) {
    contradiction(event, "its body is not that of its kind");
  }
}

void Replay::imported(const Event& event) {
  const Json body = Json::parse(event.body);
  const auto [batch, fresh] =
      batches.try_emplace(text_of(body, "batch"), ReplayedBatch{text_of(body, "profile"),
                                                                number_of(body, "first"),
                                                                number_of(body, "orders"),
                                                                event.seq,
                                                                from_hex(text_of(body, "commitment")),
                                                                {}});
  if (!fresh) contradiction(event, "imports batch " + batch->first + " a second time");
}

ReplayedRun& Replay::open_run(const Event& event, const std::string& run) {
  const auto found = runs.find(run);
  if (found == runs.end() || found->second.outcome)
    contradiction(event, "names run " + run + ", which is not open");
  found->second.last_event = event.seq;
  orders.at(found->second.order_id).last_event = event.seq;
  return found->second;
}

void Replay::opened(const Event& event) {
  const Json body = Json::parse(event.body);
  for (const Json& name : body.value("interrupted", Json::array())) {
    ReplayedRun& run = open_run(event, name.get<std::string>());
    run.outcome = "spoiled";
    run.why = crash;
    run.closed = event.seq;
    orders.at(run.order_id).state = state::queued;
  }
}

void Replay::bound(const Event& event) {
  const std::string order_id = event.order_id.value_or("");
  ReplayedOrder& order = orders[order_id];
  if (!order.state.empty() && order.state != state::queued)
    contradiction(event, "binds order " + order_id + ", which is " + order.state);
  order.state = state::bound;
  order.last_event = event.seq;
  ReplayedRun run;
  run.order_id = order_id;
  run.chip = event.chip.value_or(Bytes());
  run.bound = run.last_event = event.seq;
  if (!runs.emplace(run_of(event), std::move(run)).second) contradiction(event, "binds a run a second time");
}

void Replay::promised(const Event& event) {
  ReplayedRun& run = open_run(event, run_of(event));
  const Json body = Json::parse(event.body);
  run.promise = from_hex(text_of(body, "promise"));
  if (body.contains("sod")) run.sod = from_hex(text_of(body, "sod"));
  orders.at(run.order_id).state = state::uncertain;
}

void Replay::closed(const Event& event) {
  const Json body = Json::parse(event.body);
  ReplayedRun& run = open_run(event, run_of(event));
  run.outcome = text_of(body, "outcome");
  run.why = text_of(body, "why");
  run.closed = event.seq;
  const auto outcome = outcome_named(*run.outcome);
  if (!outcome) contradiction(event, "closes its run with an unknown outcome");
  ReplayedOrder& order = orders.at(run.order_id);
  const OrderAfterRun after = after_run(*outcome, run.promise.has_value(), order.failures);
  order.state = after.state;
  order.failures = after.failures;
  if (*outcome == run::Outcome::issued) order.issued_at = event.at;
}

void Replay::held(const Event& event) {
  const std::string order_id = event.order_id.value_or("");
  ReplayedOrder& order = orders[order_id];
  if (!order.state.empty() && order.state != state::queued)
    contradiction(event, "holds order " + order_id + ", which is " + order.state);
  order.state = state::held;
  order.last_event = event.seq;
}

void Replay::released(const Event& event) {
  const std::string order_id = event.order_id.value_or("");
  const auto order = orders.find(order_id);
  if (order == orders.end()) contradiction(event, "releases an order that was not held");
  order->second.state = state::queued;
  order->second.failures = 0;
  order->second.last_event = event.seq;
  for (auto& [id, run] : runs) {
    if (run.order_id != order_id || run.outcome) continue;
    run.outcome = "spoiled";
    run.why = ledger::released;
    run.closed = run.last_event = event.seq;
  }
}

void Replay::result(const Event& event) {
  const auto batch = batches.find(text_of(Json::parse(event.body), "batch"));
  if (batch == batches.end()) contradiction(event, "delivers a batch that was not imported");
  batch->second.results.push_back(event.seq);
}

void Replay::forgetting(const Event& event) {
  const Json body = Json::parse(event.body);
  forgettings.push_back({event.seq, number_of(body, "before"), body.value("delivered", false)});
}

std::optional<std::int64_t> Replay::delivered(const ReplayedOrder& order, const ReplayedBatch& batch) const {
  if (order.state != state::issued) return std::nullopt;
  const auto first = std::ranges::upper_bound(batch.results, order.last_event);
  return first == batch.results.end() ? std::nullopt : std::optional(*first);
}

std::optional<std::int64_t> Replay::forgotten(const ReplayedOrder& order, const ReplayedBatch& batch) const {
  if (order.state != state::issued) return std::nullopt;
  const auto delivery = delivered(order, batch);
  const auto forgets = [&](const Forgetting& forgetting) {
    return forgetting.event > order.last_event && order.issued_at < forgetting.before &&
           (!forgetting.of_delivered || (delivery && *delivery < forgetting.event));
  };
  const auto first = std::ranges::find_if(forgettings, forgets);
  return first == forgettings.end() ? std::nullopt : std::optional(first->event);
}

}  // namespace perso::ledger
