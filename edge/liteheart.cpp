#include "edge/liteheart.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <type_traits>

#include "edge/condition.h"
#include "edge/model_check.h"
#include "edge/network.h"
#include "edge/r_peaks.h"
#include "edge/stream.h"

using namespace liteheart::edge;

static_assert(LH_MOST_DIAGNOSES == kMostDiagnoses);
static_assert(std::is_trivially_copyable_v<EdgeModel> && sizeof(EdgeModel) <= sizeof(lh_model));

namespace {

constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max(), kAlignment = 64;
/// Beyond this, sums of squares in a network would overflow: no electrode gives a million volts.
constexpr float kLargestMv = 1e9F;

/// Not open where the model is null, or zeros.
EdgeModel view(const lh_model* model) {
  EdgeModel edge;
  if (model != nullptr) std::memcpy(&edge, model->opaque, sizeof edge);
  return edge;
}

/// What `ask` says of the model; `none` where it is not open.
template <class T, class Ask>
T of_open(const lh_model* model, T none, Ask ask) {
  const EdgeModel edge = view(model);
  return edge.is_open() ? ask(edge) : none;
}

/// Hands out parts of a caller's memory; once they exceed it, or all that there can be, only
/// counts.
class Memory {
 public:
  Memory(void* begin, std::size_t bytes)
      : next_(reinterpret_cast<std::uintptr_t>(begin)), left_(bytes) {}
  /// Counts alone.
  Memory() : next_(0), left_(kMost) {}

  /// Null where it does not fit.
  template <class T>
  T* take(std::size_t count) {
    if (count > (kMost - kAlignment) / sizeof(T)) return fail<T>();
    // Counted for the worst address, so that what is asked for fits at any.
    const std::size_t skip = (kAlignment - next_ % kAlignment) % kAlignment,
                      bytes = count * sizeof(T), need = bytes + kAlignment - 1;
    if (need < bytes || used_ > kMost - need) return fail<T>();
    used_ += need;
    if (used_ > left_ || skip + bytes > left_) return fail<T>();
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a place in memory is what is reckoned here
    T* const part = reinterpret_cast<T*>(next_ + skip);
    next_ += need;
    return part;
  }
  bool enough() const { return enough_; }
  /// What all parts taken so far need.
  std::size_t used() const { return used_; }

 private:
  template <class T>
  T* fail() {
    enough_ = false;
    return nullptr;
  }

  std::uintptr_t next_;
  std::size_t left_, used_ = 0;
  bool enough_ = true;
};

lh_status status_of(ModelStatus status) {
  switch (status) {
    case ModelStatus::kOk:
      return LH_OK;
    case ModelStatus::kNoModel:
      return LH_NO_MODEL;
    case ModelStatus::kArenaTooSmall:
      return LH_MEMORY_TOO_SMALL;
    default:
      return LH_DAMAGED;
  }
}

lh_status status_of(Status status) {
  switch (status) {
    case Status::kOk:
      return LH_OK;
    case Status::kBadRate:
    case Status::kBadFilter:
      return LH_BAD_RATE;
    case Status::kTooShort:
      return LH_TOO_SHORT;
    default:
      return LH_MEMORY_TOO_SMALL;
  }
}

unsigned lead_mask(const EdgeModel& model) {
  unsigned mask = 0;
  for (std::size_t i = 0; i < model.leads(); ++i) mask |= 1U << model.lead(i);
  return mask;
}

bool takes(const float* mv, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (!(std::fabs(mv[i]) <= kLargestMv)) return false;
  }
  return true;
}

/// logit: of diagnosis i, of a recording the mean over its windows.
lh_finding finding(const EdgeModel& model, std::size_t i, double logit) {
  const EdgeDiagnosis d = model.diagnosis(i);
  const double p =
      1 /
      (1 + std::exp(-(static_cast<double>(d.slope) * logit + static_cast<double>(d.intercept))));
  const auto probability = static_cast<float>(p);
  return {probability, d.judged && p >= static_cast<double>(d.threshold)};
}

