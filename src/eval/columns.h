// [record, class] arrays turned into one contiguous span a class.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace liteheart {

template <typename T>
struct Columns {
  std::size_t records = 0;
  std::vector<T> value;  // [class, record]

  std::span<const T> of(std::size_t c) const {
    return std::span<const T>(value).subspan(c * records, records);
  }
};

template <typename T>
Columns<T> columns(const std::vector<T>& by_record, std::size_t classes) {
  Columns<T> out{classes ? by_record.size() / classes : 0, std::vector<T>(by_record.size())};
  for (std::size_t r = 0; r < out.records; ++r) {
    for (std::size_t c = 0; c < classes; ++c)
      out.value[c * out.records + r] = by_record[r * classes + c];
  }
  return out;
}

}  // namespace liteheart
