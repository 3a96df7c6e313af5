#include "edge/measure.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

#include "edge/delineate.h"

namespace liteheart::edge {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kBeforeQrs = 0.45;  // s, where P and the end of the T before it may be
constexpr std::size_t kFewestIntervals = 3;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// Writes the list from its begin on.
class List {
 public:
  explicit List(float* out) : next_(out) {}
  void add(double value) { *next_++ = static_cast<float>(value); }
  void add(std::initializer_list<double> values) {
    for (const double value : values) add(value);
  }
  void add_unknown(std::size_t count) {
    while (count-- > 0) add(kUnknown);
  }

 private:
  float* next_;
};

/// Sorts them, some; unknown of none.
double median(double* x, std::size_t count) {
  if (count == 0) return kUnknown;
  std::nth_element(x, x + count / 2, x + count);
  return x[count / 2];
}

/// The median beat with what was found on it.
struct Usual {
  const MedianBeat& beat;
  const Delineation& waves;

  std::size_t steps(double seconds) const { return beat.leads.steps(seconds); }
  double ms(double samples) const { return 1000 * samples / beat.leads.rate_hz; }
  /// Before the onset of QRS.
  double ms_before(double sample) const {
    return ms(static_cast<double>(waves.qrs_onset) - sample);
  }
  double height(std::size_t lead, std::size_t sample) const {
    return static_cast<double>(beat.leads.lead(lead)[sample]) - waves.level[lead];
  }
  double highest_in_qrs() const {
    return *std::max_element(waves.magnitude + waves.qrs_onset, waves.magnitude + waves.qrs_end);
  }
};

void add_durations(const Usual& usual, List& out) {
  const double qrs_ms = usual.ms(static_cast<double>(usual.waves.qrs_end - usual.waves.qrs_onset));
  const double qt_ms = usual.waves.t_end ? -usual.ms_before(*usual.waves.t_end) : kUnknown;
  const double axis = qrs_axis_deg(usual.beat, usual.waves).value_or(kUnknown) * kPi / 180;
  out.add({qrs_ms, qt_ms, qt_ms / std::sqrt(usual.beat.rr_s), std::cos(axis), std::sin(axis)});
}

/// What QRS consists of in one lead, by its name: Q before R, R, S after it and R' after that.
struct Deflections {
  struct Wave {
    double height = 0, ms = 0;
    void take(double peak, double lasts_ms) {
      if (std::abs(peak) > std::abs(height)) height = peak;
      ms += lasts_ms;
    }
  };
  Wave q, r, s, r_prime;
};

Deflections deflections(const Usual& usual, std::size_t lead) {
  constexpr double kLeast = 0.03, kLeastShare = 0.05;  // mV; of the largest
  double largest = 0;
  for (std::size_t i = usual.waves.qrs_onset; i <= usual.waves.qrs_end; ++i)
    largest = std::max(largest, std::abs(usual.height(lead, i)));
  const double least = std::max(kLeast, kLeastShare * largest);
  Deflections out;
  bool after_r = false, after_s = false;
  for (std::size_t i = usual.waves.qrs_onset; i <= usual.waves.qrs_end;) {
    const bool up = usual.height(lead, i) > 0;
    const std::size_t from = i;
    double peak = 0;
    for (; i <= usual.waves.qrs_end && (usual.height(lead, i) > 0) == up; ++i) {
      const double height = usual.height(lead, i);
      if (std::abs(height) > std::abs(peak)) peak = height;
    }
    if (std::abs(peak) < least) continue;
    Deflections::Wave& wave = up ? (after_s ? out.r_prime : out.r) : (after_r ? out.s : out.q);
    wave.take(peak, usual.ms(static_cast<double>(i - from)));
    after_s = after_s || (after_r && !up);
    after_r = after_r || up;
  }
  return out;
}

void add_lead(const Usual& usual, std::size_t lead, List& out) {
  const std::size_t st = usual.waves.qrs_end + usual.steps(0.06);
  double highest = -std::numeric_limits<double>::infinity(), lowest = -highest;
  for (std::size_t i = usual.waves.qrs_onset; i <= usual.waves.qrs_end; ++i) {
    highest = std::max(highest, usual.height(lead, i));
    lowest = std::min(lowest, usual.height(lead, i));
  }
  const double t = usual.waves.t_peak > 0 ? usual.height(lead, usual.waves.t_peak) : kUnknown;
  const Deflections d = deflections(usual, lead);
  out.add({highest, lowest, usual.height(lead, st), t});
  for (const Deflections::Wave& wave : {d.q, d.r, d.s, d.r_prime}) out.add({wave.height, wave.ms});
}

void add_leads(const Usual& usual, List& out) {
  for (std::size_t number = 0; number < kStandardLeads; ++number) {
    if (const auto lead = usual.beat.leads.find(number)) {
      add_lead(usual, *lead, out);
    } else {
      out.add_unknown(12);
    }
  }
}

struct PWave {
  std::size_t peak = 0;
  double onset = 0, end = 0;  // by tangents to the steepest ascent and descent
  double prominence = 0;      // over the leads
};

/// Where the tangent to the steepest slope between the peak of P and its foot, in the direction
/// `step`, meets the foot.
double tangent_foot(const Usual& usual, std::size_t peak, double prominence, std::size_t stop,
                    int step) {
  constexpr double kRise = 0.2;
  const double* const m = usual.waves.magnitude;
  const auto next = [&](std::size_t i) { return step < 0 ? i - 1 : i + 1; };
  std::size_t foot = peak;
  for (std::size_t i = peak; i != stop && m[i] <= m[foot] + kRise * prominence; i = next(i))
    if (m[i] < m[foot]) foot = i;
  const std::size_t reach = usual.steps(0.008);
  double steepest = 0, meets = static_cast<double>(foot);
  const auto [low, high] = std::minmax(foot, peak);
  for (std::size_t i = low + reach; i + reach <= high; ++i) {
    const double slope = -step * (m[i + reach] - m[i - reach]) / static_cast<double>(2 * reach);
    if (slope <= steepest) continue;
    steepest = slope;
    meets = static_cast<double>(i) + step * (m[i] - m[foot]) / slope;
  }
  return std::clamp(meets, 0.0, static_cast<double>(usual.beat.leads.samples - 1));
}

/// The most prominent rise over the leads between the T wave before, or QRS where that has no end,
/// and QRS; nullopt where nothing rises.
std::optional<PWave> find_p(const Usual& usual) {
  constexpr double kFurthest = 0.36, kNearest = 0.024, kLeastRoom = 0.1;  // s, before QRS
  const double* const m = usual.waves.magnitude;
  const std::size_t onset = usual.waves.qrs_onset, near = usual.steps(0.004);
  std::size_t from = std::max(onset - std::min(onset, usual.steps(kFurthest)), usual.steps(0.012));
  const double previous = usual.waves.t_end.value_or(static_cast<double>(usual.waves.qrs_end)) -
                          usual.beat.rr_s * usual.beat.leads.rate_hz;
  if (previous > static_cast<double>(from))
    from = std::min(static_cast<std::size_t>(previous), onset - usual.steps(kLeastRoom));
  const std::size_t to = onset - usual.steps(kNearest);
  PWave p;
  for (std::size_t i = from + near; i < to; ++i) {
    if (m[i] < m[i - near] || m[i] < m[i + near]) continue;
    double before = m[i], after = m[i];
    for (std::size_t j = i; j > from && m[j] <= m[i]; --j) before = std::min(before, m[j]);
    for (std::size_t j = i; j < to && m[j] <= m[i]; ++j) after = std::min(after, m[j]);
    const double prominence = m[i] - std::max(before, after);
    if (prominence > p.prominence) p.prominence = prominence, p.peak = i;
  }
  if (p.peak == 0) return std::nullopt;
  p.onset = tangent_foot(usual, p.peak, p.prominence, from, -1);
  p.end = tangent_foot(usual, p.peak, p.prominence, to, 1);
  return p;
}

void add_p(const Usual& usual, List& out) {
  const auto p = find_p(usual);
  if (!p) {
    out.add_unknown(8 + kStandardLeads);
    return;
  }
  const double pr_ms = usual.ms_before(p->onset), rr_ms = 1000 * usual.beat.rr_s;
  const double t_before = usual.waves.t_end ? usual.ms_before(*usual.waves.t_end) + rr_ms
                                            : kUnknown;  // from there to QRS
  out.add({usual.ms_before(static_cast<double>(p->peak)), pr_ms, usual.ms(p->end - p->onset),
           usual.ms_before(p->end), std::log(p->prominence + 1e-3),
           p->prominence / usual.highest_in_qrs(), t_before - pr_ms, pr_ms / rr_ms});
  for (std::size_t number = 0; number < kStandardLeads; ++number) {
    const auto lead = usual.beat.leads.find(number);
    if (!lead) {
      out.add(kUnknown);
      continue;
    }
    const float* x = usual.beat.leads.lead(*lead);
    const float foot =
        (x[static_cast<std::size_t>(p->onset)] + x[static_cast<std::size_t>(p->end)]) / 2;
    out.add(static_cast<double>(x[p->peak]) - static_cast<double>(foot));
  }
}

/// Between beats, in seconds, with room to rank them in.
struct Intervals {
  Intervals(const Beats& beats, double* scratch)
      : rr(scratch), count(beats.count - 1), room(scratch + beats.count) {
    for (std::size_t i = 0; i < count; ++i)
      rr[i] = static_cast<double>(beats.centre[i + 1] - beats.centre[i]) / beats.leads.rate_hz;
  }
  double mean() const {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += rr[i];
    return sum / static_cast<double>(count);
  }
  /// Of neighbours `lag` apart, in units of the variance.
  double autocorrelation(std::size_t lag) const {
    const double average = mean();
    double same = 0, with = 0;
    for (std::size_t i = 0; i < count; ++i) {
      same += (rr[i] - average) * (rr[i] - average);
      if (i >= lag) with += (rr[i] - average) * (rr[i - lag] - average);
    }
    return with / (same + 1e-6);
  }
  double change(std::size_t lag) const {
    double sum = 0;
    for (std::size_t i = lag; i < count; ++i) sum += std::abs(rr[i] - rr[i - lag]);
    return sum;
  }
  /// Of those to keep.
  template <class Keep>
  double usual(Keep keep) const {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i)
      if (keep(i)) room[kept++] = rr[i];
    return median(room, kept);
  }

