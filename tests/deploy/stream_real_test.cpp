// A stream on real single-lead recordings beside the same recordings filtered whole: what a watch
// that judges at once loses to one that waits.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "deploy/model_bytes.h"
#include "edge/stream.h"
#include "formats/registry.h"

namespace liteheart {
namespace {

std::filesystem::path shared() {
  const char* named = std::getenv("LITEHEART_SHARED");
  return named != nullptr ? named : "../shared";
}

/// Sums over all windows of all recordings.
struct Parting {
  std::size_t windows = 0, samples = 0, changed = 0, decisions = 0;
  double mv[3] = {};  // largest |difference| in the last second, the one before, and earlier
  double square = 0;  // of differences in the last second
  std::vector<double> logit;  // |difference|
};

void follow(const Recording& r, const edge::EdgeModel& model, Parting& parting) {
  const edge::Conditioning c = model.conditioning();
  const auto length = static_cast<std::size_t>(c.window),
             second = static_cast<std::size_t>(c.rate_hz);
  const std::size_t samples = edge::filtered_samples(c, r.rate_hz, r.samples);
  std::vector<float> whole(samples), scratch(edge::filter_scratch(c, r.rate_hz, r.samples, 1)),
      window(length), expected(length), a(model.diagnoses()), b(model.diagnoses());
  ASSERT_EQ(edge::filter_recording(c, r.rate_hz, r.mv.data(), r.samples, 1, whole.data(), samples,
                                   scratch.data(), scratch.size()),
            edge::Status::kOk);
  std::vector<double> memory(edge::StreamConditioner::memory(c, r.rate_hz, 1) / 8);
  edge::StreamConditioner stream(c, r.rate_hz, 1, memory.data());
  std::vector<std::uint8_t> arena(model.arena_bytes());
  std::size_t next = length;
  for (std::size_t i = 0; i < r.samples; ++i) {
    stream.push(&r.mv[i]);
    const auto made = static_cast<std::size_t>(stream.made());
    if (made < next || made + 3 * second > samples) continue;  // not the recording's own end
    next += second;
    stream.window(length, window.data());
    edge::cut_window(c, whole.data(), samples, 1, made - length, expected.data());
    for (std::size_t t = 0; t < length; ++t) {
      const double difference = std::fabs(double{window[t]} - expected[t]);
      const std::size_t age = std::min<std::size_t>((length - 1 - t) / second, 2);
      parting.mv[age] = std::max(parting.mv[age], difference);
      if (age == 0) parting.square += difference * difference, ++parting.samples;
    }
    model.run(window.data(), arena.data(), arena.size(), a.data(), nullptr, edge::best_kernels());
    model.run(expected.data(), arena.data(), arena.size(), b.data(), nullptr, edge::best_kernels());
    ++parting.windows;
    for (std::size_t d = 0; d < a.size(); ++d) {
      parting.logit.push_back(std::fabs(double{a[d]} - b[d]));
      const edge::EdgeDiagnosis of = model.diagnosis(d);
      const auto present = [&](float z) {
        return 1 / (1 + std::exp(-(of.slope * z + of.intercept))) >= of.threshold;
      };
      ++parting.decisions;
      parting.changed += of.judged && present(a[d]) != present(b[d]);
    }
  }
}

TEST(Stream, on_real_recordings_parts_from_the_whole_filter_in_its_last_second) {
  const auto folder = shared() / "data/cinc2017";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  const ModelBytes file = ModelBytes::read(LITEHEART_SHIPPED_EDGE_MODEL);
  const edge::EdgeModel model = open_edge_model(file, "shipped");
  std::vector<std::filesystem::path> headers;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".hea") headers.push_back(entry.path());
  }
  std::sort(headers.begin(), headers.end());
  Parting parting;
  for (const auto& header : headers) {
    const Recording r = read_recording(header);
    if (static_cast<double>(r.samples) > 20 * r.rate_hz) follow(r, model, parting);
  }
  ASSERT_GT(parting.windows, 500u);
  const auto at =
      parting.logit.begin() + static_cast<std::ptrdiff_t>(parting.logit.size() * 99 / 100);
  std::nth_element(parting.logit.begin(), at, parting.logit.end());
  fmt::print(
      "{} windows; last second: rms {:.3f}, largest {:.2f} mV; the one before: {:.3f}; "
      "earlier: {:.4f}; logits: 99th percentile {:.2f}; decisions changed: {} of {}\n",
      parting.windows, std::sqrt(parting.square / static_cast<double>(parting.samples)),
      parting.mv[0], parting.mv[1], parting.mv[2], *at, parting.changed, parting.decisions);
  EXPECT_LT(parting.mv[2], 0.05);
  EXPECT_LT(parting.changed * 20, parting.decisions);
}

}  // namespace
}  // namespace liteheart
