#include "formats/wearable_json.h"

#include <fmt/format.h>

#include <cmath>

#include "ecg/error.h"
#include "formats/json_signal.h"
#include "formats/text.h"
#include "formats/timestamp.h"
#include "formats/wearable_unit.h"

namespace liteheart {
namespace {

/// What all of them have: name, rate, and warnings of the rest of the document.
Recording begin(const InputFile& file, std::string_view format, const JsonSignal& signal,
                double rate, const ReadOptions& options) {
  Recording recording;
  recording.format = format;
  recording.name = file.path().stem();
  if (!(rate > 0)) rate = options.rate_hz;
  constexpr double kLowest = 10, kHighest = 100000;
  if (!(rate >= kLowest && rate <= kHighest)) {
    throw Error(file.place(), "the file does not say how many samples a second it holds",
                "say so with --rate HZ");
  }
  recording.rate_hz = rate;
  if (signal.signals > 1) {
    recording.warnings.push_back(
        fmt::format("the file holds {} readings; the first is read", signal.signals));
  }
  if (signal.bad > signal.samples.size() / 20) {
    throw Error(file.place(), fmt::format("{} samples are no numbers", signal.bad),
                "get a whole copy of the export");
  }
  if (signal.bad > 0) {
    recording.warnings.push_back(
        fmt::format("{} samples are no numbers and are missing", signal.bad));
  }
  return recording;
}

void check_count(double declared, Recording& recording) {
  if (declared > 0 && declared != static_cast<double>(recording.samples)) {
    recording.warnings.push_back(
        fmt::format("{} samples are declared, {} are there", declared, recording.samples));
  }
}

std::string iso(std::string_view written) {
  if (const auto stamp = parse_timestamp(written); stamp && stamp->dated) return stamp->iso;
  double epoch = 0;
  if (!whole_number(written, epoch)) return {};
  constexpr double kMilliseconds = 1e11;
  return iso_of_epoch(epoch > kMilliseconds ? epoch / 1000 : epoch);
}

}  // namespace

bool looks_like_fitbit(const InputFile& file) {
  const std::string_view text = file.beginning();
  return begins_as_json(text) &&
         (has_json_key(text, "ecgReadings") || has_json_samples(text, "waveformSamples"));
}

Recording read_fitbit(InputFile& file, const ReadOptions& options) {
  const JsonSignal signal = read_json_signal(file.text(), "waveformSamples", file.place());
  const double rate =
      json_number(signal, {"samplingFrequencyHz", "samplingFrequencyHertz", "samplingFrequency"});
  Recording recording = begin(file, "Fitbit JSON", signal, rate, options);
  const double factor = json_number(signal, {"scalingFactor", "millivoltsScalingFactor"});
  std::optional<double> unit;
  if (factor > 0) unit = 1 / factor;
  take_samples(signal.samples, unit_or_ask(unit, options, file.place()), "I", file.place(),
               recording);
  check_count(json_number(signal, {"numberOfWaveformSamples"}), recording);
  recording.start = iso(json_field(signal, {"startTime"}));
  recording.device = json_field(signal, {"deviceName", "deviceModel"});
  if (const auto firmware = json_field(signal, {"firmwareVersion"}); !firmware.empty()) {
    recording.device +=
        fmt::format("{}firmware {}", recording.device.empty() ? "" : ", ", firmware);
  }
  if (const auto result = json_field(signal, {"resultClassification"}); !result.empty())
    recording.statements.emplace_back(result);
  return recording;
}

bool looks_like_withings_json(const InputFile& file) {
  const std::string_view text = file.beginning();
  return begins_as_json(text) && has_json_samples(text, "signal") &&
         !has_json_key(text, "resourceType");
}

Recording read_withings_json(InputFile& file, const ReadOptions& options) {
  const JsonSignal signal = read_json_signal(file.text(), "signal", file.place());
  const double rate = json_number(signal, {"sampling_frequency", "frequency"});
  Recording recording = begin(file, "Withings JSON", signal, rate, options);
  const std::optional<double> unit =
      withings_millivolts(json_field(signal, {"wearposition"}), signal.samples);
  take_samples(signal.samples, unit_or_ask(unit, options, file.place()), "I", file.place(),
               recording);
  recording.device = "Withings";
  if (const auto model = json_field(signal, {"model"}); !model.empty())
    recording.device += fmt::format(" model {}", model);
  recording.start = iso(json_field(signal, {"timestamp", "date"}));
  return recording;
}

bool looks_like_samsung_json(const InputFile& file) {
  const std::string_view text = file.beginning();
  return begins_as_json(text) && has_json_samples(text, "chart_data");
}

Recording read_samsung_json(InputFile& file, const ReadOptions& options) {
  const JsonSignal signal = read_json_signal(file.text(), "chart_data", file.place());
  const double rate = json_number(signal, {"sample_frequency", "sampling_frequency"});
  Recording recording = begin(file, "Samsung Health JSON", signal, rate, options);
  take_samples(signal.samples,
               unit_or_ask(samsung_millivolts(signal.samples), options, file.place()), "I",
               file.place(), recording);
  check_count(json_number(signal, {"sample_count"}), recording);
  recording.device = "Samsung";
  recording.start = iso(json_field(signal, {"start_time"}));
  return recording;
}

}  // namespace liteheart
