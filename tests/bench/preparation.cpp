#include "bench/preparation.hpp"

#include "bench/bare.hpp"
#include "bench/picture.hpp"
#include "bench/station.hpp"
#include "run/edition.hpp"

namespace perso::bench {

namespace {

constexpr std::size_t warm_up = 5, command_limit = 65'535, text_record = 256;

template <typename Work>
Time time_of(Work work) {
  const Stopwatch watch;
  work();
  return watch.read();
}

}  // namespace

std::vector<PreparationCost> prepare_plans(std::size_t orders) {
  Station station(warm_up + orders, source_pictures(8));
  const run::OpenEdition edition(station.profile, station.keys, command_limit);
  const identity::PortraitRules& rules = station.profile.field("portrait")->portrait;
  BareCryptography bare;
  std::vector<PreparationCost> costs;
  while (const auto order = station.ledger->take_order(station.profile.name)) {
    const auto compile = [&] {
      plan::compile(station.profile, *order, {edition->signers, *station.random, station.clock.now()});
    };
    PreparationCost cost;
    cost.prepared = time_of([&] {
      plan::check_values(*order, station.profile, "order");
      compile();
    });
    cost.compiled = time_of(compile);
    cost.bare = time_of([&] {
      const Bytes portrait = identity::prepare_portrait(order->portrait, rules);
      bare.sign_nationally(text_record + portrait.size());
    });
    costs.push_back(cost);
  }
  costs.erase(costs.begin(), costs.begin() + warm_up);
  return costs;
}

}  // namespace perso::bench
