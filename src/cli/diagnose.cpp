#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "deploy/diagnosis.h"
#include "ecg/error.h"
#include "formats/registry.h"
#include "formats/wfdb_writer.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kTogether = 64;  // recordings in one pass through the network

struct DiagnoseArguments {
  std::vector<std::string> files;
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
    const fs::path file = program.parent_path() / folder / name;
    if (fs::exists(file, ignored)) return file;
  }
  throw Error(name, "the shipped model is not where it should be", "give a model with --model");
}

void write_challenge(const RecordingDiagnosis& d, const fs::path& folder) {
  fs::create_directories(folder);
  const fs::path file = folder / (d.name + ".csv");
  std::ofstream out(file, std::ios::trunc);
  out << to_challenge(d) << std::flush;
  if (!out)
    throw Error(file.string(), "cannot be written", "choose another folder or free some space");
}

void report(const DiagnoseArguments& a, const std::vector<RecordingDiagnosis>& all,
            nlohmann::json& json) {
  for (const RecordingDiagnosis& d : all) {
    if (!a.challenge.empty()) write_challenge(d, a.challenge);
    if (d.restored) write_wfdb(*d.restored, a.restored);
    if (a.json) {
      json.push_back(to_json(d));
    } else {
      fmt::print("{}", to_text(d));
    }
  }
}

void run(const DiagnoseArguments& a) {
  const fs::path file = a.model.empty() ? shipped_model() : fs::path(a.model);
  const auto engine =
      is_edge_model(file) ? open_edge_engine(file, a.threads) : open_torch_engine(file, a.threads);
  nlohmann::json json = nlohmann::json::array();
  std::vector<ConditionedRecording> waiting;
  std::size_t failed = 0;
  const auto flush = [&] {
    report(a, diagnose(*engine, std::move(waiting), !a.restored.empty()), json);
    waiting.clear();
  };
  const auto attempt = [&](const fs::path& which, const auto& action) {
    try {
      action();
    } catch (const Error& e) {
      ++failed;
      const std::string text = e.what();
      fmt::print(stderr, "liteheart: {}\n",
                 text.find(which.string()) == std::string::npos
                     ? fmt::format("{}: {}", which.string(), text)
                     : text);
    }
  };
  if (!a.restored.empty()) fs::create_directories(a.restored);
  for (const auto& source : a.files) {
    std::vector<fs::path> recordings;
    attempt(source, [&] {
      recordings =
          fs::is_directory(source) ? find_recordings(source) : std::vector<fs::path>{source};
    });
    for (const fs::path& recording : recordings) {
      attempt(recording, [&] {
        waiting.push_back(condition_recording(read_recording(recording), engine->card(), a.lead));
      });
      if (waiting.size() >= kTogether) flush();
    }
  }
  flush();
  if (a.json)
    fmt::print("{}\n", json.dump(2));
  else
    fmt::print("{}\n", kDisclaimer);
  if (failed > 0)
    throw Error("", fmt::format("{} recording(s) could not be judged", failed),
                "the lines above say why");
}

}  // namespace

void add_diagnose(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "diagnose",
      "Diagnose recordings from the model's lead: WFDB files or folders, any rate and length, "
      "single-lead or 12-lead.\n"
      "Long recordings are cut into windows; a probability is that of their mean.");
  const auto a = std::make_shared<DiagnoseArguments>();
  command
      ->add_option("FILE", a->files,
                   "recordings (header, signal file or record name), or folders of them")
      ->required();
  command->add_option(
      "--model", a->model,
      "model file (.lhm or .safetensors) or training folder; default: the shipped lead I "
      "model");
  command->add_option("--lead", a->lead,
                      "what the lead of a single-lead file is, where its own name does not tell");
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
