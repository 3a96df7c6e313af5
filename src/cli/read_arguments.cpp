#include "cli/read_arguments.h"

#include "cli/number_range.h"
#include "ecg/units.h"

namespace liteheart {

void add_read_options(CLI::App& command, ReadOptions& options) {
  command
      .add_option("--rate", options.rate_hz,
                  "samples per second, of text files that do not tell it")
      ->check(number_from(1.0, 1e5));
  command
      .add_option("--unit", options.unit,
                  "unit of the samples (mV, uV, V), of files that do not tell it")
      ->check(CLI::Validator(
          [](const std::string& unit) {
            return millivolts_in(unit) ? std::string()
                                       : "'" + unit + "' is no voltage: mV, uV or V";
          },
          "UNIT"));
}

}  // namespace liteheart
