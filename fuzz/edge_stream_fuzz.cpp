// The stream of liteheart.h: any rate, spans and chunks, any samples. However the samples come, the
// results are those of the same samples one by one.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "edge/liteheart.h"
#include "tests/edge/small_model.h"

namespace {

/// Reads values off the fuzzer's bytes; zeros behind their end.
struct Source {
  const std::uint8_t* at;
  std::size_t left;

  template <class T>
  T take() {
    T value{};
    const std::size_t count = left < sizeof(T) ? left : sizeof(T);
    std::memcpy(&value, at, count);
    at += count, left -= count;
    return value;
  }
};

struct Case {
  double rate, window, hop;
  std::vector<float> mv;
};

/// Every result, one after the other; chunks: sizes to push, over and over, 0: one by one.
std::vector<lh_finding> run(const lh_model& model, const Case& c,
                            const std::vector<std::uint8_t>& chunks) {
  std::vector<lh_finding> results;
  const std::size_t bytes = lh_stream_memory(&model, c.rate);
  if (bytes == 0 || bytes > 50'000'000) return results;
  const auto memory = std::make_unique<unsigned char[]>(bytes);
  lh_stream* stream = nullptr;
  if (lh_stream_start(&stream, &model, LH_LEAD_I, c.rate, c.window, c.hop, memory.get(), bytes) !=
      LH_OK)
    return results;
  std::vector<lh_finding> findings(lh_model_diagnoses(&model));
  std::size_t hops = 0;
  for (std::size_t at = 0, turn = 0; at < c.mv.size() && hops < 20; ++turn) {
    const std::size_t chunk = chunks.empty() ? 1 : chunks[turn % chunks.size()];
    std::size_t left = std::min(chunk, c.mv.size() - at);
    while (left > 0) {
      // A copy that ends where the chunk ends.
      const std::vector<float> exact(c.mv.data() + at, c.mv.data() + at + left);
      std::size_t taken = 0;
      const lh_status status =
          lh_stream_push(stream, exact.data(), left, &taken, findings.data(), nullptr);
      if (status < LH_OK) {
        if (taken != 0) std::abort();
        return results;
      }
      if (taken > left || (taken < left && status == LH_OK)) std::abort();
      at += taken, left -= taken;
      if (status == LH_RESULT) {
        for (const lh_finding& f : findings)
          if (!(f.probability >= 0 && f.probability <= 1)) std::abort();
        results.insert(results.end(), findings.begin(), findings.end()), ++hops;
      }
    }
    if (chunk == 0 && turn > 10'000) break;
  }
  return results;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const std::vector<std::uint8_t> small = liteheart::test::small_edge_model(256);
  static const auto file = [] {
    std::vector<std::max_align_t> aligned(small.size() / sizeof(std::max_align_t) + 1);
    std::memcpy(aligned.data(), small.data(), small.size());
    return aligned;
  }();
  lh_model model;
  if (lh_model_open(&model, file.data(), small.size()) != LH_OK) std::abort();

  Source source = {bytes, size};
  static constexpr double kRates[] = {50, 100, 128, 250, 300, 360, 500, 512, 513.625, 1000};
  const auto pick = source.take<std::uint8_t>();
  Case c;
  c.rate = pick < 250 ? kRates[pick % 10] : source.take<double>();
  c.window = pick % 3 == 0 ? source.take<double>() : pick % 3 == 1 ? 0 : 2.1;
  c.hop = pick % 5 == 0 ? source.take<double>() : source.take<std::uint8_t>() / 64.0;
  std::vector<std::uint8_t> chunks(1 + source.take<std::uint8_t>() % 8);
  for (auto& chunk : chunks) chunk = source.take<std::uint8_t>();
  if (pick % 7 == 0) {  // anything that a float can be
    while (source.left >= 4 && c.mv.size() < 20'000) c.mv.push_back(source.take<float>());
  } else {  // a few bytes, held and repeated
    std::vector<float> some;
    while (source.left > 0) some.push_back(source.take<std::int8_t>() / 32.0F);
    for (std::size_t i = 0; !some.empty() && i < 4000; ++i)
      c.mv.push_back(some[i / 3 % some.size()]);
  }
  const auto own = run(model, c, chunks), expected = run(model, c, {});
  bool zero = true;  // nothing but empty chunks goes nowhere
  for (const auto chunk : chunks) zero = zero && chunk == 0;
  const std::size_t common = std::min(own.size(), expected.size());
  if (!zero && common > 0 &&
      std::memcmp(own.data(), expected.data(), common * sizeof(lh_finding)) != 0)
    std::abort();
  return 0;
}
