// What a user knows of a file that does not say it itself.
#pragma once

#include <string>

namespace liteheart {

struct ReadOptions {
  double rate_hz = 0;  // 0: not known
  std::string unit;    // of the samples, a voltage; empty: not known
};

}  // namespace liteheart
