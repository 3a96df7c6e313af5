// Random numbers for simulation, shuffling and augmentation: xoshiro256** seeded by splitmix64
// (Blackman and Vigna, 2018), in integer arithmetic, so that a seed means the same on every
// platform.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace liteheart {

class Random {
 public:
  /// Generators of one seed and different streams are independent.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) {
    std::uint64_t state = seed ^ (stream * 0xd1342543de82ef95u);
    for (std::uint64_t& word : state_) word = splitmix(state);
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// In [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  bool chance(double probability) { return uniform() < probability; }
  /// In 0..count-1; count is in 1..2^32.
  std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(((next() >> 32) * count) >> 32);
  }

  /// Mean 0, s.d. 1, the sum of four uniform variables: nearly normal and within +-3.47.
  double normal() {
    const std::uint64_t word = next();
    const std::uint64_t sum =
        (word & 0xffff) + ((word >> 16) & 0xffff) + ((word >> 32) & 0xffff) + (word >> 48);
    return (static_cast<double>(sum) - 131070.0) / 37837.22;
  }
  double normal(double mean, double sd) { return mean + sd * normal(); }

 private:
  static std::uint64_t splitmix(std::uint64_t& state) {
    std::uint64_t word = state += 0x9e3779b97f4a7c15u;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
    return word ^ (word >> 31);
  }

  std::array<std::uint64_t, 4> state_{};
};

}  // namespace liteheart
