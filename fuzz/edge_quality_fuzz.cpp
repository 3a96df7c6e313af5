// Signal quality and R peaks: any rate, any samples. Whatever comes, what is said is finite, peaks
// lie within the samples in order of time, and chunks do not matter.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "edge/liteheart.h"

namespace {

struct Source {
  const std::uint8_t* at;
  std::size_t left;

  template <class T>
  T take() {
    T value{};
    const std::size_t count = left < sizeof(T) ? left : sizeof(T);
    std::memcpy(&value, at, count);
    at += count, left -= count;
    return value;
  }
};

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const lh_quality& q) {
  require(q.grade >= LH_GOOD && q.grade <= LH_UNREADABLE && q.faults < 1U << 13 &&
          q.not_judged < 1U << 6 && q.beats >= 0);
  for (const double x : {q.seconds, q.usable_seconds, static_cast<double>(q.missing),
                         static_cast<double>(q.mains_mv), static_cast<double>(q.wander_mv),
                         static_cast<double>(q.muscle_mv), static_cast<double>(q.qrs_mv),
                         static_cast<double>(q.range_mv), static_cast<double>(q.beats_alike),
                         static_cast<double>(q.rate_bpm)})
    require(std::isfinite(x) && x >= 0);
}

/// All that is said of the samples, pushed `chunk` by `chunk`.
struct Said {
  std::vector<lh_beat> beats;
  lh_quality whole{}, recent{};
};
Said listen(double rate_hz, const std::vector<float>& mv, std::size_t chunk) {
  Said said;
  std::vector<unsigned char> memory(lh_signal_memory());
  lh_signal* signal = nullptr;
  if (lh_signal_start(&signal, LH_LEAD_I, rate_hz, memory.data(), memory.size()) != LH_OK)
    return said;
  lh_beat beat;
  const auto keep = [&] {
    require(beat.sample >= 0 && beat.sample < static_cast<std::int64_t>(mv.size()) &&
            std::isfinite(beat.rr_s) && beat.rr_s >= 0 && std::isfinite(beat.qrs_mv));
    require(said.beats.empty() || beat.sample >= said.beats.back().sample);
    said.beats.push_back(beat);
  };
  for (std::size_t at = 0; at < mv.size(); at += chunk) {
    const std::vector<float> part(
        mv.begin() + static_cast<std::ptrdiff_t>(at),
        mv.begin() + static_cast<std::ptrdiff_t>(at + chunk < mv.size() ? at + chunk : mv.size()));
    for (std::size_t done = 0, taken = 0;; done += taken) {
      const lh_status status =
          lh_signal_push(signal, part.data() + done, part.size() - done, &taken, &beat);
      if (status != LH_RESULT) {
        require(status == LH_OK && done + taken == part.size());
        break;
      }
      keep();
    }
  }
  check(lh_signal_quality(signal, 1));
  while (lh_signal_finish(signal, &beat) == LH_RESULT) keep();
  said.whole = lh_signal_quality(signal, 0);
  said.recent = lh_signal_quality(signal, 1);
  check(said.whole);
  check(said.recent);
  const lh_rr rr = lh_signal_rr(signal);
  require(rr.intervals >= 0 && std::isfinite(rr.rate_bpm) && std::isfinite(rr.sd_s) &&
          std::isfinite(rr.rmssd_s) && rr.shortest_s <= rr.longest_s);
  return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Source source = {bytes, size};
  static constexpr double kRates[] = {50, 100, 128, 250, 300, 360, 500, 513.625, 1000, 2000};
  const auto pick = source.take<std::uint8_t>();
  const double rate_hz = pick < 250 ? kRates[pick % 10] : source.take<double>();
  const std::size_t chunk = 1 + source.take<std::uint8_t>();
  std::vector<float> mv;
  if (pick % 3 == 0) {  // anything that a float can be
    while (source.left > 0 && mv.size() < 50'000) mv.push_back(source.take<float>());
  } else if (pick % 3 == 1) {  // steps of a converter, -128 missing
    while (source.left > 0 && mv.size() < 50'000) {
      const auto step = source.take<std::int8_t>();
      mv.push_back(step == -128 ? NAN : static_cast<float>(step) / 32);
    }
  } else {  // a few, repeated
    std::vector<float> some;
    while (source.left > 0) some.push_back(static_cast<float>(source.take<std::int8_t>()) / 32);
    for (std::size_t i = 0; !some.empty() && i < 10'000; ++i)
      mv.push_back(some[i / 3 % some.size()]);
  }
  const Said own = listen(rate_hz, mv, chunk), expected = listen(rate_hz, mv, 1);
  require(own.beats.size() == expected.beats.size());
  for (std::size_t i = 0; i < own.beats.size(); ++i)
    require(own.beats[i].sample == expected.beats[i].sample &&
            own.beats[i].qrs_mv == expected.beats[i].qrs_mv);
  require(own.whole.faults == expected.whole.faults && own.whole.grade == expected.whole.grade &&
          own.recent.faults == expected.recent.faults && own.whole.qrs_mv == expected.whole.qrs_mv);
  return 0;
}
