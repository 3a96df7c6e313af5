#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands.h"
#include "cli/progress.h"
#include "data/dataset_json.h"
#include "ecg/error.h"
#include "eval/report_format.h"
#include "nn/network_cost.h"
#include "nn/runtime.h"
#include "report/evaluation_page.h"
#include "report/paint.h"
#include "train/prediction_files.h"

namespace liteheart {
namespace {

struct EvaluateArguments {
  std::string data, model, baseline, teacher, split = "test", json, csv, report, figures,
                                              predictions;
  int bootstrap = 1000, threads = 0;
  std::uint64_t seed = 1;
};

void print_systems(const std::vector<EvaluatedSystem>& rows) {
  fmt::print("{:<10}{:<6}{:>22}{:>22}{:>22}{:>22}\n", "system", "lead", "macro AUC", "MAP",
             "macro F1", "macro F2");
  for (const EvaluatedSystem& row : rows) {
    const Report& r = row.evaluation.report;
    fmt::print("{:<10}{:<6}{:>22}{:>22}{:>22}{:>22}\n", row.role,
               lead_text(row.evaluation.card.leads), cell(r.macro_auc),
               cell(r.mean_average_precision), cell(r.macro_f1), cell(r.macro_f2));
  }
}

/// Coverage stands beside accuracy.
void print_accepted(const Evaluation& e) {
  if (!e.graded) {
    fmt::print(
        "The data set was prepared without the quality gate: prepare it again for coverage.\n\n");
    return;
  }
  fmt::print("The quality gate accepts {} of {} recordings ({:.1f} %)", accepted_records(e.report),
             e.report.records, 100 * e.report.coverage);
  if (e.accepted)
    fmt::print(". On those: macro AUC {}, MAP {}, macro F1 {}, macro F2 {}",
               cell(e.accepted->macro_auc), cell(e.accepted->mean_average_precision),
               cell(e.accepted->macro_f1), cell(e.accepted->macro_f2));
  fmt::print(".\n\n");
}

bool is_pdf(const std::filesystem::path& file) { return file.extension() == ".pdf"; }
bool is_html(const std::filesystem::path& file) {
  return file.extension() == ".html" || file.extension() == ".htm";
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::trunc);
  out << text << std::flush;
  if (!out) throw Error(path, "cannot be written", "choose another place or free some space");
}

/// Before the long work: whether it can be written in the end.
void require_place(const std::string& path) {
  if (path.empty()) return;
  std::error_code ignored;
  const std::filesystem::path file = path,
                              folder = file.has_parent_path() ? file.parent_path() : ".";
  if (std::filesystem::is_directory(file, ignored))
    throw Error(path, "is a folder", "name a file in it");
  if (!std::filesystem::is_directory(folder, ignored))
    throw Error(path, "cannot be written: its folder is not there", "make the folder first");
  const bool there = std::filesystem::exists(file, ignored);
  if (::access(there ? file.c_str() : folder.c_str(), W_OK) != 0)
    throw Error(path, "cannot be written", "choose another place");
}

void require_folder(const char* option, const std::string& folder) {
  if (folder.empty()) return;
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (!std::filesystem::is_directory(folder) || ::access(folder.c_str(), W_OK) != 0)
    throw Error(folder, "is no folder that can be written",
                fmt::format("choose another place for {}", option));
}

void require_places(const EvaluateArguments& a) {
  for (const std::string& path : {a.json, a.csv, a.report}) require_place(path);
  if (!a.report.empty() && !is_pdf(a.report) && !is_html(a.report))
    throw Error(a.report, "is neither a page nor a PDF", "let --report end in .html or .pdf");
  require_folder("--figures", a.figures);
  require_folder("--predictions", a.predictions);
}

std::string to_csv(const std::vector<EvaluatedSystem>& rows, const std::optional<GapClosed>& gap) {
  EvaluationCsv csv;
  for (const EvaluatedSystem& row : rows) {
    csv.system(row.role);
    csv.add(row.evaluation.report);
    if (row.evaluation.accepted) csv.add_accepted(*row.evaluation.accepted);
    if (row.evaluation.restored) csv.add(*row.evaluation.restored);
    if (row.evaluation.measured) csv.add(*row.evaluation.measured);
  }
  if (gap) csv.add(*gap);  // of the last, the model
  return csv.text();
}

/// The page or PDF, and each figure as SVG, where asked for.
void write_pictures(const EvaluateArguments& a, const EvaluationStudy& study) {
  const std::vector<PanelFigure> figures = evaluation_figures(study);
  if (!a.report.empty() && is_pdf(a.report)) {
    std::vector<Drawing> pages;
    pages.reserve(figures.size());
    for (const PanelFigure& f : figures) pages.push_back(sheet(f));
    write_text(a.report, to_pdf(pages));
  } else if (!a.report.empty()) {
    write_text(a.report, evaluation_page(study, figures));
  }
  if (a.figures.empty()) return;
  for (const PanelFigure& f : figures)
    write_text((std::filesystem::path(a.figures) / (f.name + ".svg")).string(), to_svg(sheet(f)));
}

void write_model_predictions(const std::string& folder, const Evaluation& model,
                             const PreparedDataset& data, const std::vector<std::size_t>& records) {
  std::vector<const RecordRow*> rows;
  rows.reserve(records.size());
  for (const std::size_t i : records) rows.push_back(&data.rows()[i]);
  write_predictions(folder, {data.classes(), model.predictions, model.decision}, rows);
}

void run(const EvaluateArguments& a) {
  require_places(a);
  const bool pictures = !a.report.empty() || !a.figures.empty();
  configure_runtime(a.threads);
  const PreparedDataset data(a.data);
  const auto records = data.indices(*split_named(a.split));
  if (records.empty())
    throw Error(a.data, "has no records in the split '" + a.split + "'",
                "prepare it with other folds, or choose another --split");
  EvaluateOptions options;
  options.samples = pictures;
  options.bootstrap.replicates = a.bootstrap;
  options.bootstrap.seed = a.seed;
  std::vector<EvaluatedSystem> rows;
  for (const auto& [role, path] :
       {std::pair{"teacher", a.teacher}, std::pair{"baseline", a.baseline},
        std::pair{"model", a.model}}) {
    if (path.empty()) continue;
    std::optional<Progress> progress;
    std::string shown;
    const auto show = [&](const std::string& stage, std::size_t done, std::size_t total) {
      if (stage != std::exchange(shown, stage)) progress.emplace(stage, total);
      progress->update(done);
    };
    options.progress = [&show, name = std::string(role)](std::size_t done, std::size_t total) {
      show(name, done, total);
    };
    options.measuring = [&](std::size_t done, std::size_t total) {
      show("measuring", done, total);
    };
    rows.push_back({role, path, evaluate_model(path, data, records, options)});
  }
  const Evaluation& model = rows.back().evaluation;
  // Of "data" and of "data/".
  const std::string data_name = (data.folder() / "").parent_path().filename().string();
  nlohmann::json json = {{"data", data_name}, {"split", a.split}, {"disclaimer", kDisclaimer}};
  for (const EvaluatedSystem& row : rows) {
    json[row.role] = to_json(row.evaluation.report);
    if (row.evaluation.accepted) json[row.role]["accepted"] = to_json(*row.evaluation.accepted);
    json[row.role]["leads"] = lead_text(row.evaluation.card.leads);
    const NetworkCost cost = network_cost(row.evaluation.card);
    json[row.role]["parameters"] = cost.parameters;
    json[row.role]["multiply_adds"] = cost.multiply_adds;
    json[row.role]["provenance"] = row.evaluation.card.provenance;
  }
  if (model.restored) {
    json["restoration"] = to_json(*model.restored);
    fmt::print("Restored leads\n{}\n", to_table(*model.restored));
  }
  if (model.measured) {
    const edge::Conditioning& c = data.conditioning();
    json["restored_measurements"] = to_json(*model.measured);
    json["restored_measurements"]["pass_band_hz"] = {c.low_hz, c.high_hz};
    fmt::print(
        "Measurements on the restored leads against the true ones, band-pass {:g}-{:g} Hz\n{}\n",
        c.low_hz, c.high_hz, to_table(*model.measured));
  }
  fmt::print("{}\n", to_table(model.report));
  print_accepted(model);
  if (rows.size() > 1) print_systems(rows);
  std::optional<GapClosed> gap;
  if (rows.size() == 3) {
    const auto system = [](const EvaluatedSystem& row) {
      return System{row.evaluation.predictions, row.evaluation.decision};
    };
    gap = gap_closed(system(rows[2]), system(rows[1]), system(rows[0]), options.bootstrap);
    json["gap_closed"] = to_json(*gap);
    fmt::print("\n{}", to_table(*gap));
  }
  fmt::print("\n{}\n", kDisclaimer);
  if (!a.json.empty()) write_text(a.json, json.dump(2) + "\n");
  if (!a.csv.empty()) write_text(a.csv, to_csv(rows, gap));
  if (!a.predictions.empty()) write_model_predictions(a.predictions, model, data, records);
  if (pictures) write_pictures(a, {data_name, a.split, LITEHEART_VERSION, std::move(rows), gap});
}

}  // namespace

