#include "nn/runtime.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/cuda.h>
#include <torch/version.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <algorithm>
#include <string>
#include <thread>

#include "ecg/error.h"

namespace liteheart {
// libtorch 2.4 and later have one setter for all devices; those before, one for each.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
static void set_autocast(const torch::Device& device, bool on) {
  at::autocast::set_autocast_dtype(device.type(), at::kBFloat16);
  at::autocast::set_autocast_enabled(device.type(), on);
}
bool autocasts() { return at::autocast::is_autocast_enabled(at::kCPU); }
#else
static void set_autocast(const torch::Device& device, bool on) {
  if (device.is_cuda()) {
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(on);
  } else {
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    at::autocast::set_cpu_enabled(on);
  }
}
bool autocasts() { return at::autocast::is_cpu_enabled(); }
#endif

void configure_runtime(int threads) {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
  mallopt(M_TOP_PAD, 64 << 20);
  using SetThreads = void (*)(int);
  if (const auto set =
          reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads")))
    set(1);
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  at::set_num_threads(threads > 0 ? threads : cores);
}

torch::Device choose_device(std::string_view name) {
  const bool cuda = torch::cuda::is_available();
  if (name == "cuda" && !cuda) {
    throw Error("device", "no CUDA device answers here",
                "use --device cpu, or build with a libtorch that has CUDA");
  }
  return name != "cpu" && cuda ? torch::Device(torch::kCUDA) : torch::Device(torch::kCPU);
}

bool choose_bf16(std::string_view precision, const torch::Device& device) {
  if (precision != "auto") return precision == "bf16";
  if (device.is_cuda()) return true;
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") > 0;
#else
  return false;
#endif
}

bool multiplies_bf16_fast() {
#if defined(__x86_64__)
  // Not every compiler's __builtin_cpu_supports knows AMX. Asked once, which takes long in a
  // virtual machine.
  static const bool fast = [] {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    const bool amx = __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx >> 22 & 1) != 0;
    return amx || (__builtin_cpu_is("amd") > 0 && __builtin_cpu_supports("avx512bf16") > 0);
  }();
  return fast;
#else
  return false;
#endif
}

Autocast::Autocast(bool on, const torch::Device& device) : on_(on), device_(device) {
  if (on_) set_autocast(device_, true);
}

Autocast::~Autocast() {
  if (!on_) return;
  at::autocast::clear_cache();
  set_autocast(device_, false);
}

}  // namespace liteheart
