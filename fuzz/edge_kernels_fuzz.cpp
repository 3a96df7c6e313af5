// Each kernel path against the reference on shapes and values of any kind: bytes to the bit, floats
// to rounding.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "edge/kernels.h"

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

[[noreturn]] void part(const char* what, const char* path) {
  std::fprintf(stderr, "%s parts on %s\n", what, path);
  std::abort();
}

void near(const std::vector<float>& a, const std::vector<float>& b, double tolerance,
          const char* what, const char* path) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::fabs(double{a[i]} - b[i]) <= tolerance)) part(what, path);
  }
}

void floats(Shapes& s, const Kernels& k) {
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
  near(own, expected, 1e-6 * static_cast<double>(depth) + 1e-5, "gemm", k.name);
}

void toom_cook(Shapes& s, const Kernels& k) {
  const std::size_t rows = 1 + s.below(120), columns = kColumnMultiple * (1 + s.below(6)),
                    channels = kColumnMultiple * (1 + s.below(3)), groups = 1 + s.below(4),
                    end_depth = s.below(groups * channels + 1);
  const auto in = s.floats(toom_cook_rows(rows, groups) * channels),
             weight = s.floats(toom_cook_weight_count(columns, groups * channels, end_depth)),
             bias = s.floats(columns), add = s.floats(rows * columns);
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
  near(own, expected, 1e-4 * static_cast<double>(groups * channels), "toom_cook", k.name);
}

void to_bytes(Shapes& s, const Kernels& k) {
  auto x = s.floats(1 + s.below(300));
  x[0] *= 1e9F;
  std::vector<std::uint8_t> expected(x.size()), own(x.size());
  const float scale = 1e-3F * static_cast<float>(1 + s.below(100));
  const auto zero = static_cast<std::uint8_t>(s.below(256));
  reference_kernels().to_bytes(x.data(), x.size(), {expected.data(), true, scale, zero});
  k.to_bytes(x.data(), x.size(), {own.data(), true, scale, zero});
  if (own != expected) part("to_bytes", k.name);
}

void attention(Shapes& s, const Kernels& k) {
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
  near(own, expected, 1e-5, "attention", k.name);
  h.out = expected.data();
  reference_kernels().attention_exact(h);
  h.out = own.data();
  k.attention_exact(h);
  if (own != expected) part("attention_exact", k.name);
}

void bytes(Shapes& s, const Kernels& k) {
  const std::size_t rows = 1 + s.below(70), columns = kColumnMultiple * (1 + s.below(9)),
                    depth = kDepthMultiple * (1 + s.below(150)), step = 1 + s.below(depth + 9);
  std::vector<std::uint8_t> in((rows - 1) * step + depth);
  std::vector<std::int8_t> weight(depth * columns);
  for (auto& x : in) x = static_cast<std::uint8_t>(s.random());
  for (auto& w : weight) w = static_cast<std::int8_t>(static_cast<int>(s.below(255)) - 127);
  std::vector<std::int32_t> sum(columns);
  for (auto& x : sum) x = static_cast<std::int32_t>(s.below(100'000)) - 50'000;
  auto scale = s.floats(columns), add = s.floats(rows * columns);
  const auto bias = s.floats(columns);
  for (float& x : scale) x *= 1e-3F;
  const bool small = s.below(2) != 0;
  std::vector<float> expected(rows * columns), own(rows * columns);
  const auto out = [&](std::vector<float>& to) {
    return Elements{to.data(), small, 0.01F, static_cast<std::uint8_t>(77)};
  };
  ByteGemm g = {
      in.data(),      weight.data(),
      sum.data(),     scale.data(),
      bias.data(),    s.below(2) ? Elements{add.data(), s.below(2) != 0, 0.02F, 130} : Elements{},
      out(expected),  rows,
      columns,        depth,
      step,           static_cast<std::uint8_t>(s.random()),
      s.below(2) != 0};
  reference_kernels().byte_gemm(g);
  g.out = out(own);
  k.byte_gemm(g);
  if (std::memcmp(own.data(), expected.data(), own.size() * sizeof(float)) != 0)
    part("byte_gemm", k.name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 5) return 0;
  std::uint32_t seed = 0;
  for (int i = 0; i < 4; ++i) seed = seed << 8 | data[i];
  const Kernels* paths[8];
  const std::size_t count = kernel_paths(paths, 8);
  for (std::size_t p = 1; p < count; ++p) {
    Shapes s = {std::minstd_rand(seed)};
    constexpr void (*kKinds[])(Shapes&, const Kernels&) = {floats, toom_cook, attention, bytes,
                                                           to_bytes};
    kKinds[data[4] % 5](s, *paths[p]);
  }
  return 0;
}
