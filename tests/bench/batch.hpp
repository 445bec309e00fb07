// A batch as large as is asked for: good numbers, nobody's names, and a few small portraits that many share.
#pragma once

#include <filesystem>

namespace perso::bench {

/// Writes orders.csv and its portraits into `folder`. @return the CSV
std::filesystem::path write_batch(const std::filesystem::path& folder, std::size_t orders);

}  // namespace perso::bench
