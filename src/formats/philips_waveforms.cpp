#include "formats/philips_waveforms.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "formats/base64.h"
#include "formats/byte_reader.h"
#include "formats/philips_xli.h"
#include "formats/text.h"
#include "formats/xml_document.h"

namespace liteheart {
namespace {

using Channels = std::vector<std::vector<std::int16_t>>;

class WaveformReader {
 public:
  WaveformReader(pugi::xml_node root, std::uint64_t file_bytes, const std::string& place)
      : node_(xml_path(root, {"waveforms", "parsedwaveforms"})),
        signal_(xml_path(root, {"dataacquisition", "signalcharacteristics"})),
        place_(place) {
    if (!node_) {
      throw Error(place, "a Philips ECG without its rhythm (parsedwaveforms)",
                  "export it with its waveforms");
    }
    constexpr std::uint64_t kMostGrowth = 4, kAllowance = 8 << 20;
    most_values_ = (kMostGrowth * file_bytes + kAllowance) / sizeof(float);
  }

  PhilipsWaveforms read() {
    out_.rate_hz = positive("samplespersecond", "samplingrate", "rate");
    uv_ =
        positive("resolution", xml_child(signal_, "resolution") ? "resolution" : "signalresolution",
                 "resolution");
    check_kind();
    name_leads();
    const double ms = number(told("durationperchannel", "")).value_or(0);
    const double samples = std::round(ms / 1000 * out_.rate_hz);
    constexpr double kMost = 1e9;
    if (samples > 0 && samples < kMost) expected_ = static_cast<std::size_t>(samples);

    Channels channels = decode();
    check_lengths(channels);
    leave_out_calibration(channels);
    for (std::size_t i = 0; i < channels.size(); ++i)
      out_.leads.push_back({leads_[i], 0, to_mv(channels[i])});
    return std::move(out_);
  }

 private:
  [[noreturn]] void unsupported(const std::string& problem, std::string_view remedy) const {
    throw Error(place_, problem, remedy);
  }

  /// What the waveforms (1.04) or the signal's description tell.
  std::string told(std::string_view attribute, std::string_view element) const {
    const std::string_view own = xml_attribute(node_, attribute);
    return own.empty() ? xml_text(signal_, element) : std::string(own);
  }

  static std::optional<double> number(std::string_view text) {
    double value = 0;
    if (!whole_number(text, value)) return std::nullopt;
    return value;
  }

  double positive(std::string_view attribute, std::string_view element,
                  std::string_view what) const {
    const std::string text = told(attribute, element);
    const double value = number(text).value_or(0);
    constexpr double kSmallest = 1e-6, kLargest = 1e6;
    if (!(value >= kSmallest) || value > kLargest)
      unsupported(fmt::format("the {} is '{}'", what, text), "correct it");
    return value;
  }

  void check_kind() {
    const std::string bits =
        told(xml_attribute(node_, "nbitspersample").empty() ? "bitspersample" : "nbitspersample",
             "bitspersample");
    if (!bits.empty() && number(bits) != 16.0)
      unsupported(fmt::format("samples of '{}' bits", bits), "samples of 16 bits are read");
    if (same_word(told("signalsigned", "signalsigned"), "False"))
      unsupported("unsigned samples", "signed samples are read");
    if (number(told("signaloffset", "signaloffset")).value_or(0) != 0)
      out_.warnings.push_back("the signal's offset is not applied");
  }

  void name_leads() {
    std::string_view labels = xml_attribute(node_, "leadlabels");
    for (std::string_view label = next_field(labels); !label.empty(); label = next_field(labels))
      leads_.push_back(lead_name(label));
    if (!leads_.empty()) return;
    // Without labels the twelve standard leads come first, whatever else is measured.
    const double channels = number(told("numberofleads", "numberchannelsvalid")).value_or(kLeads);
    if (channels != kLeads) {
      out_.warnings.push_back(fmt::format(
          "{} channels without names: the first 12 are read as the standard leads", channels));
    }
    leads_.assign(kLeadNames.begin(), kLeadNames.end());
  }

  Channels decode() const {
    const std::string where = place_ + " parsedwaveforms";
    const std::string_view encoding = xml_attribute(node_, "dataencoding");
    const std::string content = xml_content(node_);
    const std::string compression = compression_of();
    if (!compression.empty() && !same_word(compression, "XLI"))
      unsupported(fmt::format("the compression '{}'", compression), "XLI is read");
    if (same_word(encoding, "Plain") && compression.empty()) return plain(content, where);
    if (!same_word(encoding, "Base64"))
      unsupported(fmt::format("the data encoding '{}'", encoding), "Base64 and Plain are read");
    const auto bytes = decode_base64(content, where);
    if (compression.empty()) {
      ByteReader reader(bytes, where);
      std::vector<std::int16_t> samples;
      while (reader.left() >= 2) samples.push_back(reader.little<std::int16_t>());
      return split(samples);
    }
    Channels channels = decode_xli(bytes, leads_.size(), most_values_ / leads_.size(), where);
    restore(channels);
    return channels;
  }