/// The parts of the memory that judging windows takes.
struct Judge {
  Judge(const EdgeModel& m, Memory& memory)
      : model(m),
        window(memory.take<float>(m.leads() * static_cast<std::size_t>(m.conditioning().window))),
        logits(memory.take<float>(m.diagnoses())),
        arena_bytes(m.arena_bytes()),
        arena(memory.take<unsigned char>(arena_bytes)) {}
  /// restored: null, or where the first `samples` of the window go, leads `step` apart. Whether the
  /// logits are numbers: of weights that are none they are not.
  bool run(float* restored, std::size_t step, std::size_t samples) const {
    const Restored to = {restored, step, samples};
    model.run(window, arena, arena_bytes, logits, restored == nullptr ? nullptr : &to, kernels);
    for (std::size_t d = 0; d < model.diagnoses(); ++d) {
      if (!std::isfinite(logits[d])) return false;
    }
    return true;
  }

  const EdgeModel& model;
  const Kernels& kernels = best_kernels();
  float *window, *logits;
  std::size_t arena_bytes;
  unsigned char* arena;
};

/// How lh_diagnose shares out its memory: what the filter needs, the networks need later.
struct DiagnosePlan {
  DiagnosePlan(const EdgeModel& m, double rate_hz, std::size_t samples, Memory memory)
      : samples_out(filtered_samples(m.conditioning(), rate_hz, samples)),
        scratch_floats(filter_scratch(m.conditioning(), rate_hz, samples, m.leads())),
        filtered(
            memory.take<float>(samples_out > kMost / m.leads() ? kMost : samples_out * m.leads())),
        sums(memory.take<double>(m.diagnoses())),
        first(memory),
        scratch(first.take<float>(scratch_floats)),
        second(memory),
        judge(m, second) {}
  bool enough() const { return first.enough() && second.enough(); }
  std::size_t bytes() const { return first.used() > second.used() ? first.used() : second.used(); }

  std::size_t samples_out, scratch_floats;
  float* filtered;
  double* sums;  // of each diagnosis' logits
  Memory first;
  float* scratch;
  Memory second;
  Judge judge;
};

}  // namespace

/// Lives in the caller's memory.
struct lh_stream {
  lh_stream(const EdgeModel& m, double rate_hz, Memory& memory)
      : model(m),
        conditioner(m.conditioning(), rate_hz, m.leads(),
                    memory.take<double>(
                        StreamConditioner::memory(m.conditioning(), rate_hz, m.leads()) / 8)),
        judge(model, memory) {}

  EdgeModel model;
  StreamConditioner conditioner;
  Judge judge;
  std::int64_t window = 0, hop = 0, next = 0;  // samples at the model's rate
};

