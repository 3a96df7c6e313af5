// The part of liteheart.h that needs no model: heart beats and signal quality.
#include <cstdint>
#include <new>

#include "edge/liteheart.h"
#include "edge/quality.h"

using namespace liteheart::edge;

static_assert(static_cast<int>(LH_UNREADABLE) == static_cast<int>(Grade::kUnreadable));
static_assert(static_cast<int>(LH_FAULT_INVERTED) == static_cast<int>(kInverted));
static_assert(static_cast<int>(LH_GROUP_AXIS) == static_cast<int>(kAxis));

namespace {

/// Leads in which P, QRS and T are upright in almost everyone.
constexpr unsigned kUpright = LH_LEAD_I | LH_LEAD_II | LH_LEAD_V5 | LH_LEAD_V6;

}  // namespace

/// Lives in the caller's memory.
struct lh_signal {
  lh_signal(double rate_hz, bool upright) : quality(rate_hz, upright) {}

  /// Hands out the next of the beats that are found.
  bool next(lh_beat* beat) {
    if (given == quality.found()) return false;
    const RPeak& peak = quality.peaks().found(given++);
    *beat = {peak.sample, static_cast<float>(peak.rr_s), peak.qrs_mv};
    return true;
  }

  SignalQuality quality;
  std::size_t given = 0;
  bool finished = false;
};

extern "C" {

const char* lh_fault_text(uint32_t fault) {
  for (std::size_t bit = 0; bit < kFaults; ++bit)
    if (fault == 1U << bit) return fault_text(bit);
  return "unknown fault";
}

size_t lh_signal_memory(void) { return sizeof(lh_signal) + alignof(lh_signal) - 1; }

lh_status lh_signal_start(lh_signal** signal, unsigned lead, double rate_hz, void* memory,
                          size_t memory_bytes) {
  if (signal == nullptr || memory == nullptr) return LH_BAD_ARGUMENT;
  if ((lead & (lead - 1)) != 0 || lead > LH_LEAD_V6) return LH_WRONG_LEAD;
  if (!RPeaks::takes(rate_hz)) return LH_BAD_RATE;
  if (memory_bytes < lh_signal_memory()) return LH_MEMORY_TOO_SMALL;
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t skipped =
      (alignof(lh_signal) - address % alignof(lh_signal)) % alignof(lh_signal);
  *signal = new (static_cast<unsigned char*>(memory) + skipped)
      lh_signal(rate_hz, (lead & kUpright) != 0);
  return LH_OK;
}

lh_status lh_signal_push(lh_signal* signal, const float* mv, size_t samples, size_t* taken,
                         lh_beat* beat) {
  if (signal == nullptr || taken == nullptr || beat == nullptr || (mv == nullptr && samples > 0))
    return LH_BAD_ARGUMENT;
  *taken = 0;
  if (signal->next(beat)) return LH_RESULT;
  if (signal->finished) {
    *taken = samples;
    return LH_OK;
  }
  while (*taken < samples) {
    signal->quality.push(mv[(*taken)++]);
    signal->given = 0;
    if (signal->next(beat)) return LH_RESULT;
  }
  return LH_OK;
}

lh_status lh_signal_finish(lh_signal* signal, lh_beat* beat) {
  if (signal == nullptr || beat == nullptr) return LH_BAD_ARGUMENT;
  if (signal->next(beat)) return LH_RESULT;
  if (!signal->finished) {
    signal->quality.finish();
    signal->finished = true, signal->given = 0;
  }
  return signal->next(beat) ? LH_RESULT : LH_OK;
}

lh_quality lh_signal_quality(const lh_signal* signal, int recent) {
  if (signal == nullptr) {
    lh_quality none = {};
    none.grade = LH_UNREADABLE;
    return none;
  }
  const Quality q = recent != 0 ? signal->quality.recent() : signal->quality.quality();
  lh_quality out = {};
  out.grade = static_cast<int32_t>(q.grade);
  out.faults = q.faults, out.not_judged = q.not_judged;
  out.mains_known = q.mains_known;
  out.seconds = q.seconds, out.usable_seconds = q.usable_seconds;
  out.missing = q.missing, out.mains_mv = q.mains_mv, out.wander_mv = q.wander_mv;
  out.muscle_mv = q.muscle_mv, out.qrs_mv = q.qrs_mv, out.range_mv = q.range_mv;
  out.beats_alike = q.beats_alike, out.rate_bpm = static_cast<float>(q.rate_bpm);
  out.beats = q.beats;
  return out;
}

lh_rr lh_signal_rr(const lh_signal* signal) {
  if (signal == nullptr) return {};
  const RrStatistics rr = signal->quality.peaks().rr();
  const auto f = [](double v) { return static_cast<float>(v); };
  return {rr.count,      f(rr.rate_bpm),   f(rr.mean_s),    f(rr.sd_s),
          f(rr.rmssd_s), f(rr.shortest_s), f(rr.longest_s), f(rr.median_s)};
}

}  // extern "C"
