#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/read_arguments.h"
#include "ecg/error.h"
#include "ecg/leads.h"
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

/// Leaves one lead only, if one is asked for.
void keep_lead(Recording& recording, const std::string& lead) {
  if (lead.empty()) return;
  const std::string wanted = lead_name(lead);
  for (std::size_t i = 0; i < recording.leads.size(); ++i) {
    if (recording.leads[i] != wanted) continue;
    const auto mv = recording.lead(i);
    recording.mv = std::vector<float>(mv.begin(), mv.end());
    recording.leads = {wanted};
    return;
  }
  throw Error("--lead", fmt::format("there is no lead '{}'", lead),
              fmt::format("it has {}", fmt::join(recording.leads, ", ")));
}

void convert(const ConvertArguments& a, const OutputFormat& format, const fs::path& from,
             const fs::path& to) {
  if (!a.force && fs::exists(to))
    throw Error(to.string(), "is there already", "choose another name, or replace it with --force");
  Recording recording = read_recording(from, a.read);
  keep_lead(recording, a.lead);
  if (to.has_parent_path()) make_folder(to.parent_path());
  std::vector<std::string> notes = recording.warnings;
  for (std::string& note : format.write(recording, to)) notes.push_back(std::move(note));
  fmt::print("{}: {}, {} lead{}, {} samples at {} Hz\n", to.string(), format.about,
             recording.leads.size(), recording.leads.size() == 1 ? "" : "s", recording.samples,
             recording.rate_hz);
  for (const std::string& note : notes) fmt::print("  note: {}\n", note);
}

/// What lies in the source as a/b.xml is written as OUT/a/b.EXTENSION.
fs::path target_in(const fs::path& out, const fs::path& root, const fs::path& recording,
                   const OutputFormat& format) {
  fs::path target = out / recording.lexically_relative(root);
  return target.replace_extension(format.extension);
}

void run(const ConvertArguments& a) {
  const RecordingSource source(a.in);
  const OutputFormat& format = choose_format(a);
  if (!fs::is_directory(source.root())) return convert(a, format, a.in, a.out);
  const std::vector<fs::path> recordings = source.recordings();
  if (recordings.empty())
    throw Error(a.in.string(), "holds no recording in a known format", "name another folder");
  std::size_t failed = 0;
  for (const fs::path& recording : recordings) {
    try {
      convert(a, format, recording, target_in(a.out, source.root(), recording, format));
    } catch (const Error& error) {
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
