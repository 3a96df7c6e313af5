// Measures the signal quality gate and the detector of R peaks on recordings, for the docs:
//   edge_quality_tool gate LEAD SOURCE...        the verdict on each recording, as CSV
//   edge_quality_tool cinc FOLDER 0|1            CinC 2017: noise class against verdict, even or
//                                                odd rows of REFERENCE.csv
//   edge_quality_tool accept SOURCE...           share of each of the 12 leads that is accepted
//   edge_quality_tool degrade SOURCE             faults of five strengths on lead I at 500 Hz
//   edge_quality_tool agreement SOURCE           R peaks of each lead against what 7 of 12 agree on
//   edge_quality_tool arms SOURCE                swapped arm electrodes: found, and falsely found
//   edge_quality_tool simulated                  R peaks against the simulator's truth
//   edge_quality_tool beats LEAD SOURCE...       beats and RR statistics
// LEAD: a name or a number from 0 on.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "data/random.h"
#include "data/simulator.h"
#include "data/simulator_findings.h"
#include "data/simulator_rhythm.h"
#include "ecg/error.h"
#include "ecg/leads.h"
#include "edge/arm_leads.h"
#include "edge/degradations.h"
#include "edge/quality.h"
#include "formats/registry.h"

namespace {

using namespace liteheart;
using test::at_500_hz;
using test::Degradation;
using test::degradations;
using test::Samples;

edge::Quality judged(std::span<const float> mv, double rate_hz, bool upright) {
  edge::SignalQuality quality(rate_hz, upright);
  for (const float x : mv) quality.push(x);
  quality.finish();
  return quality.quality();
}

std::vector<std::int64_t> r_peaks(std::span<const float> mv, double rate_hz,
                                  edge::RrStatistics* rr = nullptr) {
  std::vector<std::int64_t> peaks(mv.size() + 1);
  peaks.resize(edge::find_r_peaks(mv.data(), mv.size(), rate_hz, peaks.data(), peaks.size(), rr));
  return peaks;
}

std::string fault_list(std::uint32_t faults) {
  std::string text;
  for (std::size_t bit = 0; bit < edge::kFaults; ++bit)
    if ((faults >> bit & 1) != 0)
      text += (text.empty() ? "" : "; ") + std::string(edge::fault_text(bit));
  return text;
}

std::size_t lead_of(const Recording& recording, const std::string& wanted) {
  for (std::size_t i = 0; i < recording.leads.size(); ++i)
    if (recording.leads[i] == wanted) return i;
  const std::size_t number = std::strtoul(wanted.c_str(), nullptr, 10);
  const bool digits = wanted.find_first_not_of("0123456789") == std::string::npos;
  if (digits && number < recording.leads.size()) return number;
  throw Error(recording.name, "no lead '" + wanted + "'", "name one of its leads");
}

void for_each_recording(std::span<const std::string> sources,
                        const std::function<void(const Recording&)>& use) {
  for (const std::string& source : sources)
    for (const auto& path : find_recordings(source)) use(read_recording(path));
}

void gate(const std::string& lead, std::span<const std::string> sources) {
  fmt::print(
      "record,grade,faults,seconds,usable,missing,mains_mv,wander_mv,muscle_mv,qrs_mv,range_mv,"
      "alike,prominence,beats,bpm\n");
  for_each_recording(sources, [&](const Recording& r) {
    const edge::Quality q = judged(r.lead(lead_of(r, lead)), r.rate_hz, true);
    fmt::print(
        "{},{},{},{:.2f},{:.0f},{:.4f},{:.4f},{:.3f},{:.4f},{:.3f},{:.3f},{:.2f},{:.1f},{},{:.1f}"
        "\n",
        r.name, edge::grade_text(q.grade), fault_list(q.faults), q.seconds, q.usable_seconds,
        q.missing, q.mains_mv, q.wander_mv, q.muscle_mv, q.qrs_mv, q.range_mv, q.beats_alike,
        q.prominence, q.beats, q.rate_bpm);
  });
}

void cinc(const std::string& folder, std::size_t half) {
  std::ifstream table(folder + "/REFERENCE.csv");
  std::array<std::size_t, 3> noise{}, heart{};
  std::size_t row = 0, plausible = 0, accepted = 0;
  for (std::string line; std::getline(table, line); ++row) {
    const std::size_t comma = line.find(',');
    if (row % 2 != half || comma == std::string::npos) continue;
    const Recording r = read_recording(folder + "/" + line.substr(0, comma) + ".hea");
    const edge::Quality q = judged(r.lead(0), r.rate_hz, true);
    ++(line[comma + 1] == '~' ? noise : heart)[static_cast<std::size_t>(q.grade)];
    if (q.grade == edge::Grade::kUnreadable) continue;
    ++accepted;
    if (q.rate_bpm >= 25 && q.rate_bpm <= 250) ++plausible;
  }
  const auto sum = [](const auto& a) { return a[0] + a[1] + a[2]; };
  fmt::print("good/limited/unreadable: noise {}/{}/{}, other {}/{}/{}\n", noise[0], noise[1],
             noise[2], heart[0], heart[1], heart[2]);
  fmt::print("sensitivity {}/{} specificity {}/{} coverage {}/{} plausible rate {}/{}\n", noise[2],
             sum(noise), heart[0] + heart[1], sum(heart), accepted, sum(noise) + sum(heart),
             plausible, accepted);
}

void accept(std::span<const std::string> sources) {
  std::array<std::array<std::size_t, 3>, kLeads> grades{};
  for_each_recording(sources, [&](const Recording& r) {
    for (std::size_t i = 0; i < r.leads.size(); ++i) {
      const auto lead = lead_index(r.leads[i]);
      if (!lead) continue;
      const bool upright = *lead < 2 || *lead > 9;
      ++grades[static_cast<std::size_t>(*lead)]
              [static_cast<std::size_t>(judged(r.lead(i), r.rate_hz, upright).grade)];
    }
  });
  for (std::size_t i = 0; i < kLeads; ++i)
    fmt::print("{:4} good {} limited {} unreadable {} accepted {:.4f}\n", kLeadNames[i],
               grades[i][0], grades[i][1], grades[i][2],
               static_cast<double>(grades[i][0] + grades[i][1]) /
                   static_cast<double>(grades[i][0] + grades[i][1] + grades[i][2]));
}

void degrade(const std::string& source) {
  const std::vector<Degradation> all = degradations();
  struct Counts {
    std::size_t named = 0, limited = 0, unreadable = 0;
  };
  std::vector<std::array<Counts, 5>> counts(all.size());
  std::size_t clean = 0;
  for_each_recording(std::span(&source, 1), [&](const Recording& r) {
    const Samples mv = at_500_hz(r.lead(lead_of(r, "I")), r.rate_hz);
    if (judged(mv, 500, true).grade != edge::Grade::kGood) return;
    ++clean;
    for (std::size_t d = 0; d < all.size(); ++d)
      for (std::size_t s = 0; s < 5; ++s) {
        Samples bad = mv;
        Random random(clean, d * 5 + s);
        all[d].apply(bad, all[d].strengths[s], random);
        const edge::Quality q = judged(bad, 500, true);
        Counts& c = counts[d][s];
        if ((q.faults & all[d].expected) != 0) ++c.named;
        if (q.grade == edge::Grade::kLimited) ++c.limited;
        if (q.grade == edge::Grade::kUnreadable) ++c.unreadable;
      }
  });
  fmt::print("{} clean recordings; named / limited / unreadable, %\n", clean);
  for (std::size_t d = 0; d < all.size(); ++d) {
    fmt::print("| {} ({})", all[d].fault, all[d].unit);
    for (std::size_t s = 0; s < 5; ++s) {
      const auto percent = [&](std::size_t n) {
        return 100 * static_cast<double>(n) / static_cast<double>(clean);
      };
      const Counts& c = counts[d][s];
      fmt::print(" | {}: {:.0f} / {:.0f} / {:.0f}", all[d].strengths[s], percent(c.named),
                 percent(c.limited), percent(c.unreadable));
    }
    fmt::print(" |\n");
  }
}

/// How many of `found` lie within `reach` of one of `truth`, each used once.
std::size_t matches(const std::vector<double>& truth, const std::vector<double>& found,
                    double reach) {
  std::size_t count = 0;
  for (std::size_t i = 0, j = 0; i < truth.size() && j < found.size();) {
    const double late = found[j] - truth[i];
    if (std::abs(late) <= reach) {
      ++count, ++i, ++j;
    } else {
      ++(late < 0 ? j : i);
    }
  }
  return count;
}

struct Agreement {
  std::size_t matched = 0, truth = 0, found = 0;
  /// times in s; those within 150 ms of the recording's ends do not count.
  void add(std::vector<double> expected, std::vector<double> detected, double seconds) {
    const auto outside = [&](double t) { return t < 0.15 || t > seconds - 0.15; };
    std::erase_if(expected, outside);
    std::erase_if(detected, outside);
    matched += matches(expected, detected, 0.15);
    truth += expected.size(), found += detected.size();
  }
  void print(std::string_view what) const {
    fmt::print("{:14} beats {} missed {} false {} sensitivity {:.4f} predictivity {:.4f}\n", what,
               truth, truth - matched, found - matched,
               static_cast<double>(matched) / static_cast<double>(truth),
               static_cast<double>(matched) / static_cast<double>(found));
  }
};

std::vector<double> in_seconds(const std::vector<std::int64_t>& peaks, double rate_hz) {
  std::vector<double> out;
  for (const std::int64_t p : peaks) out.push_back(static_cast<double>(p) / rate_hz);
  return out;
}

/// Where at least `fewest` peaks of different leads lie within 140 ms.
std::vector<double> agreed(std::vector<double> all, std::size_t fewest) {
  std::sort(all.begin(), all.end());
  std::vector<double> out;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    while (end < all.size() && all[end] - all[i] <= 0.14) ++end;
    if (end - i >= fewest) out.push_back(all[i + (end - i) / 2]);
    i = end;
  }
  return out;
}

