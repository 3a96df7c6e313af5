#include "eval/found_instead.h"

namespace liteheart {

FoundInstead found_instead(const Multilabel& truth, std::span<const std::uint8_t> decided) {
  const std::size_t n = truth.classes;
  FoundInstead f{n, std::vector<std::size_t>(n), std::vector<double>(n * n)};
  for (std::size_t r = 0; r < truth.records(); ++r) {
    const auto label = truth.label.subspan(r * n, n), found = decided.subspan(r * n, n);
    for (std::size_t t = 0; t < n; ++t) {
      if (!label[t]) continue;
      ++f.records[t];
      for (std::size_t c = 0; c < n; ++c) f.share[t * n + c] += found[c] && (c == t || !label[c]);
    }
  }
  for (std::size_t i = 0; i < n * n; ++i)
    if (f.records[i / n]) f.share[i] /= static_cast<double>(f.records[i / n]);
  return f;
}

}  // namespace liteheart
