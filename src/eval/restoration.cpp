#include "eval/restoration.h"

#include <cmath>

#include "ecg/error.h"

namespace liteheart {
namespace {

double mean(std::span<const float> x) {
  double sum = 0;
  for (float v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

double mean_squared_error(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(a[i]) - b[i];
    sum += difference * difference;
  }
  return sum / static_cast<double>(a.size());
}

std::optional<double> pearson_correlation(std::span<const float> a, std::span<const float> b) {
  const double mean_a = mean(a), mean_b = mean(b);
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i] - mean_a, y = b[i] - mean_b;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  if (aa == 0 || bb == 0) return std::nullopt;
  return ab / std::sqrt(aa * bb);
}

}  // namespace

LeadCorrelations RestorationError::add(std::span<const float> restored,
                                       std::span<const float> truth, std::size_t samples,
                                       std::size_t valid) {
  if (restored.size() != kLeads * samples || truth.size() != kLeads * samples || valid > samples) {
    throw Error("", "restored and true leads differ in size",
                "compare arrays of 12 leads and the same number of samples");
  }
  LeadCorrelations correlations;
  if (valid == 0) return correlations;
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    const auto r = restored.subspan(lead * samples, valid);
    const auto t = truth.subspan(lead * samples, valid);
    Sums& s = sums_[lead];
    s.mse += mean_squared_error(r, t);
    ++s.records;
    correlations[lead] = pearson_correlation(r, t);
    if (correlations[lead]) {
      s.pearson += *correlations[lead];
      ++s.pearson_records;
    }
  }
  return correlations;
}

LeadsRestored RestorationError::per_lead() const {
  LeadsRestored leads;
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    const Sums& s = sums_[lead];
    LeadRestoration& out = leads[lead];
    out.records = s.records;
    out.pearson_records = s.pearson_records;
    if (s.records) out.mse = s.mse / static_cast<double>(s.records);
    if (s.pearson_records) out.pearson = s.pearson / static_cast<double>(s.pearson_records);
  }
  return leads;
}

}  // namespace liteheart
