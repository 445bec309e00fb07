// The text record of the permanent resident card: identity::decode_record.
#include "identity/record.hpp"

#include "fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace perso;
  fuzz::accepted([&] {
    const identity::DecodedRecord record = identity::decode_record({data, size});
    fuzz::hold(size == identity::prc_record_size, "a record has 256 bytes");
    fuzz::hold(!record.text("type").empty(), "a record says its type");
    for (const auto& fault : record.faults) fuzz::hold(!fault.text.empty(), "a fault says what is wrong");
    const std::string_view number = record.text("number");
    if (record.previous_number) {
      fuzz::hold(record.previous_number->size() == 15, "a previous number has 15 characters");
      fuzz::hold(number.size() == 18, "a previous number comes from a number of 18");
    }
  });
  return 0;
}
