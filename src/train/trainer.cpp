#include "train/trainer.h"

#include <fmt/format.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>

#include "data/comma_list.h"
#include "data/output_file.h"
#include "data/splits.h"
#include "distill/rival.h"
#include "distill/rivals.h"
#include "ecg/error.h"
#include "measured/measurements.h"
#include "nn/runtime.h"
#include "nn/training_kernels.h"
#include "train/adamw.h"
#include "train/batch.h"
#include "train/checkpoint.h"
#include "train/folder_lock.h"
#include "train/judged_classes.h"
#include "train/log.h"
#include "train/measured_records.h"
#include "train/predict.h"
#include "train/taught_records.h"
#include "train/training_setup.h"
#include "train/weight_mean.h"

namespace liteheart {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;
constexpr std::uint64_t kLogEvery = 50;

/// The values of scalars of one device, read at once: each reading waits for a GPU.
std::vector<double> values_of(const std::map<std::string, torch::Tensor>& scalars) {
  std::vector<torch::Tensor> each;
  each.reserve(scalars.size());
  for (const auto& [name, value] : scalars) each.push_back(value);
  const torch::Tensor values = torch::stack(each).to(torch::kDouble).cpu();
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Trainer {
 public:
  Trainer(const TrainConfig& config, const TrainCallbacks& callbacks);
  TrainOutcome run();

 private:
  /// Gives the model trees and adds what they say to the logits of the network.
  void fit_trees(Predictions& validation);
  /// Shows how far a stage before the first step or after the last is, and stops it on request.
  std::function<void(std::size_t, std::size_t)> stage(const std::string& name) const;
  void prepare_rival();
  torch::Tensor rival_loss(const Batch& batch, const ModelOutput& out,
                           const TeacherOpinion* opinion);
  NamedTensors state() const;
  void resume();
  void checkpoint();
  double learning_rate() const;
  double true_share() const;
  void step();
  bool end_epoch();
  Predictions validate(Model& model) const;
  std::string best_so_far() const;
  void finish();
  TrainOutcome outcome() const;

  const TrainConfig& config_;
  const TrainCallbacks& callbacks_;
  PreparedDataset data_;
  torch::Device device_;
  bool bf16_;
  json identity_;
  Model model_, mean_;  // mean_: running mean of model_'s weights, where that is on
  Objective objective_{nullptr};
  std::shared_ptr<RivalLoss> rival_;                // null without one
  std::optional<TaughtRecords> taught_;             // by a teacher, where there is one
  std::vector<std::size_t> labelled_, validation_;  // of the training split; to choose by
  std::unique_ptr<BatchSampler> sampler_;
  std::unique_ptr<AdamW> optimizer_;
  std::uint64_t steps_per_epoch_ = 0;
  Progression progression_;
  std::optional<FolderLock> lock_;
  std::unique_ptr<TrainLog> log_;
  Clock::time_point started_ = Clock::now(), epoch_started_, saved_ = Clock::now();
  std::uint64_t epoch_first_step_ = 0;
  double seconds_before_ = 0;
};

Trainer::Trainer(const TrainConfig& config, const TrainCallbacks& callbacks)
    : config_(config),
      callbacks_(callbacks),
      data_(config.data),
      device_(choose_device(config.device)),
      bf16_(choose_bf16(config.precision, device_)),
      identity_(training_identity(config, data_)) {
  const ObjectiveWeights weights = objective_weights(config);
  model_ = Model::create(make_card(config, data_), config.seed);
  if (!config.start.empty()) start_from(config, data_, model_);
  const auto known = choose_labelled(data_, config.labelled, config.labelled_seed,
                                     comma_list(config.unlabelled_centres));
  BatchOptions options;
  const auto train_records = data_.indices(Split::kTrain);
  for (const std::size_t record : train_records)
    (known[record] ? options.labelled : options.unlabelled).push_back(record);
  for (const std::size_t record : data_.indices(Split::kValidate)) {
    if (known[record]) validation_.push_back(record);
  }
  if (options.labelled.empty())
    throw Error(config.data, "no labelled record is left to train on",
                "raise --labelled or prepare with a larger training split");
  if (validation_.empty())
    throw Error(config.data, "no labelled record is left to validate on",
                "raise --labelled or prepare with a larger validation split");
  if (!tell_apart(data_, validation_))
    throw Error(config.data,
                fmt::format("none of the {} classes is both present and absent among the {} "
                            "labelled records of the validation split",
                            data_.classes().size(), validation_.size()),
                fmt::format("{}prepare with a larger validation split",
                            config.labelled < 1 ? "raise --labelled or " : ""));

  options.leads = model_.card.leads;
  options.cutmix = config.cutmix;
  options.cutmix_beta = config.cutmix_beta;
  options.augment = config.augment;
  options.seed = config.seed;
  labelled_ = options.labelled;
  const bool distil = !config.teacher.empty();
  options.labelled_per_batch = config.batch;
  const Rival* rival = find_rival(config.rival);
  const bool semi_supervised = rival != nullptr && rival->weak_view != WeakView::kNone;
  if (semi_supervised && options.unlabelled.empty()) {
    throw Error(config.data, "no record is left unlabelled, from which " + config.rival + " learns",
                "lower --labelled");
  }
  if ((distil || semi_supervised) && !options.unlabelled.empty()) {
    const int most = config.labelled_share < 1 ? config.batch - 1 : config.batch;
    options.labelled_per_batch =
        std::clamp<std::int64_t>(std::lround(config.batch * config.labelled_share), 1, most);
    options.unlabelled_per_batch = config.batch - options.labelled_per_batch;
  }
  steps_per_epoch_ = (train_records.size() + static_cast<std::size_t>(config.batch) - 1) /
                     static_cast<std::size_t>(config.batch);
  sampler_ = std::make_unique<BatchSampler>(data_, options);

  if (distil)
    taught_.emplace(config, data_, train_records, known, device_, bf16_, stage("teacher"));
  torch::manual_seed(config.seed + 1);
  objective_ =
      Objective(weights, model_.card.backbone, distil ? &taught_->view().all : nullptr, device_);
  model_.to(device_);
  if (rival != nullptr) prepare_rival();
  if (config.averaging > 0) {
    mean_ = Model::create(model_.card, config.seed);
    assign_state(mean_.state(), model_.state(), "mean");
    mean_.to(device_);
  }
  objective_->to(device_);
  auto parameters = model_.parameters();
  for (const auto& p : objective_->parameters()) parameters.push_back(p);
  if (rival_) {
    for (const auto& p : rival_->parameters()) parameters.push_back(p);
  }
  optimizer_ = std::make_unique<AdamW>(parameters, config.weight_decay);
}

std::function<void(std::size_t, std::size_t)> Trainer::stage(const std::string& name) const {
  return [this, name](std::size_t done, std::size_t total) {
    if (callbacks_.progress) callbacks_.progress(name, done, total, {});
    if (callbacks_.stop != nullptr && callbacks_.stop->load()) {
      throw Error(config_.out, "stopped on request", "the same command continues it");
    }
  };
}

void Trainer::fit_trees(Predictions& validation) {
  const MeasuredRecords measured(data_, model_.card.leads, stage("measuring"));
  model_.card.trees = TreesShape{kMeasurementsVersion, measured_share(config_)};
  const auto fitted = [&] {
    if (has_teachers_trees(config_))
      return liteheart::fit_trees(data_, measured, labelled_, stage("trees"));
    if (!taught_) return imitate(data_, measured, labelled_, {}, stage("trees"));
    return imitate(data_, measured, taught_->records(), taught_->view().all.probability,
                   stage("trees"));
  };
  model_.trees = std::make_shared<const BoostedTrees>(fitted());
  for (std::size_t i = 0; i < validation.records; ++i)
    model_.add_trees(
        std::span(validation.logit).subspan(i * validation.classes, validation.classes),
        measured.row(validation_[i]));
}

void Trainer::prepare_rival() {
  RivalSetup setup;
  setup.student = model_.card.backbone;
  if (taught_) {
    setup.teacher = &taught_->view().all;
    setup.head = taught_->view().head;
  }
  setup.seed = config_.seed;
  setup.device = device_;
  rival_ = make_rival(config_.rival, setup);
  rival_->to(device_);
  rival_->after_step(model_);
}

torch::Tensor Trainer::rival_loss(const Batch& batch, const ModelOutput& out,
                                  const TeacherOpinion* opinion) {
  const torch::Tensor target = batch.target.to(device_);
  RivalStep step{model_, out.backbone, target, opinion, {}, {}};
  step.step = progression_.step;
  step.progress = static_cast<double>(progression_.step) /
                  (static_cast<double>(config_.epochs) * static_cast<double>(steps_per_epoch_));
  const WeakView weak_view = find_rival(config_.rival)->weak_view;
  if (weak_view != WeakView::kNone) {
    const torch::NoGradGuard no_grad;
    const Autocast autocast(bf16_, device_);
    // The student's batch norms go by the batch, as its other forward pass does; the mean's by what
    // was averaged.
    Model& asked = weak_view == WeakView::kMean ? mean_ : model_;
    asked.train(weak_view != WeakView::kMean);
    const torch::Tensor leads = lead_columns(model_.card);
    step.weak = asked.forward(batch.signal.index_select(1, leads).to(device_)).backbone.logits;
  }
  if (taught_) step.rows = taught_->rows(batch);
  return rival_->forward(step);
}

/// All tensors that a checkpoint holds; they share memory with the training.
NamedTensors Trainer::state() const {
  NamedTensors all = model_.state();
  for (const auto& item : objective_->named_parameters())
    all.emplace_back("objective." + item.key(), item.value());
  if (rival_) {
    for (const auto& item : rival_->named_parameters())
      all.emplace_back("rival." + item.key(), item.value());
    for (const auto& item : rival_->named_buffers())
      all.emplace_back("rival." + item.key(), item.value());
  }
  for (std::size_t i = 0; i < optimizer_->first.size(); ++i) {
    all.emplace_back(fmt::format("adamw.first.{}", i), optimizer_->first[i]);
    all.emplace_back(fmt::format("adamw.second.{}", i), optimizer_->second[i]);
  }
  if (config_.averaging > 0) {
    for (const auto& [name, tensor] : mean_.state()) all.emplace_back("mean." + name, tensor);
  }
  return all;
}

void Trainer::resume() {
  std::filesystem::create_directories(config_.out);
  lock_.emplace(config_.out);
  remove_unfinished_files(config_.out);
  const auto saved = read_checkpoint(config_.out, identity_);
  if (saved) {
    progression_ = saved->progression;
    assign_state(state(), saved->tensors, checkpoint_file(config_.out).string());
    optimizer_->steps = progression_.optimizer_steps;
  }
  seconds_before_ = progression_.seconds;
  log_ = std::make_unique<TrainLog>(std::filesystem::path(config_.out) / "log.jsonl",
                                    progression_.step);
}

void Trainer::checkpoint() {
  progression_.optimizer_steps = optimizer_->steps;
  progression_.seconds = seconds_before_ + seconds_since(started_);
  Checkpoint c{identity_, progression_, {}};
  for (const auto& [name, tensor] : state())
    c.tensors.emplace_back(name, tensor.detach().cpu().contiguous());
  log_->flush();
  write_checkpoint(config_.out, c);
  saved_ = Clock::now();
}

double Trainer::learning_rate() const {
  const double step = static_cast<double>(progression_.step),
               per_epoch = static_cast<double>(steps_per_epoch_);
  const double warm = config_.warmup_epochs * per_epoch, all = config_.epochs * per_epoch;
  if (step < warm) return config_.learning_rate * (step + 1) / warm;
  return config_.learning_rate * (all - step) / std::max(1.0, all - warm);
}

/// Of the true leads in what the student is given: so it learns first what there is to see, and the
/// restoration net then to show it.
double Trainer::true_share() const {
  if (config_.true_leads_epochs <= 0 || !config_.start.empty()) return 0;
  const double over = config_.true_leads_epochs * static_cast<double>(steps_per_epoch_);
  return std::max(0.0, 1 - static_cast<double>(progression_.step) / over);
}

void Trainer::step() {
  const Batch batch = sampler_->draw(progression_.step);
  std::optional<TeacherOpinion> opinion;
  if (taught_) opinion = taught_->of(batch, device_);
  optimizer_->zero_grad();
  const torch::Tensor signal = batch.signal.to(device_);
  ModelOutput out;
  {
    Autocast autocast(bf16_, device_);
    out = model_.forward(batch.input.to(device_), true_share(), signal);
    if (objective_->weights.region_agreement > 0)
      out.backbone.class_maps = model_.backbone->class_maps(out.backbone.layers.back());
  }
  std::map<std::string, torch::Tensor> parts;
  torch::Tensor loss = objective_->forward(out, signal, batch.target.to(device_),
                                           opinion ? &*opinion : nullptr, parts);
  if (rival_) {
    const torch::Tensor rival = rival_loss(batch, out, opinion ? &*opinion : nullptr);
    parts["rival"] = rival.detach();
    loss = loss + config_.weight_rival * rival;
  }
  loss.backward();
  const double norm = optimizer_->step(learning_rate(), config_.clip);
  if (rival_) rival_->after_step(model_);
  if (config_.averaging > 0)
    average_weights(mean_.state(), model_.state(), config_.averaging, optimizer_->steps);
  parts["total"] = loss.detach();
  const std::vector<double> read = values_of(parts);
  auto next = read.begin();
  json values;
  for (const auto& [name, value] : parts) {
    const double v = *next++;
    values[name] = v;
    progression_.sums[name] = progression_.sums.value(name, 0.0) + v;
  }
  if (!std::isfinite(values["total"].get<double>())) {
    throw Error(config_.out, fmt::format("the loss is not finite at step {}", progression_.step),
                "lower --learning_rate or use --precision fp32");
  }
  ++progression_.step;
  if (progression_.step % kLogEvery == 0) {
    log_->line({{"step", progression_.step},
                {"losses", values},
                {"gradient_norm", norm},
                {"learning_rate", learning_rate()}});
  }
}

Predictions Trainer::validate(Model& model) const {
  PredictOptions options;
  options.device = device_;
  options.bf16 = bf16_;
  return predict(model, data_, validation_, options);
}

bool Trainer::end_epoch() {
  EpochReport report;
  report.epoch = ++progression_.epochs_done;
  report.epochs = config_.epochs;
  for (const auto& [name, sum] : progression_.sums.items()) {
    report.losses[name] = sum.get<double>() / static_cast<double>(steps_per_epoch_);
  }
  progression_.sums = json::object();
  report.records_per_second = static_cast<double>((progression_.step - epoch_first_step_) *
                                                  static_cast<std::uint64_t>(config_.batch)) /
                              seconds_since(epoch_started_);
  Model& kept = config_.averaging > 0 ? mean_ : model_;
  const Predictions p = validate(kept);
  model_.train(true);
  report.map = mean_average_precision(p);
  report.auc = macro_auc(p);
  report.best = progression_.best_epoch == 0 || config_.selection == "last" ||
                (config_.selection == "auc" ? report.auc > progression_.best_auc
                                            : report.map > progression_.best_map);
  if (report.best) {
    progression_.best_map = report.map;
    progression_.best_auc = report.auc;
    progression_.best_epoch = report.epoch;
    save_model(std::filesystem::path(config_.out) / "best.safetensors", kept);
  }
  log_->line({{"step", progression_.step},
              {"epoch", report.epoch},
              {"losses", report.losses},
              {"validation_map", report.map},
              {"validation_auc", report.auc},
              {"best", report.best},
              {"seconds", seconds_before_ + seconds_since(started_)},
              {"records_per_second", report.records_per_second}});
  if (callbacks_.epoch) callbacks_.epoch(report);
  return report.epoch >= config_.epochs ||
         report.epoch - progression_.best_epoch >= config_.patience;
}

std::string Trainer::best_so_far() const {
  if (progression_.best_epoch == 0) return {};
  return config_.selection == "auc"
             ? fmt::format(", best AUC {:.3f}", progression_.best_auc)
             : fmt::format(", {} MAP {:.3f}", config_.selection == "last" ? "last" : "best",
                           progression_.best_map);
}

void Trainer::finish() {
  const std::filesystem::path out = config_.out;
  model_ = load_model(out / "best.safetensors");
  model_.to(device_);
  Predictions validation = validate(model_);
  if (has_trees(config_)) {
    model_.card.network_decision = learn_decision(validation);
    fit_trees(validation);
  }
  progression_.best_map = mean_average_precision(validation);
  model_.card.decision = learn_decision(validation);
  model_.card.not_judged = not_judged(validation, model_.card.classes);
  model_.card.provenance = {{"program", "liteheart"},
                            {"settings", identity_},
                            {"best_epoch", progression_.best_epoch},
                            {"epochs", progression_.epochs_done},
                            {"validation_map", progression_.best_map},
                            {"data", data_.folder().filename().string()},
                            {"records", data_.size()}};
  save_model(out / "model.safetensors", model_);
}

TrainOutcome Trainer::outcome() const {
  return {progression_.finished,   false,
          progression_.best_epoch, progression_.epochs_done,
          progression_.best_map,   progression_.seconds};
}

TrainOutcome Trainer::run() {
  resume();
  if (progression_.finished) {
    TrainOutcome done = outcome();
    done.was_complete = true;
    return done;
  }
  model_.train(true);
  bool ended = progression_.epochs_done > 0 &&
               progression_.step == progression_.epochs_done * steps_per_epoch_ &&
               (progression_.epochs_done >= config_.epochs ||
                progression_.epochs_done - progression_.best_epoch >= config_.patience);
  while (!ended) {
    epoch_started_ = Clock::now();
    epoch_first_step_ = progression_.step;
    const std::uint64_t first =
                            static_cast<std::uint64_t>(progression_.epochs_done) * steps_per_epoch_,
                        last = first + steps_per_epoch_;
    const std::string stage =
        fmt::format("epoch {}/{}", progression_.epochs_done + 1, config_.epochs);
    const auto batch = static_cast<std::uint64_t>(config_.batch),
               all = static_cast<std::uint64_t>(config_.epochs) * steps_per_epoch_ * batch;
    if (callbacks_.progress) callbacks_.progress(stage, progression_.step * batch, all, {});
    while (progression_.step < last) {
      step();
      if (callbacks_.progress) {
        const double mean = progression_.sums["total"].get<double>() /
                            static_cast<double>(progression_.step - first);
        callbacks_.progress(stage, progression_.step * batch, all,
                            fmt::format("loss {:.3f}{}", mean, best_so_far()));
      }
      if (callbacks_.stop != nullptr && callbacks_.stop->load()) {
        checkpoint();
        return outcome();
      }
      if (seconds_since(saved_) > 60 * config_.checkpoint_minutes && progression_.step < last)
        checkpoint();
    }
    ended = end_epoch();
    checkpoint();
  }
  finish();
  progression_.finished = true;
  checkpoint();
  return outcome();
}

}  // namespace

TrainOutcome train(const TrainConfig& config, const TrainCallbacks& callbacks) {
  const TrainingKernels kernels;
  check_config(config);
  return Trainer(config, callbacks).run();
}

}  // namespace liteheart
