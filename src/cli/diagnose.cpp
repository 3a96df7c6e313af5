#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <list>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cli/commands.h"
#include "cli/models.h"
#include "cli/paper_arguments.h"
#include "cli/progress.h"
#include "cli/read_arguments.h"
#include "data/output_file.h"
#include "data/quality_words.h"
#include "deploy/condition_recording.h"
#include "ecg/error.h"
#include "formats/recording_source.h"
#include "formats/registry.h"
#include "formats/wfdb_writer.h"
#include "formats/whole_file.h"
#include "report/report_writer.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kTogether = 64;  // windows in one pass through the network

struct DiagnoseArguments {
  std::vector<std::string> files;
  ReadOptions read;
  std::string model, lead, restored, challenge, report, teacher;
  PaperArguments paper;
  bool json = false;
  int threads = 0;
};

/// Only what an earlier run has made is replaced: it has `mark` in it. A recording never is.
void require_own(const fs::path& file, const std::string& mark) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return;
  std::string beginning(1 << 16, '\0');
  in.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  if (beginning.find(mark) == std::string::npos)
    throw Error(file.string(), "is there already, and no earlier result of this recording",
                "choose another folder");
}

void write_challenge(const RecordingDiagnosis& d, const fs::path& folder, const std::string& name) {
  const fs::path file = folder / (name + ".csv");
  const std::string text = to_challenge(d);
  require_own(file, text.substr(0, text.find('\n', text.find('\n') + 1)));
  replace_file(file, text);
}

constexpr const char* kEstimatedBy = "estimated by LiteHeart";

void write_restored(const RecordingDiagnosis& d, Recording restored, const fs::path& folder,
                    const fs::path& model) {
  restored.estimated =
      fmt::format("{} {} from lead {} with {}. {}", kEstimatedBy, LITEHEART_VERSION, d.leads,
                  model.filename().string(), kDisclaimer);
  const fs::path header = folder / (restored.name + ".hea");
  require_own(header, kEstimatedBy);
  if (!fs::exists(header)) require_own(fs::path(header).replace_extension(".mat"), kEstimatedBy);
  write_wfdb(restored, folder);
}

/// A model; for reports, also where it looks.
class OpenModel {
 public:
  OpenModel(const fs::path& file, int threads, bool for_reports)
      : file_(file), engine_(open_engine(file, threads)) {
    if (for_reports) looking_.emplace(*engine_, file.string());
  }
  const fs::path& file() const { return file_; }
  Engine& engine() { return *engine_; }
  LookingModel& looking() { return *looking_; }

 private:
  fs::path file_;
  std::unique_ptr<Engine> engine_;
  std::optional<LookingModel> looking_;
};

class Run {
 public:
  explicit Run(const DiagnoseArguments& a) : a_(a) {
    if (!recording_chooses()) use(a.model.empty() ? shipped_model({}, a.lead) : fs::path(a.model));
    for (const std::string& folder : {a.restored, a.challenge})
      if (!folder.empty()) make_folder(folder);
    if (a.report.empty() && !a.teacher.empty())
      throw Error("--teacher", "is for reports", "give --report, too, or leave it out");
    if (a.report.empty()) return;
    reports_.emplace(a.report, a.paper.options(), a.paper.size(), LITEHEART_VERSION);
    if (!a.teacher.empty()) teacher_.emplace(a.teacher, a.threads, true);
  }