extern "C" {

uint32_t lh_abi_version(void) { return LH_ABI_VERSION; }

const char* lh_status_text(lh_status status) {
  switch (status) {
    case LH_FLAT:
      return "the signal shows no heart";
    case LH_RESULT:
      return "the stream has a result";
    case LH_OK:
      return "no error";
    case LH_NO_MODEL:
      return "not a LiteHeart edge model of this version";
    case LH_DAMAGED:
      return "the model is cut off or damaged";
    case LH_MISALIGNED:
      return "the model's bytes do not begin at a multiple of 16";
    case LH_WRONG_LEAD:
      return "the model was not trained for these leads";
    case LH_BAD_RATE:
      return "the sampling rate is not within 50 Hz to 100 kHz";
    case LH_BAD_SPAN:
      return "the window is shorter than 2 s or longer than the model sees, or the hop is none or "
             "longer than a day";
    case LH_NOT_FINITE:
      return "a sample is NaN, infinite or beyond a million volts";
    case LH_TOO_SHORT:
      return "the recording is shorter than 2 s";
    case LH_MEMORY_TOO_SMALL:
      return "the memory is too small";
    case LH_BAD_ARGUMENT:
      return "a null pointer where none may be, or a model that is not open";
    case LH_NO_LEADS:
      return "the model estimates no leads";
  }
  return "unknown status";
}

lh_status lh_model_open(lh_model* model, const void* bytes, size_t size) {
  if (model == nullptr || bytes == nullptr) return LH_BAD_ARGUMENT;
  if (reinterpret_cast<std::uintptr_t>(bytes) % 16 != 0) return LH_MISALIGNED;
  EdgeModel edge;
  const ModelStatus status = EdgeModel::open(bytes, size, edge);
  if (status == ModelStatus::kOk) std::memcpy(model->opaque, &edge, sizeof edge);
  return status_of(status);
}

unsigned lh_model_leads(const lh_model* model) { return of_open(model, 0U, lead_mask); }

double lh_model_rate(const lh_model* model) {
  return of_open(model, 0.0, [](const EdgeModel& edge) { return edge.conditioning().rate_hz; });
}

double lh_model_window(const lh_model* model) {
  return of_open(model, 0.0, [](const EdgeModel& edge) {
    return edge.conditioning().window / edge.conditioning().rate_hz;
  });
}

int lh_model_in_mv(const lh_model* model) {
  return of_open(model, false, [](const EdgeModel& edge) {
    return edge.conditioning().normalization == Normalization::kFixedGain;
  });
}

const char* lh_model_provenance(const lh_model* model) {
  return of_open(model, "", [](const EdgeModel& edge) { return edge.provenance(); });
}

size_t lh_model_diagnoses(const lh_model* model) {
  return of_open(model, std::size_t{0}, [](const EdgeModel& edge) { return edge.diagnoses(); });
}

lh_diagnosis lh_model_diagnosis(const lh_model* model, size_t i) {
  const EdgeModel edge = view(model);
  if (!edge.is_open() || i >= edge.diagnoses()) return {};
  const EdgeDiagnosis d = edge.diagnosis(i);
  return {d.code, d.abbreviation, d.name, d.threshold, d.judged};
}

int lh_model_restores(const lh_model* model) {
  return of_open(model, false, [](const EdgeModel& edge) { return edge.restores(); });
}

size_t lh_diagnose_memory(const lh_model* model, double rate_hz, size_t samples) {
  const EdgeModel edge = view(model);
  if (!edge.is_open() || !RPeaks::takes(rate_hz)) return 0;
  const DiagnosePlan plan(edge, rate_hz, samples, Memory());
  return plan.scratch_floats == 0 || !plan.enough() ? 0 : plan.bytes();
}

size_t lh_restored_samples(const lh_model* model, double rate_hz, size_t samples) {
  return of_open(model, std::size_t{0}, [&](const EdgeModel& edge) {
    return filtered_samples(edge.conditioning(), rate_hz, samples);
  });
}

lh_status lh_diagnose(const lh_model* model, unsigned leads, double rate_hz, const float* mv,
                      size_t samples, void* memory, size_t memory_bytes, lh_finding* findings,
                      float* restored) {
  const EdgeModel edge = view(model);
  if (!edge.is_open() || (mv == nullptr && samples > 0) || memory == nullptr || findings == nullptr)
    return LH_BAD_ARGUMENT;
  const Conditioning c = edge.conditioning();
  if (leads != lead_mask(edge)) return LH_WRONG_LEAD;
  if (restored != nullptr && !edge.restores()) return LH_NO_LEADS;
  if (!RPeaks::takes(rate_hz) || filter_scratch(c, rate_hz, samples, edge.leads()) == 0)
    return LH_BAD_RATE;
  if (static_cast<double>(samples) < kShortestSeconds * rate_hz) return LH_TOO_SHORT;
  const DiagnosePlan plan(edge, rate_hz, samples, Memory(memory, memory_bytes));
  if (!plan.enough()) return LH_MEMORY_TOO_SMALL;
  if (!takes(mv, edge.leads() * samples)) return LH_NOT_FINITE;
  for (std::size_t i = 0; i < edge.leads(); ++i) {
    if (is_flat(mv + i * samples, samples)) return LH_FLAT;
  }
  const std::size_t filtered = plan.samples_out;
  const Status status =
      filter_recording(c, rate_hz, mv, samples, edge.leads(), plan.filtered,
                       filtered * edge.leads(), plan.scratch, plan.scratch_floats);
  if (status != Status::kOk) return status_of(status);
  for (std::size_t d = 0; d < edge.diagnoses(); ++d) plan.sums[d] = 0;
  const std::size_t windows = window_count(c, filtered),
                    length = static_cast<std::size_t>(c.window);
  for (std::size_t w = 0; w < windows; ++w) {
    const std::size_t start = window_start(c, filtered, w);
    cut_window(c, plan.filtered, filtered, edge.leads(), start, plan.judge.window);
    if (!plan.judge.run(restored == nullptr ? nullptr : restored + start, filtered,
                        filtered - start < length ? filtered - start : length))
      return LH_DAMAGED;
    for (std::size_t d = 0; d < edge.diagnoses(); ++d)
      plan.sums[d] += static_cast<double>(plan.judge.logits[d]) / static_cast<double>(windows);
  }
  for (std::size_t d = 0; d < edge.diagnoses(); ++d) findings[d] = finding(edge, d, plan.sums[d]);
  return LH_OK;
}

size_t lh_stream_memory(const lh_model* model, double rate_hz) {
  const EdgeModel edge = view(model);
  if (!edge.is_open() || !RPeaks::takes(rate_hz)) return 0;
  const std::size_t conditioner =
      StreamConditioner::memory(edge.conditioning(), rate_hz, edge.leads());
  if (conditioner == 0) return 0;
  Memory memory;
  memory.take<lh_stream>(1);
  memory.take<double>(conditioner / 8);
  const Judge judge(edge, memory);
  return memory.enough() ? memory.used() : 0;
}

lh_status lh_stream_start(lh_stream** stream, const lh_model* model, unsigned leads, double rate_hz,
                          double window_seconds, double hop_seconds, void* memory,
                          size_t memory_bytes) {
  const EdgeModel edge = view(model);
  if (stream == nullptr || !edge.is_open() || memory == nullptr) return LH_BAD_ARGUMENT;
  const Conditioning c = edge.conditioning();
  if (leads != lead_mask(edge)) return LH_WRONG_LEAD;
  const std::size_t needed = lh_stream_memory(model, rate_hz);
  if (needed == 0) return LH_BAD_RATE;
  const double longest = c.window / c.rate_hz;
  const double span = window_seconds != 0 ? window_seconds
                      : longest < 10      ? longest
                                          : 10,
               hop = hop_seconds != 0 ? hop_seconds : 1;
  if (!(span >= kShortestSeconds && span <= longest && span * c.rate_hz > kPadding + 1 &&
        hop * c.rate_hz >= 1 && hop <= 86400))
    return LH_BAD_SPAN;
  if (memory_bytes < needed) return LH_MEMORY_TOO_SMALL;
  Memory parts(memory, memory_bytes);
  auto* made = new (parts.take<lh_stream>(1)) lh_stream(edge, rate_hz, parts);
  made->window = std::llround(span * c.rate_hz);
  made->hop = std::llround(hop * c.rate_hz);
  made->next = made->window;
  *stream = made;
  return LH_OK;
}

size_t lh_stream_samples(const lh_stream* stream) {
  return stream == nullptr ? 0 : static_cast<std::size_t>(stream->window);
}

lh_status lh_stream_push(lh_stream* stream, const float* mv, size_t samples, size_t* taken,
                         lh_finding* findings, float* restored) {
  if (stream == nullptr || taken == nullptr || findings == nullptr) return LH_BAD_ARGUMENT;
  *taken = 0;
  if (samples == 0) return LH_OK;
  if (mv == nullptr) return LH_BAD_ARGUMENT;
  const EdgeModel& edge = stream->model;
  if (restored != nullptr && !edge.restores()) return LH_NO_LEADS;
  StreamConditioner& conditioner = stream->conditioner;
  if (samples > kMost / sizeof(float) / edge.leads()) return LH_BAD_ARGUMENT;
  // Of a long buffer only what this hop can take is looked at.
  const std::size_t most = conditioner.most_until(stream->next);
  if (most < samples) samples = most;
  if (!takes(mv, samples * edge.leads())) return LH_NOT_FINITE;
  while (*taken < samples) {
    conditioner.push(mv + *taken * edge.leads());
    ++*taken;
    if (conditioner.made() < stream->next) continue;
    // Of hops shorter than a sample of the source's, the last counts.
    while (stream->next <= conditioner.made()) stream->next += stream->hop;
    const auto window = static_cast<std::size_t>(stream->window);
    if (conditioner.flat(window)) return LH_FLAT;
    conditioner.window(window, stream->judge.window);
    if (!stream->judge.run(restored, window, window)) return LH_DAMAGED;
    for (std::size_t d = 0; d < edge.diagnoses(); ++d)
      findings[d] = finding(edge, d, static_cast<double>(stream->judge.logits[d]));
    return LH_RESULT;
  }
  return LH_OK;
}

}  // extern "C"
