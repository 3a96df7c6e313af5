#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "cli/commands.h"
#include "cli/read_arguments.h"
#include "ecg/error.h"
#include "formats/recording_source.h"
#include "formats/registry.h"
#include "formats/whole_file.h"
#include "formats/writers.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

struct ConvertArguments {
  fs::path in, out;
  std::string to, lead;
  ReadOptions read;
  bool force = false;
};

std::string format_list() {
  std::string list;
  for (const OutputFormat& format : output_formats())
    list += fmt::format("{}{} ({})", list.empty() ? "" : ", ", format.name, format.about);
  return list;
}

const OutputFormat& choose_format(const ConvertArguments& a) {
  if (!a.to.empty()) {
    if (const OutputFormat* const named = find_output_format(a.to)) return *named;
    throw Error("--to", fmt::format("there is no format '{}'", a.to), "choose " + format_list());
  }
  if (const OutputFormat* const format = output_format_of(a.out)) return *format;
  throw Error(a.out.string(), "its name does not tell the format",
              "end it with .hea, .csv, .edf, .json or .dcm, or choose one with --to");
}

/// Nothing that is there is lost unasked, and never the source itself.
void check_free(const ConvertArguments& a, const fs::path& from, const fs::path& to) {
  std::error_code ignored;
  if (fs::is_directory(to, ignored)) throw Error(to.string(), "is a folder", "name a file");
  if (fs::equivalent(from, to, ignored))
    throw Error(to.string(), "is the recording itself", "choose another name");
  if (a.force) return;
  for (const fs::path& file : {to, fs::path(to).replace_extension(".dat")}) {
    const bool written = file == to || to.extension() == ".hea";
    if (written && fs::exists(file))
      throw Error(file.string(), "is there already",
                  "choose another name, or replace it with --force");
  }
}

void convert(const ConvertArguments& a, const OutputFormat& format, const fs::path& from,
             const fs::path& named) {
  const fs::path to = written_file(format, named);
  check_free(a, from, to);
  Recording recording = read_recording(from, a.read);
  if (!a.lead.empty()) keep_lead(recording, find_lead(recording, a.lead, from.string()));
  if (!recording.estimated.empty() && format.extension != ".hea")
    throw Error(from.string(),
                fmt::format("holds no measurements but estimated leads, and {} cannot say so",
                            format.about),
                "keep it in WFDB: --to wfdb");
  if (to.has_parent_path()) make_folder(to.parent_path());
  std::vector<std::string> notes = recording.warnings;
  for (std::string& note : format.write(recording, to)) notes.push_back(std::move(note));
  fmt::print("{}: {}, {} lead{}, {} samples at {:.10g} Hz\n", to.string(), format.about,
             recording.leads.size(), recording.leads.size() == 1 ? "" : "s", recording.samples,
             recording.rate_hz);
  for (const std::string& note : notes) fmt::print("  note: {}\n", note);
}

/// What lies in the source as a/b.xml is written as OUT/a/b.EXTENSION; where b.csv lies beside it,
/// too, as OUT/a/b.xml.EXTENSION.
std::vector<fs::path> targets_in(const fs::path& out, const fs::path& root,
                                 const std::vector<fs::path>& recordings,
                                 const OutputFormat& format) {
  std::map<fs::path, int> times;
  const auto short_name = [&](const fs::path& recording) {
    fs::path target = out / recording.lexically_relative(root);
    return written_file(format, target.replace_extension(format.extension));
  };
  for (const fs::path& recording : recordings) ++times[short_name(recording)];
  std::vector<fs::path> targets;
  for (const fs::path& recording : recordings) {
    fs::path target = short_name(recording);
    if (times[target] > 1) {
      target = out / recording.lexically_relative(root);
      target += format.extension;
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

void run(const ConvertArguments& a) {
  const RecordingSource source(a.in);
  const std::vector<fs::path> recordings = source.recordings();
  if (recordings.empty())
    throw Error(a.in.string(), "holds no recording in a known format", "name another folder");
  const bool into_file =
      recordings.size() == 1 && (a.to.empty() || !fs::is_directory(source.root()));
  if (!into_file && a.to.empty())
    throw Error(
        a.in.string(), fmt::format("holds {} recordings", recordings.size()),
        "choose their format with --to; they are written into the folder " + a.out.string());
  const OutputFormat& format = choose_format(a);
  if (into_file) return convert(a, format, recordings.front(), a.out);
  const std::vector<fs::path> targets = targets_in(a.out, source.root(), recordings, format);
  std::size_t failed = 0;
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    try {
      convert(a, format, recordings[i], targets[i]);
    } catch (const std::exception& error) {
      ++failed;
      fmt::print(stderr, "liteheart: {}\n", source.in_users_words(error.what()));
    }
  }
  if (failed > 0)
    throw Error("",
                fmt::format("{} of {} recordings were not converted", failed, recordings.size()),
                "the lines above say why");
}

}  // namespace

void add_convert(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "convert",
      "Write a recording of any known format in another one, in mV and with what is known "
      "of it");
  command->footer(
      "A folder or an archive becomes a folder of the same shape; then --to is needed.\n"
      "Example: liteheart convert watch.csv watch.edf\n"
      "         liteheart convert export.zip ecgs --to dicom");
  const auto a = std::make_shared<ConvertArguments>();
  command->add_option("IN", a->in, "a recording, a folder of them, or an archive")->required();
  command->add_option("OUT", a->out, "the file to write, or the folder for many")->required();
  command->add_option("--to", a->to,
                      fmt::format("format: {}; default: what OUT's name tells", format_list()));
  command->add_option("--lead", a->lead, "keep this lead only");
  add_read_options(*command, a->read);
  command->add_flag("--force", a->force, "replace files that are there already");
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
