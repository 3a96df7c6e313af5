// Measurements on a noise-free 12-lead recording, made as a reader of ECGs makes them and without
// any knowledge of how the recording was simulated.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "ecg/leads.h"
#include "ecg/recording.h"

namespace liteheart::test {

enum Lead : std::size_t { I, II, III, aVR, aVL, aVF, V1, V2, V3, V4, V5, V6 };

inline double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// Standard deviation over mean.
inline double variation(const std::vector<double>& values) {
  const double centre = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(values.size())) / centre;
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

/// Amplitudes in mV, times in s from the recording's start, all medians over the whole beats that
/// are neither early nor after an early one.
class MeasuredEcg {
 public:
  struct Beat {
    double centre_s = 0, onset_s = 0, end_s = 0;  // of QRS
    double width_s() const { return end_s - onset_s; }
  };

  explicit MeasuredEcg(const Recording& recording) : recording_(recording) {
    find_rms();
    find_peaks();
    for (std::size_t i = 1; i < beats_.size(); ++i)
      rr_s_.push_back(beats_[i].centre_s - beats_[i - 1].centre_s);
    find_limits();
    const double usual = median(rr_s_);
    for (std::size_t i = 1; i < beats_.size(); ++i) {
      const bool early = rr_s_[i - 1] < 0.85 * usual;
      const bool after_early = i > 1 && rr_s_[i - 2] < 0.85 * usual;
      const bool whole = beats_[i].onset_s > 0.5 && beats_[i].onset_s + 0.6 < duration_s();
      if (whole && !early && !after_early) regular_.push_back(beats_[i]);
    }
  }

  /// Of every QRS complex; `centre_s` is the centre of its steepness.
  const std::vector<Beat>& beats() const { return beats_; }
  const std::vector<double>& rr_s() const { return rr_s_; }
  double heart_rate_bpm() const { return 60 / mean(rr_s_); }

  double qrs_width_s() const {
    return over_beats([](const Beat& beat) { return beat.width_s(); });
  }

  /// From the net areas of QRS in leads I and aVF, degrees.
  double qrs_axis_deg() const {
    const auto area = [&](Lead lead) {
      return over_beats([&](const Beat& beat) {
        double sum = 0;
        for (double t = beat.onset_s; t < beat.end_s; t += step_s()) sum += at(lead, t);
        return sum;
      });
    };
    return std::atan2(2 / std::numbers::sqrt3 * area(aVF), area(I)) * 180 / std::numbers::pi;
  }

  double qrs_max(Lead lead) const {
    return extreme(lead, [](double a, double b) { return a > b; });
  }
  double qrs_min(Lead lead) const {
    return extreme(lead, [](double a, double b) { return a < b; });
  }
  double limb_voltage() const {
    double largest = 0;
    for (const Lead lead : {I, II, III, aVR, aVL, aVF})
      largest = std::max(largest, qrs_max(lead) - qrs_min(lead));
    return largest;
  }
  double sokolow_lyon() const { return -qrs_min(V1) + std::max(qrs_max(V5), qrs_max(V6)); }

  /// Onset of P to onset of QRS: back over the hill before QRS until a tenth of it or a valley.
  double pr_s() const {
    return over_beats([&](const Beat& beat) {
      double top_s = beat.onset_s - 0.04;
      for (double t = top_s; t > beat.onset_s - 0.3; t -= step_s())
        if (at(II, t) > at(II, top_s)) top_s = t;
      double t = top_s;
      while (t > top_s - 0.08 && at(II, t) > 0.1 * at(II, top_s) &&
             at(II, t - step_s()) <= at(II, t))
        t -= step_s();
      return beat.onset_s - t;
    });
  }

  /// 60 ms after the end of QRS, against the level before QRS.
  double st(Lead lead) const {
    return over_beats([&](const Beat& beat) {
      return at(lead, beat.end_s + 0.06) - at(lead, beat.onset_s - 0.01);
    });
  }

  /// The largest deflection, with its sign, of the part of the cycle that T peaks in.
  double t_wave(Lead lead) const {
    return over_beats([&](const Beat& beat) {
      double peak = 0;
      for (double t = beat.onset_s + 0.62 * qt_s(beat); t < beat.onset_s + 0.9 * qt_s(beat);
           t += step_s())
        if (std::abs(at(lead, t)) > std::abs(peak)) peak = at(lead, t);
      return peak;
    });
  }

  /// Fridericia, at the usual RR interval.
  double qtc_s() const {
    const double qt = over_beats([&](const Beat& beat) { return qt_s(beat); });
    return qt / std::cbrt(median(rr_s_));
  }

 private:
  double step_s() const { return 1 / recording_.rate_hz; }
  double duration_s() const { return static_cast<double>(recording_.samples) * step_s(); }

