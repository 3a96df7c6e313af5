#include "formats/dicom_waveform.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "ecg/units.h"
#include "formats/ecg_lead_codes.h"
#include "formats/text.h"

namespace liteheart {
namespace {

constexpr DicomTag kOriginality = 0x003A0004, kChannelCount = 0x003A0005, kSampleCount = 0x003A0010,
                   kRate = 0x003A001A, kGroupLabel = 0x003A0020, kChannels = 0x003A0200,
                   kChannelLabel = 0x003A0203, kSource = 0x003A0208, kSensitivity = 0x003A0210,
                   kSensitivityUnits = 0x003A0211, kCorrection = 0x003A0212, kBaseline = 0x003A0213,
                   kTimeSkew = 0x003A0214, kSampleSkew = 0x003A0215, kBitsStored = 0x003A021A,
                   kBitsAllocated = 0x54001004, kInterpretation = 0x54001006, kPadding = 0x5400100A,
                   kData = 0x54001010, kCode = 0x00080100, kMeaning = 0x00080104;

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

struct SampleKind {
  std::string_view name;
  std::size_t bytes;
  bool is_signed;
};
constexpr std::array kKinds = {SampleKind{"SB", 1, true}, SampleKind{"UB", 1, false},
                               SampleKind{"SS", 2, true}, SampleKind{"US", 2, false},
                               SampleKind{"SL", 4, true}, SampleKind{"UL", 4, false}};

struct Channel {
  std::size_t index = 0;  // in the frame
  std::string lead;
  double scale = 1, offset = 0;  // mV = raw * scale + offset
  std::ptrdiff_t skew = 0;       // samples that it lags behind
  unsigned bits = 0;             // stored; 0: all
};

/// The number behind `prefix`; nullopt if `text` is something else.
std::optional<int> number_behind(std::string_view text, std::string_view prefix) {
  int number = 0;
  if (!text.starts_with(prefix) || !whole_number(text.substr(prefix.size()), number))
    return std::nullopt;
  return number;
}

/// The lead by its code ("5.6.3-9-1" of SCPECG, "2:1" or "131329" of MDC), or by what is written.
std::string channel_lead(const DicomItem& channel) {
  const DicomItem source = channel.first(kSource);
  const std::string code = source.text(kCode);
  auto number = number_behind(code, "5.6.3-9-");
  if (!number) number = number_behind(code, "2:");
  if (!number) {
    number = number_behind(code, "");
    if (number) *number -= std::min(*number, kMdcPotential);
  }
  if (number && !lead_of_code(*number).empty()) return std::string(lead_of_code(*number));
  const std::string meaning = source.text(kMeaning), label = channel.text(kChannelLabel);
  // "Lead I (Einthoven)"
  const std::string bare = meaning.substr(0, meaning.find('('));
  for (const std::string& name : {bare, label})
    if (lead_index(name)) return lead_name(name);
  for (const std::string& name : {meaning, label, code})
    if (!trim(name).empty()) return lead_name(name);
  return {};
}

class GroupReader {
 public:
  GroupReader(const DicomGroup& group, std::string place, const ReadOptions& options,
              Recording& recording)
      : group_(group), place_(std::move(place)), options_(options), recording_(recording) {}

