#include "data/fold_list.h"

#include <fmt/format.h>

#include <charconv>

#include "data/comma_list.h"
#include "ecg/error.h"

namespace liteheart {

std::vector<int> parse_folds(std::string_view option, const std::string& text) {
  std::vector<int> folds;
  for (const std::string& item : comma_list(text)) {
    const char* end = item.data() + item.size();
    int first = 0;
    auto parsed = std::from_chars(item.data(), end, first);
    int last = first;
    if (parsed.ec == std::errc{} && parsed.ptr != end && *parsed.ptr == '-')
      parsed = std::from_chars(parsed.ptr + 1, end, last);
    if (parsed.ec != std::errc{} || parsed.ptr != end || first < 1 || last < first || last > 1000)
      throw Error(option, fmt::format("'{}' is not a list of folds", text),
                  "write 8, 1-7 or 1-6,8");
    for (int fold = first; fold <= last; ++fold) folds.push_back(fold);
  }
  return folds;
}

}  // namespace liteheart
