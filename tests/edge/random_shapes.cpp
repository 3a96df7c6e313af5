#include "edge/random_shapes.h"

#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <random>
#include <vector>

#include "edge/kernels.h"

namespace liteheart::test {
namespace {

using namespace liteheart::edge;

struct Shapes {
  std::minstd_rand random;
  std::size_t below(std::size_t n) { return random() % n; }
  std::vector<float> floats(std::size_t count) {
    std::vector<float> x(count);
    for (float& v : x) v = static_cast<float>(random() % 4001) / 2000.0F - 1;
    return x;
  }
};

bool near(const std::vector<float>& a, const std::vector<float>& b, double tolerance) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::fabs(double{a[i]} - b[i]) <= tolerance)) return false;
  }
  return true;
}

bool floats(Shapes& s, const Kernels& k) {
  const std::size_t rows = 1 + s.below(70), columns = kColumnMultiple * (1 + s.below(9)),
                    depth = 1 + s.below(300), step = 1 + s.below(depth + 9);
  const auto in = s.floats((rows - 1) * step + depth), weight = s.floats(depth * columns),
             bias = s.floats(columns), add = s.floats(rows * columns);
  std::vector<float> expected(rows * columns), own(rows * columns);
  Gemm g = {in.data(),
            weight.data(),
            bias.data(),
            s.below(2) ? add.data() : nullptr,
            expected.data(),
            rows,
            columns,
            depth,
            step,
            s.below(2) != 0};
  reference_kernels().gemm(g);
  g.out = own.data();
  k.gemm(g);
  return near(own, expected, 1e-6 * static_cast<double>(depth) + 1e-5);
}

bool toom_cook(Shapes& s, const Kernels& k) {
  const std::size_t rows = 1 + s.below(120), columns = kColumnMultiple * (1 + s.below(6)),
                    channels = kColumnMultiple * (1 + s.below(3)), groups = 1 + s.below(4),
                    end_depth = s.below(groups * channels + 1);
  const auto weights = toom_cook_weight_count(columns, groups * channels, end_depth);
  const auto in = s.floats(toom_cook_rows(rows, groups) * channels),
             weight = s.floats(static_cast<std::size_t>(weights)), bias = s.floats(columns),
             add = s.floats(rows * columns);
  // What is added may lie where the sum goes, or there may be none.
  std::vector<float> expected = add, own = add,
                     scratch(toom_cook_scratch(columns, channels, groups));
  const std::size_t adds = s.below(3);
  const auto added = [&](const std::vector<float>& out) {
    return adds == 0 ? nullptr : adds == 1 ? add.data() : out.data();
  };
  ToomCook c = {in.data(),       weight.data(),  bias.data(), added(expected),
                expected.data(), scratch.data(), rows,        columns,
                channels,        groups,         end_depth,   s.below(2) != 0};
  reference_kernels().toom_cook(c);
  c.out = own.data(), c.add = added(own);
  k.toom_cook(c);
  return near(own, expected, 1e-4 * static_cast<double>(groups * channels));
}

bool to_bytes(Shapes& s, const Kernels& k) {
  auto x = s.floats(8 + s.below(300));
  std::vector<std::uint8_t> expected(x.size()), own(x.size());
  const bool halves = s.below(2) != 0;  // that scale and zero leave exact
  const float scale = halves ? 0.125F : 1e-3F * static_cast<float>(1 + s.below(100));
  const auto zero = static_cast<std::uint8_t>(s.below(256));
  if (halves) {
    for (float& v : x)
      v = (static_cast<float>(s.below(260)) - 1.5F - static_cast<float>(zero)) * scale;
  }
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float v :
       {-kInfinity, kInfinity, std::numeric_limits<float>::quiet_NaN(), -3e9F, 3e9F, -0.0F})
    x[s.below(x.size())] = v;
  reference_kernels().to_bytes(x.data(), x.size(), {expected.data(), true, scale, zero});
  k.to_bytes(x.data(), x.size(), {own.data(), true, scale, zero});
  return own == expected;
}

bool attention(Shapes& s, const Kernels& k) {
  const std::size_t time = 1 + s.below(130), width = 1 + s.below(40);
  const auto qkv = s.floats(time * 3 * width);
  std::vector<float> scratch(attention_scratch(time, width)), expected(time * width),
      own(time * width);
  Head h = {qkv.data(),
            qkv.data() + width,
            qkv.data() + 2 * width,
            expected.data(),
            scratch.data(),
            time,
            width,
            3 * width,
            width,
            0.5F,
            s.below(2) != 0};
  reference_kernels().attention(h);
  h.out = own.data();
  k.attention(h);
  if (!near(own, expected, 2e-6)) return false;
  h.out = expected.data();
  reference_kernels().attention_exact(h);
  h.out = own.data();
  k.attention_exact(h);
  return own == expected;
}

bool bytes(Shapes& s, const Kernels& k) {
  const std::size_t rows = 1 + s.below(70), columns = kColumnMultiple * (1 + s.below(9)),
                    depth = kDepthMultiple * (1 + s.below(150)), step = 1 + s.below(depth + 9);
  std::vector<std::uint8_t> in((rows - 1) * step + depth);
  std::vector<std::int8_t> weight(depth * columns);
  // At times the greatest there are: sums of 16 bits would not hold them.
  const bool greatest = s.below(4) == 0;
  for (auto& x : in) x = static_cast<std::uint8_t>(greatest ? 255 : s.random());
  for (auto& w : weight)
    w = static_cast<std::int8_t>(greatest ? 127 : static_cast<int>(s.below(255)) - 127);
  std::vector<std::int32_t> sum(columns);
  for (std::size_t i = 0; i < weight.size(); ++i) sum[i / kDepthMultiple % columns] += weight[i];
  auto scale = s.floats(columns), add = s.floats(rows * columns);
  const auto bias = s.floats(columns);
  const bool small = s.below(2) != 0;
  // Few sums beyond what bytes hold.
  for (float& x : scale) x *= (greatest ? 1e-7F : 1e-5F) / (small ? 0.01F : 1);
  std::vector<float> expected(rows * columns), own(rows * columns);
  const auto out = [&](std::vector<float>& to) {
    return Elements{to.data(), small, 0.01F, static_cast<std::uint8_t>(77)};
  };
  ByteGemm g = {
      in.data(),     weight.data(),
      sum.data(),    scale.data(),
      bias.data(),   s.below(2) ? Elements{add.data(), s.below(2) != 0, 0.02F, 130} : Elements{},
      out(expected), rows,
      columns,       depth,
      step,          s.below(2) != 0};
  reference_kernels().byte_gemm(g);
  g.out = out(own);
  k.byte_gemm(g);
  return std::memcmp(own.data(), expected.data(), own.size() * sizeof(float)) == 0;
}

using Kind = bool (*)(Shapes&, const Kernels&);
constexpr Kind kKinds[] = {floats, toom_cook, attention, bytes, to_bytes};
constexpr const char* kNames[] = {"gemm", "toom_cook", "attention", "byte_gemm", "to_bytes"};
static_assert(std::size(kKinds) == kKernelKinds && std::size(kNames) == kKernelKinds);

}  // namespace

Parting random_shape(std::uint32_t seed, std::size_t kind) {
  const Kernels* paths[8];
  const std::size_t count = kernel_paths(paths, 8);
  for (std::size_t p = 1; p < count; ++p) {
    Shapes s = {std::minstd_rand(seed)};
    if (!kKinds[kind](s, *paths[p])) return {kNames[kind], paths[p]->name};
  }
  return {};
}

}  // namespace liteheart::test
