#include "edge/condition.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "edge/bandpass.h"
#include "edge/lanes.h"
#include "edge/resample.h"

namespace liteheart::edge {
namespace {

constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kAlignment = alignof(Lanes4);
/// A lead that varies less, in mV, carries no signal: 1 nV is below any converter's step.
constexpr double kFlat = 1e-6;
/// A lead that varies less, in mV, shows no heart.
constexpr double kFlatMv = 0.005;

std::size_t saturating_sum(std::size_t a, std::size_t b) { return a > kMost - b ? kMost : a + b; }
std::size_t saturating_product(std::size_t a, std::size_t b) {
  return b != 0 && a > kMost / b ? kMost : a * b;
}

bool same_rate(Ratio ratio) { return ratio.up == ratio.down; }

std::size_t lanes_for(std::size_t leads) { return leads > 1 ? 4 : 1; }

/// Where the parts of the scratch lie, in elements of the block's Signal (taps: in doubles).
struct Workspace {
  std::size_t source;    // samples at the source rate; none where nothing is resampled
  std::size_t filtered;  // samples at the preset's rate, with the filter's padding around them
  std::size_t taps;
};

Workspace workspace(Ratio ratio, std::size_t samples) {
  const std::size_t padded = saturating_sum(resampled_samples(ratio, samples), 2 * kPadding);
  if (same_rate(ratio)) return {0, padded, 0};
  return {samples, padded, resample_taps(ratio)};
}

/// The first address in scratch that is fit for lanes; scratch_floats counts what this skips.
void* aligned(float* scratch) {
  const auto address = reinterpret_cast<std::uintptr_t>(scratch);
  const std::uintptr_t skipped = (kAlignment - address % kAlignment) % kAlignment;
  return reinterpret_cast<unsigned char*>(scratch) + skipped;
}

std::size_t scratch_floats_for(const Workspace& space, std::size_t leads) {
  static_assert(alignof(float) <= kAlignment && sizeof(double) == 2 * sizeof(float));
  const std::size_t signals =
      saturating_product(saturating_sum(space.source, space.filtered), lanes_for(leads));
  return saturating_sum(saturating_product(saturating_sum(signals, space.taps), 2),
                        kAlignment / sizeof(float));
}

bool is_missing(double x) { return !(std::fabs(x) <= std::numeric_limits<double>::max()); }

bool any_missing(const float* x, std::size_t samples) {
  int missing = 0;
  for (std::size_t i = 0; i < samples; ++i)
    missing |= !(std::fabs(x[i]) <= std::numeric_limits<float>::max());
  return missing != 0;
}

/// Replaces missing samples of one lane, x[0], x[stride], ..., by the line between their
/// neighbours.
void bridge(double* x, std::size_t samples, std::size_t stride) {
  std::size_t next = 0;
  const auto skip_missing = [&] {
    while (next < samples && is_missing(x[next * stride])) ++next;
  };
  skip_missing();
  double before = next < samples ? x[next * stride] : 0;
  std::size_t filled = 0;  // x[0 .. filled) is done
  while (filled < samples) {
    const double after = next < samples ? x[next * stride] : before;
    const double step = (after - before) / static_cast<double>(next - filled + 1);
    for (std::size_t i = filled; i < next; ++i)
      x[i * stride] = before + step * static_cast<double>(i - filled + 1);
    while (next < samples && !is_missing(x[next * stride])) before = x[next++ * stride];
    filled = next;
    skip_missing();
  }
}

/// Leads side by side: out[time * lanes + lane], missing samples bridged. A lane without a lead
/// repeats the first one.
void gather(const float* mv, std::size_t samples, std::size_t leads, double* out,
            std::size_t lanes) {
  if (lanes == 1) {
    for (std::size_t t = 0; t < samples; ++t) out[t] = static_cast<double>(mv[t]);
  } else {
    const auto lead = [&](std::size_t i) { return mv + (i < leads ? i : 0) * samples; };
    const float *a = lead(0), *b = lead(1), *c = lead(2), *d = lead(3);
    for (std::size_t t = 0; t < samples; ++t, out += 4) {
      out[0] = static_cast<double>(a[t]), out[1] = static_cast<double>(b[t]);
      out[2] = static_cast<double>(c[t]), out[3] = static_cast<double>(d[t]);
    }
    out -= 4 * samples;
  }
  for (std::size_t i = 0; i < lanes; ++i)
    if (any_missing(mv + (i < leads ? i : 0) * samples, samples)) bridge(out + i, samples, lanes);
}

void scatter(const double* in, std::size_t lanes, double gain, std::size_t samples,
             std::size_t leads, float* out) {
  for (std::size_t i = 0; i < leads; ++i)
    for (std::size_t t = 0; t < samples; ++t)
      out[i * samples + t] = static_cast<float>(gain * in[t * lanes + i]);
}

/// Conditions at most as many leads as Signal has lanes.
template <class Signal>
void filter_block(Ratio ratio, const Bandpass& filter, const float* mv, std::size_t samples,
                  std::size_t leads, float* out, void* scratch) {
  // NOLINTNEXTLINE(bugprone-sizeof-expression): a single lead is one double
  constexpr std::size_t kLanes = sizeof(Signal) / sizeof(double);
  const Workspace space = workspace(ratio, samples);
  Signal* const padded = static_cast<Signal*>(scratch);
  std::uninitialized_default_construct_n(padded, space.filtered + space.source);
  Signal* const signal = padded + kPadding;
  const std::size_t filtered = space.filtered - 2 * kPadding;
  if (same_rate(ratio)) {
    gather(mv, samples, leads, reinterpret_cast<double*>(signal), kLanes);
  } else {
    Signal* const source = padded + space.filtered;
    double* const taps = reinterpret_cast<double*>(source + space.source);
    std::uninitialized_default_construct_n(taps, space.taps);
    gather(mv, samples, leads, reinterpret_cast<double*>(source), kLanes);
    resample(ratio, source, samples, taps, signal);
  }
  filter_zero_phase(filter, padded, filtered);
  scatter(reinterpret_cast<const double*>(signal), kLanes, filter.gain * filter.gain, filtered,
          leads, out);
}

/// out: [length]; the samples of x that exist, normalized, then zeros.
void normalize(Normalization normalization, const float* x, std::size_t existing,
               std::size_t length, float* out) {
  double mean = 0, factor = 1;
  if (normalization == Normalization::kZScore) {
    for (std::size_t i = 0; i < existing; ++i) mean += static_cast<double>(x[i]);
    mean /= static_cast<double>(std::max<std::size_t>(existing, 1));
    double squares = 0;
    for (std::size_t i = 0; i < existing; ++i) {
      const double deviation = static_cast<double>(x[i]) - mean;
      squares += deviation * deviation;
    }
    const double sd = std::sqrt(squares / static_cast<double>(std::max<std::size_t>(existing, 1)));
    factor = sd >= kFlat ? 1 / sd : 0;
  }
  for (std::size_t i = 0; i < existing; ++i)
    out[i] = static_cast<float>((static_cast<double>(x[i]) - mean) * factor);
  std::fill(out + existing, out + length, 0.0f);
}

}  // namespace

const char* status_text(Status status) {
  switch (status) {
    case Status::kOk:
      return "ok";
    case Status::kBadRate:
      return "the sampling rate is not within 1 Hz to 100 kHz";
    case Status::kBadFilter:
      return "the band edges are not 0 < low < high < half the sampling rate";
    case Status::kTooShort:
      return "the recording has no lead or is too short to filter";
    case Status::kOutputTooSmall:
      return "the output buffer is too small";
    case Status::kScratchTooSmall:
      return "the scratch buffer is too small";
  }
  return "unknown status";
}

Conditioning paper_500() {
  Conditioning c;
  c.rate_hz = 500;
  c.window = 6144;
  return c;
}

Conditioning compact_100() {
  Conditioning c;
  c.normalization = Normalization::kFixedGain;
  return c;
}

std::size_t filtered_samples(const Conditioning& c, double source_hz, std::size_t samples) {
  const Ratio ratio = nearest_ratio(source_hz, c.rate_hz);
  return ratio.up == 0 ? 0 : resampled_samples(ratio, samples);
}

std::size_t filter_scratch(const Conditioning& c, double source_hz, std::size_t samples,
                           std::size_t leads) {
  const Ratio ratio = nearest_ratio(source_hz, c.rate_hz);
  return ratio.up == 0 ? 0 : scratch_floats_for(workspace(ratio, samples), leads);
}

Status filter_recording(const Conditioning& c, double source_hz, const float* mv,
                        std::size_t samples, std::size_t leads, float* out, std::size_t out_floats,
                        float* scratch, std::size_t scratch_floats) {
  const Ratio ratio = nearest_ratio(source_hz, c.rate_hz);
  if (ratio.up == 0) return Status::kBadRate;
  if (!(c.low_hz > 0 && c.low_hz < c.high_hz && c.high_hz < c.rate_hz / 2))
    return Status::kBadFilter;
  const std::size_t filtered = resampled_samples(ratio, samples);
  if (leads == 0 || filtered <= kPadding) return Status::kTooShort;
  if (out_floats < saturating_product(filtered, leads)) return Status::kOutputTooSmall;
  if (scratch_floats < scratch_floats_for(workspace(ratio, samples), leads))
    return Status::kScratchTooSmall;

  const Bandpass filter = design_bandpass(c.low_hz, c.high_hz, c.rate_hz);
  void* const space = aligned(scratch);
  for (std::size_t i = 0; i < leads; i += 4) {
    const std::size_t block = std::min<std::size_t>(leads - i, 4);
    const auto run = block == 1 ? filter_block<double> : filter_block<Lanes4>;
    run(ratio, filter, mv + i * samples, samples, block, out + i * filtered, space);
  }
  return Status::kOk;
}

Status cut_window(const Conditioning& c, const float* filtered, std::size_t samples,
                  std::size_t leads, std::size_t start, float* out) {
  if (leads == 0 || c.window <= 0) return Status::kTooShort;
  const auto length = static_cast<std::size_t>(c.window);
  const std::size_t from = std::min(start, samples);
  const std::size_t existing = std::min(samples - from, length);
  for (std::size_t i = 0; i < leads; ++i)
    normalize(c.normalization, filtered + i * samples + from, existing, length, out + i * length);
  return Status::kOk;
}

bool is_flat(const float* mv, std::size_t samples, const float* more, std::size_t more_samples) {
  double sum = 0, square = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < samples + more_samples; ++i) {
    const double x = static_cast<double>(i < samples ? mv[i] : more[i - samples]);
    if (is_missing(x)) continue;
    sum += x, square += x * x, ++count;
  }
  if (count == 0) return true;
  const double n = static_cast<double>(count);
  return square / n - sum / n * (sum / n) < kFlatMv * kFlatMv;
}

std::size_t window_count(const Conditioning& c, std::size_t samples) {
  const auto window = static_cast<std::size_t>(c.window);
  return samples <= window ? 1 : (samples - 1) / window + 1;
}

std::size_t window_start(const Conditioning& c, std::size_t samples, std::size_t i) {
  const std::size_t count = window_count(c, samples);
  if (count == 1) return 0;
  const std::uint64_t beyond = samples - static_cast<std::size_t>(c.window);
  return static_cast<std::size_t>(beyond * i / (count - 1));
}

}  // namespace liteheart::edge
