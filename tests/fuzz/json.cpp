// Batches in JSON: plan::for_each_json_object and plan::read_batch.
#include "plan/json.hpp"

#include "fuzz/batch.hpp"
#include "plan/rows.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace perso;
  static const fuzz::BatchFolder folder;
  const std::filesystem::path file = folder.write("orders.json", {data, size});
  fuzz::accepted([&] {
    std::size_t before = 0;
    plan::for_each_json_object(file, [&](std::size_t number, const plan::JsonObject& members) {
      fuzz::hold(number == ++before, "objects are numbered from 1");
      fuzz::hold(members.size() <= plan::max_columns, "an object keeps to its limit");
      constexpr std::size_t longest = 1 << 15;
      for (const plan::JsonMember& member : members)
        fuzz::hold(member.name.size() < longest && member.value.size() < longest, "no token is without end");
    });
  });
  fuzz::read_as_batch(file);
  return 0;
}
