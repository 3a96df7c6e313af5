// An edge model's network in plain floats, and the gradients of its logits: what maps of where it
// looks are made of. In bytes it rounds as the edge library does, and gradients go straight through
// the rounding. No libtorch here.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "explain/operation.h"

namespace liteheart {

/// An activation of one window and the gradient of the traced logit by it, [time][channel].
struct TracedActivation {
  std::size_t time, channels;
  std::span<const float> values, gradient;
};

class NetworkGradient {
 public:
  /// Of an .lhm file's bytes, which may go afterwards. Throws Error (`name`) if they are no model,
  /// or one of another form than `liteheart export` writes.
  NetworkGradient(std::span<const std::uint8_t> bytes, const std::string& name);

  std::size_t window() const { return window_; }            // samples
  const std::vector<int>& given() const { return given_; }  // indices into kLeadNames
  bool restores() const { return student_input_ != input_; }
  std::size_t diagnoses() const { return diagnoses_; }

  /// One window's way through the network.
  struct Pass {
    explain::Tape tape;
    std::vector<float> features;  // before the positions are added
  };
  /// window: [lead, time], as the network is given it.
  Pass run(std::span<const float> window) const;
  std::span<const float> logits(const Pass& pass) const;

  enum class Depth : std::uint8_t { kStudentInput, kWindow };
  /// Gradients of the logit of `diagnosis` by all that leads to it, down to what the student is
  /// given, or down to the window.
  void trace(Pass& pass, std::size_t diagnosis, Depth depth = Depth::kStudentInput) const;
  /// Output of the last convolution block.
  TracedActivation features(const Pass& pass) const;
  /// The leads that the student is given: all 12, if they are restored, else those of the window.
  TracedActivation student_input(const Pass& pass) const { return traced(pass, student_input_); }
  TracedActivation window(const Pass& pass) const { return traced(pass, input_); }

 private:
  struct Shape {
    std::size_t time, channels, halo;
    bool bytes;
    float scale;
    std::uint8_t zero;
  };
  void require_in_order(const std::string& name);
  TracedActivation traced(const Pass& pass, int slot) const;

  std::size_t window_, diagnoses_;
  std::vector<int> given_;
  int input_, student_input_, logits_, features_ = -1;  // slots
  std::size_t positions_ = 0;                           // operation
  std::vector<Shape> shapes_;                           // [slot]
  std::vector<std::unique_ptr<explain::Operation>> operations_;
};

}  // namespace liteheart
