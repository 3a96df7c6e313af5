#include "data/prepare.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>

#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/read_arguments.h"
#include "data/comma_list.h"
#include "data/dataset_json.h"
#include "data/fold_list.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

// What the user typed, before it is understood.
struct PrepareArguments {
  PrepareOptions options;
  std::string preset = "compact-100", normalization = "preset", classes = "scored";
  std::string train = "1-7", validate = "8", test = "9", train_centres;
  std::string vocabulary;
  bool quiet = false;
};

void require_apart(const char* one, const std::vector<int>& folds, const char* other,
                   const std::vector<int>& others) {
  for (const int fold : folds)
    if (std::ranges::find(others, fold) != others.end())
      throw Error(other, fmt::format("fold {} is also in {}", fold, one),
                  "no patient may be in two splits: give each fold once");
}

PrepareOptions understand(const PrepareArguments& arguments) {
  PrepareOptions options = arguments.options;
  options.conditioning = arguments.preset == "paper-500" ? edge::paper_500() : edge::compact_100();
  if (arguments.normalization == "fixed-gain") {
    options.conditioning.normalization = edge::Normalization::kFixedGain;
  } else if (arguments.normalization == "z-score") {
    options.conditioning.normalization = edge::Normalization::kZScore;
  }
  if (arguments.classes == "all") {
    options.all_classes = true;
  } else if (arguments.classes != "scored") {
    options.classes = comma_list(arguments.classes);
  }
  options.train_folds = parse_folds("--train", arguments.train);
  options.validate_folds = parse_folds("--validate", arguments.validate);
  options.test_folds = parse_folds("--test", arguments.test);
  options.train_centres = comma_list(arguments.train_centres);
  require_apart("--train", options.train_folds, "--validate", options.validate_folds);
  require_apart("--train", options.train_folds, "--test", options.test_folds);
  require_apart("--validate", options.validate_folds, "--test", options.test_folds);
  return options;
}

/// The first of them, and where all are.
void print_remarks(const char* what,
                   const std::vector<std::pair<std::string, std::string>>& remarks,
                   const std::filesystem::path& table) {
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < std::min(kShown, remarks.size()); ++i)
    fmt::print("  {} {}: {}\n", what, remarks[i].first, remarks[i].second);
  if (remarks.size() > kShown)
    fmt::print("  ... and {} more: see {}\n", remarks.size() - kShown, table.string());
}

void print_doubts(const PrepareSummary& summary, const std::filesystem::path& out) {
  if (summary.doubles > 0)
    fmt::print("  left out {} recordings that are the other rate of one that is kept\n",
               summary.doubles);
  if (summary.unknown_patients > 0)
    fmt::print("  {} recordings without a known patient: each counts as a patient of its own\n",
               summary.unknown_patients);
  if (summary.unlabelled > 0)
    fmt::print(
        "  {} recordings name no diagnosis: training takes them for free of every class. Leave\n"
        "  them out, or keep them as a centre of their own, whose labels distil leaves aside\n"
        "  (--unlabelled_centres)\n",
        summary.unlabelled);
  print_remarks("kept, but", summary.doubts, out / "doubts.csv");
  if (summary.unknown_diagnoses.empty()) return;
  fmt::print("  diagnoses that are not in the vocabulary (add them with --vocabulary):");
  for (const auto& [diagnosis, records] : summary.unknown_diagnoses)
    fmt::print(" {} ({})", diagnosis, records);
  fmt::print("\n");
}

void print_splits(const PreparedDataset& data) {
  struct Column {
    std::string_view title;
    std::size_t records = 0;
    std::set<std::string_view> patients;
    std::vector<std::size_t> positives;
  };
  std::array<Column, 4> columns;  // by Split
  for (std::size_t s = 0; s < columns.size(); ++s) {
    columns[s].title = split_name(static_cast<Split>(s));
    columns[s].positives.resize(data.classes().size());
  }
  for (std::size_t i = 0; i < data.size(); ++i) {
    Column& column = columns[static_cast<std::size_t>(data.rows()[i].split)];
    ++column.records;
    column.patients.insert(data.rows()[i].patient);
    for (std::size_t c = 0; c < data.classes().size(); ++c)
      column.positives[c] += data.labels(i)[c];
  }
  std::rotate(columns.begin(), columns.begin() + 1, columns.end());
  const std::size_t shown = columns.back().records > 0 ? 4 : 3;  // "none" only where there are any

  const auto print_line = [&](std::string_view title, const auto& value, std::string_view note) {
    fmt::print("{:12}", title);
    for (std::size_t s = 0; s < shown; ++s) fmt::print("{:>10}", value(columns[s]));
    fmt::print("  {}\n", note);
  };
  print_line(
      "", [](const Column& c) { return c.title; }, "");
  print_line(
      "recordings", [](const Column& c) { return c.records; }, "");
  print_line(
      "patients", [](const Column& c) { return c.patients.size(); }, "");
  for (std::size_t k = 0; k < data.classes().size(); ++k)
    print_line(
        data.classes()[k].abbreviation, [&](const Column& c) { return c.positives[k]; },
        data.classes()[k].name);
}

