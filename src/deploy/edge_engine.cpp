#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <thread>

#include "deploy/engine.h"
#include "deploy/model_bytes.h"
#include "ecg/error.h"
#include "ecg/leads.h"
#include "edge/measure.h"
#include "edge/network.h"

namespace liteheart {
namespace {

class EdgeEngine : public Engine {
 public:
  EdgeEngine(ModelBytes bytes, const std::string& name, int threads, const edge::Kernels& kernels);
  Output run(std::span<const float> windows, bool restore) override;
  std::vector<std::uint8_t> edge_model() const override {
    return {bytes_.bytes().begin(), bytes_.bytes().end()};
  }

 private:
  std::string name_;
  ModelBytes bytes_;
  edge::EdgeModel model_;
  unsigned threads_;
  const edge::Kernels& kernels_;
};

/// A text out of a file, which may be hostile, fit for a line.
std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return text;
}

/// Null where it is no JSON object. What lies deeper in it than any training writes is left out.
nlohmann::json parse_provenance(const char* text) {
  constexpr int kDeepest = 32;
  auto json = nlohmann::json::parse(
      text, [](int depth, auto, auto&) { return depth <= kDeepest; }, false);
  return json.is_object() ? json : nlohmann::json();
}

EdgeEngine::EdgeEngine(ModelBytes bytes, const std::string& name, int threads,
                       const edge::Kernels& kernels)
    : name_(name),
      bytes_(std::move(bytes)),
      model_(open_edge_model(bytes_, name)),
      threads_(threads > 0 ? static_cast<unsigned>(threads)
                           : std::max(1U, std::thread::hardware_concurrency())),
      kernels_(kernels) {
  card_.conditioning = model_.conditioning();
  card_.leads.clear();
  for (std::size_t i = 0; i < model_.leads(); ++i) card_.leads.push_back(model_.lead(i));
  if (model_.restores()) card_.restoration.emplace().measured = card_.leads;
  if (model_.measured_share() > 0)
    card_.trees = TreesShape{edge::kMeasurementsVersion, double{model_.measured_share()}};
  for (std::size_t i = 0; i < model_.diagnoses(); ++i) {
    const edge::EdgeDiagnosis d = model_.diagnosis(i);
    card_.classes.push_back(
        {one_line(d.code), one_line(d.abbreviation), one_line(d.name), d.scored, {}});
    card_.decision.threshold.push_back(d.threshold);
    card_.decision.slope.push_back(d.slope);
    card_.decision.intercept.push_back(d.intercept);
    if (!d.judged) card_.not_judged.push_back(card_.classes.back().code);
  }
  if (auto provenance = parse_provenance(model_.provenance()); !provenance.is_null())
    card_.provenance = std::move(provenance);
}

Engine::Output EdgeEngine::run(std::span<const float> windows, bool restore) {
  const std::size_t count = windows.size() / window_floats(), classes = model_.diagnoses(),
                    restored = kLeads * static_cast<std::size_t>(card_.conditioning.window);
  Output out;
  out.logits.resize(count * classes);
  if (restore) out.restored.resize(count * restored);
  // Thread k takes the windows k, k + threads, ...
  const auto work = [&](std::size_t first, std::size_t step) {
    std::vector<std::byte> arena(model_.arena_bytes());
    for (std::size_t w = first; w < count; w += step) {
      const edge::Restored leads = {out.restored.data() + (restore ? w * restored : 0),
                                    restored / kLeads, restored / kLeads};
      model_.run(windows.data() + w * window_floats(), arena.data(), arena.size(),
                 out.logits.data() + w * classes, restore ? &leads : nullptr, kernels_);
    }
  };
  const std::size_t threads = std::clamp<std::size_t>(count, 1, threads_);
  std::vector<std::jthread> others;
  for (std::size_t k = 1; k < threads; ++k) others.emplace_back(work, k, threads);
  work(0, threads);
  others.clear();
  if (!std::ranges::all_of(out.logits, [](float x) { return std::isfinite(x); }))
    throw Error(name_, "gives no numbers: it is damaged", "get a whole copy, or export it again");
  return out;
}

}  // namespace

bool is_edge_model(const std::filesystem::path& path) {
  if (path.extension() == ".lhm") return true;
  std::array<char, 7> beginning{};
  std::ifstream(path, std::ios::binary).read(beginning.data(), beginning.size());
  return std::string_view(beginning.data(), beginning.size()).substr(4) == kEdgeFormat;
}

std::unique_ptr<Engine> open_edge_engine(const std::filesystem::path& file, int threads) {
  return std::make_unique<EdgeEngine>(ModelBytes::read(file), file.string(), threads,
                                      edge::best_kernels());
}

std::unique_ptr<Engine> edge_engine(std::span<const std::uint8_t> bytes, const std::string& name,
                                    const edge::Kernels& kernels) {
  return std::make_unique<EdgeEngine>(ModelBytes(bytes), name, 1, kernels);
}

}  // namespace liteheart
