#include "deploy/quantize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "deploy/model_bytes.h"
#include "ecg/error.h"
#include "edge/network.h"

namespace liteheart {
namespace {

namespace file = edge::file;

constexpr int kBins = 2048;
constexpr double kKeptWindows = 0.99;  // those whose ranges count

struct Range {
  float low = 0, high = 0;  // holds 0, which is what lies around an activation
};

/// How an activation's values are distributed over the windows. Each window weighs the same: a
/// few recordings of hundreds of mV would else decide how all are rounded.
struct Seen {
  std::vector<float> lows, highs;  // of each window
  Range range;                     // of all but the wildest windows
  std::array<double, kBins> bins = {};

  float step() const { return (range.high - range.low) / kBins; }
  void measure(std::span<const float> window);
  void settle();
  void count(std::span<const float> window);
};

void Seen::measure(std::span<const float> window) {
  const auto [low, high] = std::minmax_element(window.begin(), window.end());
  lows.push_back(std::min(*low, 0.0F));
  highs.push_back(std::max(*high, 0.0F));
}

void Seen::settle() {
  if (lows.empty()) return;
  const auto rank =
      static_cast<std::ptrdiff_t>(kKeptWindows * (static_cast<double>(lows.size()) - 1));
  std::nth_element(lows.begin(), lows.begin() + rank, lows.end(), std::greater<>());
  std::nth_element(highs.begin(), highs.begin() + rank, highs.end());
  range = {lows[static_cast<std::size_t>(rank)], highs[static_cast<std::size_t>(rank)]};
}

void Seen::count(std::span<const float> window) {
  double squares = 0;
  for (const float x : window) squares += double{x} * x;
  if (squares <= 0 || step() <= 0) return;
  for (const float x : window) {
    const float bin = std::clamp((x - range.low) / step(), 0.0F, float{kBins - 1});
    bins[static_cast<std::size_t>(bin)] += 1 / squares;
  }
}

/// Sum of squares of what bytes over `r` lose of `seen`: of each bin's middle, by rounding or
/// cutting.
double loss(const Seen& seen, const Range& r) {
  const double step = (r.high - r.low) / 255.0, rounding = step * step / 12;
  double sum = 0;
  for (int i = 0; i < kBins; ++i) {
    if (seen.bins[static_cast<std::size_t>(i)] == 0) continue;
    const double x = seen.range.low + (i + 0.5) * seen.step();
    const double beyond = x < r.low ? r.low - x : x > r.high ? x - r.high : 0;
    sum += seen.bins[static_cast<std::size_t>(i)] * (beyond > 0 ? beyond * beyond : rounding);
  }
  return sum;
}

/// The range that loses least, of those that cut off either end by some hundredths.
Range best_range(const Seen& seen) {
  constexpr int kSteps = 60;
  Range best = seen.range;
  double least = loss(seen, best);
  const auto kept = [](int step) { return 1 - static_cast<float>(step) / kSteps; };
  for (int low = 0; low < kSteps; ++low) {
    for (int high = 0; high < kSteps; ++high) {
      const Range r = {seen.range.low * kept(low), seen.range.high * kept(high)};
      if (r.high <= r.low) continue;
      if (const double l = loss(seen, r); l < least) least = l, best = r;
    }
  }
  return best;
}

/// The slowest path beside the plain loops, the same on all processors of a kind: what a file in
/// bytes holds does not depend on which of them wrote it.
const edge::Kernels& common_kernels() {
  std::array<const edge::Kernels*, 2> paths{};
  const std::size_t count = edge::kernel_paths(paths.data(), paths.size());
  return *paths[std::min(count, paths.size()) - 1];
}

/// Runs the float graph on the windows and looks at each slot.
std::vector<Seen> observe(const EdgeGraph& graph, const ModelCard& card,
                          std::span<const float> windows) {
  const ModelBytes bytes(edge_bytes(graph, card));
  const edge::EdgeModel model = open_edge_model(bytes, "quantize");

  struct Watch {
    const EdgeGraph& graph;
    std::vector<Seen> seen;
    bool count = false;  // first the ranges, then the bins

    void see(int slot, const float* x, std::size_t n) {
      Seen& s = seen[static_cast<std::size_t>(slot)];
      count ? s.count({x, n}) : s.measure({x, n});
    }
  } watch{graph, std::vector<Seen>(graph.slots.size()), false};
  const edge::Observer observer = {
      [](void* user, std::size_t step, const edge::Elements& made, std::size_t n) {
        auto& w = *static_cast<Watch*>(user);
        w.see(w.graph.steps[step].output, static_cast<const float*>(made.data), n);
      },
      &watch};

  const std::size_t floats = card.leads.size() * static_cast<std::size_t>(card.conditioning.window);
  std::vector<std::uint8_t> arena(model.arena_bytes());
  std::vector<float> logits(model.diagnoses());
  for (const bool count : {false, true}) {
    watch.count = count;
    if (count) {
      for (Seen& s : watch.seen) s.settle();
    }
    for (std::size_t w = 0; w < windows.size() / floats; ++w) {
      const float* x = windows.data() + w * floats;
      watch.see(graph.input, x, floats);
      model.run(x, arena.data(), arena.size(), logits.data(), nullptr, common_kernels(), &observer);
    }
  }
  return watch.seen;
}

void use_bytes(EdgeSlot& slot, const Range& range) {
  slot.bytes = true;
  const float width = range.high - range.low;
  slot.scale = width > 0 ? width / 255 : 1;
  slot.zero = static_cast<std::uint8_t>(std::clamp(std::lround(-range.low / slot.scale), 0L, 255L));
}

/// A convolution's weights as bytes, each column's largest at 127.
void use_bytes(EdgeStep& step, float in_scale) {
  const std::size_t columns = step.bias.size(), depth = step.weight.size() / columns,
                    group = edge::kDepthMultiple;
  step.weight8.assign((depth + group - 1) / group * group * columns, 0);
  step.sum.assign(columns, 0);
  step.scale.assign(columns, 1);
  for (std::size_t c = 0; c < columns; ++c) {
    float largest = 0;
    for (std::size_t k = 0; k < depth; ++k)
      largest = std::max(largest, std::fabs(step.weight[k * columns + c]));
    const float scale = largest > 0 ? largest / 127 : 1;
    for (std::size_t k = 0; k < depth; ++k) {
      const auto w = static_cast<std::int8_t>(std::lround(step.weight[k * columns + c] / scale));
      step.weight8[(k / group * columns + c) * group + k % group] = w;
      step.sum[c] += w;
    }
    step.scale[c] = scale * in_scale;
  }
  step.weight.clear();
}

/// Rewrites the steps one by one.
class Quantizer {
 public:
  Quantizer(const EdgeGraph& from, const std::vector<Seen>& seen)
      : from_(from), seen_(seen), as_bytes_(from.slots.size(), -1) {}
  EdgeGraph run();

