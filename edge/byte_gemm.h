// The products of bytes of kernels.h, for an instruction set Isa that has
//   Part: the vector that sums, inputs and weights stand in
//   kParts: how many of them 16 columns take
//   inputs(bytes): four of a row, for every column, each less kLess
//   Part weights(bytes, p): four of each column of part p of 16
//   Part add(sums, inputs, weights)
//   kTogether: how many of kParts are summed at a time, so that sums stay in registers; where it is
//     kParts, those of all Blocks are
//   store<Parts>(sums, integers): the sums of so many parts
// or ByteSums of its own, and kLess.
// Include it once a path, compiled without fusing products and sums.
#pragma once

#include "edge/kernels.h"
#include "edge/quantize.h"
#include "edge/vectors.h"

#if defined(__clang__)
#define LITEHEART_UNROLL _Pragma("unroll")
#else
#define LITEHEART_UNROLL _Pragma("GCC unroll 16")
#endif

namespace liteheart::edge {
namespace {

constexpr int kBlock = kColumnMultiple;  // columns
static_assert(kBlock % kLanes == 0);

/// Elements of an activation, kLanes at a time, as floats.
class Values {
 public:
  explicit Values(const Elements& e)
      : e_(e), scale_(splat(e.scale)), inverse_(splat(1 / e.scale)), zero_(splat(e.zero)) {}

  Vector read(std::size_t at) const {
    if (!e_.bytes) return load(static_cast<const float*>(e_.data) + at);
    const Integers whole = load_bytes(static_cast<const std::uint8_t*>(e_.data) + at);
    return (__builtin_convertvector(whole, Vector) - zero_) * scale_;
  }
  void write(std::size_t at, Vector y) const {
    if (!e_.bytes) return store(static_cast<float*>(e_.data) + at, y);
    const Vector r =
        smaller(larger(y * inverse_ + zero_, Vector{}), splat(255)) + splat(kRoundToWhole);
    Integers bits;
    std::memcpy(&bits, &r, sizeof bits);
    store_bytes(static_cast<std::uint8_t*>(e_.data) + at, bits);
  }

 private:
  Elements e_;
  Vector scale_, inverse_, zero_;
};

inline void to_bytes(const float* from, std::size_t count, const Elements& to) {
  const Values values(to);
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) values.write(i, load(from + i));
  const float inverse = 1 / to.scale;
  for (; i < count; ++i)
    static_cast<std::uint8_t*>(to.data)[i] = to_byte(from[i], inverse, to.zero);
}

/// The sums of Rows x (Blocks x 16) of out, from row t and column c on. An instruction set that has
/// no such parts has its own.
template <class Isa>
struct ByteSums {
  template <int Rows, int Blocks>
  static void of(const ByteGemm& g, std::size_t t, std::size_t c,
                 std::int32_t (*total)[Blocks * kBlock]) {
    // As many parts at a time as their sums stay in registers.
    constexpr int kParts = Isa::kTogether < Isa::kParts ? Isa::kTogether : Blocks * Isa::kParts,
                  kColumns = kBlock / Isa::kParts * kParts;
    for (int first = 0; first < Blocks * kBlock; first += kColumns) {
      typename Isa::Part sums[Rows][kParts];
      for (int r = 0; r < Rows; ++r) {
        for (int p = 0; p < kParts; ++p) sums[r][p] = typename Isa::Part{};
      }
      const std::uint8_t* in = g.in + t * g.in_step;
      const std::int8_t* weight = g.weight + (c + static_cast<std::size_t>(first)) * kDepthMultiple;
      const std::size_t next = g.columns * kDepthMultiple;
      for (std::size_t k = 0; k < g.depth; k += kDepthMultiple, weight += next) {
        typename Isa::Part w[kParts];
        for (int p = 0; p < kParts; ++p) w[p] = Isa::weights(weight, p);
        for (int r = 0; r < Rows; ++r) {
          const auto x = Isa::inputs(in + static_cast<std::size_t>(r) * g.in_step + k);
          for (int p = 0; p < kParts; ++p) sums[r][p] = Isa::add(sums[r][p], x, w[p]);
        }
      }
      // Unrolled, so that the sums above stay in registers.
      LITEHEART_UNROLL
      for (int r = 0; r < Rows; ++r) Isa::template store<kParts>(sums[r], total[r] + first);
    }
  }
};

/// Rows x (Blocks x 16) of out, from row t and column c on.
template <class Isa, int Rows, int Blocks>
inline void byte_tile(const ByteGemm& g, std::size_t t, std::size_t c) {
  std::int32_t total[Rows][Blocks * kBlock];
  ByteSums<Isa>::template of<Rows, Blocks>(g, t, c, total);
  const Values added(g.add), out(g.out);
  for (int first = 0; first < Blocks * kBlock; first += kLanes) {
    const std::size_t column = c + static_cast<std::size_t>(first);
    Integers zeros;
    std::memcpy(&zeros, g.sum + column, sizeof zeros);
    zeros *= g.in_zero - Isa::kLess;
    const Vector scale = load(g.scale + column), bias = load(g.bias + column);
    for (int r = 0; r < Rows; ++r) {
      Integers sum;
      std::memcpy(&sum, total[r] + first, sizeof sum);
      Vector y = __builtin_convertvector(sum - zeros, Vector) * scale + bias;
      if (g.leaky) y = y > 0 ? y : y * splat(kLeakySlope);
      const std::size_t at = (t + static_cast<std::size_t>(r)) * g.columns + column;
      if (g.add.data != nullptr) y += added.read(at);
      out.write(at, y);
    }
  }
}

template <class Isa, int Rows, int Blocks>
inline void byte_rows(const ByteGemm& g, std::size_t t, std::size_t c) {
  for (; t + Rows <= g.rows; t += Rows) byte_tile<Isa, Rows, Blocks>(g, t, c);
  if constexpr (Rows > 1) byte_rows<Isa, Rows / 2, Blocks>(g, t, c);
}

/// Tiles of Rows x (Blocks x 16).
template <class Isa, int Rows, int Blocks>
void byte_gemm(const ByteGemm& g) {
  constexpr std::size_t kWide = Blocks * kColumnMultiple;
  std::size_t c = 0;
  for (; c + kWide <= g.columns; c += kWide) byte_rows<Isa, Rows, Blocks>(g, 0, c);
  for (; c < g.columns; c += kColumnMultiple) byte_rows<Isa, Rows, 1>(g, 0, c);
}

}  // namespace
}  // namespace liteheart::edge
