#include "data/recording_facts.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/quality_words.h"
#include "ecg/leads.h"
#include "edge/arm_leads.h"

namespace liteheart {
namespace {

constexpr std::size_t kBlock = 1 << 14;

void widen(LeadFacts& lead, const float* mv, std::size_t samples) {
  for (std::size_t t = 0; t < samples; ++t) {
    lead.low_mv = std::fmin(lead.low_mv, mv[t]);
    lead.high_mv = std::fmax(lead.high_mv, mv[t]);
  }
}

/// The beginning of the twelve standard leads, where all are there.
class TwelveLeads {
 public:
  explicit TwelveLeads(const Recording& about) : rate_hz_(about.rate_hz) {
    constexpr double kEnoughSeconds = 10;
    for (const std::string_view name : kLeadNames) {
      const auto found = std::find(about.leads.begin(), about.leads.end(), name);
      if (found == about.leads.end()) {
        at_.clear();
        return;
      }
      at_.push_back(static_cast<std::size_t>(found - about.leads.begin()));
    }
    samples_ = std::min(about.samples, static_cast<std::size_t>(kEnoughSeconds * rate_hz_));
    mv_.resize(kLeads * samples_);
  }

  /// block: [lead, kBlock], of which `got` samples are filled.
  void take(const std::vector<float>& block, std::size_t got) {
    const std::size_t count = std::min(got, samples_ - taken_);
    for (std::size_t lead = 0; lead < at_.size() && count > 0; ++lead)
      std::copy_n(block.data() + at_[lead] * kBlock, count, mv_.data() + lead * samples_ + taken_);
    taken_ += count;
  }

  bool arms_swapped() const {
    return samples_ > 0 && edge::arms_swapped(mv_.data(), samples_, rate_hz_);
  }

 private:
  double rate_hz_;
  std::vector<std::size_t> at_;  // position of each standard lead
  std::vector<float> mv_;
  std::size_t samples_ = 0, taken_ = 0;
};

}  // namespace

edge::Grade RecordingFacts::grade() const {
  const auto is = [&](edge::Grade grade) {
    return std::all_of(leads.begin(), leads.end(),
                       [&](const LeadFacts& lead) { return lead.quality.grade == grade; });
  };
  for (const edge::Grade grade : {edge::Grade::kGood, edge::Grade::kUnreadable})
    if (is(grade)) return grade;
  return edge::Grade::kLimited;
}

RecordingFacts measure_recording(RecordingStream& recording) {
  RecordingFacts facts;
  const Recording& about = recording.about();
  const std::size_t leads = about.leads.size();
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  std::vector<edge::SignalQuality> qualities;
  for (const std::string& name : about.leads) {
    facts.leads.push_back({name, kNone, kNone, {}});
    qualities.emplace_back(about.rate_hz, is_upright_lead(name));
  }
  std::vector<float> block(leads * kBlock);
  TwelveLeads twelve(about);
  for (std::size_t got = 0; (got = recording.read(block.data(), kBlock, kBlock)) > 0;) {
    twelve.take(block, got);
    for (std::size_t i = 0; i < leads; ++i) {
      const float* const mv = block.data() + i * kBlock;
      widen(facts.leads[i], mv, got);
      for (std::size_t t = 0; t < got; ++t) qualities[i].push(mv[t]);
    }
  }
  for (std::size_t i = 0; i < leads; ++i) {
    qualities[i].finish();
    facts.leads[i].quality = qualities[i].quality();
  }
  facts.rhythm_lead = static_cast<std::size_t>(
      std::max_element(facts.leads.begin(), facts.leads.end(),
                       [](const LeadFacts& a, const LeadFacts& b) {
                         const auto rank = [](const edge::Quality& q) {
                           return std::pair(q.grade != edge::Grade::kUnreadable, q.prominence);
                         };
                         return rank(a.quality) < rank(b.quality);
                       }) -
      facts.leads.begin());
  facts.arms_swapped = twelve.arms_swapped();
  facts.about = about;
  return facts;
}

}  // namespace liteheart
