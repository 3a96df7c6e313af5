#include "measured/measurements.h"

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

}  // namespace liteheart