  double* rr;  // [count]
  std::size_t count;
  double* room;  // [2, count + 1], and then as much as one QRS takes
};

/// Of each interval but the first and the last, how far it is from the median of it and its
/// neighbours, in the mean, and the range of these medians.
struct Roughness {
  explicit Roughness(const Intervals& intervals, double usual) {
    double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
    for (std::size_t i = 1; i + 1 < intervals.count; ++i) {
      const double* rr = intervals.rr + i;
      const double smooth =
          std::max(std::min(rr[-1], rr[0]), std::min(std::max(rr[-1], rr[0]), rr[1]));
      mean += std::abs(rr[0] - smooth) / usual;
      lowest = std::min(lowest, smooth), highest = std::max(highest, smooth);
    }
    mean /= static_cast<double>(intervals.count - 2);
    range = highest - lowest;
  }
  double mean = 0, range = 0;
};

void add_intervals(const Intervals& intervals, List& out) {
  const std::size_t count = intervals.count;
  if (count < kFewestIntervals) {
    out.add_unknown(14);
    return;
  }
  const double* const rr = intervals.rr;
  double* const sorted = intervals.room;
  std::copy_n(rr, count, sorted);
  std::sort(sorted, sorted + count);
  const double usual = sorted[count / 2], average = intervals.mean();
  double* const changes = sorted + count;
  for (std::size_t i = 1; i < count; ++i) changes[i - 1] = std::abs(rr[i] - rr[i - 1]) / usual;
  double squares = 0;
  for (std::size_t i = 0; i < count; ++i) squares += (rr[i] - average) * (rr[i] - average);
  const double sd = std::sqrt(squares / static_cast<double>(count));
  const double largest_change = *std::max_element(changes, changes + count - 1);
  const Roughness rough(intervals, usual);
  out.add({std::log(usual), median(changes, count - 1), sorted[0] / usual,
           sorted[count - 1] / usual, intervals.autocorrelation(1), intervals.autocorrelation(2),
           intervals.change(2) / (intervals.change(1) + 0.01), std::log(0.01 + sd / average),
           60 / average, sorted[count - 1] - sorted[0],
           (sorted[count * 3 / 4] - sorted[count / 4]) / usual, largest_change, rough.range / usual,
           rough.mean});
}

