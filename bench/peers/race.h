// Contestants that take turns on the same windows, so that what else the machine does, and its
// clock, touches all alike.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace liteheart::peers {

struct Contestant {
  std::string name;
  /// One window [lead, time] -> logits, or what it has of them.
  std::function<void(const float* window, float* logits)> run;
  bool own = false;
  bool bytes = false;  // products in bytes
  bool trees = false;  // judges by trees as well, which the others have not: other logits
};

/// Of a quantity over the rounds.
struct Spread {
  double median = 0, low = 0, high = 0;  // low, high: quartiles
};
Spread spread(std::vector<double> values);

struct Race {
  std::vector<std::vector<double>> seconds;  // [contestant][round], a window; processor time
  // [round] multiply-adds a second, of a loop of nothing else
  std::vector<double> peak, byte_peak;
};

/// Each round gives every contestant a turn of at least `turn_seconds` on `windows`; who begins
/// moves on by one a round.
Race race(const std::vector<Contestant>& contestants,
          const std::vector<std::vector<float>>& windows, std::size_t logits, int rounds,
          double turn_seconds = 0.01);

}  // namespace liteheart::peers
