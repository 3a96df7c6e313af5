#include "experiment/grid.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>

#include "ecg/error.h"
#include "experiment/command.h"
#include "nn/architecture.h"

namespace liteheart {
namespace {

/// What a network is, what it is given and what judges beside it: a teacher has its own.
constexpr const char* kOfTheStudent[] = {"network", "restoration", "lead", "strides",
                                         "measured_share"};

/// A value of every axis.
using Point = std::vector<const GridValue*>;

std::vector<Point> all_points(const std::vector<GridAxis>& axes) {
  std::vector<Point> points = {{}};
  for (const GridAxis& axis : axes) {
    std::vector<Point> longer;
    for (const Point& p : points) {
      for (const GridValue& value : axis.values) {
        longer.push_back(p);
        longer.back().push_back(&value);
      }
    }
    points = std::move(longer);
  }
  return points;
}

/// Throws Error (label) where a training with this configuration could not begin.
void check_training(const std::string& label, TrainConfig config) {
  config.data = config.out = "given";
  try {
    check_config(config);
    backbone_preset(config.network);
    if (config.restoration != "none") restoration_preset(config.restoration);
    parse_leads(config.lead);
  } catch (const Error& e) {
    throw Error(label, e.what());
  }
}

class Expansion {
 public:
  explicit Expansion(const JobFolders& known) : known_(known) {}

  void add(const Experiment& e) {
    experiment_ = &e;
    cells_.clear();
    for (const Protocol& protocol : e.protocols) add(protocol);
    grid_.experiments.push_back({e, cells_});
  }
  Grid take() { return std::move(grid_); }

 private:
  void add(const Protocol& protocol) {
    const std::size_t data = data_job(named(experiment_->data, protocol.data), std::nullopt);
    const std::vector<std::string> no_axes(experiment_->axes.size());
    std::size_t teacher = 0;
    if (protocol.teacher) {
      teacher = teacher_job(protocol);
      add_cells(protocol, kTeacherMethod, no_axes, protocol.teacher->seed, teacher, data);
    }
    for (const Point& point : all_points(experiment_->axes)) {
      std::vector<std::string> axes;
      for (const GridValue* value : point) axes.push_back(value->name);
      for (const Method& method : experiment_->methods) {
        if (!is_in(protocol, method)) continue;
        for (const std::uint64_t seed : seeds_of(method)) {
          const std::size_t student = student_job(protocol, method, point, seed, data, teacher);
          add_cells(protocol, method.name, axes, seed, student, data);
        }
      }
    }
  }

  template <class T>
  static const T& named(const std::vector<T>& all, const std::string& name) {
    return *std::find_if(all.begin(), all.end(), [&](const T& item) { return item.name == name; });
  }

  static bool is_in(const Protocol& protocol, const Method& method) {
    const auto& all = method.protocols;
    return all.empty() || std::find(all.begin(), all.end(), protocol.name) != all.end();
  }

  const std::vector<std::uint64_t>& seeds_of(const Method& method) const {
    return method.seeds.empty() ? experiment_->seeds : method.seeds;
  }

  /// The training of the method of that name with the same seed, or its first one, or of the
  /// protocol's teacher.
  std::size_t trained(const Protocol& protocol, const std::string& name, const Point& point,
                      std::uint64_t seed, std::size_t data, std::size_t protocols) {
    if (name == kTeacherMethod) return protocols;
    const Method& method = named(experiment_->methods, name);
    const auto& seeds = seeds_of(method);
    const bool same = std::find(seeds.begin(), seeds.end(), seed) != seeds.end();
    return student_job(protocol, method, point, same ? seed : seeds.front(), data, protocols);
  }

  /// The trainings that `method` learns from.
  std::vector<std::size_t> teachers_of(const Protocol& protocol, const Method& method,
                                       const Point& point, std::uint64_t seed, std::size_t data,
                                       std::size_t protocols) {
    std::vector<std::size_t> jobs;
    for (const std::string& name : method.teachers)
      jobs.push_back(trained(protocol, name, point, seed, data, protocols));
    if (jobs.empty()) jobs.push_back(protocols);
    const Job& first = grid_.jobs[jobs.front()];
    if (first.config.lead != "all")
      throw Error(first.label,
                  fmt::format("cannot be the first teacher of '{}': it does not see all leads",
                              method.name),
                  R"(give it lead = "all", or name one that has it before)");
    return jobs;
  }

  /// `classes_of`: the job of a data set whose classes it is to have; none: its own.
  std::size_t data_job(const DataSpec& spec, std::optional<std::size_t> classes_of) {
    Job job{JobKind::kPrepare, "data " + spec.name, {}, {"prepare"}, {}, {}, spec.sources, {}};
    for (const std::string& source : spec.sources) job.words.push_back(open_source(source));
    if (classes_of) {
      job.needs.push_back(*classes_of);
      job.words.insert(job.words.end(), {"--classes", open_classes(grid_.jobs[*classes_of].data)});
    }
    job.words.insert(job.words.end(), spec.prepare.begin(), spec.prepare.end());
    const std::string name = fmt::format("{}", fmt::join(spec.sources, "+"));
    const auto [index, is_new] = place(std::move(job), "data/" + name);
    Job& made = grid_.jobs[index];
    if (is_new) {
      // The last name is what reports call the data set.
      made.data = made.folder + "/" + made.folder.substr(5);
      made.words.insert(made.words.end(), {"--out", open_out(made.data)});
    }
    return index;
  }