  /// Empty where there is none.
  std::string compression_of() const {
    if (same_word(xml_attribute(node_, "compressflag"), "False")) return {};
    std::string_view method = xml_attribute(node_, "compression");
    if (method.empty()) method = xml_attribute(node_, "compressmethod");
    const bool none = same_word(method, "None") || same_word(method, "Uncompressed");
    return none ? std::string() : std::string(method);
  }

  Channels plain(std::string_view text, const std::string& where) const {
    std::vector<std::int16_t> samples;
    constexpr std::string_view kBlanks = " \t\r\n";
    while (true) {
      text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
      if (text.empty()) return split(samples);
      std::int16_t sample = 0;
      if (!take_number(text, sample) || (!text.empty() && kBlanks.find(text[0]) == kBlanks.npos)) {
        throw Error(where, fmt::format("sample {} is no number of 16 bits", samples.size() + 1),
                    "the file is damaged: get a whole copy of it");
      }
      samples.push_back(sample);
    }
  }

  /// Lead lies after lead.
  Channels split(const std::vector<std::int16_t>& samples) const {
    const std::size_t each = expected_ > 0 ? expected_ : samples.size() / leads_.size();
    if (each > samples.size() / leads_.size()) {
      throw Error(place_,
                  fmt::format("{} samples, where {} leads of {} are declared", samples.size(),
                              leads_.size(), each),
                  "the file is cut off: get a whole copy of it");
    }
    Channels channels;
    for (std::size_t i = 0; i < leads_.size(); ++i) {
      const auto begin = samples.begin() + static_cast<std::ptrdiff_t>(i * each);
      channels.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(each));
    }
    return channels;
  }

  void restore(Channels& channels) const {
    constexpr std::size_t kLimbLeads = 6;
    std::array<std::span<std::int16_t>, kLimbLeads> limbs;
    std::size_t residuals = 0, found = 0;
    for (std::size_t limb = 0; limb < kLimbLeads; ++limb) {
      const auto at = std::find(leads_.begin(), leads_.end(), kLeadNames[limb]);
      if (at == leads_.end()) continue;
      ++found;
      residuals += limb > 1;
      limbs[limb] = channels[static_cast<std::size_t>(at - leads_.begin())];
    }
    if (residuals == 0) return;
    const bool alike = std::all_of(limbs.begin(), limbs.end(), [&](const auto& limb) {
      return limb.size() == limbs[0].size();
    });
    if (found < kLimbLeads || !alike)
      unsupported("the six limb leads are not all there in one length",
                  "XLI needs them all: get a whole copy of the file");
    restore_limb_leads(limbs);
  }

  void check_lengths(const Channels& channels) {
    const std::size_t there = channels[0].size();
    if (expected_ > 0 && there != expected_)
      out_.warnings.push_back(fmt::format("{} samples declared, {} there", expected_, there));
  }

  /// Cuts the channels before the calibration where they all end in one.
  void leave_out_calibration(Channels& channels) {
    const std::size_t samples = channels[0].size();
    const auto all_are = [&](std::size_t t, std::int16_t value) {
      return std::all_of(channels.begin(), channels.end(), [&](const auto& channel) {
        return channel.size() == samples && channel[t] == value;
      });
    };
    constexpr double kPulseUv = 1000, kLargest = 32767, kLeadInSeconds = 0.1;
    if (kPulseUv / uv_ > kLargest || kPulseUv / uv_ < 1) return;
    const auto pulse = static_cast<std::int16_t>(std::lround(kPulseUv / uv_));
    std::size_t begin = samples;
    while (begin > 0 && all_are(begin - 1, 0)) --begin;
    const std::size_t pulse_end = begin;
    while (begin > 0 && all_are(begin - 1, pulse)) --begin;
    if (begin == pulse_end) return;
    const std::size_t pulse_begin = begin;
    const auto lead_in = static_cast<std::size_t>(std::lround(kLeadInSeconds * out_.rate_hz));
    while (begin > 0 && pulse_begin - begin < lead_in && all_are(begin - 1, 0)) --begin;
    for (auto& channel : channels) channel.resize(begin);
    out_.warnings.push_back(fmt::format("the last {:.3g} s are the calibration, left out",
                                        static_cast<double>(samples - begin) / out_.rate_hz));
  }

  std::vector<float> to_mv(const std::vector<std::int16_t>& channel) const {
    std::vector<float> mv(channel.size());
    std::transform(channel.begin(), channel.end(), mv.begin(),
                   [&](std::int16_t sample) { return static_cast<float>(sample * uv_ / 1000); });
    return mv;
  }

  pugi::xml_node node_, signal_;
  const std::string& place_;
  std::uint64_t most_values_ = 0;
  double uv_ = 0;             // in one unit of the samples
  std::size_t expected_ = 0;  // samples a lead; 0: not told
  std::vector<std::string> leads_;
  PhilipsWaveforms out_;
};

}  // namespace

PhilipsWaveforms read_philips_waveforms(pugi::xml_node root, std::uint64_t file_bytes,
                                        const std::string& place) {
  return WaveformReader(root, file_bytes, place).read();
}

}  // namespace liteheart