 private:
  /// Whether a slot must hold floats: by what makes or reads it.
  std::vector<bool> float_slots() const;
  /// The slot that holds `slot` as bytes, made on first use.
  int bytes_of(int slot);

  const EdgeGraph& from_;
  const std::vector<Seen>& seen_;
  EdgeGraph to_;
  std::vector<int> as_bytes_;
};

std::vector<bool> Quantizer::float_slots() const {
  std::vector<bool> floats(from_.slots.size(), false);
  const auto mark = [&](int slot) {
    if (slot >= 0) floats[static_cast<std::size_t>(slot)] = true;
  };
  mark(from_.input);
  mark(from_.logits);
  for (const EdgeStep& s : from_.steps) {
    if (s.op == file::Op_Convolution || s.op == file::Op_Leads) continue;
    mark(s.input);
    mark(s.output);
  }
  return floats;
}

int Quantizer::bytes_of(int slot) {
  if (to_.slot(slot).bytes) return slot;
  int& made = as_bytes_[static_cast<std::size_t>(slot)];
  if (made >= 0) return made;
  made = to_.add_slot({to_.slot(slot).time, to_.slot(slot).channels});
  use_bytes(to_.slot(made), best_range(seen_[static_cast<std::size_t>(slot)]));
  EdgeStep& s = to_.steps.emplace_back();
  s.op = file::Op_Quantize;
  s.input = slot;
  s.output = made;
  return made;
}

EdgeGraph Quantizer::run() {
  to_.slots = from_.slots;  // those of `from_` keep their numbers
  to_.input = from_.input, to_.restored = from_.restored, to_.logits = from_.logits;
  to_.trees = from_.trees;
  const auto floats = float_slots();
  for (std::size_t i = 0; i < floats.size(); ++i) {
    if (!floats[i]) use_bytes(to_.slots[i], best_range(seen_[i]));
  }
  for (const EdgeStep& step : from_.steps) {
    EdgeStep s = step;
    if (s.op == file::Op_Convolution) {
      s.input = bytes_of(s.input);
      use_bytes(s, to_.slot(s.input).scale);
    }
    s.exact = s.op == file::Op_Attention;
    to_.steps.push_back(std::move(s));
  }
  return to_;
}

}  // namespace

EdgeGraph quantize(const EdgeGraph& graph, const ModelCard& card, std::span<const float> windows) {
  if (windows.empty()) throw Error("quantize", "needs recordings to learn the ranges from");
  return Quantizer(graph, observe(graph, card, windows)).run();
}

}  // namespace liteheart
