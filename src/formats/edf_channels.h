// Which signals of an EDF or BDF file are ECG leads, told by their labels and units.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "formats/edf_header.h"

namespace liteheart {

/// One ECG lead: mV = (stored - digital_zero) * mv_per_step + mv_at_zero.
struct EdfLead {
  const EdfSignal* signal;  // in the header
  std::string name;         // through lead_name
  double digital_zero, mv_per_step, mv_at_zero;
};

/// The ECG leads of `header`, in its order, all of one number of samples a record. By label: a
/// standard lead, one of the other usual names ("MLII", "V4R", "LA-RA", Frank's, EASI), or one with
/// "ECG" or "EKG" in it, if its unit is a voltage or missing. Where no label tells, voltages of
/// labels that say nothing ("Channel 1"), or the only signal there is. Leads of other rates than
/// most (of as many: the fastest stay) are left out. `unit`: of signals that have none, may be
/// empty. What is guessed or left out is added to `warnings`. Throws Error that names the signals
/// there are if none is an ECG.
std::vector<EdfLead> choose_ecg_leads(const EdfHeader& header, const std::string& place,
                                      const std::string& unit, std::vector<std::string>& warnings);

}  // namespace liteheart