void agreement(const std::string& source) {
  std::array<Agreement, kLeads> leads;
  for_each_recording(std::span(&source, 1), [&](const Recording& r) {
    if (r.leads.size() != kLeads) return;
    std::array<std::vector<double>, kLeads> found;
    std::vector<double> all;
    for (std::size_t i = 0; i < kLeads; ++i) {
      found[i] = in_seconds(r_peaks(r.lead(i), r.rate_hz), r.rate_hz);
      all.insert(all.end(), found[i].begin(), found[i].end());
    }
    const std::vector<double> truth = agreed(all, 7);
    for (std::size_t i = 0; i < kLeads; ++i)
      leads[i].add(truth, found[i], static_cast<double>(r.samples) / r.rate_hz);
  });
  for (std::size_t i = 0; i < kLeads; ++i) leads[i].print(kLeadNames[i]);
}

void arms(const std::string& source) {
  std::size_t count = 0, falsely = 0, found = 0, one_falsely = 0, one_found = 0;
  for_each_recording(std::span(&source, 1), [&](const Recording& r) {
    if (r.leads.size() != kLeads) return;
    ++count;
    const auto lead = [&](std::size_t i) { return r.lead(i); };
    Samples swapped;
    for (const float x : lead(0)) swapped.push_back(-x);
    for (const std::size_t i : {2, 1, 4, 3, 5, 6, 7, 8, 9, 10, 11})
      swapped.insert(swapped.end(), lead(i).begin(), lead(i).end());
    falsely += edge::arms_swapped(r.mv.data(), r.samples, r.rate_hz);
    found += edge::arms_swapped(swapped.data(), r.samples, r.rate_hz);
    const auto inverted = [&](std::span<const float> mv) {
      return (judged(mv, r.rate_hz, true).faults & edge::kInverted) != 0;
    };
    one_falsely += inverted(lead(0));
    one_found += inverted(std::span(swapped).first(r.samples));
  });
  fmt::print(
      "{} recordings; of 12 leads: found {} falsely {}; of lead I alone: found {} falsely {}\n",
      count, found, falsely, one_found, one_falsely);
}

