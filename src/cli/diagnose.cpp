#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands.h"
#include "cli/read_arguments.h"
#include "deploy/condition_recording.h"
#include "ecg/error.h"
#include "formats/recording_source.h"
#include "formats/registry.h"
#include "formats/wfdb_writer.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kTogether = 64;  // windows in one pass through the network

struct DiagnoseArguments {
  std::vector<std::string> files;
  ReadOptions read;
  std::string model, lead, restored, challenge;
  bool json = false;
  int threads = 0;
};

/// Beside the program, as built, or where it is installed.
fs::path shipped_model() {
  const char* const name = "liteheart-lead-i.lhm";
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  for (const char* const folder : {"models", "../share/liteheart"}) {
    fs::path file = program.parent_path() / folder / name;
    if (fs::exists(file, ignored)) return file;
  }
  throw Error(name, "the shipped model is not where it should be", "give a model with --model");
}

void write_challenge(const RecordingDiagnosis& d, const fs::path& folder, const std::string& name) {
  fs::create_directories(folder);
  const fs::path file = folder / (name + ".csv");
  std::ofstream out(file, std::ios::trunc);
  out << to_challenge(d) << std::flush;
  if (!out)
    throw Error(file.string(), "cannot be written", "choose another folder or free some space");
}

class Run {
 public:
  explicit Run(const DiagnoseArguments& a) : a_(a) {
    const fs::path file = a.model.empty() ? shipped_model() : fs::path(a.model);
    engine_ = is_edge_model(file) ? open_edge_engine(file, a.threads)
                                  : open_torch_engine(file, a.threads);
    if (!a.restored.empty()) fs::create_directories(a.restored);
  }

  void source(const fs::path& named) {
    std::optional<RecordingSource> source;
    std::vector<fs::path> recordings;
    attempt(named, nullptr, [&] {
      source.emplace(named);
      recordings = source->recordings();
      if (recordings.empty())
        throw Error(named.string(), "holds no recording in a known format", "name another folder");
    });
    for (const fs::path& recording : recordings) {
      attempt(recording, &*source, [&] {
        const auto stream = open_recording(recording, a_.read);
        waiting_windows_ += add(condition_recording(*stream, engine_->card(), a_.lead),
                                source->in_users_words(recording.string()));
      });
      if (waiting_windows_ >= kTogether) flush();
    }
  }

  void finish() {
    flush();
    if (a_.json)
      fmt::print("{}\n", json_.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    else
      fmt::print("{}\n", kDisclaimer);
    if (failed_ > 0)
      throw Error("", fmt::format("{} recording(s) could not be judged", failed_),
                  "the lines above say why");
  }

 private:
  std::size_t add(ConditionedRecording recording, std::string file) {
    recording.about.file = std::move(file);
    waiting_.push_back(std::move(recording));
    return waiting_.back().starts.size();
  }

  void flush() {
    for (RecordingDiagnosis& d : diagnose(*engine_, std::move(waiting_), !a_.restored.empty()))
      attempt(d.file, nullptr, [&] { report(d); });
    waiting_.clear();
    waiting_windows_ = 0;
  }

  void report(RecordingDiagnosis& d) {
    const std::string name = own_name(d.name);
    if (!a_.challenge.empty()) write_challenge(d, a_.challenge, name);
    if (d.restored) {
      d.restored->name = name;
      write_wfdb(*d.restored, a_.restored);
    }
    if (a_.json)
      json_.push_back(to_json(d));
    else
      fmt::print("{}", to_text(d));
  }

  /// A name for the files of a recording that no other has had.
  std::string own_name(const std::string& wanted) {
    const std::string name = wfdb_record_name(wanted);
    const int times = ++times_[name];
    return times == 1 ? name : fmt::format("{}_{}", name, times);
  }

  /// A failure is told and counted; the others go on. source: of `which`, or null.
  void attempt(const fs::path& which, const RecordingSource* source, const auto& action) {
    try {
      action();
    } catch (const std::exception& e) {
      ++failed_;
      std::string text = e.what();
      if (text.find(which.string()) == std::string::npos)
        text = fmt::format("{}: {}", which.string(), text);
      fmt::print(stderr, "liteheart: {}\n", source ? source->in_users_words(text) : text);
    }
  }

  const DiagnoseArguments& a_;
  std::unique_ptr<Engine> engine_;
  std::vector<ConditionedRecording> waiting_;
  std::size_t waiting_windows_ = 0, failed_ = 0;
  std::map<std::string, int> times_;  // that a name has been used
  nlohmann::json json_ = nlohmann::json::array();
};

void run(const DiagnoseArguments& a) {
  Run run(a);
  for (const std::string& named : a.files) run.source(named);
  run.finish();
}

}  // namespace

void add_diagnose(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "diagnose",
      "Diagnose recordings from the model's lead: files of any known format, folders or archives "
      "of "
      "them, 50 Hz and more, any length, single-lead or 12-lead.\n"
      "Long recordings are cut into windows; a probability is that of their mean.");
  const auto a = std::make_shared<DiagnoseArguments>();
  command->add_option("FILE", a->files, "recordings, or folders or archives (zip, tar) of them")
      ->required();
  command->add_option(
      "--model", a->model,
      "model file (.lhm or .safetensors) or training folder; default: the shipped lead I "
      "model");
  command->add_option("--lead", a->lead,
                      "what the lead of a single-lead file is, where its own name does not tell");
  add_read_options(*command, a->read);
  command->add_flag("--json", a->json, "print JSON");
  command->add_option(
      "--challenge", a->challenge,
      "write the PhysioNet/CinC 2021 output file of each recording into this folder");
  command->add_option("--restored", a->restored,
                      "save the 12 leads, eleven of them estimated, into this folder as WFDB");
  command->add_option("--threads", a->threads, "threads; 0 is all cores")->capture_default_str();
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
