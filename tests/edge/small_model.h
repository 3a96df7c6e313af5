// A small .lhm file made by hand, with one of every operation, for tests of what reads it.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "edge/kernels.h"
#include "edge/measure.h"
#include "edge/model_generated.h"

namespace liteheart::test {

/// What its convolution by Toom-Cook has: five taps, 32 channels into 16.
constexpr std::size_t kToomWeights = edge::toom_cook_weight_count(16, std::uint64_t{2} * 32, 32);

/// The trees of a small model's two classes: two and one, which ask for nothing and say nothing.
struct SmallTrees {
  static constexpr std::size_t kSplits = 7, kLeaves = 8;
  std::uint16_t version = edge::kMeasurementsVersion;
  float share = 0.5F;
  std::vector<float> base = {0, 0};
  std::vector<std::uint16_t> count = {2, 1};
  std::vector<std::uint8_t> measurement = std::vector<std::uint8_t>(3 * kSplits);
  std::vector<std::uint16_t> threshold = std::vector<std::uint16_t>(3 * kSplits);
  std::vector<std::uint16_t> value = std::vector<std::uint16_t>(3 * kLeaves);
  const void* left_out = nullptr;  // one of the lists

  flatbuffers::Offset<edge::file::Trees> write(flatbuffers::FlatBufferBuilder& b) const {
    const auto list = [&]<class T>(const std::vector<T>& values) {
      return left_out == &values ? flatbuffers::Offset<flatbuffers::Vector<T>>()
                                 : b.CreateVector(values);
    };
    const auto bases = list(base);
    const auto counts = list(count), thresholds = list(threshold), values = list(value);
    const auto measurements = list(measurement);
    return edge::file::CreateTrees(b, version, share, bases, counts, measurements, thresholds,
                                   values);
  }
};

/// spare: has a slot of 12 leads, the last, that nothing writes. made_of: its provenance.
/// measured_bytes: its leads are put together from measured ones in bytes, which is refused.
/// trees: beside its network, or null.
/// Lead I, or those of `leads`: leads estimated, derived, convolved with stride and by Toom-Cook,
/// attended to, pooled, and bytes.
inline std::vector<std::uint8_t> small_edge_model(
    std::uint32_t window = 64, std::size_t toom_weights = kToomWeights, bool spare = false,
    const std::vector<std::uint8_t>& leads = {0}, const std::string& made_of = "{}",
    bool measured_bytes = false, const SmallTrees* trees = nullptr) {
  namespace file = edge::file;
  constexpr std::uint32_t kHalo = 8;
  const std::uint32_t tokens = window / 4;
  flatbuffers::FlatBufferBuilder b;
  std::minstd_rand random(1);
  const auto values = [&](auto count) {
    std::vector<float> v(static_cast<std::size_t>(count));
    for (float& x : v) x = static_cast<float>(random() % 2001) / 2000.0F - 0.5F;
    return b.CreateVector(v);
  };
  std::vector<flatbuffers::Offset<file::Slot>> slots;
  std::uint32_t end = 0;
  const auto slot = [&](std::uint32_t time, std::uint32_t channels,
                        file::Element element = file::Element_Float) {
    slots.push_back(file::CreateSlot(b, end, time, channels, kHalo, element, 0.01F, 128));
    end += ((time + 2 * kHalo) * channels * 4 + 63) / 64 * 64;
    return static_cast<std::uint16_t>(slots.size() - 1);
  };
  std::vector<flatbuffers::Offset<file::Step>> steps;
  const auto step = [&]<class Op>(flatbuffers::Offset<Op> op) {
    steps.push_back(file::CreateStep(b, file::OpTraits<Op>::enum_value, op.Union()));
  };
  const auto measured = static_cast<std::uint32_t>(leads.size());
  const auto input = slot(window, measured), quarter = slot(tokens, 32), eight = slot(window, 8),
             twelve = slot(window, 12), x = slot(tokens, 16), qkv = slot(tokens, 48),
             norm = slot(tokens, 16), mixed = slot(tokens, 16), y = slot(tokens, 16),
             top = slot(1, 16), logits = slot(1, 16),
             bytes = slot(window, measured, file::Element_Byte), sum = slot(tokens, 16),
             aside = slot(tokens, 16);
  if (spare) slot(window, 12);
  const auto w1 = values(9 * measured * 32), b1 = values(32);
  step(file::CreateConvolution(b, input, quarter, -1, 9, 4, 4, 1, true, w1, b1));
  const auto w7 = values(toom_weights), b7 = values(16);
  step(file::CreateConvolution(b, quarter, aside, -1, 5, 1, 2, 1, true, w7, b7, 0, 0, 0, true));
  const auto w2 = values(9 * 32 * 32), b2 = values(32);
  step(file::CreateConvolution(b, quarter, eight, -1, 9, 1, 4, 4, false, w2, b2));
  step(file::CreateQuantize(b, input, bytes));
  step(file::CreateLeads(b, measured_bytes ? bytes : input, eight, twelve, true));
  const auto w3 = values(9 * 12 * 16), b3 = values(16);
  step(file::CreateConvolution(b, twelve, x, -1, 9, 4, 4, 1, true, w3, b3));
  const auto table = values(tokens * 16);
  step(file::CreatePositions(b, x, table));
  step(file::CreateLayerNorm(b, x, norm));
  const auto w4 = values(16 * 48), b4 = values(48);
  step(file::CreateConvolution(b, norm, qkv, -1, 1, 1, 0, 1, false, w4, b4));
  step(file::CreateAttention(b, qkv, mixed, 4, true));
  const std::size_t depth = std::size_t{4} * measured;
  std::vector<std::int8_t> weight8(depth * 16);
  std::vector<std::int32_t> sums(16, 0);
  for (std::size_t i = 0; i < weight8.size(); ++i) {
    weight8[i] = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
    sums[i / edge::kDepthMultiple % 16] += weight8[i];
  }
  const auto w8 = b.CreateVector(weight8);
  const auto s8 = b.CreateVector(sums);
  const auto b8 = values(16), scale8 = b.CreateVector(std::vector<float>(16, 1e-4F));
  step(file::CreateConvolution(b, bytes, sum, static_cast<std::int16_t>(x), 4, 4, 0, 1, true, 0, b8,
                               w8, s8, scale8));
  const auto w5 = values(16 * 16), b5 = values(16);
  step(file::CreateConvolution(b, mixed, y, static_cast<std::int16_t>(sum), 1, 1, 0, 1, false, w5,
                               b5));
  step(file::CreateMaximum(b, y, top));
  const auto w6 = values(16 * 16), b6 = values(16);
  step(file::CreateConvolution(b, top, logits, -1, 1, 1, 0, 1, false, w6, b6));
  const auto slot_list = b.CreateVector(slots);
  const auto step_list = b.CreateVector(steps);
  const auto network = file::CreateNetwork(b, end, slot_list, step_list, input,
                                           static_cast<std::int16_t>(twelve), logits);
  std::vector<flatbuffers::Offset<file::Diagnosis>> diagnoses = {
      file::CreateDiagnosisDirect(b, "164889003", "AF", "atrial fibrillation", true, true, 0.3F, 1,
                                  0),
      file::CreateDiagnosisDirect(b, "39732003", "LAD", "left axis deviation", true, false, 0.5F, 2,
                                  1)};
  const auto list = b.CreateVector(diagnoses);
  const auto lead_list = b.CreateVector(leads);
  const auto provenance = b.CreateString(made_of);
  const auto tree_table = trees == nullptr ? flatbuffers::Offset<file::Trees>() : trees->write(b);
  file::FinishModelBuffer(b, file::CreateModel(b, 100, window, 1, 47, false, lead_list, list,
                                               network, provenance, tree_table));
  return {b.GetBufferPointer(), b.GetBufferPointer() + b.GetSize()};
}

}  // namespace liteheart::test
