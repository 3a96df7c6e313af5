#include "formats/edf_channels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "ecg/units.h"
#include "formats/other_signals.h"
#include "formats/patient.h"
#include "formats/text.h"

namespace liteheart {
namespace {

template <std::size_t size>
bool among(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Two electrodes on limbs, as in "LA-RA".
bool is_limb_pair(std::string_view label) {
  constexpr std::array<std::string_view, 4> kLimbs = {"ra", "la", "rl", "ll"};
  return label.size() == 5 && label[2] == '-' && among(kLimbs, label.substr(0, 2)) &&
         among(kLimbs, label.substr(3));
}

/// Names of leads beyond the twelve. `label` is folded.
bool is_other_lead(std::string_view label) {
  constexpr std::array<std::string_view, 32> kOthers = {
      "ml1", "ml2",  "ml3",  "mli", "mlii", "mliii", "mv1", "mv2", "mv3", "mv4", "mv5",
      "mv6", "mcl1", "mcl6", "cm1", "cm2",  "cm5",   "cc5", "cs2", "v7",  "v8",  "v9",
      "v3r", "v4r",  "v5r",  "v6r", "-avr", "vx",    "vy",  "vz",  "es",  "as"};
  return among(kOthers, label) || label == "ai" || is_limb_pair(label);
}

bool says_ecg(const EdfSignal& signal) {
  const std::string label = lower(signal.label);
  return lead_index(label) || is_other_lead(label) || label.find("ecg") != std::string::npos ||
         label.find("ekg") != std::string::npos;
}

/// Whether a label is only a number, with or without a word for a channel before it.
bool says_nothing_of_origin(std::string_view label) {
  constexpr std::array<std::string_view, 9> kWords = {
      "", "ch", "chan", "channel", "signal", "sig", "lead", "derivation", "holter"};
  std::string word = lower(label);
  std::erase_if(word, [](char c) {
    return (c >= '0' && c <= '9') || c == ' ' || c == '_' || c == '-' || c == '.' || c == '#';
  });
  return among(kWords, word);
}

/// Whether a label names what is surely no ECG, also as sleep laboratories write it.
bool says_other(const EdfSignal& signal) {
  constexpr std::array<std::string_view, 11> kOfSleep = {
      "flow", "airflow", "thor", "abd", "chest", "snor", "chin", "leg", "light", "sound", "event"};
  const std::string label = lower(signal.label);
  return names_other_signal(label) || std::ranges::any_of(kOfSleep, [&](std::string_view word) {
           return label.starts_with(word);
         });
}

/// What is behind the type that EDF+ puts before a name, if that is one: "MLII" of "ECG MLII".
std::string_view without_type(std::string_view label) {
  const std::string_view type = label.substr(0, 4);
  if (!same_word(type, "ECG ") && !same_word(type, "EKG ")) return label;
  const std::string_view name = trim(label.substr(4));
  const bool a_name =
      !says_nothing_of_origin(name) && (lower(name)[0] >= 'a' || name[0] == '-' || name[0] == '+' ||
                                        (name[0] >= '0' && name[0] <= '9'));
  return a_name ? name : label;
}

bool is_sampled(const EdfSignal& signal) {
  return signal.samples > 0 && !signal.is_annotation() && !signal.is_status();
}

std::string labels_of(const std::vector<const EdfSignal*>& signals) {
  constexpr std::size_t kMost = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(signals.size(), kMost); ++i)
    text += fmt::format("{}'{}'", i == 0 ? "" : ", ", signals[i]->label);
  return signals.size() > kMost ? fmt::format("{} and {} more", text, signals.size() - kMost)
                                : text;
}

class Choice {
 public:
  Choice(const EdfHeader& header, const std::string& place, const std::string& unit,
         std::vector<std::string>& warnings)
      : header_(header), place_(place), unit_(unit), warnings_(warnings) {
    for (const EdfSignal& signal : header.signals)
      if (is_sampled(signal)) sampled_.push_back(&signal);
  }

  std::vector<EdfLead> leads() {
    std::vector<const EdfSignal*> chosen = by_label();
    if (chosen.empty()) chosen = by_unit();
    if (chosen.empty()) refuse();
    keep_one_rate(chosen);
    std::vector<EdfLead> leads;
    leads.reserve(chosen.size());
    for (const EdfSignal* const signal : chosen) leads.push_back(calibrated(*signal));
    return leads;
  }

 private:
  static bool is_voltage(const EdfSignal& signal) {
    return millivolts_in(signal.dimension).has_value();
  }

  static bool has_no_unit(const EdfSignal& signal) {
    return says_nothing(signal.dimension) || signal.dimension == "-";
  }

  std::vector<const EdfSignal*> by_label() const {
    return those([&](const EdfSignal& signal) {
      return says_ecg(signal) && (is_voltage(signal) || has_no_unit(signal));
    });
  }

