// Batches in JSON: plan::for_each_json_object and plan::read_batch.
#include "plan/json.hpp"

#include "fuzz/batch.hpp"
#include "plan/rows.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace perso;
  static const fuzz::Folder folder;
  const std::filesystem::path file = folder.write("orders.json", {data, size});
  fuzz::accepted([&] {
    std::size_t before = 0;
    plan::for_each_json_object(file, [&](std::size_t number, const plan::JsonObject& members) {
      fuzz::hold(number == ++before, "objects are numbered from 1");
      fuzz::hold(members.size() <= plan::max_columns, "an object keeps to its limit");
      for (const auto& [name, value] : members)
        fuzz::hold(!plan::text_fault(name) && !plan::text_fault(value), "names and values are clean text");
    });
  });
  fuzz::read_as_batch(file);
  return 0;
}
