#include "data/augment.h"

#include <algorithm>
#include <cmath>

namespace liteheart {
namespace {

constexpr double kGain = 0.15, kNoise = 0.05, kLossProbability = 0.3, kLossShare = 0.1;

}  // namespace

void augment_weak(std::span<float> signal, double strength, Random& random) {
  const auto gain = static_cast<float>(std::exp(random.uniform(-1, 1) * kGain * strength));
  for (float& x : signal) x *= gain;
}

void augment_strong(std::span<float> lead, double strength, Random& random) {
  double square = 0;
  for (const float x : lead) square += static_cast<double>(x) * x;
  const double sd = std::sqrt(square / static_cast<double>(lead.size()));
  const double noise = random.uniform() * kNoise * strength * sd;
  for (float& x : lead) x += static_cast<float>(noise * random.normal());
  if (random.chance(kLossProbability * std::min(strength, 1.0))) {
    const auto most = static_cast<std::size_t>(kLossShare * static_cast<double>(lead.size()));
    const std::size_t length = 1 + random.below(std::max<std::size_t>(most, 1));
    const std::size_t from = random.below(lead.size() - length + 1);
    std::fill_n(lead.begin() + static_cast<std::ptrdiff_t>(from), length, 0.0F);
  }
}

double cutmix_share(double a, Random& random) {
  for (;;) {
    const double u = std::pow(random.uniform(), 1 / a), v = std::pow(random.uniform(), 1 / a);
    if (u + v > 0 && u + v <= 1) return 1 - u / (u + v);
  }
}

}  // namespace liteheart
