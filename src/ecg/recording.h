// A recording as its file holds it: physical units, any rate, any leads.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace liteheart {

struct Recording {
  std::string name;                // record name, without folder or extension
  double rate_hz = 0;              // samples per second of every lead, > 0
  std::size_t samples = 0;         // per lead, > 0
  std::vector<std::string> leads;  // the file's lead names; standard ones spelled as in kLeadNames
  std::vector<float> mv;           // [lead, time], mV; NaN where a sample is missing
  std::vector<std::string> diagnoses;  // SNOMED CT codes as declared, text labels translated
  std::optional<double> age_years;
  std::string sex;                    // "male", "female" or empty
  std::vector<std::string> warnings;  // what a reader mended or doubts

  std::span<const float> lead(std::size_t index) const {
    return {mv.data() + index * samples, samples};
  }
};

}  // namespace liteheart
