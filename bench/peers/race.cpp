#include "peers/race.h"

#include <algorithm>
#include <ctime>

#include "peers/peak.h"

namespace liteheart::peers {
namespace {

/// Processor time of all threads, s: what other programs take does not count, a second thread
/// would.
double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, values.size() - 1);
    return values[below] + (values[above] - values[below]) * (place - static_cast<double>(below));
  };
  return {at(0.5), at(0.25), at(0.75)};
}

Race race(const std::vector<Contestant>& contestants,
          const std::vector<std::vector<float>>& windows, std::size_t logits, int rounds,
          double turn_seconds) {
  std::vector<float> out(logits);
  Race race;
  race.seconds.resize(contestants.size());
  const auto turn = [&](const Contestant& contestant) {
    const double start = now();
    for (std::size_t ran = 0;;) {
      contestant.run(windows[ran % windows.size()].data(), out.data());
      const double passed = now() - start;
      ++ran;
      if (passed >= turn_seconds) return passed / static_cast<double>(ran);
    }
  };
  for (const Contestant& contestant : contestants) turn(contestant);  // warm up
  for (int round = 0; round < rounds; ++round) {
    race.peak.push_back(multiply_add_peak());
    race.byte_peak.push_back(byte_multiply_add_peak());
    for (std::size_t i = 0; i < contestants.size(); ++i) {
      const std::size_t who = (i + static_cast<std::size_t>(round)) % contestants.size();
      race.seconds[who].push_back(turn(contestants[who]));
    }
  }
  return race;
}

}  // namespace liteheart::peers