void run_prepare(const PrepareArguments& arguments) {
  const PrepareOptions options = understand(arguments);
  const Vocabulary vocabulary = arguments.vocabulary.empty()
                                    ? Vocabulary::standard()
                                    : Vocabulary::extended(arguments.vocabulary);
  std::optional<Progress> bar;
  const auto progress = [&](std::size_t done, std::size_t total) {
    if (arguments.quiet) return;
    if (!bar) bar.emplace("prepare", total);
    bar->update(done);
  };
  const PrepareSummary summary = prepare(options, vocabulary, progress);
  if (bar) bar->finish();
  if (arguments.quiet) return;

  const PreparedDataset data(options.out);
  fmt::print("{}: {} recordings kept, {} skipped, {} classes\n", options.out.string(), summary.kept,
             summary.skipped.size(), data.classes().size());
  print_remarks("skipped", summary.skipped, options.out / "skipped.csv");
  print_doubts(summary, options.out);
  print_splits(data);
}

}  // namespace

void add_prepare(CLI::App& app) {
  auto arguments = std::make_shared<PrepareArguments>();
  PrepareOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand(
      "prepare",
      "Condition folders of 12-lead recordings and pack them into one data set for training");
  command->footer(
      "The data set is a folder of signals.npy, labels.npy, records.csv, skipped.csv, doubts.csv "
      "and\n"
      "dataset.json that NumPy reads as it is. Patients and folds come from records.csv\n"
      "(record,patient_id,fold,age,sex), PTB-XL's ptbxl_database.csv or CODE-15's exams.csv "
      "beside\n"
      "the recordings.\n"
      "Example: liteheart prepare ptbxl --out ptbxl.prepared");
  command
      ->add_option(
          "SOURCE", options.sources,
          "Folders of recordings in any format, searched with all folders below them, or archives "
          "of such; each is one centre")
      ->required();
  command
      ->add_option("--out", options.out,
                   "Folder of the new data set; it appears only when it is whole")
      ->required();
  command
      ->add_option("--preset", arguments->preset,
                   "compact-100: 100 Hz, 1024 samples, quick; paper-500: 500 Hz, 6144 samples, for "
                   "fine morphology and comparison with published networks, slower to train")
      ->check(CLI::IsMember({"compact-100", "paper-500"}))
      ->capture_default_str();
  command
      ->add_option("--normalization", arguments->normalization,
                   "z-score: every lead to mean 0 and s.d. 1; fixed-gain: stays in mV, which keeps "
                   "voltage criteria and the relations between leads; preset: fixed-gain at "
                   "compact-100, z-score at paper-500")
      ->check(CLI::IsMember({"preset", "z-score", "fixed-gain"}))
      ->capture_default_str();
  command
      ->add_option(
          "--classes", arguments->classes,
          "scored: the classes that the PhysioNet/CinC 2021 Challenge scores; all: every class "
          "of the vocabulary; or a list of abbreviations or SNOMED CT codes (AF,RBBB,LBBB), "
          "kept however rare")
      ->capture_default_str();
  command
      ->add_option("--min-positives", options.min_positives,
                   "Drop classes that fewer recordings than this have (not those of a list)")
      ->check(CLI::Range(1, 1000000000))
      ->capture_default_str();
  command
      ->add_option(
          "--split", options.split,
          "auto: by fold where every recording has one, else by patient; fold; patient: "
          "80/10/10 %, every class spread alike; test: all for testing; file:PATH: a CSV of "
          "record,split. No patient is ever in two splits")
      ->capture_default_str();
  command->add_option("--train", arguments->train, "Folds to train on")->capture_default_str();
  command->add_option("--validate", arguments->validate, "Folds for choosing models and thresholds")
      ->capture_default_str();
  command
      ->add_option("--test", arguments->test,
                   "Folds for the final numbers; those in none of the three are kept out")
      ->capture_default_str();
  command->add_option(
      "--train-centres", arguments->train_centres,
      "Centres (names of their folders, with commas) whose recordings are all trained on, "
      "whatever their folds; distil --unlabelled_centres leaves their labels aside");
  command
      ->add_option("--seed", options.seed,
                   "Another number splits the patients in another way; the same in the same")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--most", options.most,
                   "Use so many recordings at most, evenly spread over all; 0: all")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--strict", options.strict,
                    "Stop at the first recording that cannot be used, instead of skipping it");
  command
      ->add_option("--threads", options.threads, "Recordings read at the same time; 0: all cores")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  add_read_options(*command, options.read);
  command->add_option("--vocabulary", arguments->vocabulary,
                      "CSV of further diagnoses, with the columns of src/ecg/diagnoses.csv");
  command->add_flag(
      "--force", options.overwrite,
      "Replace a data set that is at --out; the old one stays until the new one is whole");
  command->add_flag("--quiet", arguments->quiet, "Print nothing but errors");
  command->callback([arguments] { run_prepare(*arguments); });
}

}  // namespace liteheart