  void read(std::size_t file_size) {
    const std::string name = group_.item.text(kInterpretation);
    const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const SampleKind& known) { return known.name == name; });
    if (kind == kKinds.end())
      fail(fmt::format("its samples are of the kind '{}'", name),
           "known are SB, UB, SS, US, SL and UL");
    kind_ = *kind;
    const auto allocated = group_.item.integer(kBitsAllocated);
    if (allocated && *allocated != 8 * kind_.bytes)
      fail(fmt::format("{} bits are allocated for samples of the kind {}", *allocated, name), "");
    if (group_.channels == 0) fail("it has no channels", "");
    if (!(group_.rate_hz > 0)) fail("it has no sampling frequency", "");
    find_samples();
    find_channels();
    constexpr std::uint64_t kGrowth = 10, kAllowance = 16 << 20;
    if (std::uint64_t{channels_.size()} * samples_ * sizeof(float) >
        kGrowth * file_size + kAllowance)
      fail("its samples are many more than the file can hold", "");
    recording_.rate_hz = group_.rate_hz;
    recording_.samples = samples_;
    recording_.mv.resize(channels_.size() * samples_);
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      recording_.leads.push_back(channels_[i].lead);
      decode(channels_[i], recording_.mv.data() + i * samples_);
    }
  }

 private:
  [[noreturn]] void fail(const std::string& problem, std::string_view remedy) const {
    throw Error(fmt::format("{} multiplex group {}", place_, group_.number), problem,
                remedy.empty() ? "get a whole, sound copy of it" : remedy);
  }
  void warn(std::string text) { recording_.warnings.push_back(std::move(text)); }

  void find_samples() {
    const auto data = group_.item.find(kData);
    if (!data) fail("it has no waveform data", "");
    data_ = data->value;
    big_endian_ = data->inner.big_endian && data->vr != "OB";
    const std::size_t frame = kind_.bytes * group_.channels, there = data_.size() / frame;
    samples_ = std::min(group_.samples, there);
    if (samples_ == 0) fail("it holds no samples", "");
    if (there < group_.samples)
      warn(fmt::format("the file is cut off: {} of {} samples are missing", group_.samples - there,
                       group_.samples));
  }

  void find_channels() {
    const auto definitions = group_.item.items(kChannels);
    if (definitions.empty()) fail("it has no channel definitions", "");
    if (definitions.size() != group_.channels)
      warn(fmt::format("{} of {} channels are defined", definitions.size(), group_.channels));
    bool unknown_unit = false;
    for (std::size_t i = 0; i < std::min(definitions.size(), group_.channels); ++i) {
      Channel channel = {i, channel_lead(definitions[i])};
      if (channel.lead.empty()) channel.lead = fmt::format("channel {}", i + 1);
      if (!find_scale(definitions[i], channel, unknown_unit)) continue;
      find_skew(definitions[i], channel);
      const auto bits = definitions[i].integer(kBitsStored);
      if (bits && *bits > 0 && *bits < 8 * kind_.bytes) channel.bits = *bits;
      channels_.push_back(std::move(channel));
    }
    if (channels_.empty() && unknown_unit)
      fail("its channels say no sensitivity", "name the unit of the samples (--unit)");
    if (channels_.empty()) fail("none of its channels is a voltage", "choose an ECG");
  }

  bool find_scale(const DicomItem& definition, Channel& channel, bool& unknown_unit) {
    const auto sensitivity = definition.decimal(kSensitivity);
    const DicomItem units = definition.first(kSensitivityUnits);
    std::string unit = units.text(kCode);
    if (!millivolts_in(unit) && millivolts_in(units.text(kMeaning))) unit = units.text(kMeaning);
    if (!sensitivity || unit.empty()) unit = options_.unit;
    const auto millivolts = millivolts_in(unit);
    if (!millivolts) {
      unknown_unit = unknown_unit || unit.empty();
      warn(unit.empty() ? fmt::format("'{}' is left out: it says no sensitivity", channel.lead)
                        : fmt::format("'{}' is left out: its unit is '{}'", channel.lead, unit));
      return false;
    }
    const double factor = sensitivity.value_or(1) * definition.decimal(kCorrection).value_or(1);
    channel.scale = factor * *millivolts;
    channel.offset = definition.decimal(kBaseline).value_or(0) * *millivolts;
    if (channel.scale == 0 || !std::isfinite(channel.scale) || !std::isfinite(channel.offset)) {
      warn(fmt::format("'{}' is left out: its sensitivity is {}", channel.lead, factor));
      return false;
    }
    return true;
  }

  void find_skew(const DicomItem& definition, Channel& channel) {
    double skew = 0;
    if (const auto samples = definition.decimal(kSampleSkew))
      skew = *samples;
    else if (const auto seconds = definition.decimal(kTimeSkew))
      skew = *seconds * group_.rate_hz;
    if (std::abs(skew) < 0.5) return;
    if (std::abs(skew) >= static_cast<double>(samples_)) {
      warn(fmt::format("'{}': a skew of {} samples is left as it is", channel.lead, skew));
      return;
    }
    channel.skew = static_cast<std::ptrdiff_t>(std::lround(skew));
    warn(
        fmt::format("'{}' is moved by {} samples to where it belongs", channel.lead, channel.skew));
  }

  std::int64_t raw(std::size_t frame, std::size_t channel) const {
    const std::size_t at = (frame * group_.channels + channel) * kind_.bytes;
    return number(data_.subspan(at, kind_.bytes));
  }

  std::int64_t number(std::span<const std::uint8_t> bytes) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      value = value << 8 | bytes[big_endian_ ? i : bytes.size() - 1 - i];
    const std::uint64_t sign = std::uint64_t{1} << (8 * bytes.size() - 1);
    if (kind_.is_signed && (value & sign))
      return static_cast<std::int64_t>(value) - static_cast<std::int64_t>(2 * sign);
    return static_cast<std::int64_t>(value);
  }

  std::optional<std::int64_t> padding() const {
    const auto element = group_.item.find(kPadding);
    if (!element || element->value.size() < kind_.bytes) return std::nullopt;
    return number(element->value.first(kind_.bytes));
  }

  /// Whether a writer left out the sign above the stored bits: all values fit into them unsigned.
  bool sign_is_cut(const Channel& channel, std::optional<std::int64_t> pad) const {
    if (channel.bits == 0 || !kind_.is_signed) return false;
    const std::int64_t all = std::int64_t{1} << channel.bits;
    bool upper_half = false;
    for (std::size_t t = 0; t < samples_; ++t) {
      const std::int64_t value = raw(t, channel.index);
      if (pad && value == *pad) continue;
      if (value < 0 || value >= all) return false;
      upper_half = upper_half || value >= all / 2;
    }
    return upper_half;
  }

  void decode(const Channel& channel, float* mv) {
    const auto pad = padding();
    const bool cut = sign_is_cut(channel, pad);
    if (cut)
      warn(fmt::format("'{}': the sign of its {} bits is mended", channel.lead, channel.bits));
    const std::int64_t all = std::int64_t{1} << channel.bits;
    for (std::size_t t = 0; t < samples_; ++t) {
      // A lag of n samples: what was recorded n samples late stands n samples too early.
      const std::ptrdiff_t from = static_cast<std::ptrdiff_t>(t) - channel.skew;
      if (from < 0 || from >= static_cast<std::ptrdiff_t>(samples_)) {
        mv[t] = kMissing;
        continue;
      }
      std::int64_t value = raw(static_cast<std::size_t>(from), channel.index);
      if (pad && value == *pad) {
        mv[t] = kMissing;
        continue;
      }
      if (cut && value >= all / 2) value -= all;
      mv[t] = static_cast<float>(static_cast<double>(value) * channel.scale + channel.offset);
    }
  }

  const DicomGroup& group_;
  std::string place_;
  const ReadOptions& options_;
  Recording& recording_;
  SampleKind kind_ = kKinds[2];
  std::span<const std::uint8_t> data_;
  bool big_endian_ = false;
  std::size_t samples_ = 0;
  std::vector<Channel> channels_;
};

}  // namespace

DicomGroup dicom_group(DicomItem item, std::size_t number) {
  DicomGroup group;
  group.number = number;
  group.label = item.text(kGroupLabel);
  group.originality = item.text(kOriginality);
  group.channels = item.integer(kChannelCount).value_or(0);
  group.samples = item.integer(kSampleCount).value_or(0);
  const double rate = item.decimal(kRate).value_or(0);
  constexpr double kHighestRate = 1e6;
  if (rate > 0 && rate <= kHighestRate) group.rate_hz = rate;
  group.item = std::move(item);
  return group;
}

void read_dicom_group(const DicomGroup& group, const std::string& place, const ReadOptions& options,
                      std::size_t file_size, Recording& recording) {
  GroupReader(group, place, options, recording).read(file_size);
}

}  // namespace liteheart
