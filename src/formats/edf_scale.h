// How millivolts become the 16-bit integers of an EDF file, as fine as the data needs.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace liteheart {

struct EdfScale {
  std::int16_t digital_min, digital_max;  // digital_min is kept for missing samples
  // The header's fields, uV of digital_min and digital_max; at most eight signs.
  std::string physical_min, physical_max;
  double min_uv, step_uv;  // of digital_min; by which stored values differ
  bool saturates;          // values beyond +-9.999 V are there, and cut

  /// NaN and infinity become digital_min.
  std::int16_t stored(float mv) const;
};

/// Where all samples sit on a step that recorders use (1 uV, 4.88 uV, ...) and fit, that step and
/// no loss; else the lead's range in 65534 steps, or as near to it as eight signs can say.
EdfScale choose_edf_scale(std::span<const float> mv);

}  // namespace liteheart
