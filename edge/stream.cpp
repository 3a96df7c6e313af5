#include "edge/stream.h"

#include <algorithm>
#include <limits>
#include <new>

namespace liteheart::edge {
namespace {

/// The taps of all phases are kept where they are at most so many. 500 to 100 Hz: 101; 360 to 100:
/// 5 x 73; but 513.625 to 100: 800 x 103.
constexpr std::size_t kKeptTaps = 2048;
/// Else about so many, of evenly spaced phases; a phase between them is that of the cubic through
/// the four nearest. Phases then are some 20 / 1024 zero crossings apart.
constexpr std::size_t kTapsBetween = 1024;

/// Elements of each part of the memory.
struct Layout {
  std::size_t history, length, taps, phases, steps;
};

/// Input samples, on each side of an output sample, that its taps reach.
std::int64_t reach(Ratio ratio) {
  return (kZeroCrossings * std::max(ratio.up, ratio.down) + ratio.up - 1) / ratio.up;
}

Layout layout(const Conditioning& c, Ratio ratio) {
  const std::size_t length = std::max(static_cast<std::size_t>(c.window), kPadding + 1);
  if (ratio.up == ratio.down) return {1, length, 1, 1, 0};
  const std::size_t taps = resample_taps(ratio), up = static_cast<std::size_t>(ratio.up);
  if (up <= kKeptTaps / taps) return {taps, length, up * taps, up, 0};
  const std::size_t width = 2 * static_cast<std::size_t>(reach(ratio)) + 2,
                    steps = std::max<std::size_t>(1, kTapsBetween / width);
  return {width, length, (steps + 4) * width, 0, steps};
}

constexpr std::size_t doubles_for(std::size_t floats) { return (floats + 1) / 2; }

/// Where sample n stands in a ring: in 64 bits also where size_t, on a small processor, would wrap
/// around after some months.
std::size_t place(std::int64_t n, std::size_t length) {
  return static_cast<std::size_t>(n % static_cast<std::int64_t>(length));
}

}  // namespace

std::size_t StreamConditioner::memory(const Conditioning& c, double source_hz, std::size_t leads) {
  const Ratio ratio = nearest_ratio(source_hz, c.rate_hz);
  if (ratio.up == 0) return 0;
  const Layout l = layout(c, ratio);
  const std::size_t lead = l.history * sizeof(double) + 2 * doubles_for(l.length) * sizeof(double) +
                           sizeof(BandpassState<double>);
  return l.taps * sizeof(double) + l.phases * sizeof(ResamplePhase) + leads * lead;
}

StreamConditioner::StreamConditioner(const Conditioning& c, double source_hz, std::size_t leads,
                                     void* memory)
    : conditioning_(c),
      ratio_(nearest_ratio(source_hz, c.rate_hz)),
      filter_(design_bandpass(c.low_hz, c.high_hz, c.rate_hz)),
      leads_(leads),
      gain_(ratio_.up == ratio_.down ? 1 : resample_gain(ratio_)) {
  const Layout l = layout(c, ratio_);
  history_ = l.history, length_ = l.length, steps_ = l.steps;
  auto* next = static_cast<unsigned char*>(memory);
  const auto take = [&](std::size_t bytes) {
    void* const part = next;
    next += bytes;
    return part;
  };
  taps_ = static_cast<double*>(take(l.taps * sizeof(double)));
  phases_ = static_cast<ResamplePhase*>(take(l.phases * sizeof(ResamplePhase)));
  if (ratio_.up == ratio_.down) {
    taps_[0] = 1;
    phases_[0] = {0, 1};
  } else if (l.phases == 0) {
    phases_ = nullptr;
    const double crossings = static_cast<double>(ratio_.up) /
                             static_cast<double>(std::max(ratio_.up, ratio_.down)),
                 middle = static_cast<double>(reach(ratio_));
    for (std::size_t p = 0; p < steps_ + 3; ++p) {
      const double passed = (static_cast<double>(p) - 1) / static_cast<double>(steps_);
      for (std::size_t k = 0; k < history_; ++k)
        taps_[p * history_ + k] =
            gain_ * resample_prototype((passed + middle - static_cast<double>(k)) * crossings);
    }
  } else {
    for (std::size_t p = 0; p < l.phases; ++p)
      phases_[p] =
          resample_phase(ratio_, static_cast<std::int64_t>(p), gain_, taps_ + p * history_);
  }
  for (std::size_t i = 0; i < leads; ++i) {
    lead_[i].input = static_cast<double*>(take(history_ * sizeof(double)));
    std::fill(lead_[i].input, lead_[i].input + history_, 0.0);
    lead_[i].made = static_cast<float*>(take(doubles_for(length_) * sizeof(double)));
    lead_[i].forward = static_cast<float*>(take(doubles_for(length_) * sizeof(double)));
    lead_[i].state = new (take(sizeof(BandpassState<double>))) BandpassState<double>(0.0);
  }
}

std::size_t StreamConditioner::push(const float* mv) {
  const std::size_t at = place(taken_, history_);
  for (std::size_t i = 0; i < leads_; ++i) lead_[i].input[at] = static_cast<double>(mv[i]);
  ++taken_;
  const std::int64_t before = made_;
  for (;;) {
    const std::int64_t up = ratio_.up == ratio_.down ? 1 : ratio_.up,
                       down = ratio_.up == ratio_.down ? 1 : ratio_.down, phase = made_ % up;
    const auto width = static_cast<std::int64_t>(history_);
    if (phases_ != nullptr) {
      const ResamplePhase& p = phases_[phase];
      const std::int64_t first = p.first + made_ / up * down;
      if (first + p.count > taken_) break;
      make(first, p.count, taps_ + phase * width);
    } else {
      const std::int64_t first = made_ * down / up - reach(ratio_);
      if (first + width > taken_) break;
      make(first, width, taps_between(made_ * down % up));
    }
  }
  return static_cast<std::size_t>(made_ - before);
}

std::size_t StreamConditioner::most_until(std::int64_t made) const {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  const double step = static_cast<double>(ratio_.down) / static_cast<double>(ratio_.up),
               most = static_cast<double>(made - made_ + 1) * step +
                      2 * static_cast<double>(history_) + 2;
  return most < static_cast<double>(kMost) ? static_cast<std::size_t>(most) : kMost;
}

const double* StreamConditioner::taps_between(std::int64_t offset) const {
  const double at =
      static_cast<double>(offset) / static_cast<double>(ratio_.up) * static_cast<double>(steps_);
  const auto step = static_cast<std::size_t>(at);
  const double u = at - static_cast<double>(step), a = u + 1, b = u - 1, c = u - 2;
  const double weight[] = {-u * b * c / 6, a * b * c / 2, -a * u * c / 2, a * u * b / 6};
  const double* const near = taps_ + step * history_;
  double* const taps = taps_ + (steps_ + 3) * history_;
  for (std::size_t k = 0; k < history_; ++k)
    taps[k] = weight[0] * near[k] + weight[1] * near[history_ + k] +
              weight[2] * near[2 * history_ + k] + weight[3] * near[3 * history_ + k];
  return taps;
}

/// One more sample at the preset's rate, from the inputs first, first + 1, ...
void StreamConditioner::make(std::int64_t first, std::int64_t count, const double* taps) {
  const std::size_t at = place(made_, length_);
  const std::int64_t skipped = std::max<std::int64_t>(0, -first);
  const std::size_t begin = place(first + skipped, history_);
  for (std::size_t i = 0; i < leads_; ++i) {
    const Lead& lead = lead_[i];
    double x = 0;
    std::size_t from = begin;
    for (std::int64_t k = skipped; k < count; ++k) {
      x += taps[k] * lead.input[from];
      from = from + 1 == history_ ? 0 : from + 1;
    }
    lead.made[at] = static_cast<float>(x);
    if (made_ == kPadding)
      start_filter(lead);
    else if (made_ > static_cast<std::int64_t>(kPadding))
      lead.forward[at] = static_cast<float>(lead.state->step(filter_, x));
  }
  ++made_;
}

/// The first pass over the beginning, turned about its first sample as filtfilt does it.
void StreamConditioner::start_filter(const Lead& lead) const {
  const auto x = [&](std::size_t i) { return static_cast<double>(lead.made[i]); };
  BandpassState<double> state(2 * x(0) - x(kPadding));
  for (std::size_t i = kPadding; i >= 1; --i) state.step(filter_, 2 * x(0) - x(i));
  for (std::size_t i = 0; i <= kPadding; ++i)
    lead.forward[i] = static_cast<float>(state.step(filter_, x(i)));
  *lead.state = state;
}

bool StreamConditioner::flat(std::size_t samples) const {
  // In the ring they end at the newest and may begin at its end.
  const std::size_t end = place(made_ - 1, length_) + 1, here = std::min(samples, end);
  return std::any_of(lead_, lead_ + leads_, [&](const Lead& lead) {
    return is_flat(lead.made + end - here, here, lead.made + length_ - (samples - here),
                   samples - here);
  });
}

void StreamConditioner::window(std::size_t samples, float* out) const {
  const auto length = static_cast<std::size_t>(conditioning_.window);
  const double gain = filter_.gain * filter_.gain;
  const std::size_t newest = place(made_ - 1, length_);
  for (std::size_t i = 0; i < leads_; ++i) {
    const Lead& lead = lead_[i];
    // From the newest sample back: n = 0, 1, ...
    const auto back = [&](const float* ring, std::size_t n) {
      return static_cast<double>(ring[n <= newest ? newest - n : newest + length_ - n]);
    };
    BandpassState<double> ahead = *lead.state;
    double beyond[kPadding];
    for (std::size_t n = 0; n < kPadding; ++n)
      beyond[n] = ahead.step(filter_, 2 * back(lead.made, 0) - back(lead.made, n + 1));
    BandpassState<double> state(beyond[kPadding - 1]);
    for (std::size_t n = kPadding; n-- > 0;) state.step(filter_, beyond[n]);
    float* window = out + i * length;
    for (std::size_t n = 0; n < samples; ++n)
      window[samples - 1 - n] =
          static_cast<float>(gain * state.step(filter_, back(lead.forward, n)));
    std::fill(window + samples, window + length, 0.0F);
  }
  // In place: of a window that begins at 0, each sample is written where it is read.
  for (std::size_t i = 0; i < leads_; ++i)
    cut_window(conditioning_, out + i * length, samples, 1, 0, out + i * length);
}

}  // namespace liteheart::edge
