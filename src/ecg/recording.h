// A recording as its file holds it: physical units, any rate, any leads.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace liteheart {

/// A beat that an annotator or the device marked.
struct Beat {
  std::size_t sample = 0;
  std::string label;  // WFDB's annotation code: "N", "V", ...
};

struct Recording {
  std::string name;                // record name, without folder or extension
  std::string format;              // what the file is: "WFDB", "Apple Watch CSV", ...
  double rate_hz = 0;              // samples per second of every lead, > 0
  std::size_t samples = 0;         // per lead, > 0
  std::vector<std::string> leads;  // the file's lead names; standard ones spelled as in kLeadNames
  std::vector<float> mv;           // [lead, time], mV; NaN where a sample is missing
  std::vector<std::string> diagnoses;  // SNOMED CT codes; text that no vocabulary knows as it is

  std::string start;   // of the first sample: ISO 8601, as far as the file tells, or empty
  std::string device;  // maker, model, software as the file tells, or empty
  std::string patient_id, patient_name, birth_date;  // birth_date: YYYY-MM-DD; or empty
  std::optional<double> age_years;
  std::string sex;                      // "male", "female" or empty
  std::vector<std::string> statements;  // what the device or a reader said of it, in its words
  std::vector<Beat> beats;              // ascending; empty where none are marked
  std::vector<std::string> warnings;    // what a reader mended or doubts
  std::string estimated;  // of leads that no electrode measured: by what and from what; or empty

  std::span<const float> lead(std::size_t index) const {
    return {mv.data() + index * samples, samples};
  }
};

/// Position of the lead that a user calls `name`. Throws Error, which says what leads are there;
/// `place`: as the user calls the recording.
std::size_t find_lead(const Recording& recording, const std::string& name,
                      const std::string& place);
/// Leaves the lead at that position alone.
void keep_lead(Recording& recording, std::size_t lead);

/// Throws Error where its leads are no measurements: neither to be judged nor to be learned from.
void require_measured(const Recording& recording);

}  // namespace liteheart