  std::size_t sample_at(double seconds) const {
    const double sample = std::floor(seconds * recording_.rate_hz + 0.5);
    return static_cast<std::size_t>(
        std::clamp(sample, 0.0, static_cast<double>(recording_.samples - 1)));
  }
  double at(Lead lead, double seconds) const {
    return static_cast<double>(recording_.lead(lead)[sample_at(seconds)]);
  }
  double rms(double seconds) const { return rms_[sample_at(seconds)]; }

  void find_rms() {
    rms_.resize(recording_.samples);
    for (std::size_t i = 0; i < recording_.samples; ++i) {
      double squares = 0;
      for (std::size_t lead = 0; lead < kLeads; ++lead) {
        const double value = static_cast<double>(recording_.lead(lead)[i]);
        squares += value * value;
      }
      rms_[i] = std::sqrt(squares / kLeads);
    }
  }

  template <typename PerBeat>
  double over_beats(PerBeat&& per_beat) const {
    std::vector<double> values;
    for (const Beat& beat : regular_) values.push_back(per_beat(beat));
    return median(values);
  }

  template <typename Beyond>
  double extreme(Lead lead, Beyond&& beyond) const {
    return over_beats([&](const Beat& beat) {
      double value = 0;
      for (double t = beat.onset_s - 0.02; t < beat.end_s + 0.02; t += step_s())
        if (beyond(at(lead, t), value)) value = at(lead, t);
      return value;
    });
  }

  // Band-pass (a difference over 16 ms), square, sum over the leads, average over 80 ms; local
  // maxima above a tenth of the largest, one in 240 ms; a beat is the centre of mass there.
  void find_peaks() {
    const auto reach = static_cast<std::size_t>(0.008 * recording_.rate_hz);
    const auto half = static_cast<std::size_t>(0.04 * recording_.rate_hz);
    const std::size_t n = recording_.samples;
    std::vector<double> sum(n + 1), energy(n);
    for (std::size_t i = 0; i < n; ++i) {
      double squares = 0;
      for (std::size_t lead = 0; lead < kLeads && i >= reach && i + reach < n; ++lead) {
        const double change = static_cast<double>(recording_.lead(lead)[i + reach] -
                                                  recording_.lead(lead)[i - reach]);
        squares += change * change;
      }
      sum[i + 1] = sum[i] + squares;
    }
    for (std::size_t i = half; i + half < n; ++i) energy[i] = sum[i + half + 1] - sum[i - half];
    const double threshold = 0.1 * *std::max_element(energy.begin(), energy.end());
    std::vector<std::size_t> best;
    for (std::size_t i = 0; i < n; ++i) {
      if (energy[i] < threshold) continue;
      const bool same = !best.empty() && static_cast<double>(i - best.back()) * step_s() < 0.24;
      if (!same)
        best.push_back(i);
      else if (energy[i] > energy[best.back()])
        best.back() = i;
    }
    for (const std::size_t centre : best) {
      double weight = 0, moment = 0;
      for (std::size_t i = centre - half; i < centre + half; ++i) {
        weight += sum[i + 1] - sum[i];
        moment += (sum[i + 1] - sum[i]) * static_cast<double>(i);
      }
      beats_.push_back({moment / weight * step_s()});
    }
  }

  // Outward from the centre of QRS until the r.m.s. over the leads stays below a tenth of its peak
  // for 20 ms.
  void find_limits() {
    for (Beat& beat : beats_) {
      double peak = 0;
      for (double t = beat.centre_s - 0.06; t < beat.centre_s + 0.06; t += step_s())
        peak = std::max(peak, rms(t));
      const auto limit = [&](double direction) {
        double last_s = beat.centre_s;
        for (double t = beat.centre_s;
             std::abs(t - last_s) < 0.02 && std::abs(t - beat.centre_s) < 0.2;
             t += direction * step_s())
          if (rms(t) > 0.1 * peak) last_s = t;
        return last_s;
      };
      beat.onset_s = limit(-1);
      beat.end_s = limit(1);
    }
  }

  // T's end is where the r.m.s. over the leads falls to a twentieth of T's peak.
  double qt_s(const Beat& beat) const {
    double top_s = beat.end_s + 0.12;
    for (double t = top_s; t < beat.end_s + 0.4; t += step_s())
      if (rms(t) > rms(top_s)) top_s = t;
    double t = top_s;
    while (t < top_s + 0.2 && rms(t) > 0.05 * rms(top_s)) t += step_s();
    return t - beat.onset_s;
  }

  const Recording& recording_;
  std::vector<double> rms_;  // over the leads, [time]
  std::vector<Beat> beats_, regular_;
  std::vector<double> rr_s_;
};

}  // namespace liteheart::test
