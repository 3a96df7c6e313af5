#include "data/simulator.h"

#include <cmath>

#include "data/simulator_heart.h"
#include "data/simulator_noise.h"
#include "data/simulator_recording.h"
#include "ecg/error.h"
#include "ecg/leads.h"

namespace liteheart::simulator {
namespace {

enum Stream : std::uint64_t { kRhythm, kAtria, kNoise, kGain };

void check(const SimulatedCentre& centre) {
  const std::string place = "simulated centre '" + centre.name + "'";
  if (!(centre.rate_hz >= 50 && centre.rate_hz <= 10000))
    throw Error(place, "the sampling rate is not between 50 and 10000 Hz", "set rate_hz");
  if (!(centre.seconds >= kShortestSeconds && centre.seconds <= 3600))
    throw Error(place, "the length is not between 8 and 3600 s", "set seconds");
  if (!(centre.step_mv > 0)) throw Error(place, "the resolution is not above 0", "set step_mv");
}

DipoleTrack draw_dipole(const SimulatedCentre& centre, const Findings& findings, const Heart& heart,
                        const Rhythm& rhythm, std::uint64_t moment_seed) {
  DipoleTrack track(centre.rate_hz,
                    static_cast<std::size_t>(std::llround(centre.seconds * centre.rate_hz)));
  constexpr double kBreathOnVoltage = 0.03;
  for (const Beat& beat : rhythm.beats)
    add_beat(heart, beat, 1 + kBreathOnVoltage * rhythm.respiration.at(beat.onset_s), track);
  Random random(moment_seed, kAtria);
  add_atria(findings, rhythm, random, track);
  return track;
}

// Leads as the device delivers them: measured ones with its gain and steps, the others computed
// from I and II.
void write_leads(const SimulatedCentre& centre, const Heart& heart, const DipoleTrack& track,
                 const std::array<std::vector<double>, kMeasured>& noise, Random random,
                 Recording& recording) {
  const std::size_t samples = recording.samples;
  constexpr std::array<std::size_t, kMeasured> kPlace = {0, 1, 6, 7, 8, 9, 10, 11};
  for (std::size_t lead = 0; lead < kMeasured; ++lead) {
    const double steps_per_mv = (1 + centre.gain_sd * random.normal()) / centre.step_mv;
    float* out = recording.mv.data() + kPlace[lead] * samples;
    for (std::size_t i = 0; i < samples; ++i) {
      const double mv = heart.torso.project(lead, track.mv[i]) + noise[lead][i];
      out[i] = static_cast<float>(std::floor(mv * steps_per_mv + 0.5) * centre.step_mv);
    }
  }
  const float* i_mv = recording.mv.data();
  const float* ii_mv = i_mv + samples;
  float* iii = recording.mv.data() + 2 * samples;
  float *avr = iii + samples, *avl = avr + samples, *avf = avl + samples;
  for (std::size_t i = 0; i < samples; ++i) {
    iii[i] = ii_mv[i] - i_mv[i];
    avr[i] = -(i_mv[i] + ii_mv[i]) / 2;
    avl[i] = i_mv[i] - ii_mv[i] / 2;
    avf[i] = ii_mv[i] - i_mv[i] / 2;
  }
}

}  // namespace

Rhythm moment_rhythm(const Findings& findings, double seconds, std::uint64_t moment_seed) {
  Random timing(moment_seed, kRhythm);
  return draw_rhythm(findings, seconds, timing);
}

Recording record(const SimulatedCentre& centre, const Findings& findings, std::uint64_t heart_seed,
                 std::uint64_t moment_seed) {
  check(centre);
  const Heart heart = draw_heart(findings, heart_seed);
  const Rhythm rhythm = moment_rhythm(findings, centre.seconds, moment_seed);
  const DipoleTrack track = draw_dipole(centre, findings, heart, rhythm, moment_seed);

  Recording recording;
  recording.name = centre.name;
  recording.rate_hz = centre.rate_hz;
  recording.samples = track.mv.size();
  recording.leads.assign(kLeadNames.begin(), kLeadNames.end());
  recording.mv.resize(kLeads * recording.samples);
  Random noise(moment_seed, kNoise);
  write_leads(centre, heart, track,
              draw_noise(centre, recording.samples, rhythm.respiration, noise),
              Random(moment_seed, kGain), recording);
  for (std::size_t i = 0; i < kFindings; ++i)
    if (findings.has(static_cast<Finding>(i)))
      recording.diagnoses.emplace_back(kFindingTable[i].code);
  recording.age_years = heart.age_years;
  recording.sex = heart.female ? "female" : "male";
  return recording;
}

}  // namespace liteheart::simulator

namespace liteheart {

Recording simulate(const SimulatedCentre& centre, const std::vector<std::string>& findings,
                   std::uint64_t seed) {
  simulator::Findings wanted = simulator::parse_findings(findings);
  if (wanted.empty()) wanted.add(simulator::Finding::kSinusRhythm);
  Random seeds(seed);
  const std::uint64_t heart_seed = seeds.next();
  const std::uint64_t moment_seed = seeds.next();
  return simulator::record(centre, wanted, heart_seed, moment_seed);
}

}  // namespace liteheart
