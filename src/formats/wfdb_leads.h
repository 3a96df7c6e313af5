// Which signals of a WFDB record are delivered: leads in volts at one rate.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "formats/wfdb_header.h"

namespace liteheart {

struct WfdbLeads {
  std::vector<std::size_t> signals;   // of the header, in its order
  int samples_per_frame = 1;          // of each
  std::vector<std::string> warnings;  // what is left out, and why

  /// The leads' names, standard ones as in kLeadNames.
  std::vector<std::string> names(const std::vector<WfdbSignal>& of) const;
};

/// Signals that are no voltage or no ECG by their name are left out, and so are those without a
/// file where `filed`. Where signals have several rates, those of one rate are taken, for nothing
/// is resampled: the rate at which most signals are called like leads of an ECG; among equals that
/// of most signals, then the highest. Throws Error if nothing is left.
WfdbLeads choose_wfdb_leads(const std::vector<WfdbSignal>& signals, double frames_per_second,
                            bool filed, const std::string& place);

/// Whether samples of the signal are nowhere ("~", format 0).
bool is_null_signal(const WfdbSignal& signal);

/// What errors and warnings call the signal.
std::string wfdb_signal_name(const WfdbSignal& signal);

/// Units of the signal's ADC in 1 mV; 0 where it is no voltage.
double wfdb_units_per_mv(const WfdbSignal& signal);

}  // namespace liteheart
