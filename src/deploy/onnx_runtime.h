// ONNX Runtime without its headers: the library is looked for when the program runs, and its
// functions are taken by their place in the table that OrtGetApiBase gives, which only ever grows
// at its end (onnxruntime_c_api.h). Every failure is a std::runtime_error in the library's words.
#pragma once

#include <dlfcn.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

/// The library: $LITEHEART_ONNXRUNTIME, or what npm put into the folder `installed`, or the
/// system's. Empty where there is none.
inline std::filesystem::path find_onnx_runtime(const std::filesystem::path& installed) {
  namespace fs = std::filesystem;
  if (const char* set = std::getenv("LITEHEART_ONNXRUNTIME"); set && *set) return set;
#if defined(__aarch64__)
  const fs::path machine = "linux/arm64";
#else
  const fs::path machine = "linux/x64";
#endif
  std::error_code none;
  const fs::path versions = installed / "node_modules/onnxruntime-node/bin";
  for (const auto& version : fs::directory_iterator(versions, none)) {
    fs::path file = version.path() / machine / "libonnxruntime.so.1";
    if (fs::exists(file)) return file;
  }
  void* system = ::dlopen("libonnxruntime.so.1", RTLD_NOW | RTLD_LOCAL);
  if (system == nullptr) return {};
  ::dlclose(system);
  return "libonnxruntime.so.1";
}

class OnnxRuntime {
 public:
  /// Loads the library.
  explicit OnnxRuntime(const std::filesystem::path& library) {
    void* handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) throw std::runtime_error(::dlerror());
    const auto base = reinterpret_cast<const Base* (*)()>(::dlsym(handle, "OrtGetApiBase"));
    if (base == nullptr) throw std::runtime_error(library.string() + " is not ONNX Runtime");
    version_ = base()->version();
    table_ = base()->api(kApi);
    if (table_ == nullptr) throw std::runtime_error("ONNX Runtime " + version_ + " is too old");
    constexpr int kErrors = 3;  // ORT_LOGGING_LEVEL_ERROR
    environment_ = make<kReleaseEnv>([&](void** made) {
      call<kCreateEnv, int, const char*, void**>(kErrors, "liteheart", made);
    });
  }

  const std::string& version() const { return version_; }

 private:
  friend class OnnxTensor;
  friend class OnnxSession;
  struct Base {
    void* const* (*api)(std::uint32_t version);
    const char* (*version)();
  };
  static constexpr std::uint32_t kApi = 12;  // ONNX Runtime 1.12, the first to know opset 17
  enum Place : std::size_t {
    kGetErrorMessage = 2,
    kCreateEnv = 3,
    kCreateSessionFromArray = 8,
    kRun = 9,
    kCreateSessionOptions = 10,
    kSetSessionGraphOptimizationLevel = 23,
    kSetIntraOpNumThreads = 24,
    kSetInterOpNumThreads = 25,
    kCreateTensorWithDataAsOrtValue = 49,
    kCreateCpuMemoryInfo = 69,
    kReleaseEnv = 92,
    kReleaseStatus = 93,
    kReleaseMemoryInfo = 94,
    kReleaseSession = 95,
    kReleaseValue = 96,
    kReleaseSessionOptions = 100,
  };
  using Handle = std::unique_ptr<void, void (*)(void*)>;

  template <Place P, class... Arguments>
  void call(Arguments... arguments) const {
    const Handle status(reinterpret_cast<void* (*)(Arguments...)>(table_[P])(arguments...),
                        reinterpret_cast<void (*)(void*)>(table_[kReleaseStatus]));
    if (status == nullptr) return;
    throw std::runtime_error(
        reinterpret_cast<const char* (*)(const void*)>(table_[kGetErrorMessage])(status.get()));
  }
  /// What `create` writes to its argument, released by the function at `P`.
  template <Place P, class Create>
  Handle make(const Create& create) const {
    void* made = nullptr;
    create(&made);
    return {made, reinterpret_cast<void (*)(void*)>(table_[P])};
  }

  void* const* table_ = nullptr;
  std::string version_;
  Handle environment_{nullptr, nullptr};
};

/// Floats in the caller's memory, as ONNX Runtime sees them.
class OnnxTensor {
 public:
  OnnxTensor(const OnnxRuntime& runtime, std::span<float> values,
             const std::vector<std::int64_t>& shape)
      : value_(nullptr, nullptr) {
    constexpr int kArena = 1, kDefault = 0, kFloat = 1;  // OrtArenaAllocator, OrtMemTypeDefault
    const auto memory = runtime.make<OnnxRuntime::kReleaseMemoryInfo>([&](void** made) {
      runtime.call<OnnxRuntime::kCreateCpuMemoryInfo, int, int, void**>(kArena, kDefault, made);
    });
    value_ = runtime.make<OnnxRuntime::kReleaseValue>([&](void** made) {
      runtime.call<OnnxRuntime::kCreateTensorWithDataAsOrtValue, const void*, void*, std::size_t,
                   const std::int64_t*, std::size_t, int, void**>(memory.get(), values.data(),
                                                                  values.size_bytes(), shape.data(),
                                                                  shape.size(), kFloat, made);
    });
  }

 private:
  friend class OnnxSession;
  OnnxRuntime::Handle value_;
};

/// A model made ready for one thread, with every optimization of the graph.
class OnnxSession {
 public:
  OnnxSession(const OnnxRuntime& runtime, std::string_view model)
      : runtime_(runtime), session_(nullptr, nullptr) {
    constexpr int kEverything = 99;  // ORT_ENABLE_ALL
    const auto options = runtime.make<OnnxRuntime::kReleaseSessionOptions>(
        [&](void** made) { runtime.call<OnnxRuntime::kCreateSessionOptions, void**>(made); });
    runtime.call<OnnxRuntime::kSetIntraOpNumThreads, void*, int>(options.get(), 1);
    runtime.call<OnnxRuntime::kSetInterOpNumThreads, void*, int>(options.get(), 1);
    runtime.call<OnnxRuntime::kSetSessionGraphOptimizationLevel, void*, int>(options.get(),
                                                                             kEverything);
    session_ = runtime.make<OnnxRuntime::kReleaseSession>([&](void** made) {
      runtime.call<OnnxRuntime::kCreateSessionFromArray, void*, const void*, std::size_t, void*,
                   void**>(runtime.environment_.get(), model.data(), model.size(), options.get(),
                           made);
    });
  }

  /// Runs from `input` to `outputs`, which are named by `names`.
  void run(const char* input_name, const OnnxTensor& input, std::span<const char* const> names,
           std::span<const OnnxTensor> outputs) const {
    const void* in = input.value_.get();
    std::vector<void*> out;
    for (const OnnxTensor& tensor : outputs) out.push_back(tensor.value_.get());
    runtime_.call<OnnxRuntime::kRun, void*, void*, const char* const*, const void* const*,
                  std::size_t, const char* const*, std::size_t, void**>(
        session_.get(), nullptr, &input_name, &in, 1, names.data(), names.size(), out.data());
  }

 private:
  const OnnxRuntime& runtime_;
  OnnxRuntime::Handle session_;
};

}  // namespace liteheart
