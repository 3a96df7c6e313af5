// An edge model in the memory its file lies in: verified once, then run without heap, lock or
// exception. The caller brings the file's bytes and an arena.
#pragma once

#include <cstddef>
#include <cstdint>

#include "edge/condition.h"
#include "edge/kernels.h"

namespace liteheart::edge {

namespace file {
struct Model;
}

enum class ModelStatus : std::uint8_t {
  kOk,
  kNoModel,       // not an .lhm file, of another version, or cut off
  kDamaged,       // its tables do not verify
  kInconsistent,  // its tables verify but contradict each other
  kArenaTooSmall,
};
/// One English line for a status, never null.
const char* status_text(ModelStatus status);

/// One diagnosis that a model gives; texts live in the file's bytes.
struct EdgeDiagnosis {
  const char *code, *abbreviation, *name;  // SNOMED CT code; short and full English name
  bool scored, judged;                     // of the Challenge's score; whether the leads can tell
  float threshold, slope,
      intercept;  // present where sigmoid(slope * logit + intercept) >= threshold
};

/// Is told what each step of a network has made.
struct Observer {
  void (*saw)(void* user, std::size_t step, const Elements& made, std::size_t elements);
  void* user;
};

/// Where restored leads are to go: sample t of lead i to data[i * step + t], the first `samples` of
/// a window.
struct Restored {
  float* data;
  std::size_t step, samples;
};

class EdgeModel {
 public:
  /// Verifies `bytes` (16-byte aligned, alive as long as the model) and views them.
  static ModelStatus open(const void* bytes, std::size_t size, EdgeModel& model);
  /// False of one that has not been opened, which nothing else may be asked of.
  bool is_open() const { return model_ != nullptr; }

  Conditioning conditioning() const;
  std::size_t leads() const;
  int lead(std::size_t i) const;  // 0..11 of I II III aVR aVL aVF V1..V6
  std::size_t diagnoses() const;
  EdgeDiagnosis diagnosis(std::size_t i) const;
  bool restores() const;           // whether it estimates the 12 leads
  float measured_share() const;    // of trees on what is measured, in its logits; 0 without any
  const char* provenance() const;  // JSON
  /// Multiply-adds of one window's convolutions and linear layers.
  std::uint64_t multiply_adds() const;

  /// Whether it works on bytes, which give the same bits on every kernel path.
  bool bytes() const;

  std::size_t arena_bytes() const;
  /// One window through the network, and the trees where there are some. window: [lead, window] as
  /// cut_window gives it; logits: [diagnoses]; restored: or null. kArenaTooSmall leaves all as it
  /// was.
  ModelStatus run(const float* window, void* arena, std::size_t arena_bytes, float* logits,
                  const Restored* restored, const Kernels& kernels,
                  const Observer* observer = nullptr) const;

 private:
  const file::Model* model_ = nullptr;
  std::size_t scratch_bytes_ = 0;
};

}  // namespace liteheart::edge
