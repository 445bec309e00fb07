#include "ledger/replay.hpp"

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
      {"imported", &Replay::imported},   {"opened", &Replay::opened}, {"bound", &Replay::bound},
      {"promised", &Replay::promised},   {"closed", &Replay::closed}, {"released", &Replay::released},
      {"forgotten", &Replay::forgotten}, {"held", &Replay::held}};
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
  const auto [batch, fresh] = batches.try_emplace(
      text_of(body, "batch"),
      ReplayedBatch{text_of(body, "profile"), number_of(body, "first"), number_of(body, "orders"), event.seq,
                    from_hex(text_of(body, "commitment"))});
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
  run.promise = from_hex(text_of(Json::parse(event.body), "promise"));
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

void Replay::forgotten(const Event& event) {
  const Json body = Json::parse(event.body);
  const auto before = number_of(body, "before");
  for (auto& [id, order] : orders)
    if (order.state == state::issued && !order.forgotten && order.issued_at < before) {
      order.forgotten = event.seq;
      order.last_event = event.seq;
    }
}

}  // namespace perso::ledger
