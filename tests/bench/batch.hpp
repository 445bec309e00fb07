// A batch as large as is asked for: good numbers, nobody's names, and a few portraits that many share.
#pragma once

#include <filesystem>
#include <vector>

#include "bytes/bytes.hpp"

namespace perso::bench {

/// Writes orders.csv and the portraits into `folder`. @return the CSV
std::filesystem::path write_batch(const std::filesystem::path& folder, std::size_t orders,
                                  const std::vector<Bytes>& portraits);

}  // namespace perso::bench
