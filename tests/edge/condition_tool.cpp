// Runs the conditioning on raw float32 for scipy_agreement.py:
//   edge_condition_tool resample|filter|normalize SOURCE_HZ RATE_HZ LEADS < [lead, samples] >
//   [lead, out]
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "edge/condition.h"
#include "edge/resample.h"

namespace {

namespace edge = liteheart::edge;

std::vector<float> read_all() {
  std::vector<float> values;
  float block[4096];
  while (const std::size_t got = std::fread(block, sizeof(float), 4096, stdin))
    values.insert(values.end(), block, block + got);
  return values;
}

std::vector<float> resampled(double source_hz, double rate_hz, const std::vector<float>& mv,
                             std::size_t leads) {
  const edge::Ratio ratio = edge::nearest_ratio(source_hz, rate_hz);
  const std::size_t samples = mv.size() / leads;
  std::vector<double> one(edge::resampled_samples(ratio, samples)),
      taps(edge::resample_taps(ratio));
  std::vector<float> out;
  for (std::size_t lead = 0; lead < leads; ++lead) {
    const float* const begin = mv.data() + lead * samples;
    const std::vector<double> in(begin, begin + samples);
    edge::resample(ratio, in.data(), samples, taps.data(), one.data());
    for (double value : one) out.push_back(static_cast<float>(value));
  }
  return out;
}

std::vector<float> filtered(double source_hz, double rate_hz, const std::vector<float>& mv,
                            std::size_t leads) {
  edge::Conditioning c;
  c.rate_hz = rate_hz;
  const std::size_t samples = mv.size() / leads;
  std::vector<float> out(edge::filtered_samples(c, source_hz, samples) * leads);
  std::vector<float> scratch(edge::filter_scratch(c, source_hz, samples, leads));
  const edge::Status status =
      edge::filter_recording(c, source_hz, mv.data(), samples, leads, out.data(), out.size(),
                             scratch.data(), scratch.size());
  if (status == edge::Status::kOk) return out;
  std::fprintf(stderr, "%s\n", edge::status_text(status));
  std::exit(1);
}

/// The first window of the preset that has the rate, as per-lead z-scores.
std::vector<float> normalized(double source_hz, double rate_hz, const std::vector<float>& mv,
                              std::size_t leads) {
  edge::Conditioning c = rate_hz == 500 ? edge::paper_500() : edge::compact_100();
  c.normalization = edge::Normalization::kZScore;
  const std::vector<float> leads_in = filtered(source_hz, rate_hz, mv, leads);
  std::vector<float> out(leads * static_cast<std::size_t>(c.window));
  const edge::Status status =
      edge::cut_window(c, leads_in.data(), leads_in.size() / leads, leads, 0, out.data());
  if (status == edge::Status::kOk) return out;
  std::fprintf(stderr, "%s\n", edge::status_text(status));
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const std::string step = argv[1];
  const double source_hz = std::atof(argv[2]), rate_hz = std::atof(argv[3]);
  const auto leads = static_cast<std::size_t>(std::atoi(argv[4]));
  const std::vector<float> out =
      (step == "resample" ? resampled
       : step == "filter" ? filtered
                          : normalized)(source_hz, rate_hz, read_all(), leads);
  return std::fwrite(out.data(), sizeof(float), out.size(), stdout) == out.size() ? 0 : 1;
}