/// How long the magnitude of a beat stays above three tenths of its peak within 120 ms; nullopt at
/// the ends of the segment. room: of 240 ms.
std::optional<double> width_ms(const SampledLeads& leads, std::size_t centre, double* room) {
  constexpr double kShare = 0.3;
  const std::size_t reach = leads.steps(kWidthReach);
  if (centre < reach || centre + reach >= leads.samples) return std::nullopt;
  for (std::size_t i = 0; i < 2 * reach; ++i) {
    double sum = 0;
    for (std::size_t lead = 0; lead < leads.count; ++lead) {
      const float* x = leads.lead(lead) + centre - reach;
      const float v = x[i] - x[0];
      sum += static_cast<double>(v) * static_cast<double>(v);
    }
    room[i] = std::sqrt(sum);
  }
  const double above = kShare * *std::max_element(room, room + 2 * reach);
  const auto samples = std::count_if(room, room + 2 * reach, [&](double m) { return m > above; });
  return 1000 * static_cast<double>(samples) / leads.rate_hz;
}

/// By how much of what is usual, and of the interval before, the beat at the end of interval i is
/// early; negative where it is late.
double earliness(const double* rr, std::size_t i, double usual) {
  const double early = 1 - rr[i] / usual;
  return i == 0 ? early : std::min(early, 1 - rr[i] / rr[i - 1]);
}

