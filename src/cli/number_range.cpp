#include "cli/number_range.h"

#include <fmt/format.h>

#include <string>

namespace liteheart {

CLI::Validator number_from(double low, double high) {
  return {[low, high](const std::string& text) {
            double number = 0;
            const bool within =
                CLI::detail::lexical_cast(text, number) && number >= low && number <= high;
            return within ? std::string()
                          : fmt::format("'{}' is no number from {:g} to {:g}", text, low, high);
          },
          fmt::format("FLOAT in [{:g} - {:g}]", low, high)};
}

}  // namespace liteheart
