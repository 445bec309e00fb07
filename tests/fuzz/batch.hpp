// What both batch targets do with their input: it becomes a file, in a folder of its own with a portrait, and
// is read as a batch of the shipped edition.
#pragma once

#include "fuzz/folder.hpp"
#include "identity/portrait_codec.hpp"
#include "plan/batch.hpp"

namespace perso::fuzz {

inline const profile::Profile& edition() {
  static const profile::Profile loaded =
      profile::load(std::filesystem::path(PERSO_SOURCE_DIR) / "profiles/prc-2023");
  return loaded;
}

/// Of one colour: no time is spent on what other targets try.
inline Bytes plain_portrait() {
  const identity::PortraitRules& rules = edition().field("portrait")->portrait;
  const auto samples = static_cast<std::size_t>(3 * rules.width * rules.height);
  return *identity::encode_jpeg({rules.width, rules.height, 3, Bytes(samples, 200)}, rules.max_bytes);
}

/// With the portrait that the rows name.
class BatchFolder : public Folder {
 public:
  BatchFolder() { write("01.jpg", plain_portrait()); }
};

class CountingRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

/// Every row becomes an order that the ledger could keep, or is rejected with a reason.
inline void read_as_batch(const std::filesystem::path& file) {
  CountingRandom random;
  const plan::Intake intake{edition(), Instant(std::chrono::sys_days(std::chrono::year(2026) / 10 / 12)),
                            random};
  const auto take = [](plan::Order&& order) {
    const plan::Order again = plan::Order::decode(order.encode());
    hold(again.id == order.id && again.fields == order.fields && again.portrait == order.portrait &&
             again.reason == order.reason,
         "an order comes back as it was sealed");
    hold(plan::faults_of(again, edition()).empty(), "an order that was taken is good");
  };
  const auto reject = [](const plan::Rejected& rejected) {
    hold(!rejected.faults.empty(), "a rejected row has a reason");
    hold(rejected.columns.size() == rejected.values.size(), "a rejected row has a value a column");
  };
  accepted([&] { plan::read_batch(file, intake, take, reject); });
}

}  // namespace perso::fuzz
