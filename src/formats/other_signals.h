// Names of signals that are no ECG, as laboratories and monitors write them.
#pragma once

#include <string_view>

namespace liteheart {

/// Whether a name says that the signal is surely no ECG, in volts or not: another organ's
/// potential, a pressure, a pulse, breath, movement ("EEG C4-A1", "ABP", "PLETH", "Resp (sum)").
bool names_other_signal(std::string_view name);

}  // namespace liteheart
