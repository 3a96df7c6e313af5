// The edge library as race.mjs calls it.
#include <emscripten/emscripten.h>

#include <cstdlib>
#include <new>

#include "edge/network.h"
#include "peers/peak.h"

using liteheart::edge::EdgeModel;

namespace {
struct Opened {
  EdgeModel model;
  void* arena = nullptr;
};
}  // namespace

extern "C" {

/// Null where `bytes`, which are to begin at a multiple of 16 and to stay, are no model.
EMSCRIPTEN_KEEPALIVE Opened* edge_open(const void* bytes, std::size_t size) {
  auto* const opened = new (std::nothrow) Opened;
  if (opened == nullptr ||
      EdgeModel::open(bytes, size, opened->model) != liteheart::edge::ModelStatus::kOk)
    return nullptr;
  opened->arena = std::aligned_alloc(64, (opened->model.arena_bytes() + 63) / 64 * 64);
  return opened;
}

/// One window [lead, time] -> logits.
EMSCRIPTEN_KEEPALIVE void edge_run(const Opened* opened, const float* window, float* logits) {
  opened->model.run(window, opened->arena, opened->model.arena_bytes(), logits, nullptr,
                    liteheart::edge::best_kernels());
}

EMSCRIPTEN_KEEPALIVE double edge_peak() { return liteheart::peers::multiply_add_peak(); }
EMSCRIPTEN_KEEPALIVE double edge_byte_peak() { return liteheart::peers::byte_multiply_add_peak(); }

EMSCRIPTEN_KEEPALIVE void* edge_memory(std::size_t size) {
  return std::aligned_alloc(64, (size + 63) / 64 * 64);
}
}
