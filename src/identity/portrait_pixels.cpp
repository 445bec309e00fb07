#include "identity/portrait_pixels.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace perso::identity {

namespace {

constexpr int weight_bits = 14;
constexpr int weight_one = 1 << weight_bits;

double catmull_rom(double x) {
  x = std::abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

/// How a line of samples becomes a shorter one: sample i is the weighted sum of `taps` samples from first[i].
struct Kernel {
  std::size_t taps = 0;
  std::vector<std::size_t> first;
  std::vector<int> weights;  // `taps` a sample, together 1 << weight_bits
};

/// Of `part` samples in the middle of `from` to `to` samples. What lies outside of the line is its last
/// sample.
Kernel make_kernel(int from, int part, int to) {
  const double ratio = static_cast<double>(part) / to;
  const int taps = std::min(static_cast<int>(std::ceil(4 * ratio)) + 1, from);
  Kernel kernel{static_cast<std::size_t>(taps), {}, {}};
  for (int i = 0; i < to; ++i) {
    const double centre = (from - part) / 2.0 + (i + 0.5) * ratio - 0.5;
    const int begin = static_cast<int>(std::floor(centre - 2 * ratio));
    const int first = std::clamp(begin, 0, from - taps);
    std::vector<double> shares(static_cast<std::size_t>(taps));
    double sum = 0;
    for (int k = begin; k <= centre + 2 * ratio; ++k) {
      const double share = catmull_rom((k - centre) / ratio);
      shares[static_cast<std::size_t>(std::clamp(k - first, 0, taps - 1))] += share;
      sum += share;
    }
    int rest = weight_one;
    for (const double share : shares) {
      kernel.weights.push_back(static_cast<int>(std::lround(share / sum * weight_one)));
      rest -= kernel.weights.back();
    }
    *std::max_element(kernel.weights.end() - taps, kernel.weights.end()) += rest;
    kernel.first.push_back(static_cast<std::size_t>(first));
  }
  return kernel;
}

std::uint8_t to_sample(int weighted) {
  return static_cast<std::uint8_t>(std::clamp((weighted + weight_one / 2) >> weight_bits, 0, 255));
}

/// Scales down the columns: whole rows are weighted and summed, `stride` samples each.
Bytes scale_columns(const Bytes& samples, std::size_t stride, const Kernel& kernel) {
  Bytes out(kernel.first.size() * stride);
  std::vector<int> sums(stride);
  for (std::size_t row = 0; row < kernel.first.size(); ++row) {
    std::ranges::fill(sums, 0);
    for (std::size_t tap = 0; tap < kernel.taps; ++tap) {
      const int weight = kernel.weights[row * kernel.taps + tap];
      const std::uint8_t* const from = samples.data() + (kernel.first[row] + tap) * stride;
      for (std::size_t x = 0; x < stride; ++x) sums[x] += weight * from[x];
    }
    for (std::size_t x = 0; x < stride; ++x) out[row * stride + x] = to_sample(sums[x]);
  }
  return out;
}

/// Scales down the rows, `stride` samples each.
template <std::size_t channels>
Bytes scale_rows(const Bytes& samples, std::size_t stride, const Kernel& kernel) {
  Bytes out(samples.size() / stride * kernel.first.size() * channels);
  std::uint8_t* to = out.data();
  for (std::size_t row = 0; row < samples.size(); row += stride)
    for (std::size_t x = 0; x < kernel.first.size(); ++x) {
      const std::uint8_t* from = samples.data() + row + kernel.first[x] * channels;
      std::array<int, channels> sums{};
      for (std::size_t tap = 0; tap < kernel.taps; ++tap)
        for (int& sum : sums) sum += kernel.weights[x * kernel.taps + tap] * *from++;
      for (const int sum : sums) *to++ = to_sample(sum);
    }
  return out;
}

}  // namespace

Pixels fit_pixels(const Pixels& source, int width, int height) {
  if (source.width == width && source.height == height) return source;
  const std::int64_t wide = std::int64_t{source.width} * height, high = std::int64_t{source.height} * width;
  const int part_width = wide > high ? static_cast<int>(high / height) : source.width;
  const int part_height = high > wide ? static_cast<int>(wide / width) : source.height;
  const std::size_t stride =
      static_cast<std::size_t>(source.width) * static_cast<std::size_t>(source.channels);
  const Bytes rows = scale_columns(source.samples, stride, make_kernel(source.height, part_height, height));
  const Kernel across = make_kernel(source.width, part_width, width);
  return {width, height, source.channels,
          source.channels == 1 ? scale_rows<1>(rows, stride, across) : scale_rows<3>(rows, stride, across)};
}

}  // namespace perso::identity