  void source(const fs::path& named) {
    std::optional<RecordingSource> source;
    std::vector<fs::path> recordings;
    attempt(named, nullptr, [&] {
      source.emplace(named);
      auto found = source->recordings();
      if (found.empty())
        throw Error(named.string(), "holds no recording in a known format", "name another folder");
      if (reports_ && !reports_->folder() && found.size() > 1)
        throw Error(named.string(), fmt::format("holds {} recordings", found.size()),
                    "name a folder for --report");
      recordings = std::move(found);
    });
    std::optional<Progress> progress;
    if (reports_ && recordings.size() > 1) progress.emplace("reports", recordings.size());
    std::size_t read = 0;
    for (const fs::path& recording : recordings) {
      std::unique_ptr<RecordingStream> stream;
      attempt(recording, &*source, [&] { stream = open_recording(recording, a_.read); });
      if (stream != nullptr) {
        if (recording_chooses()) use(shipped_model(stream->about(), {}));
        attempt(recording, &*source, [&] {
          waiting_windows_ += add(condition_recording(*stream, model_->engine().card(), a_.lead),
                                  source->in_users_words(recording.string()));
          places_.push_back({recording, a_.read, a_.lead});
        });
      }
      if (waiting_windows_ >= kTogether) flush();
      if (progress) progress->update(++read);
    }
    // What an archive holds is there as long as its source.
    if (reports_) flush();
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
  /// Each recording says itself which model is for it.
  bool recording_chooses() const { return a_.model.empty() && a_.lead.empty(); }

  /// From here on recordings are judged by the model of that file.
  void use(const fs::path& file) {
    if (model_ != nullptr && model_->file() == file) return;
    judge();
    auto at = std::ranges::find(models_, file, &OpenModel::file);
    if (at == models_.end()) at = models_.emplace(at, file, a_.threads, !a_.report.empty());
    model_ = &*at;
  }

  std::size_t add(ConditionedRecording recording, std::string file) {
    recording.about.file = std::move(file);
    waiting_.push_back(std::move(recording));
    return waiting_.back().starts.size();
  }

  void flush() {
    judge();
    if (reports_) reports_->write_index();
  }

  /// Those that wait.
  void judge() {
    if (waiting_.empty()) return;
    auto recordings = std::exchange(waiting_, {});
    const auto places = std::exchange(places_, {});
    waiting_windows_ = 0;
    std::size_t next = 0;
    for (RecordingDiagnosis& d :
         diagnose(model_->engine(), std::move(recordings), !a_.restored.empty())) {
      const RecordingPlace& place = places[next++];
      attempt(d.file, nullptr, [&] { report(d, place); });
    }
  }

  void report(RecordingDiagnosis& d, const RecordingPlace& place) {
    const std::string name = own_name(d.name);
    if (!a_.challenge.empty()) write_challenge(d, a_.challenge, name);
    if (d.restored) {
      d.restored->name = name;
      write_restored(d, *d.restored, a_.restored, model_->file());
    } else if (!a_.restored.empty() && d.grade == edge::Grade::kUnreadable) {
      d.warnings.emplace_back("unreadable: its 12 leads are not saved");
    }
    if (d.grade == edge::Grade::kUnreadable) {
      ++failed_;
      fmt::print(stderr,
                 "liteheart: {}: unreadable ({}): nothing is judged; see to the electrodes and "
                 "record anew\n",
                 d.file, fmt::join(fault_words(d.faults), ", "));
    }
    nlohmann::json json;
    if (a_.json)
      json = to_json(d);
    else
      fmt::print("{}", to_text(d));
    if (reports_)
      reports_->write(place, std::move(d), model_->looking(), model_->file().filename().string(),
                      teacher_ ? &teacher_->looking() : nullptr);
    if (a_.json) json_.push_back(std::move(json));
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
      if (std::ferror(stdout)) throw;  // of no recording's
      ++failed_;
      std::string text = e.what();
      if (text.find(which.string()) == std::string::npos)
        text = fmt::format("{}: {}", which.string(), text);
      if (source != nullptr) text = source->in_users_words(text);
      fmt::print(stderr, "liteheart: {}\n", text);
      const std::string file =
          source != nullptr ? source->in_users_words(which.string()) : which.string();
      if (a_.json) json_.push_back({{"file", file}, {"error", text}, {"disclaimer", kDisclaimer}});
      if (reports_) reports_->failed(file, text);
    }
  }

  const DiagnoseArguments& a_;
  std::list<OpenModel> models_;
  OpenModel* model_ = nullptr;  // of those, the one that judges
  std::optional<OpenModel> teacher_;
  std::optional<ReportWriter> reports_;
  std::vector<ConditionedRecording> waiting_;
  std::vector<RecordingPlace> places_;  // of those that wait
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
      "model file (.lhm or .safetensors) or training folder; default: the shipped one for --lead, "
      "or for the first of I and II that the recording has");
  command->add_option("--lead", a->lead,
                      "the lead to diagnose from (shipped: I, II). A single-lead file is taken as "
                      "that lead, whatever it calls its own: a watch held to a leg still writes I");
  add_read_options(*command, a->read);
  command->add_flag("--json", a->json,
                    "print JSON: an object a recording; of one that could not be read 'file' and "
                    "'error'");
  command->add_option(
      "--challenge", a->challenge,
      "write the PhysioNet/CinC 2021 output file of each recording into this folder; what could "
      "not be judged is 0 there");
  command->add_option("--restored", a->restored,
                      "save the 12 leads, eleven of them estimated, into this folder as WFDB");
  command->add_option(
      "--report", a->report,
      "write a page to read and print: findings, where the model looked, the signal on ECG paper. "
      "A name that ends in .html, .pdf or .png, or a folder for many recordings and their index");
  command->add_option(
      "--teacher", a->teacher,
      "a 12-lead model whose look is shown beside the model's in reports of 12-lead "
      "recordings");
  add_paper_options(*command, a->paper);
  command->add_option("--threads", a->threads, "threads; 0 is all cores")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  command->footer(
      "Example: liteheart diagnose ecg_2023-09-26.csv --report page.html\n"
      "         liteheart diagnose recordings --lead II --json");
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
