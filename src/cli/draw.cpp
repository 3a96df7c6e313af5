#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/models.h"
#include "cli/number_range.h"
#include "cli/paper_arguments.h"
#include "cli/read_arguments.h"
#include "data/output_file.h"
#include "data/recording_facts.h"
#include "deploy/condition_recording.h"
#include "ecg/error.h"
#include "eval/report.h"
#include "formats/recording_source.h"
#include "formats/registry.h"
#include "report/ecg_paper.h"
#include "report/overview.h"
#include "report/paint.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

constexpr double kMostSeconds = 600;  // drawn in full unless more is asked for
constexpr std::size_t kMostPages = 500;
constexpr int kBareRows = 5;  // of one lead in a picture

struct DrawArguments {
  fs::path in, out;
  ReadOptions read;
  PaperArguments paper;
  std::string model, lead;
  double from_s = 0, seconds = 0, per_inch = 150;
  bool overview = false, estimate = false, only_missing = false, bare = false;
};

void write_pages(const DrawArguments& a, const std::vector<Drawing>& pages) {
  const PictureFormat format = picture_format(a.out);
  if (format == PictureFormat::kPdf) {
    replace_file(a.out, to_pdf(pages));
    return;
  }
  for (std::size_t i = 0; i < pages.size(); ++i) {
    fs::path file = a.out;
    if (pages.size() > 1)
      file.replace_filename(
          fmt::format("{}-{}{}", a.out.stem().string(), i + 1, a.out.extension().string()));
    replace_file(file,
                 format == PictureFormat::kSvg ? to_svg(pages[i]) : to_png(pages[i], a.per_inch));
    if (pages.size() > 1) fmt::print("{}\n", file.string());
  }
}

/// The leads of a stretch that a model estimates; nullopt where its signal is unreadable.
std::optional<Recording> estimate(const DrawArguments& a, const Recording& stretch) {
  const auto engine =
      open_engine(a.model.empty() ? shipped_model(stretch, a.lead) : fs::path(a.model), 0);
  WholeRecording stream(stretch);
  std::vector<ConditionedRecording> one;
  one.push_back(condition_recording(stream, engine->card(), a.lead));
  const auto restored = diagnose(*engine, std::move(one), true)[0].restored;
  return restored ? std::optional(estimated_leads(*restored, engine->card())) : std::nullopt;
}

void draw_strips_of(const DrawArguments& a, const fs::path& recording) {
  const auto stream = open_recording(recording, a.read);
  const Recording& about = stream->about();
  const double length = static_cast<double>(about.samples) / about.rate_hz;
  if (a.from_s >= length)
    throw Error("--from", fmt::format("the recording is {:.1f} s long", length),
                "choose an earlier moment");
  const double seconds = a.seconds > 0 ? std::min(a.seconds, length - a.from_s) : length - a.from_s;
  if (a.seconds <= 0 && seconds > kMostSeconds)
    throw Error(recording.string(),
                fmt::format("is {:.0f} minutes long: too much to draw unasked", length / 60),
                "choose a stretch with --from and --seconds, or --overview");
  Recording stretch = read_stretch(*stream, a.from_s, seconds);
  if (!a.lead.empty() && !a.estimate && stretch.leads.size() > 1)
    keep_lead(stretch, find_lead(stretch, a.lead, recording.string()));
  std::optional<Recording> estimated;
  if (a.estimate) estimated = estimate(a, stretch);
  PaperOptions options = a.paper.options();
  options.overlay = !a.only_missing;
  const Sheet sheet{stretch, a.from_s, estimated ? &*estimated : nullptr, {}};
  if (a.bare) {
    const double page_s = shown_seconds(sheet, options, kBareRows);
    std::vector<Drawing> strips;
    for (double at = 0; at == 0 || at < seconds - 0.01 * page_s; at += page_s)
      strips.push_back(draw_strips(sheet, options, a.from_s + at, kBareRows));
    write_pages(a, strips);
    return;
  }
  write_pages(a, ecg_pages(sheet, options, a.paper.size(), kMostPages));
}

void draw_overview_of(const DrawArguments& a, const fs::path& recording) {
  const auto stream = open_recording(recording, a.read);
  const std::size_t lead =
      a.lead.empty() ? 0 : find_lead(stream->about(), a.lead, recording.string());
  write_pages(a, {overview_page(*stream, lead, a.paper.size())});
}

void run(const DrawArguments& a) {
  picture_format(a.out);
  const RecordingSource source(a.in);
  const auto recordings = source.recordings();
  if (recordings.size() != 1)
    throw Error(a.in.string(), fmt::format("holds {} recordings", recordings.size()), "name one");
  if (a.overview)
    draw_overview_of(a, recordings[0]);
  else
    draw_strips_of(a, recordings[0]);
  fmt::print("{}\n", kDisclaimer);
}

}  // namespace

void add_draw(CLI::App& app) {
  CLI::App* command = app.add_subcommand("draw",
                                         "Draw a recording on ECG paper: unfiltered, in true "
                                         "scale, as SVG, PDF or PNG; or an overview "
                                         "of a long one");
  command->footer(
      "Example: liteheart draw ecg.csv ecg.pdf\n"
      "         liteheart draw 12lead.hea page.svg --layout 6x2 --speed 50\n"
      "         liteheart draw holter.edf day.pdf --overview\n"
      "More pages than one are numbered: ecg-1.png, ecg-2.png; a PDF holds them all.");
  const auto a = std::make_shared<DrawArguments>();
  command->add_option("FILE", a->in, "recording of any known format")->required();
  command->add_option("OUT", a->out, "picture to write: .svg, .pdf or .png")->required();
  command->add_option("--from", a->from_s, "first second to draw")
      ->capture_default_str()
      ->check(number_from(0.0, 1e9));
  command->add_option("--seconds", a->seconds, "how many; default: all, of up to 10 minutes")
      ->check(number_from(1e-3, 1e9));
  command->add_flag("--overview", a->overview,
                    "all of a long recording in one picture: heart rate, signal and quality");
  command->add_flag("--estimate", a->estimate,
                    "add the leads that a model restores, in blue; over real leads, too");
  command->add_flag("--missing-only", a->only_missing,
                    "with --estimate: only the leads that the recording does not have");
  command->add_flag("--bare", a->bare, "the strips alone, as for a figure: no page around them");
  command->add_option(
      "--model", a->model,
      "the model that restores; default: the shipped one for --lead, or for the first "
      "of I and II that the recording has");
  command->add_option(
      "--lead", a->lead,
      "draw this lead alone; with --estimate, the lead to estimate from, and what the only one is");
  add_paper_options(*command, a->paper);
  command->add_option("--dpi", a->per_inch, "pixels per inch of a PNG")
      ->capture_default_str()
      ->check(number_from(20.0, 1200.0));
  add_read_options(*command, a->read);
  command->callback([a] { run(*a); });
}

}  // namespace liteheart
