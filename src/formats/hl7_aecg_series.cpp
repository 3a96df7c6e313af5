#include "formats/hl7_aecg_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "ecg/units.h"
#include "formats/hl7_time.h"
#include "formats/patient.h"
#include "formats/text.h"
#include "formats/xml_document.h"

namespace liteheart {
namespace {

constexpr double kHighestRate = 1e6;

/// When the first sample of a sequence set is and how the others follow.
struct TimeAxis {
  double rate_hz = 0;  // 0: not told
  std::optional<double> head_s;
  bool absolute = false;
  std::string start;
};

struct SequenceSet {
  TimeAxis time;
  std::vector<LeadPiece> leads;
};

std::string_view code_of(pugi::xml_node node) {
  return xml_attribute(xml_child(node, "code"), "code");
}

bool is_time(pugi::xml_node sequence) { return code_of(sequence).starts_with("TIME_"); }

bool is_lead(pugi::xml_node sequence) {
  return xml_name(sequence) == "sequence" && !is_time(sequence) &&
         xml_path(sequence, {"value", "digits"});
}

std::optional<double> seconds_in(std::string_view unit) {
  if (unit.empty() || unit == "s") return 1;
  if (unit == "ms") return 1e-3;
  if (unit == "us" || unit == "\xC2\xB5s" || unit == "\xCE\xBCs") return 1e-6;
  return std::nullopt;
}

/// The seconds of a physical quantity.
std::optional<double> seconds_of(pugi::xml_node quantity) {
  double value = 0;
  const auto unit = seconds_in(xml_attribute(quantity, "unit"));
  if (!unit || !whole_number(xml_attribute(quantity, "value"), value)) return std::nullopt;
  return value * *unit;
}

/// Increments are written with few digits: a rate next to a whole number is that number.
double rate_of(double increment_s) {
  constexpr double kRounding = 1e-5;
  const double rate = 1 / increment_s, whole = std::round(rate);
  return std::abs(rate - whole) <= kRounding * rate ? whole : rate;
}

class SeriesReader {
 public:
  SeriesReader(const ReadOptions& options, const std::string& place)
      : options_(options), place_(place) {}

  AecgWaveforms read(pugi::xml_node series) {
    std::vector<SequenceSet> sets;
    for (const pugi::xml_node component : series.children()) {
      const pugi::xml_node set = xml_child(component, "sequenceSet");
      if (set) sets.push_back(sequence_set(set));
    }
    std::erase_if(sets, [](const SequenceSet& set) { return set.leads.empty(); });
    keep_one_rate(sets);
    arrange(sets);
    for (SequenceSet& set : sets)
      std::move(set.leads.begin(), set.leads.end(), std::back_inserter(out_.pieces));
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy) const {
    throw Error(place_, problem, remedy);
  }

  SequenceSet sequence_set(pugi::xml_node node) {
    SequenceSet set;
    for (const pugi::xml_node component : node.children()) {
      const pugi::xml_node sequence = xml_child(component, "sequence");
      if (!sequence) continue;
      if (is_time(sequence)) {
        set.time = time_axis(sequence);
      } else if (is_lead(sequence)) {
        set.leads.push_back(lead(sequence));
      }
    }
    if (set.time.rate_hz == 0) set.time.rate_hz = options_.rate_hz;
    return set;
  }

  TimeAxis time_axis(pugi::xml_node sequence) const {
    const pugi::xml_node value = xml_child(sequence, "value"), head = xml_child(value, "head");
    const auto increment = seconds_of(xml_child(value, "increment"));
    if (!increment || !(*increment >= 1 / kHighestRate) || *increment > kHighestRate) {
      fail(fmt::format("the time sequence of type {} has no increment that is understood",
                       xml_attribute(value, "type")),
           "GLIST_TS and GLIST_PQ with an increment in s or ms are read");
    }
    TimeAxis time;
    time.rate_hz = rate_of(*increment);
    if (code_of(sequence) == "TIME_ABSOLUTE") {
      time.absolute = true;
      if (const auto at = parse_hl7_time(xml_attribute(head, "value"))) {
        time.head_s = at->seconds;
        time.start = at->iso;
      }
    } else {
      time.head_s = seconds_of(head);
    }
    return time;
  }

  LeadPiece lead(pugi::xml_node sequence) const {
    constexpr std::string_view kPrefix = "MDC_ECG_LEAD_";
    LeadPiece piece;
    std::string_view code = code_of(sequence);
    piece.lead = lead_name(code);
    if (code.starts_with(kPrefix) && piece.lead == code) piece.lead = code.substr(kPrefix.size());
    if (piece.lead.empty()) fail("a sequence without the name of its lead", "write its code");

    const pugi::xml_node value = xml_child(sequence, "value");
    const double scale = quantity(value, "scale", 1, piece.lead);
    const double origin = quantity(value, "origin", 0, piece.lead);
    const std::string digits = xml_content(xml_child(value, "digits"));
    piece.mv = samples(digits, origin, scale, piece.lead);
    return piece;
  }

