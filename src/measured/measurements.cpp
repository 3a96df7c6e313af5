#include "measured/measurements.h"

#include <array>
#include <numeric>

#include "ecg/leads.h"

namespace liteheart {

std::vector<float> measure_window(std::span<const float> leads, std::span<const std::uint8_t> which,
                                  double rate_hz) {
  const bool fits = !which.empty() && leads.size() % which.size() == 0;
  const std::size_t samples = fits ? leads.size() / which.size() : 0;
  const edge::GivenLeads given{leads.data(), which.data(), which.size(), samples, samples, 1};
  const std::size_t bytes = edge::measure_memory(given.count, samples, rate_hz);
  std::vector<double> memory((bytes + sizeof(double) - 1) / sizeof(double));
  std::vector<float> out(kMeasurements);
  edge::measure_window(given, rate_hz, memory.data(), out.data());
  return out;
}

std::vector<float> measure_window(std::span<const float> leads, double rate_hz) {
  std::array<std::uint8_t, kLeads> all;
  std::iota(all.begin(), all.end(), std::uint8_t{0});
  return measure_window(leads, all, rate_hz);
}

}  // namespace liteheart
