#include "train/batch.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/augment.h"
#include "ecg/leads.h"

namespace liteheart {
namespace {

at::Tensor of_partners(const at::Tensor& x, const CutMix& mix) {
  return x.index_select(
      0, at::tensor(at::ArrayRef<std::int64_t>(mix.partner), at::kLong).to(x.device()));
}

void shuffle(std::vector<std::size_t>& order, Random& random) {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
}

}  // namespace

double CutMix::share() const { return static_cast<double>(to - from) / kBins; }

at::Tensor cut_mix(const at::Tensor& x, const CutMix& mix) {
  if (mix.partner.empty() || mix.from == mix.to) return x;
  const auto per_bin = x.size(-1) / kBins;
  const auto from = mix.from * per_bin, length = (mix.to - mix.from) * per_bin;
  at::Tensor mixed = x.clone();
  mixed.narrow(-1, from, length).copy_(of_partners(x.narrow(-1, from, length), mix));
  return mixed;
}

at::Tensor blend(const at::Tensor& x, const CutMix& mix) {
  if (mix.partner.empty()) return x;
  return x * (1 - mix.share()) + of_partners(x, mix) * mix.share();
}

at::Tensor load_signals(const PreparedDataset& data, std::span<const std::size_t> records) {
  const auto window = static_cast<std::int64_t>(data.conditioning().window);
  at::Tensor x = at::empty({static_cast<std::int64_t>(records.size()), kLeads, window}, at::kFloat);
  float* out = x.data_ptr<float>();
  const float scale = data.scale();
  for (const std::size_t record : records) {
    for (const std::int16_t value : data.signal(record)) *out++ = static_cast<float>(value) * scale;
  }
  return x;
}

at::Tensor load_labels(const PreparedDataset& data, std::span<const std::size_t> records) {
  const auto classes = static_cast<std::int64_t>(data.classes().size());
  at::Tensor y = at::empty({static_cast<std::int64_t>(records.size()), classes}, at::kFloat);
  float* out = y.data_ptr<float>();
  for (const std::size_t record : records) {
    for (const std::uint8_t label : data.labels(record)) *out++ = static_cast<float>(label);
  }
  return y;
}

BatchSampler::BatchSampler(const PreparedDataset& data, BatchOptions options)
    : data_(data), options_(std::move(options)) {
  labelled_.records = options_.labelled;
  unlabelled_.records = options_.unlabelled;
}

void BatchSampler::take(Stream& stream, std::uint64_t which, std::uint64_t step, std::int64_t count,
                        std::vector<std::size_t>& into) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t position =
        step * static_cast<std::uint64_t>(count) + static_cast<std::uint64_t>(i);
    const std::uint64_t pass = position / stream.records.size();
    if (pass != stream.pass) {
      stream.pass = pass;
      stream.order = stream.records;
      Random random(options_.seed, 2 * pass + which + (std::uint64_t{1} << 40));
      shuffle(stream.order, random);
    }
    into.push_back(stream.order[position % stream.records.size()]);
  }
}

Batch BatchSampler::draw(std::uint64_t step) {
  Batch batch;
  batch.labelled = options_.labelled_per_batch;
  take(labelled_, 0, step, options_.labelled_per_batch, batch.records);
  if (options_.unlabelled_per_batch > 0)
    take(unlabelled_, 1, step, options_.unlabelled_per_batch, batch.records);
  const auto size = static_cast<std::int64_t>(batch.records.size());

  Random random(options_.seed, step + (std::uint64_t{1} << 41));
  batch.signal = load_signals(data_, batch.records);
  const auto time = batch.signal.size(2);
  if (options_.augment > 0) {
    for (std::int64_t i = 0; i < size; ++i) {
      augment_weak({batch.signal.data_ptr<float>() + i * kLeads * time,
                    static_cast<std::size_t>(kLeads * time)},
                   options_.augment, random);
    }
  }
  if (random.chance(options_.cutmix)) {
    CutMix& mix = batch.cutmix;
    const int bins =
        static_cast<int>(std::lround(cutmix_share(options_.cutmix_beta, random) * kBins));
    mix.from = static_cast<int>(random.below(static_cast<std::size_t>(kBins - bins) + 1));
    mix.to = mix.from + bins;
    // Partners within the labelled and within the unlabelled part, so that labels stay known: a
    // rotation of each.
    mix.partner.resize(static_cast<std::size_t>(size));
    const auto pair_up = [&](std::int64_t from, std::int64_t count) {
      if (count == 0) return;
      const auto by = static_cast<std::int64_t>(random.below(static_cast<std::size_t>(count)));
      for (std::int64_t i = 0; i < count; ++i)
        mix.partner[static_cast<std::size_t>(from + i)] = from + (i + by) % count;
    };
    pair_up(0, batch.labelled);
    pair_up(batch.labelled, size - batch.labelled);
    batch.signal = cut_mix(batch.signal, mix);
  }

  const at::Tensor leads = at::tensor(at::ArrayRef<int>(options_.leads), at::kInt).to(at::kLong);
  batch.input = batch.signal.index_select(1, leads);
  if (options_.augment > 0) {
    float* lead = batch.input.data_ptr<float>();
    for (std::int64_t i = 0; i < batch.input.size(0) * batch.input.size(1); ++i, lead += time) {
      augment_strong({lead, static_cast<std::size_t>(time)}, options_.augment, random);
    }
  }
  batch.target =
      load_labels(data_, std::span(batch.records).first(static_cast<std::size_t>(batch.labelled)));
  if (!batch.cutmix.partner.empty()) {
    CutMix within = batch.cutmix;
    within.partner.resize(static_cast<std::size_t>(batch.labelled));
    batch.target = blend(batch.target, within);
  }
  return batch;
}

}  // namespace liteheart
