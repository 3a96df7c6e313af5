// What a training step costs at compact-100: batches of 64 drawn from a prepared data set,
// augmented, through network, loss and optimizer, on 2 threads, in the number type that training
// chooses. items_per_second is records/s; GMAC/s counts the forward pass alone (the backward pass
// is about twice that again, and the rest is on top).
#include <benchmark/benchmark.h>
#include <torch/autograd.h>
#include <torch/nn/modules/conv.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset_json.h"
#include "data/npy.h"
#include "data/prepare.h"
#include "distill/objective.h"
#include "ecg/leads.h"
#include "nn/runtime.h"
#include "nn/training_kernels.h"
#include "train/adamw.h"
#include "train/batch.h"
#include "train/config.h"
#include "train/teacher_cache.h"

namespace {

using namespace liteheart;

constexpr int kThreads = 2, kClasses = 19;
constexpr std::int64_t kBatch = 64;
constexpr std::size_t kRecords = 512;

/// A data set of noise with random labels, on disk as long as the program runs.
class NoiseDataset {
 public:
  NoiseDataset() {
    std::string name = (std::filesystem::temp_directory_path() / "liteheart_bench_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    DatasetDescription description;
    description.conditioning = edge::compact_100();
    description.scale = 0.001F;
    description.records = kRecords;
    const auto window = static_cast<std::int64_t>(description.conditioning.window);
    for (int c = 0; c < kClasses; ++c) {
      const std::string code = std::to_string(c);
      description.classes.push_back({code, code, code, false, {}});
    }
    std::vector<RecordRow> rows(kRecords);
    for (std::size_t r = 0; r < kRecords; ++r) {
      rows[r].record = rows[r].patient = std::to_string(r);
      rows[r].centre = "noise";
      rows[r].split = Split::kTrain;
      rows[r].source_hz = description.conditioning.rate_hz;
      rows[r].samples = description.conditioning.window;
    }
    torch::manual_seed(1);
    const auto records = static_cast<std::int64_t>(kRecords);
    const torch::Tensor signals =
        (torch::randn({records, kLeads, window}) * 300).to(torch::kInt16).contiguous();
    const torch::Tensor labels = torch::rand({records, kClasses}).lt(0.1).to(torch::kUInt8);
    const std::string label_bytes = bytes(labels);
    write(std::string(kSignalsFile),
          npy_header("<i2", {kRecords, kLeads, static_cast<std::size_t>(window)}) + bytes(signals));
    write(std::string(kLabelsFile), npy_header("|u1", {kRecords, kClasses}) + label_bytes);
    write(std::string(kRecordsFile), records_csv(rows));
    write(std::string(kDescriptionFile),
          description_json(description, {}, rows,
                           std::vector<std::uint8_t>(label_bytes.begin(), label_bytes.end())));
  }
  ~NoiseDataset() { std::filesystem::remove_all(folder_); }
  NoiseDataset(const NoiseDataset&) = delete;
  NoiseDataset& operator=(const NoiseDataset&) = delete;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  static std::string bytes(const torch::Tensor& tensor) {
    return {static_cast<const char*>(tensor.data_ptr()), tensor.nbytes()};
  }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  std::filesystem::path folder_;
};

const PreparedDataset& noise() {
  static const NoiseDataset files;
  static const PreparedDataset data(files.folder());
  return data;
}

/// What a teacher says about every record, at random, as training keeps it: features and embeddings
/// in bf16.
TeacherView opinions(const BackboneShape& teacher) {
  const auto records = static_cast<std::int64_t>(kRecords);
  TeacherView view;
  TeacherOpinion& o = view.all;
  o.probability = torch::rand({records, kClasses});
  o.calibrated = o.probability;
  o.map = torch::rand({records, kLeads, kBins});
  o.map = o.map / o.map.mean({1, 2}, true);
  o.class_maps = torch::randn({records, kClasses, kBins}).to(torch::kBFloat16);
  for (std::size_t i = 0; i < teacher.strides.size(); ++i)
    o.blocks.push_back(torch::randn({records, teacher.width, kBins}).to(torch::kBFloat16));
  const auto layers = teacher.strides.size() + static_cast<std::size_t>(teacher.layers);
  for (std::size_t i = 0; i < layers; ++i)
    o.embeddings.push_back(torch::randn({records, teacher.width}).to(torch::kBFloat16));
  return view;
}

struct System {
  std::string network, restoration, lead;
  bool distil = false;
};

ModelCard card_of(const System& system) {
  ModelCard card;
  card.conditioning = noise().conditioning();
  card.leads = parse_leads(system.lead);
  card.classes = noise().classes();
  card.backbone = backbone_preset(system.network);
  card.backbone.strides = preset_strides(card.conditioning);
  card.backbone.classes = kClasses;
  card.backbone.leads = static_cast<int>(card.leads.size());
  if (system.restoration != "none") {
    card.restoration = restoration_preset(system.restoration);
    card.restoration->measured = card.leads;
    card.backbone.leads = kLeads;
  }
  return card;
}

/// Of one record's pass through the restoration net, whose steps run at a quarter, a sixteenth and
/// a sixty-fourth of the window (nn/restoration.h).
double restoration_macs(RestorationImpl& net, double window) {
  constexpr double kAt[] = {4, 4, 16, 16, 64, 64, 64, 64, 64, 16, 16, 4, 4};
  double macs = static_cast<double>(net.head->weight.numel()) * window / 4;
  for (std::size_t i = 0; i < net.convolutions->size(); ++i) {
    const auto& weight = net.convolutions[i]->as<torch::nn::Conv2d>()->weight;
    macs += static_cast<double>(weight.numel()) * window / kAt[i];
  }
  return macs;
}

/// Of one record's forward pass: convolutions, linear layers and attention.
double forward_macs(Model& model) {
  const BackboneShape& b = model.card.backbone;
  const double window = model.card.conditioning.window, width = b.width;
  double macs = width * (width + b.classes), time = window, in = b.leads;
  for (const int stride : b.strides) {
    time /= stride;
    macs += time * width * (9 * in + 9 * width + in);
    in = width;
  }
  macs += b.layers * time * (12 * width * width + 2 * time * width);
  if (!model.restoration.is_empty()) macs += restoration_macs(*model.restoration, window);
  return macs;
}

/// Of a training on labels alone, or with every loss on.
ObjectiveWeights weights_of(bool distil) {
  if (!distil) return {};
  return {.logit = 1,
          .correlation = 1,
          .pseudo = 1,
          .region_focus = 1,
          .region_features = 1,
          .region_agreement = 1,
          .information = 1,
          .output_information = 1};
}

BatchSampler make_sampler(const System& system, const TrainConfig& config) {
  BatchOptions options;
  const std::size_t labelled = system.distil ? kRecords / 4 : kRecords;
  options.labelled.resize(labelled);
  options.unlabelled.resize(kRecords - labelled);
  std::iota(options.labelled.begin(), options.labelled.end(), std::size_t{0});
  std::iota(options.unlabelled.begin(), options.unlabelled.end(), labelled);
  options.labelled_per_batch = system.distil ? kBatch / 4 : kBatch;
  options.unlabelled_per_batch = kBatch - options.labelled_per_batch;
  options.leads = parse_leads(system.lead);
  options.cutmix = config.cutmix;
  options.cutmix_beta = config.cutmix_beta;
  options.augment = config.augment;
  return {noise(), options};
}

void train_step(benchmark::State& state, const System& system) {
  configure_runtime(kThreads);
  const TrainingKernels kernels;
  const TrainConfig config;
  const torch::Device device = torch::kCPU;
  const bool bf16 = choose_bf16(config.precision, device);
  Model model = Model::create(card_of(system), 1);
  BatchSampler sampler = make_sampler(system, config);
  TeacherView teacher;
  if (system.distil) teacher = opinions(backbone_preset("teacher-base"));
  Objective objective(weights_of(system.distil), model.card.backbone,
                      system.distil ? &teacher.all : nullptr);
  auto parameters = model.parameters();
  for (const auto& p : objective->parameters()) parameters.push_back(p);
  AdamW optimizer(parameters, config.weight_decay);
  model.train(true);

  std::uint64_t number = 0;
  for (auto _ : state) {
    const Batch batch = sampler.draw(number++);
    std::optional<TeacherOpinion> opinion;
    if (system.distil) opinion = teacher.rows(batch.records, batch, device);
    optimizer.zero_grad();
    ModelOutput out;
    {
      Autocast autocast(bf16, device);
      out = model.forward(batch.input);
      if (system.distil)
        out.backbone.class_maps = model.backbone->class_maps(out.backbone.layers.back());
    }
    std::map<std::string, torch::Tensor> parts;
    objective->forward(out, batch.signal, batch.target, opinion ? &*opinion : nullptr, parts)
        .backward();
    optimizer.step(config.learning_rate, config.clip);
  }
  const double records = static_cast<double>(state.iterations() * kBatch);
  state.SetItemsProcessed(state.iterations() * kBatch);
  state.counters["forward_GMAC/s"] =
      benchmark::Counter(records * forward_macs(model) / 1e9, benchmark::Counter::kIsRate);
  state.SetLabel(bf16 ? "bf16" : "fp32");
}

BENCHMARK_CAPTURE(train_step, student_tiny, System{"student-tiny", "none", "I"})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train_step, restoration_tiny_student_tiny_all_losses,
                  System{"student-tiny", "tiny", "I", true})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train_step, teacher_base, System{"teacher-base", "none", "all"})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
