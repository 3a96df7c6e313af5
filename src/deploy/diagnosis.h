// From a recording's windows to diagnoses: network, calibration, aggregation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deploy/engine.h"
#include "ecg/recording.h"
#include "edge/quality.h"

namespace liteheart {

struct Finding {
  Diagnosis diagnosis;
  double probability = 0;  // calibrated, of the whole recording
  double threshold = 0;    // decision: probability >= threshold
  bool present = false;
  int windows = 0;               // in which the signal shows it
  int windows_present = 0;       // of those, where it was found by itself
  std::vector<float> in_window;  // [window read]: its probability there; NaN where not shown

  /// Thresholds would rather find too much: what is present and below even odds is possible, and
  /// more often wrong than right.
  bool likely() const { return present && probability >= 0.5; }
  bool possible() const { return present && !likely(); }
};

struct RecordingDiagnosis {
  std::string name, leads;            // record name, leads used
  std::string file;                   // as the user calls it; or empty
  double seconds = 0;                 // length of the recording
  int windows = 0, windows_read = 0;  // all, and those that are not unreadable
  edge::Grade grade = edge::Grade::kUnreadable;
  std::uint32_t faults = 0;           // edge::Fault bits of all windows
  bool modified_lead = false;         // electrodes on the trunk: heights are not judged
  std::vector<double> window_from_s;  // of those that are read
  double window_s = 0;                // length of one
  std::vector<Finding> findings;      // those that can be judged, most probable first
  std::vector<Finding> not_judged;  // those that these leads cannot judge: present is always false
  std::vector<Finding> obscured;    // those that this signal does not show: present is always false
  std::vector<std::string> warnings;
  // 12 estimated leads at the model's rate, mV, if asked for; NaN where the lead is unreadable.
  std::optional<Recording> restored;

  /// Of no diagnosis anything is said.
  bool judges_nothing() const { return findings.empty(); }
};

/// A recording made ready: windows [window, lead, time].
struct ConditionedRecording {
  RecordingDiagnosis about;           // name, leads, seconds, windows, warnings
  std::vector<float> windows;         // the readable ones
  std::vector<std::int64_t> starts;   // of each of them, in samples at the model's rate
  std::vector<std::uint32_t> hidden;  // edge::FindingGroup bits that cannot be judged in each
  std::int64_t samples = 0;           // at the model's rate
};

/// Diagnoses recordings in one batch. The logit of a recording is the mean over its windows that
/// show what the diagnosis is read from.
std::vector<RecordingDiagnosis> diagnose(Engine& engine,
                                         std::vector<ConditionedRecording> recordings,
                                         bool restore);

/// The leads of RecordingDiagnosis::restored that the model was not given: its estimates.
Recording estimated_leads(const Recording& restored, const ModelCard& card);

/// For a person: findings, what could not be judged, warnings; ends with the disclaimer.
std::string to_text(const RecordingDiagnosis& d);
nlohmann::json to_json(const RecordingDiagnosis& d);
/// The output file of the PhysioNet/CinC 2021 Challenge. It lists every class of the model: those
/// that cannot be judged come last, with label 0; those that the lead cannot judge with the
/// probability that the model gives all the same, those that the signal does not show with 0.
std::string to_challenge(const RecordingDiagnosis& d);

}  // namespace liteheart
