#include "report/overview.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/quality_words.h"

namespace liteheart {
namespace {

constexpr std::size_t kColumns = 1000, kMostSteps = 250;
constexpr double kShortestStep = 10;  // s: fewer beats have no median
// A longer interval between two beats is a pause only where the lead was on throughout.
constexpr double kSurelyBeats = 3;  // s
constexpr std::size_t kBlock = 1 << 14;
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

class OverviewBuilder {
 public:
  OverviewBuilder(const Recording& about, std::size_t lead)
      : rate_hz_(about.rate_hz),
        samples_(about.samples),
        quality_(about.rate_hz, is_upright_lead(about.leads[lead])) {
    overview_.lead = about.leads[lead];
    overview_.seconds = static_cast<double>(samples_) / rate_hz_;
    const auto steps = static_cast<std::size_t>(
        std::clamp(overview_.seconds / kShortestStep, 1.0, static_cast<double>(kMostSteps)));
    rates_.resize(steps);
    overview_.low_mv.assign(kColumns, kNone);
    overview_.high_mv.assign(kColumns, kNone);
    grade_every_ = std::clamp(static_cast<std::size_t>(rate_hz_ * edge::SignalQuality::kRecent),
                              std::size_t{1}, samples_);
  }

  void take(const float* mv, std::size_t count) {
    for (std::size_t t = 0; t < count; ++t, ++at_) {
      const std::size_t column = std::min(kColumns - 1, at_ * kColumns / samples_);
      overview_.low_mv[column] = std::fmin(overview_.low_mv[column], mv[t]);
      overview_.high_mv[column] = std::fmax(overview_.high_mv[column], mv[t]);
      quality_.push(mv[t]);
      keep_rates();
      if ((at_ + 1) % grade_every_ == 0) grades_.push_back(quality_.recent().grade);
    }
  }

  Overview finish() {
    quality_.finish();
    keep_rates();
    if (rates_.size() == 1 || grades_.empty()) grades_ = {quality_.quality().grade};
    keep_grades();
    for (std::vector<float>& rates : rates_) {
      overview_.usual.push_back(rates.empty() ? kNone : edge::median(rates.data(), rates.size()));
      const auto [low, high] = std::minmax_element(rates.begin(), rates.end());
      overview_.slowest.push_back(rates.empty() ? kNone : *low);
      overview_.fastest.push_back(rates.empty() ? kNone : *high);
    }
    return std::move(overview_);
  }

 private:
  std::size_t step_of(double sample) const {
    const double share = std::clamp(sample / static_cast<double>(samples_), 0.0, 1.0);
    return std::min(rates_.size() - 1,
                    static_cast<std::size_t>(share * static_cast<double>(rates_.size())));
  }
  void keep_rates() {
    for (std::size_t i = 0; i < quality_.found(); ++i) {
      const edge::RPeak& peak = quality_.peaks().found(i);
      if (peak.rr_s > 0 && (peak.rr_s <= kSurelyBeats || lead_was_on(peak.rr_s)))
        rates_[step_of(peak.position)].push_back(static_cast<float>(60 / peak.rr_s));
    }
  }
  /// In the last `seconds`; not where these are more than are known.
  bool lead_was_on(double seconds) const {
    constexpr std::uint32_t kOff = edge::kFlat | edge::kLeadOff | edge::kMissing;
    return seconds <= edge::SignalQuality::kRecent && (quality_.recent().faults & kOff) == 0;
  }
  void keep_grades() {
    const auto bad = std::ranges::count(grades_, edge::Grade::kUnreadable);
    overview_.unreadable = static_cast<double>(bad) / static_cast<double>(grades_.size());
    const std::size_t steps = std::min(kColumns, grades_.size());
    for (std::size_t step = 0; step < steps; ++step) {
      const auto begin =
                     grades_.begin() + static_cast<std::ptrdiff_t>(step * grades_.size() / steps),
                 end = grades_.begin() +
                       static_cast<std::ptrdiff_t>((step + 1) * grades_.size() / steps),
                 middle = begin + (end - begin) / 2;
      std::nth_element(begin, middle, end);
      overview_.grades.push_back(*middle);
    }
  }

  double rate_hz_;
  std::size_t samples_, at_ = 0, grade_every_ = 1;
  edge::SignalQuality quality_;
  std::vector<std::vector<float>> rates_;  // [step]
  std::vector<edge::Grade> grades_;        // of each ten seconds
  Overview overview_;
};

}  // namespace

Overview overview_of(RecordingStream& recording, std::size_t lead) {
  const std::size_t leads = recording.about().leads.size();
  OverviewBuilder builder(recording.about(), lead);
  std::vector<float> block(leads * kBlock);
  for (std::size_t got = 0; (got = recording.read(block.data(), kBlock, kBlock)) > 0;)
    builder.take(block.data() + lead * kBlock, got);
  return builder.finish();
}

}  // namespace liteheart