  /// Origin or scale in mV. One of them without unit has the other's.
  double quantity(pugi::xml_node value, std::string_view name, double absent,
                  const std::string& lead) const {
    const pugi::xml_node node = xml_child(value, name);
    double number = absent;
    const std::string_view written = xml_attribute(node, "value");
    constexpr double kLargest = 1e9;
    if ((node && !whole_number(written, number)) || std::abs(number) > kLargest)
      fail(fmt::format("lead {}: {} '{}' is no number", lead, name, written), "correct it");
    std::string_view unit = xml_attribute(node, "unit");
    for (const std::string_view other : {"scale", "origin"})
      if (unit.empty()) unit = xml_attribute(xml_child(value, other), "unit");
    if (unit.empty()) unit = options_.unit;
    const auto mv = millivolts_in(unit);
    if (!mv) {
      fail(unit.empty() ? fmt::format("lead {} has no unit", lead)
                        : fmt::format("lead {} is in '{}', no voltage", lead, unit),
           "name the unit of its samples");
    }
    return number * *mv;
  }

  std::vector<float> samples(std::string_view digits, double origin, double scale,
                             const std::string& lead) const {
    std::vector<float> mv;
    constexpr std::string_view kBlanks = " \t\r\n";
    constexpr double kLargest = 1e30;  // a float holds it
    while (true) {
      digits.remove_prefix(std::min(digits.find_first_not_of(kBlanks), digits.size()));
      if (digits.empty()) return mv;
      const std::string_view token = digits.substr(0, digits.find_first_of(kBlanks));
      digits.remove_prefix(token.size());
      double digit = 0;
      const bool number = whole_number(token, digit);
      if (!number && !says_nothing(token)) {
        fail(fmt::format("lead {}: sample {} is no number", lead, mv.size() + 1),
             "the file is damaged: get a whole copy of it");
      }
      const double value = origin + scale * digit;
      const bool missing = !number || !(std::abs(value) < kLargest);
      mv.push_back(missing ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(value));
    }
  }

  void keep_one_rate(std::vector<SequenceSet>& sets) {
    if (sets.empty()) return;
    out_.rate_hz = sets[0].time.rate_hz;
    if (!(out_.rate_hz > 0) || out_.rate_hz > kHighestRate)
      fail("no time sequence tells the rate", "name the samples per second");
    const std::size_t left_out = std::erase_if(sets, [&](const SequenceSet& set) {
      constexpr double kSame = 1e-3;
      return std::abs(set.time.rate_hz - out_.rate_hz) > kSame * out_.rate_hz;
    });
    if (left_out > 0) {
      out_.warnings.push_back(
          fmt::format("{} sequence sets of other rates are left out", left_out));
    }
  }

  /// Puts each set where its time tells; where it does not, behind those with one of its leads.
  void arrange(std::vector<SequenceSet>& sets) {
    if (sets.empty()) return;
    const bool timed = std::all_of(sets.begin(), sets.end(), [&](const SequenceSet& set) {
      return set.time.head_s && set.time.absolute == sets[0].time.absolute;
    });
    if (!timed) {
      out_.start = sets[0].time.start;
      if (sets.size() > 1) one_after_the_other(sets);
      return;
    }
    const auto first = std::min_element(
        sets.begin(), sets.end(),
        [](const SequenceSet& a, const SequenceSet& b) { return *a.time.head_s < *b.time.head_s; });
    out_.start = first->time.start;
    const double begin = *first->time.head_s;
    for (SequenceSet& set : sets) {
      const double at = std::round((*set.time.head_s - begin) * out_.rate_hz);
      constexpr double kMost = 1e12;
      if (!(at < kMost)) fail("sequence sets lie absurdly far apart", "the file is damaged");
      for (LeadPiece& piece : set.leads) piece.first = static_cast<std::size_t>(at);
    }
  }

  void one_after_the_other(std::vector<SequenceSet>& sets) {
    out_.warnings.push_back("sequence sets do not tell when they begin: taken one after another");
    std::unordered_set<std::string> seen;
    std::size_t begin = 0, end = 0;
    for (SequenceSet& set : sets) {
      for (const LeadPiece& piece : set.leads) {
        if (!seen.contains(piece.lead)) continue;
        begin = end;
        seen.clear();
        break;
      }
      for (LeadPiece& piece : set.leads) {
        piece.first = begin;
        end = std::max(end, begin + piece.mv.size());
        seen.insert(piece.lead);
      }
    }
  }

  const ReadOptions& options_;
  const std::string& place_;
  AecgWaveforms out_;
};

}  // namespace

bool holds_leads(pugi::xml_node series) {
  for (const pugi::xml_node component : series.children()) {
    if (xml_name(component) != "component") continue;
    for (const pugi::xml_node part : xml_child(component, "sequenceSet").children())
      if (is_lead(xml_child(part, "sequence"))) return true;
  }
  return false;
}

AecgWaveforms read_aecg_series(pugi::xml_node series, const ReadOptions& options,
                               const std::string& place) {
  return SeriesReader(options, place).read(series);
}

}  // namespace liteheart
