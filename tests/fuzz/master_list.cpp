// Master lists: crypto::MasterList.
#include "crypto/master_list.hpp"

#include "fuzz/readers.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace perso;
  using crypto::Certificate;
  const ByteView input{data, size};
  const auto read =
      fuzz::read_twice([&](Deviations& told) { return crypto::MasterList::parse(input, told); });
  if (!read.tolerant) return 0;
  fuzz::hold(read.tolerant->certificates.size() <= 2048, "a list keeps to its limit");
  const bool holds = read.tolerant->cms.verify();
  if (!read.strict) return 0;
  const bool same = std::ranges::equal(read.strict->certificates, read.tolerant->certificates, {},
                                       &Certificate::der, &Certificate::der);
  fuzz::hold(same && read.strict->cms.verify() == holds, "a list says the same to both readers");
  return 0;
}