/// Beats that come early, alike or unlike the others, and what follows them.
void add_ectopy(const Beats& beats, const Intervals& intervals, List& out) {
  constexpr double kEarly = 0.06, kNearlyAlike = 0.8, kAlternates = 0.05;
  const std::size_t count = intervals.count;
  if (count < kFewestIntervals) {
    out.add_unknown(8);
    return;
  }
  const double* const rr = intervals.rr;
  double* const widths_alike = intervals.room + beats.count;
  double* const magnitude = widths_alike + beats.count;
  double unlike = 0, least_like = 1, earliest = 0, earliest_alike = 0, pause_alike = 0,
         pause_unlike = 0, widest = 0, alternating = 0;
  std::size_t alike = 0;
  for (std::size_t i = 0; i < beats.count; ++i) {
    const auto like = static_cast<double>(beats.likeness[i]);
    const bool is_alike = beats.likeness[i] >= kAlike;
    if (const auto width = width_ms(beats.leads, beats.centre[i], magnitude)) {
      if (is_alike) widths_alike[alike++] = *width;
      if (!is_alike) widest = std::max(widest, *width);
    }
    if (like <= -1) continue;  // at the ends
    least_like = std::min(least_like, like);
    if (!is_alike) ++unlike;
    if (i == 0) continue;
    const double usual =  // but for the intervals before and after this beat
        intervals.usual([&](std::size_t j) { return j + 1 != i && j != i; });
    const double early = earliness(rr, i - 1, usual);
    const double follows = i < count ? rr[i] / usual : 1;
    earliest = std::max(earliest, early);
    if (like >= kNearlyAlike) earliest_alike = std::max(earliest_alike, early);
    if (early > kEarly && follows > 1) {
      double& pause = like >= kNearlyAlike ? pause_alike : pause_unlike;
      pause = std::max(pause, early * (follows - 0.9));
    }
  }
  const double usual = intervals.usual([](std::size_t) { return true; });
  for (std::size_t i = 2; i < count; ++i) {
    const double now = rr[i] - rr[i - 1], before = rr[i - 1] - rr[i - 2];
    if (now * before < 0 && std::abs(now) > kAlternates * usual) ++alternating;
  }
  const auto all = static_cast<double>(count);
  out.add({unlike / (all + 1), least_like, earliest, earliest_alike, pause_alike, pause_unlike,
           widest / std::max(1.0, median(widths_alike, alike)), alternating / all});
}

bool takes(const GivenLeads& leads) {
  for (std::size_t i = 0; i < leads.count; ++i) {
    if (leads.which[i] >= kStandardLeads) return false;
    if (i > 0 && leads.which[i] <= leads.which[i - 1]) return false;
  }
  return true;
}

/// Without padding.
std::size_t valid_samples(const GivenLeads& leads) {
  const auto is_padding = [&](std::size_t sample) {
    for (std::size_t lead = 0; lead < leads.count; ++lead)
      if (leads.at(lead, sample) != 0) return false;
    return true;
  };
  std::size_t valid = leads.samples;
  while (valid > 0 && is_padding(valid - 1)) --valid;
  return valid;
}

}  // namespace

std::size_t measure_memory(std::size_t leads, std::size_t samples, double rate_hz) {
  return BeatMemory(leads, samples, rate_hz, kBeforeQrs, nullptr).bytes;
}

void measure_window(const GivenLeads& leads, double rate_hz, void* memory, float* out) {
  List list(out);
  const BeatMemory space(leads.count, leads.samples, rate_hz, kBeforeQrs, memory);
  if (space.bytes == 0 || !takes(leads)) return list.add_unknown(kMeasurements);
  GivenLeads valid = leads;
  valid.samples = valid_samples(leads);
  const auto beats = find_beats(valid, space);
  const auto waves = beats ? delineate(beats->median, space) : std::nullopt;
  if (!waves) return list.add_unknown(kMeasurements);
  const Usual usual{beats->median, *waves};
  add_durations(usual, list);
  add_leads(usual, list);
  add_p(usual, list);
  const Intervals intervals(*beats, space.scratch);
  add_intervals(intervals, list);
  add_ectopy(*beats, intervals, list);
}

}  // namespace liteheart::edge
