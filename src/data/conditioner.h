// One recording of any kind to one row of a prepared data set.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ecg/recording.h"
#include "edge/condition.h"

namespace liteheart {

/// What one step of the stored int16 is worth: 1/1000 s.d. (z-score) or 1/1000 mV (fixed gain).
inline constexpr float kStoredScale = 0.001f;

/// Conditions recordings one after the other and keeps its memory between them: one a thread.
class Conditioner {
 public:
  explicit Conditioner(const edge::Conditioning& conditioning) : conditioning_(conditioning) {}

  /// The first window of the twelve standard leads, whatever their order in the recording:
  /// [lead, time] in units of kStoredScale, saturated at +-32767, zeros behind the end.
  /// Returns how many samples of the window hold signal. Throws Error that names missing leads, a
  /// recording without any signal, or what edge::filter_recording refuses.
  int condition(const Recording& recording, std::span<std::int16_t> out);
  /// What the quality gate says of the twelve leads of that window, as RecordRow::quality.
  const std::string& grades() const { return grades_; }

 private:
  const float* standard_leads(const Recording& recording);
  void grade(const Recording& recording, const float* mv);

  edge::Conditioning conditioning_;
  std::vector<float> leads_, filtered_, scratch_, window_;
  std::string grades_;
};

}  // namespace liteheart
