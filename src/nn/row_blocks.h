// Work on rows of activations by all threads. Only for files that are compiled with OpenMP.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace liteheart {

/// So many shares are rows worked on in: one for each thread.
inline std::size_t thread_shares() { return static_cast<std::size_t>(at::get_num_threads()); }

/// of_block(share, row, rows) for all rows, a share by one thread in their order, so that as many
/// shares give the same sums. A block has so many rows that the nearest caches hold `width` floats
/// of each, a few times.
template <class OfBlock>
void for_each_block(std::size_t rows, std::size_t width, std::size_t shares,
                    const OfBlock& of_block) {
  constexpr std::size_t kNearFloats = 4096;
  const std::size_t most = std::max<std::size_t>(1, kNearFloats / width);
  at::parallel_for(
      0, static_cast<std::int64_t>(shares), 1, [&](std::int64_t first, std::int64_t last) {
        for (auto s = static_cast<std::size_t>(first); s < static_cast<std::size_t>(last); ++s) {
          const std::size_t end = (s + 1) * rows / shares;
          for (std::size_t row = s * rows / shares; row < end; row += most)
            of_block(s, row, std::min(most, end - row));
        }
      });
}

}  // namespace liteheart