  std::size_t teacher_job(const Protocol& protocol) {
    const TeacherSpec& teacher = *protocol.teacher;
    Settings shared = experiment_->settings.with(protocol.settings);
    for (const char* key : kOfTheStudent) shared.remove(key);
    TrainConfig config =
        shared.with(teacher.settings).with(experiment_->last).applied_to(train_defaults());
    config.lead = "all";
    config.restoration = "none";
    config.seed = teacher.seed;
    const std::size_t data = data_job(named(experiment_->data, teacher.data), std::nullopt);
    Job job{JobKind::kTeacher,
            fmt::format("{}/teacher", protocol.name),
            {},
            {"train"},
            {data},
            grid_.jobs[data].data,
            {},
            config};
    return training(std::move(job), fmt::format("teachers/{}", config.network));
  }

  std::size_t student_job(const Protocol& protocol, const Method& method, const Point& point,
                          std::uint64_t seed, std::size_t data, std::size_t teacher) {
    Settings settings = experiment_->settings.with(protocol.settings);
    std::string label = fmt::format("{}/{}", protocol.name, method.name);
    for (std::size_t i = 0; i < point.size(); ++i) {
      settings = settings.with(point[i]->settings);
      label += fmt::format("/{}-{}", experiment_->axes[i].name, point[i]->name);
    }
    settings = settings.with(method.settings).with(experiment_->last);
    label += fmt::format("/seed-{}", seed);
    if (!method.distil) {
      const Settings given = settings;
      for (const auto& [key, value] : given.values())
        if (is_distil_only(key)) settings.remove(key);
    }
    TrainConfig config = settings.applied_to(method.distil ? distil_defaults() : train_defaults());
    config.seed = seed;
    const std::size_t own_data =
        method.data.empty() ? data : data_job(named(experiment_->data, method.data), data);
    Job job{
        JobKind::kStudent,         label, {},    {method.distil ? "distil" : "train"}, {own_data},
        grid_.jobs[own_data].data, {},    config};
    if (method.distil) {
      for (const std::size_t own : teachers_of(protocol, method, point, seed, data, teacher)) {
        job.needs.push_back(own);
        job.config.teacher +=
            (job.config.teacher.empty() ? "" : ",") + open_out(grid_.jobs[own].folder);
      }
    }
    if (!method.start.empty()) {
      const std::size_t start = trained(protocol, method.start, point, seed, data, teacher);
      const TrainConfig &first = grid_.jobs[start].config, &own = job.config;
      if (first.network != own.network || first.restoration != own.restoration ||
          first.lead != own.lead || first.strides != own.strides)
        throw Error(label,
                    fmt::format("cannot begin as '{}' ends: it is another network, or given "
                                "other leads",
                                method.start),
                    "give both the same network, restoration, lead and strides");
      job.needs.push_back(start);
      job.config.start = open_out(grid_.jobs[start].folder);
    }
    return training(std::move(job), "cells/" + label);
  }

  /// Completes the command of a training that has its configuration.
  std::size_t training(Job job, const std::string& name) {
    job.config.threads = 1;
    check_training(job.label, job.config);
    const auto settings = settings_arguments(job.config);
    job.words.insert(job.words.end(), settings.begin(), settings.end());
    job.words.insert(job.words.end(), {"--data", open_out(job.data)});
    const auto [index, is_new] = place(std::move(job), name);
    Job& made = grid_.jobs[index];
    if (is_new) made.words.insert(made.words.end(), {"--out", open_out(made.folder)});
    return index;
  }

  std::size_t evaluation_job(std::size_t training, std::size_t data, const std::string& test) {
    const Job& trained = grid_.jobs[training];
    Job job{JobKind::kEvaluate,
            fmt::format("{} on {}", trained.label, test),
            {},
            {"evaluate", "--data", open_out(grid_.jobs[data].data), "--model",
             open_out(trained.folder), "--split", "test", "--threads", "1"},
            {training, data},
            grid_.jobs[data].data,
            {},
            trained.config};
    const auto [index, is_new] =
        place(std::move(job), fmt::format("{}/on-{}", trained.folder, test));
    Job& made = grid_.jobs[index];
    if (is_new)
      made.words.insert(made.words.end(),
                        {"--json", open_out(made.folder + "/result.json"), "--predictions",
                         open_out(made.folder + "/predictions")});
    return index;
  }

  /// The job's place among the jobs: that of an equal one, or a new one at the end. The address
  /// is that of the words so far, which say all that the result depends on.
  std::pair<std::size_t, bool> place(Job job, const std::string& name) {
    const std::string address = address_of(fmt::format("{}", fmt::join(job.words, "\n")));
    const auto [at, is_new] = by_address_.emplace(address, grid_.jobs.size());
    if (is_new) {
      job.folder = known_.folder(name, address);
      grid_.jobs.push_back(std::move(job));
    }
    return {at->second, is_new};
  }

  /// On the protocol's own test split, and on every further test set.
  void add_cells(const Protocol& protocol, const std::string& method,
                 const std::vector<std::string>& axes, std::uint64_t seed, std::size_t training,
                 std::size_t data) {
    const auto add = [&](std::size_t test_data, const std::string& test) {
      cells_.push_back({protocol.name, method, axes, seed, test, training,
                        evaluation_job(training, test_data, test)});
    };
    add(data, protocol.data);
    for (const DataSpec& test : experiment_->tests) add(data_job(test, data), test.name);
  }

  const JobFolders& known_;
  const Experiment* experiment_ = nullptr;
  Grid grid_;
  std::vector<Cell> cells_;
  std::map<std::string, std::size_t> by_address_;
};

}  // namespace

Grid expand(const std::vector<Experiment>& experiments, const JobFolders& known) {
  Expansion expansion(known);
  for (const Experiment& e : experiments) expansion.add(e);
  return expansion.take();
}

}  // namespace liteheart
