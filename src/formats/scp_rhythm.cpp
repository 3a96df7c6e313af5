#include "formats/scp_rhythm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "formats/scp_huffman.h"

namespace liteheart {
namespace {

constexpr double kMvPerNv = 1e-6;

enum class Encoding : std::uint8_t { kSamples, kFirstDifferences, kSecondDifferences };

struct Lead {
  unsigned number = 0;         // as scp_lead_name knows it
  std::uint64_t first = 1;     // number of its first sample
  std::uint64_t declared = 0;  // samples
  bool counts_from_zero = false;
  ByteReader data{{}, {}};
  std::size_t samples = 0;  // that data can hold at most, later: that it holds
};

struct Rhythm {
  double mv_per_unit = 0;
  Encoding encoding = Encoding::kSamples;
  std::optional<ScpHuffman> huffman;
};

std::vector<Lead> read_leads(const ScpSections& sections) {
  constexpr unsigned kSubtracted = 1;
  ByteReader section = sections.reader(3);
  const std::string where = section.where();
  if (section.left() == 0)
    throw Error(sections.place, "no description of the leads (section 3)",
                "get a whole copy of the file");
  const std::size_t count = section.little<std::uint8_t>();
  const unsigned flags = section.little<std::uint8_t>();
  if (count == 0)
    throw Error(where, "no leads are described", "the file is damaged; get a whole copy of it");
  if (flags & kSubtracted)
    throw Error(where, "SCP-ECG with reference beat subtraction is not supported",
                "export the recording without it or in another format");
  std::vector<Lead> leads(count);
  for (Lead& lead : leads) {
    const std::string place = section.where();
    lead.first = section.little<std::uint32_t>();
    const std::uint64_t last = section.little<std::uint32_t>();
    lead.number = section.little<std::uint8_t>();
    lead.counts_from_zero = lead.first == 0;
    lead.first = std::max<std::uint64_t>(lead.first, 1);
    if (last + 1 < lead.first)
      throw Error(place, "a lead that ends before it begins",
                  "the file is damaged; get a whole copy of it");
    lead.declared = last + 1 - lead.first;
  }
  return leads;
}

/// Some writers number the samples from 0 to their count, others to one less.
std::uint64_t declared_as_stored(const Lead& lead, std::size_t stored) {
  return lead.counts_from_zero && stored == lead.declared + 1 ? stored : lead.declared;
}

void find_data(const ScpSections& sections, ByteReader section, bool coded,
               std::vector<Lead>& leads) {
  constexpr std::size_t kSampleBytes = 2, kMostCodesPerByte = 8;
  const std::string where = section.where();
  std::vector<std::size_t> bytes;
  bool fits = false;
  for (std::size_t i = 0; i < leads.size(); ++i) bytes.push_back(section.little<std::uint16_t>());
  for (std::size_t i = 0; i < leads.size(); ++i) {
    Lead& lead = leads[i];
    const std::size_t begin = section.at(), there = std::min(bytes[i], section.left());
    lead.data = ByteReader(section.take(there), sections.place, sections[6].at + begin);
    const std::size_t most = coded ? there * kMostCodesPerByte : there / kSampleBytes;
    if (!coded) lead.declared = declared_as_stored(lead, bytes[i] / kSampleBytes);
    fits = fits || bytes[i] == 0 || lead.declared == bytes[i] / kSampleBytes;
    lead.samples = static_cast<std::size_t>(std::min<std::uint64_t>(lead.declared, most));
  }
  if (!coded && !fits)
    throw Error(where, "samples that take another room than they should without Huffman codes",
                "section 2 is lost; get a whole copy of the file");
}

Rhythm read_header(const ScpSections& sections, ByteReader& section, Recording& recording) {
  constexpr unsigned kMostEncoding = 2;
  if (section.left() == 0)
    throw Error(sections.place,
                sections[5].data.empty() ? "no rhythm (section 6)"
                                         : "no rhythm (section 6), only an average beat",
                "get a whole copy of the file, or export the rhythm too");
  const std::string where = section.where();
  const unsigned unit_nv = section.little<std::uint16_t>();
  const unsigned interval_us = section.little<std::uint16_t>();
  const unsigned encoding = section.little<std::uint8_t>();
  const bool bimodal = section.little<std::uint8_t>() != 0;
  if (unit_nv == 0 || interval_us == 0 || encoding > kMostEncoding)
    throw Error(where,
                fmt::format("an impossible rhythm: unit {} nV, interval {} us, encoding {}",
                            unit_nv, interval_us, encoding),
                "the file is damaged; get a whole copy of it");
  if (bimodal)
    throw Error(where, "SCP-ECG with bimodal compression is not supported",
                "export the recording without it or in another format");
  recording.rate_hz = scp_rate_hz(interval_us);
  Rhythm rhythm;
  rhythm.mv_per_unit = unit_nv * kMvPerNv;
  rhythm.encoding = static_cast<Encoding>(encoding);
  if (sections[2].declared > 0) rhythm.huffman.emplace(sections.reader(2));
  return rhythm;
}

/// Gives the leads room, all missing yet, and returns the number of the first sample.
std::uint64_t make_room(const std::string& place, std::size_t bytes, const std::vector<Lead>& leads,
                        Recording& recording) {
  constexpr std::size_t kMostGrowth = 10, kAllowance = 16 << 20, kDerived = 4;
  std::uint64_t first = std::numeric_limits<std::uint64_t>::max(), end = 0;
  for (const Lead& lead : leads) {
    if (lead.samples == 0) continue;
    first = std::min(first, lead.first);
    end = std::max(end, lead.first + lead.samples);
  }
  if (end == 0)
    throw Error(place, "no lead has samples in the rhythm (section 6)",
                "get a whole copy of the file");
  const std::uint64_t most = (kMostGrowth * bytes + kAllowance) / sizeof(float);
  if ((end - first) * (leads.size() + kDerived) > most)
    throw Error(place,
                fmt::format("{} leads of {} samples, in a file of {} bytes", leads.size(),
                            end - first, bytes),
                "the file is damaged; get a whole copy of it");
  recording.samples = static_cast<std::size_t>(end - first);
  recording.mv.assign(leads.size() * recording.samples, std::numeric_limits<float>::quiet_NaN());
  for (const Lead& lead : leads) recording.leads.push_back(scp_lead_name(lead.number));
  return first;
}

void undo_differences(Encoding encoding, std::span<std::int32_t> values, double mv_per_unit,
                      float* out) {
  std::int64_t last = 0, slope = 0;
  for (std::size_t t = 0; t < values.size(); ++t) {
    const std::int64_t value = values[t];
    if (encoding == Encoding::kSamples || t == 0) {
      last = value;
    } else if (encoding == Encoding::kFirstDifferences) {
      last += value;
    } else {
      slope = t == 1 ? value - last : slope + value;
      last += slope;
    }
    out[t] = static_cast<float>(static_cast<double>(last) * mv_per_unit);
  }
}

/// Decodes the lead to out and notes how many samples it has.
void decode(const Rhythm& rhythm, Lead& lead, float* out) {
  std::vector<std::int32_t> values(lead.samples);
  if (rhythm.huffman) {
    lead.samples = rhythm.huffman->decode(lead.data, values);
    values.resize(lead.samples);
  } else {
    for (std::int32_t& value : values) value = lead.data.little<std::int16_t>();
  }
  undo_differences(rhythm.encoding, values, rhythm.mv_per_unit, out);
}

/// Takes the end off that no lead has samples for: what the leads declare may be more.
void trim_end(const std::string& place, std::uint64_t first, const std::vector<Lead>& leads,
              Recording& recording) {
  std::uint64_t end = first;
  for (const Lead& lead : leads)
    if (lead.samples > 0) end = std::max(end, lead.first + lead.samples);
  const auto samples = static_cast<std::size_t>(end - first);
  if (samples == 0) throw Error(place, "no sample can be decoded", "get a whole copy of the file");
  for (std::size_t i = 1; i < leads.size() && samples < recording.samples; ++i) {
    std::copy_n(recording.mv.begin() + static_cast<std::ptrdiff_t>(i * recording.samples), samples,
                recording.mv.begin() + static_cast<std::ptrdiff_t>(i * samples));
  }
  recording.samples = samples;
  recording.mv.resize(leads.size() * samples);
}

void warn_of_gaps(const std::vector<Lead>& leads, Recording& recording) {
  for (std::size_t i = 0; i < leads.size(); ++i) {
    const Lead& lead = leads[i];
    if (lead.samples < lead.declared) {
      recording.warnings.push_back(fmt::format("lead {}: {} of its {} samples are missing",
                                               recording.leads[i], lead.declared - lead.samples,
                                               lead.declared));
    } else if (lead.samples < recording.samples) {
      recording.warnings.push_back(fmt::format("lead {} has {} of the recording's {} samples",
                                               recording.leads[i], lead.samples,
                                               recording.samples));
    }
  }
}

}  // namespace

std::string scp_lead_name(unsigned number) {
  constexpr std::array<std::string_view, 86> kNames = {"",
                                                       "I",
                                                       "II",
                                                       "V1",
                                                       "V2",
                                                       "V3",
                                                       "V4",
                                                       "V5",
                                                       "V6",
                                                       "V7",
                                                       "V2R",
                                                       "V3R",
                                                       "V4R",
                                                       "V5R",
                                                       "V6R",
                                                       "V7R",
                                                       "X",
                                                       "Y",
                                                       "Z",
                                                       "CC5",
                                                       "CM5",
                                                       "left arm",
                                                       "right arm",
                                                       "left leg",
                                                       "Frank I",
                                                       "Frank E",
                                                       "Frank C",
                                                       "Frank A",
                                                       "Frank M",
                                                       "Frank F",
                                                       "Frank H",
                                                       "I-cal",
                                                       "II-cal",
                                                       "V1-cal",
                                                       "V2-cal",
                                                       "V3-cal",
                                                       "V4-cal",
                                                       "V5-cal",
                                                       "V6-cal",
                                                       "V7-cal",
                                                       "V2R-cal",
                                                       "V3R-cal",
                                                       "V4R-cal",
                                                       "V5R-cal",
                                                       "V6R-cal",
                                                       "V7R-cal",
                                                       "X-cal",
                                                       "Y-cal",
                                                       "Z-cal",
                                                       "CC5-cal",
                                                       "CM5-cal",
                                                       "left arm-cal",
                                                       "right arm-cal",
                                                       "left leg-cal",
                                                       "Frank I-cal",
                                                       "Frank E-cal",
                                                       "Frank C-cal",
                                                       "Frank A-cal",
                                                       "Frank M-cal",
                                                       "Frank F-cal",
                                                       "Frank H-cal",
                                                       "III",
                                                       "aVR",
                                                       "aVL",
                                                       "aVF",
                                                       "-aVR",
                                                       "V8",
                                                       "V9",
                                                       "V8R",
                                                       "V9R",
                                                       "Nehb D",
                                                       "Nehb A",
                                                       "Nehb J",
                                                       "defibrillator",
                                                       "external pacing",
                                                       "A1",
                                                       "A2",
                                                       "A3",
                                                       "A4",
                                                       "V8-cal",
                                                       "V9-cal",
                                                       "V8R-cal",
                                                       "V9R-cal",
                                                       "Nehb D-cal",
                                                       "Nehb A-cal",
                                                       "Nehb J-cal"};
  if (number == 0 || number >= kNames.size()) return fmt::format("lead {}", number);
  return lead_name(kNames[number]);
}

double scp_rate_hz(unsigned interval_us) {
  constexpr double kUsPerS = 1e6;
  // Customary rates that are no whole number of us.
  constexpr std::array kRates = {75,  128, 150, 180, 240,  256,  300,  360,  480,
                                 512, 600, 720, 960, 1024, 1200, 1500, 2048, 2400};
  const double exact = kUsPerS / interval_us;
  if (static_cast<unsigned>(kUsPerS) % interval_us == 0) return exact;
  for (const int rate : kRates)
    if (std::abs(kUsPerS / rate - interval_us) < 1) return rate;
  return exact;
}

std::uint64_t read_scp_rhythm(const ScpSections& sections, std::size_t bytes,
                              Recording& recording) {
  std::vector<Lead> leads = read_leads(sections);
  ByteReader section = sections.reader(6);
  const Rhythm rhythm = read_header(sections, section, recording);
  find_data(sections, section, rhythm.huffman.has_value(), leads);
  const std::uint64_t first = make_room(sections.place, bytes, leads, recording);
  for (std::size_t i = 0; i < leads.size(); ++i) {
    if (leads[i].samples == 0) continue;
    const auto offset = static_cast<std::size_t>(leads[i].first - first);
    decode(rhythm, leads[i], recording.mv.data() + i * recording.samples + offset);
  }
  trim_end(sections.place, first, leads, recording);
  warn_of_gaps(leads, recording);
  return first;
}

}  // namespace liteheart
