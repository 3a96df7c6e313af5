#include "formats/wfdb_leads.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "ecg/units.h"
#include "formats/other_signals.h"
#include "formats/text.h"
#include "formats/wfdb_signal_file.h"

namespace liteheart {
namespace {

/// "II", "ECG", "ECG_1", "MLII", "CM5", "MCL1", ...
bool called_like_a_lead(std::string_view name) {
  const std::string word = lower(trim(name));
  if (lead_index(word)) return true;
  for (const char* part : {"ecg", "ekg"})
    if (word.find(part) != std::string::npos) return true;
  for (const char* part : {"mli", "mlv", "mcl", "cm", "mv", "v"}) {
    if (word.starts_with(part) && word.size() <= std::string_view(part).size() + 2) return true;
  }
  return false;
}

std::string list(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 12;
  if (names.size() <= kShown) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{} and {} others", fmt::join(names.begin(), names.begin() + kShown, ", "),
                     names.size() - kShown);
}

struct Rate {
  std::vector<std::size_t> signals;
  std::size_t like_leads = 0;
};

}  // namespace

bool is_null_signal(const WfdbSignal& signal) { return signal.file == "~" || signal.format == 0; }

std::string wfdb_signal_name(const WfdbSignal& signal) {
  return signal.name.empty() ? fmt::format("the signal of line {}", signal.line) : signal.name;
}

double wfdb_units_per_mv(const WfdbSignal& signal) {
  const auto unit = signal.units.empty() ? 1 : millivolts_in(signal.units);
  return unit ? signal.gain / *unit : 0;
}

std::vector<std::string> WfdbLeads::names(const std::vector<WfdbSignal>& of) const {
  std::vector<std::string> written;
  for (const std::size_t signal : signals) {
    const std::string& name = of[signal].name;
    written.push_back(name.empty() ? fmt::format("signal {}", written.size() + 1)
                                   : lead_name(name));
  }
  return written;
}

WfdbLeads choose_wfdb_leads(const std::vector<WfdbSignal>& signals, double frames_per_second,
                            bool filed, const std::string& place) {
  WfdbLeads chosen;
  std::map<int, Rate> rates;
  std::map<std::string, std::vector<std::string>> no_voltage;
  std::vector<std::string> no_file, others;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    const WfdbSignal& signal = signals[i];
    if (filed && is_null_signal(signal)) {
      no_file.push_back(wfdb_signal_name(signal));
    } else if (wfdb_units_per_mv(signal) == 0) {
      no_voltage[signal.units].push_back(wfdb_signal_name(signal));
    } else if (names_other_signal(signal.name)) {
      others.push_back(signal.name);
    } else {
      Rate& rate = rates[signal.samples_per_frame];
      rate.signals.push_back(i);
      rate.like_leads += called_like_a_lead(signal.name);
    }
  }
  if (rates.empty() && no_file.size() == signals.size()) {
    throw Error(wfdb_line(place, signals.front()), "the signal has no file",
                "this header only lays out a multi-segment record; read the record's own");
  }
  if (rates.empty() && !others.empty()) {
    throw Error(place, fmt::format("no signal is an ECG lead by its name: {}", list(others)),
                "choose a record that holds ECG leads, or name the lead in the header");
  }
  if (rates.empty()) {
    throw Error(place, "no signal is a voltage", "choose a record that holds ECG leads");
  }
  const auto best = std::max_element(rates.begin(), rates.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.second.like_leads, a.second.signals.size(), a.first) <
           std::tuple(b.second.like_leads, b.second.signals.size(), b.first);
  });
  chosen.samples_per_frame = best->first;
  chosen.signals = best->second.signals;
  if (!no_file.empty())
    chosen.warnings.push_back(fmt::format("{}: without a file; left out", list(no_file)));
  if (!others.empty())
    chosen.warnings.push_back(fmt::format("{}: no ECG by {}; left out", list(others),
                                          others.size() == 1 ? "its name" : "their names"));
  for (const auto& [unit, names] : no_voltage) {
    chosen.warnings.push_back(fmt::format("{} {} in {}, which is no voltage; left out", list(names),
                                          names.size() == 1 ? "is" : "are", unit));
  }
  for (auto other = rates.begin(); other != rates.end(); ++other) {
    if (other == best) continue;
    std::vector<std::string> names;
    for (const std::size_t i : other->second.signals) names.push_back(wfdb_signal_name(signals[i]));
    chosen.warnings.push_back(
        fmt::format("{} sampled at {:.6g} Hz, the other leads at {:.6g} Hz; left out", list(names),
                    other->first * frames_per_second, best->first * frames_per_second));
  }
  return chosen;
}

}  // namespace liteheart
