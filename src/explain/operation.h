// The operations of an edge model (edge/model.fbs) in plain floats, forward and in reverse: what
// one makes, and how a change of what it makes goes back to a change of what it reads.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace liteheart {

namespace edge::file {
struct Model;
struct Step;
}  // namespace edge::file

namespace explain {

/// An activation and the gradient of the traced logit by it, both [time][channel].
struct Activation {
  std::size_t time = 0, channels = 0;
  std::size_t halo = 0;         // rows of zeros around the values
  std::vector<float> values;    // with halo
  std::vector<float> gradient;  // without

  std::size_t size() const { return time * channels; }
  float* row(std::size_t t) { return values.data() + (halo + t) * channels; }
  const float* row(std::size_t t) const { return values.data() + (halo + t) * channels; }
};

/// One pass of one window.
struct Tape {
  std::vector<Activation> slots;
  std::vector<std::vector<float>> kept;  // [operation]: what its way back needs besides
};

/// Operations hold their weights: the model they are made of may go. They read and write the slots
/// of the file, which the Tape must have in its shapes.
class Operation {
 public:
  Operation(std::vector<int> read, int written) : reads_(std::move(read)), writes_(written) {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation() = default;

  const std::vector<int>& reads() const { return reads_; }
  int writes() const { return writes_; }

  /// Floats that run() keeps for trace().
  virtual std::size_t kept() const { return 0; }
  virtual void run(Tape& tape, float* kept) const = 0;
  /// Adds to the gradients of what is read what the gradient of what is written makes of them.
  virtual void trace(Tape& tape, const float* kept) const = 0;

 protected:
  static Activation& at(Tape& tape, int slot) { return tape.slots[static_cast<std::size_t>(slot)]; }

 private:
  std::vector<int> reads_;
  int writes_;
};

/// The operation of a step of a model that edge::EdgeModel::open has verified.
std::unique_ptr<Operation> make_operation(const edge::file::Model& model,
                                          const edge::file::Step& step);
/// Floats that make_operation would hold and its trace() would work in.
std::size_t floats_needed(const edge::file::Model& model, const edge::file::Step& step);

}  // namespace explain
}  // namespace liteheart
