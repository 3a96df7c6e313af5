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

#include <type_traits>

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

/// The numbers of an activation, kLanes at a time, of bytes without scale and zero.
class Numbers {
 public:
  explicit Numbers(const Elements& e) : data_(e.data), bytes_(e.bytes) {}

  Vector read(std::size_t at) const {
    if (!bytes_) return load(static_cast<const float*>(data_) + at);
    return __builtin_convertvector(load_bytes(static_cast<const std::uint8_t*>(data_) + at),
                                   Vector);
  }
  void write(std::size_t at, Vector y) const {
    if (!bytes_) return store(static_cast<float*>(data_) + at, y);
    store_rounded(static_cast<std::uint8_t*>(data_) + at, y);
  }

 private:
  void* data_;
  bool bytes_;
};

inline void to_bytes(const float* from, std::size_t count, const Elements& to) {
  auto* bytes = static_cast<std::uint8_t*>(to.data);
  const float inverse = 1 / to.scale, zero = to.zero;
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    store_rounded(bytes + i, load(from + i) * splat(inverse) + splat(zero));
  for (; i < count; ++i) bytes[i] = to_byte(from[i], inverse, to.zero);
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
      const std::uint8_t* in[Rows];
      for (int r = 0; r < Rows; ++r) in[r] = g.in + (t + static_cast<std::size_t>(r)) * g.in_step;
      const std::int8_t* weight = g.weight + (c + static_cast<std::size_t>(first)) * kDepthMultiple;
      const std::size_t next = g.columns * kDepthMultiple;
      for (std::size_t k = 0; k < g.depth; k += kDepthMultiple, weight += next) {
        typename Isa::Part w[kParts];
        for (int p = 0; p < kParts; ++p) w[p] = Isa::weights(weight, p);
        for (int r = 0; r < Rows; ++r) {
          const auto x = Isa::inputs(in[r]);
          in[r] += kDepthMultiple;
          for (int p = 0; p < kParts; ++p) sums[r][p] = Isa::add(sums[r][p], x, w[p]);
        }
      }
      // Unrolled, so that the sums above stay in registers.
      LITEHEART_UNROLL
      for (int r = 0; r < Rows; ++r) Isa::template store<kParts>(sums[r], total[r] + first);
    }
  }
};

/// What becomes of the sums, of inputs that are each `Less` less: scaled, bent, added to, and
/// written. What depends on the whole product alone is known here before its first tile.
template <int Less>
class Finish {
 public:
  explicit Finish(const ByteGemm& g)
      : add_(g.add),
        out_(g.out),
        added_(g.add, g.out),
        sum_(g.sum),
        scale_(g.scale),
        bias_(g.bias),
        columns_(g.columns),
        leaky_(g.leaky),
        adds_(g.add.data != nullptr) {}

  /// total: the sums of rows from t and columns from c on.
  template <int Rows, int Width>
  void tile(const std::int32_t (&total)[Rows][Width], std::size_t t, std::size_t c) const {
#if LITEHEART_LANES == 16
    // A tile has few vectors, and a choice made for each would cost as much as what it chooses.
    using std::false_type, std::true_type;
    constexpr decltype(&apart<true_type, true_type>) kWays[2][2] = {
        {&apart<false_type, false_type>, &apart<false_type, true_type>},
        {&apart<true_type, false_type>, &apart<true_type, true_type>}};
    kWays[leaky_][adds_](*this, total[0], Rows, Width, t, c);
#else
    write(total[0], Rows, Width, t, c, leaky_, adds_);
#endif
  }

 private:
  template <class Leaky, class Adds>
  [[gnu::noinline]] static void apart(const Finish& f, const std::int32_t* total, int rows,
                                      int width, std::size_t t, std::size_t c) {
    f.write(total, rows, width, t, c, Leaky(), Adds());
  }

  template <class Leaky, class Adds>
  [[gnu::always_inline]] void write(const std::int32_t* total, int rows, int width, std::size_t t,
                                    std::size_t c, Leaky leaky, Adds adds) const {
    // Here, since what is written might be any of this.
    const Finish f = *this;
    const Vector factor = splat(f.added_.factor), offset = splat(f.added_.offset);
    for (int first = 0; first < width; first += kLanes) {
      const std::size_t column = c + static_cast<std::size_t>(first);
      Integers less = {};
      if constexpr (Less != 0) {
        std::memcpy(&less, f.sum_ + column, sizeof less);
        less *= Less;
      }
      const Vector scale = load(f.scale_ + column), bias = load(f.bias_ + column);
      std::size_t at = t * f.columns_ + column;
      for (int r = 0; r < rows; ++r, at += f.columns_) {
        Integers sum;
        std::memcpy(&sum, total + r * width + first, sizeof sum);
        if constexpr (Less != 0) sum += less;
        Vector y = __builtin_convertvector(sum, Vector) * scale + bias;
        if (leaky) y = larger(y, y * splat(kLeakySlope));
        y += adds ? offset + f.add_.read(at) * factor : offset;
        f.out_.write(at, y);
      }
    }
  }

  Numbers add_, out_;
  Added added_;
  const std::int32_t* sum_;
  const float *scale_, *bias_;
  std::size_t columns_;
  bool leaky_, adds_;
};

/// Rows x (Blocks x 16) of out, from row t and column c on.
template <class Isa, int Rows, int Blocks>
inline void byte_tile(const ByteGemm& g, const Finish<Isa::kLess>& finish, std::size_t t,
                      std::size_t c) {
  std::int32_t total[Rows][Blocks * kBlock];
  ByteSums<Isa>::template of<Rows, Blocks>(g, t, c, total);
  finish.tile(total, t, c);
}

template <class Isa, int Rows, int Blocks>
inline void byte_rows(const ByteGemm& g, const Finish<Isa::kLess>& finish, std::size_t t,
                      std::size_t c) {
  for (; t + Rows <= g.rows; t += Rows) byte_tile<Isa, Rows, Blocks>(g, finish, t, c);
  if constexpr (Rows > 1) byte_rows<Isa, Rows / 2, Blocks>(g, finish, t, c);
}

/// Tiles of Rows x (Blocks x 16).
template <class Isa, int Rows, int Blocks>
void byte_gemm(const ByteGemm& g) {
  constexpr std::size_t kWide = Blocks * kColumnMultiple;
  const Finish<Isa::kLess> finish(g);
  std::size_t c = 0;
  for (; c + kWide <= g.columns; c += kWide) byte_rows<Isa, Rows, Blocks>(g, finish, 0, c);
  for (; c < g.columns; c += kColumnMultiple) byte_rows<Isa, Rows, 1>(g, finish, 0, c);
}

}  // namespace
}  // namespace liteheart::edge