  std::vector<const EdfSignal*> by_unit() const {
    auto voltages = those([&](const EdfSignal& signal) {
      return is_voltage(signal) && (says_nothing_of_origin(signal.label) ||
                                    (sampled_.size() == 1 && !says_other(signal)));
    });
    const bool others = std::any_of(sampled_.begin(), sampled_.end(), [](const EdfSignal* signal) {
      return lower(signal->label).starts_with("eeg");
    });
    if (others) return {};
    if (!voltages.empty()) {
      warnings_.push_back(fmt::format("no label says what is an ECG; {} taken for it by the unit",
                                      labels_of(voltages)));
    }
    return voltages;
  }

  std::vector<const EdfSignal*> those(const auto& hold) const {
    std::vector<const EdfSignal*> found;
    for (const EdfSignal* const signal : sampled_)
      if (hold(*signal)) found.push_back(signal);
    return found;
  }

  [[noreturn]] void refuse() const {
    if (sampled_.empty()) {
      throw Error(place_, header_.format() + " without signals: it holds annotations only",
                  "name the file with the ECG that they belong to");
    }
    throw Error(
        place_,
        fmt::format("{} without an ECG; its signals are {}", header_.format(), signals_there()),
        "name a recording with an ECG, or label the signal 'ECG'");
  }

  /// Labels, and units of ECGs that are no voltages.
  std::string signals_there() const {
    const auto ecgs = those(says_ecg);
    std::string text = labels_of(sampled_);
    if (!ecgs.empty())
      text += fmt::format("; '{}' is in '{}', no voltage", ecgs[0]->label, ecgs[0]->dimension);
    return text;
  }

  void keep_one_rate(std::vector<const EdfSignal*>& chosen) const {
    std::map<std::size_t, std::size_t> leads_of_rate;
    for (const EdfSignal* const signal : chosen) ++leads_of_rate[signal->samples];
    const auto kept = std::max_element(  // the fastest of as many
        leads_of_rate.rbegin(), leads_of_rate.rend(),
        [](const auto& a, const auto& b) { return a.second < b.second; });
    const auto left_out = std::stable_partition(
        chosen.begin(), chosen.end(),
        [&](const EdfSignal* signal) { return signal->samples == kept->first; });
    if (left_out != chosen.end()) {
      warnings_.push_back(fmt::format("ECG leads of other rates are left out: {}",
                                      labels_of({left_out, chosen.end()})));
    }
    chosen.erase(left_out, chosen.end());
  }

  double millivolts_per_unit(const EdfSignal& signal) const {
    if (const auto told = millivolts_in(signal.dimension)) return *told;
    if (const auto told = millivolts_in(unit_)) return *told;
    constexpr double kWidestMillivolts = 50;
    const double range =
        std::abs(signal.physical_max.value_or(0) - signal.physical_min.value_or(0));
    const bool mv = range > 0 && range <= kWidestMillivolts;
    warnings_.push_back(fmt::format("signal '{}' has no unit; its range of {:.4g} is taken for {}",
                                    signal.label, range, mv ? "mV" : "uV"));
    return mv ? 1 : 1e-3;
  }

  EdfLead calibrated(const EdfSignal& signal) const {
    const double unit = millivolts_per_unit(signal);
    EdfLead lead{&signal, lead_name(without_type(signal.label)), 0, unit, 0};
    if (lead.name.empty())
      lead.name = fmt::format("channel {}", &signal - header_.signals.data() + 1);
    if (signal.physical_min && signal.physical_max && signal.digital_min && signal.digital_max) {
      const double steps = *signal.digital_max - *signal.digital_min;
      const double range = (*signal.physical_max - *signal.physical_min) * unit;
      const double at_zero = *signal.physical_min * unit;
      const bool stored = std::abs(*signal.digital_min) < kBeyondStored &&
                          std::abs(*signal.digital_max) < kBeyondStored;
      if (stored && steps != 0 && range != 0 && std::abs(range / steps) < kBeyondMillivolts &&
          std::abs(at_zero) < kBeyondMillivolts) {
        lead.digital_zero = *signal.digital_min;
        lead.mv_per_step = range / steps;
        lead.mv_at_zero = at_zero;
        return lead;
      }
    }
    warnings_.push_back(
        fmt::format("signal '{}' is not calibrated: its minima and maxima are equal or no numbers; "
                    "a step is taken for one {}",
                    signal.label, signal.dimension.empty() ? "unit" : signal.dimension));
    return lead;
  }

  static constexpr double kBeyondStored = 4294967296.0;  // any integer of EDF or BDF
  static constexpr double kBeyondMillivolts = 1e20;      // a float may not hold the samples

  const EdfHeader& header_;
  const std::string& place_;
  const std::string& unit_;
  std::vector<std::string>& warnings_;
  std::vector<const EdfSignal*> sampled_;
};

}  // namespace

std::vector<EdfLead> choose_ecg_leads(const EdfHeader& header, const std::string& place,
                                      const std::string& unit, std::vector<std::string>& warnings) {
  return Choice(header, place, unit, warnings).leads();
}

}  // namespace liteheart
