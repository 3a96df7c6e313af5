#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/read_arguments.h"
#include "data/recording_facts.h"
#include "ecg/error.h"
#include "eval/report.h"
#include "formats/recording_source.h"
#include "formats/registry.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct InfoArguments {
  std::vector<std::string> files;
  ReadOptions read;
  bool json = false;
};

class Run {
 public:
  explicit Run(const InfoArguments& a) : a_(a) {}

  void source(const std::string& named) {
    try {
      const RecordingSource source(named);
      const auto recordings = source.recordings();
      if (recordings.empty())
        throw Error(named, "holds no recording in a known format", "name another folder");
      for (const fs::path& recording : recordings) tell(source, recording);
    } catch (const std::exception& error) {
      fail(named, error.what());
    }
  }

  void finish() const {
    if (a_.json)
      fmt::print("{}\n", json_.dump(2, ' ', false, Json::error_handler_t::replace));
    else
      fmt::print("{}\n", kDisclaimer);
    if (failed_ > 0)
      throw Error("",
                  fmt::format("{} of {} recordings could not be read", failed_, failed_ + read_),
                  "the lines above say why");
  }

 private:
  void tell(const RecordingSource& source, const fs::path& recording) {
    const std::string name = source.in_users_words(recording.string());
    try {
      const auto stream = open_recording(recording, a_.read);
      const RecordingFacts facts = measure_recording(*stream);
      ++read_;
      if (a_.json)
        json_.push_back(to_json(facts, name));
      else
        fmt::print("{}", to_text(facts, name));
    } catch (const std::exception& error) {
      fail(name, source.in_users_words(error.what()));
    }
  }

  void fail(const std::string& file, const std::string& why) {
    ++failed_;
    if (a_.json) json_.push_back({{"file", file}, {"error", why}});
    fmt::print(stderr, "liteheart: {}\n", why);
  }

  const InfoArguments& a_;
  Json json_ = Json::array();
  std::size_t read_ = 0, failed_ = 0;
};

void run(const InfoArguments& a) {
  Run run(a);
  for (const std::string& file : a.files) run.source(file);
  run.finish();
}

}  // namespace

void add_info(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "info",
      "Tell what recordings are: format, leads, rate, length, amplitude, heart rate, signal "
      "quality, what the device said, and what is doubtful");
  command->footer(
      "A lead is good, limited (some findings cannot be judged in it) or unreadable.\n"
      "Example: liteheart info ecg_2023-09-26.csv\n"
      "         liteheart info export.zip --json");
  const auto a = std::make_shared<InfoArguments>();
  command->add_option("FILE", a->files, "recordings, or folders or archives (zip, tar) of them")
      ->required();
  add_read_options(*command, a->read);
  command->add_flag("--json", a->json, "print JSON");
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