void simulated() {
  for (const std::vector<std::string>& findings : {std::vector<std::string>{},
                                                   {"AF"},
                                                   {"AFL"},
                                                   {"SB"},
                                                   {"STach"},
                                                   {"PVC"},
                                                   {"PAC"},
                                                   {"LBBB"},
                                                   {"RBBB"}}) {
    Agreement leads;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      const SimulatedCentre centre = simulated_centres()[seed % 3];
      Recording r;
      try {
        r = simulate(centre, findings, seed);
      } catch (const Error&) {
        continue;
      }
      // As simulate draws them.
      Random seeds(seed);
      seeds.next();
      Random timing(seeds.next(), 0);
      simulator::Findings wanted = simulator::parse_findings(findings);
      if (wanted.empty()) wanted.add(simulator::Finding::kSinusRhythm);
      std::vector<double> truth;
      for (const auto& beat : simulator::draw_rhythm(wanted, centre.seconds, timing).beats)
        truth.push_back(beat.onset_s + 0.045);
      leads.add(truth, in_seconds(r_peaks(r.lead(0), r.rate_hz), r.rate_hz), centre.seconds);
    }
    leads.print(findings.empty() ? "sinus" : findings[0]);
  }
}

void beats(const std::string& lead, std::span<const std::string> sources) {
  for_each_recording(sources, [&](const Recording& r) {
    edge::RrStatistics rr;
    const auto found = r_peaks(r.lead(lead_of(r, lead)), r.rate_hz, &rr);
    fmt::print(
        "{}: {} beats, {:.1f} bpm, RR median {:.3f} s, s.d. {:.3f}, rMSSD {:.3f}, {:.3f} to "
        "{:.3f}\n",
        r.name, found.size(), rr.rate_bpm, rr.median_s, rr.sd_s, rr.rmssd_s, rr.shortest_s,
        rr.longest_s);
  });
}

int run(const std::vector<std::string>& args) {
  const std::string what = args.empty() ? "" : args[0];
  const std::span<const std::string> rest = std::span(args).subspan(args.empty() ? 0 : 1);
  if (what == "gate" && rest.size() >= 2) {
    gate(rest[0], rest.subspan(1));
  } else if (what == "cinc" && rest.size() == 2) {
    cinc(rest[0], std::strtoul(rest[1].c_str(), nullptr, 10));
  } else if (what == "accept" && !rest.empty()) {
    accept(rest);
  } else if (what == "degrade" && rest.size() == 1) {
    degrade(rest[0]);
  } else if (what == "agreement" && rest.size() == 1) {
    agreement(rest[0]);
  } else if (what == "arms" && rest.size() == 1) {
    arms(rest[0]);
  } else if (what == "simulated") {
    simulated();
  } else if (what == "beats" && rest.size() >= 2) {
    beats(rest[0], rest.subspan(1));
  } else {
    fmt::print(stderr, "see the head of tests/edge/quality_tool.cpp\n");
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