void add_evaluate(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "evaluate",
      "Measure a model on the test split: per class and macro, with patient-bootstrap intervals.\n"
      "With --baseline and --teacher the three stand side by side, and the gap closed between "
      "them.");
  const auto a = std::make_shared<EvaluateArguments>();
  command->add_option("--data", a->data, "folder of a prepared data set")->required();
  command->add_option("--model", a->model, "model to measure: a training's folder or a model file")
      ->required();
  command->add_option("--baseline", a->baseline, "the same student without distillation");
  command->add_option("--teacher", a->teacher, "the 12-lead model");
  command->add_option("--split", a->split, "records to measure on")
      ->capture_default_str()
      ->check(CLI::IsMember({"train", "validate", "test"}));
  command->add_option("--bootstrap", a->bootstrap, "patient-bootstrap replicates; 0: no intervals")
      ->capture_default_str()
      ->check(CLI::Range(0, 100000));
  command->add_option("--seed", a->seed, "seed of the bootstrap")->capture_default_str();
  command->add_option("--threads", a->threads, "threads; 0 is all cores")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  command->add_option("--json", a->json, "write everything as JSON to this file");
  command->add_option("--csv", a->csv,
                      "write the metrics of all of them as CSV to this file, a row each");
  command->add_option(
      "--report", a->report,
      "write a page of tables and figures to this file: .html, or .pdf for the figures "
      "alone, a page each");
  command->add_option("--figures", a->figures, "write each figure as SVG into this folder");
  command->add_option("--predictions", a->predictions,
                      "write the model's logits, with labels, patients and thresholds, into this "
                      "folder: .npy, .csv and .json");
  command->footer(
      "Example: liteheart evaluate --data data --model lite --baseline baseline --teacher teacher");
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
