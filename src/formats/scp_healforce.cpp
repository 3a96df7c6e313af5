#include "formats/scp_healforce.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr std::size_t kLeadCount = 3, kGroup = 4, kGroupBytes = 6;

struct Stream {
  double mv_per_unit = 0;
  std::uint64_t first = 0, samples = 0;  // per lead
  std::span<const std::uint8_t> groups;
};

[[noreturn]] void refuse_variant(const std::string& where, std::string_view what) {
  throw Error(where,
              fmt::format("a variant of Healforce's SCP-ECG that is not supported: {}", what),
              "export the recording in another format");
}

Stream find_stream(const ScpSections& sections, Recording& recording) {
  constexpr unsigned kRateHz = 150;
  ByteReader leads = sections.reader(3), rhythm = sections.reader(6);
  Stream stream;
  if (const unsigned count = leads.little<std::uint8_t>(); count != kLeadCount)
    refuse_variant(leads.where(), fmt::format("{} leads", count));
  leads.skip(1);
  stream.first = leads.little<std::uint32_t>();
  const std::uint64_t last = leads.little<std::uint32_t>();
  const std::string where = rhythm.where();
  stream.mv_per_unit = rhythm.little<std::uint16_t>() * 1e-6;
  const unsigned rate = rhythm.little<std::uint16_t>();
  const unsigned encoding = rhythm.little<std::uint16_t>();
  const std::size_t bytes = rhythm.little<std::uint16_t>();
  if (stream.mv_per_unit == 0 || rate != kRateHz || encoding != 0)
    refuse_variant(where, fmt::format("{} Hz, encoding {}", rate, encoding));
  stream.samples = bytes / kGroupBytes * kGroup / kLeadCount;
  if (stream.first == 0 || last + 1 != stream.first + stream.samples)
    refuse_variant(where, fmt::format("samples {} to {} in {} bytes", stream.first, last, bytes));
  recording.rate_hz = rate;
  const std::size_t there = std::min(bytes, rhythm.left()) / kGroupBytes * kGroupBytes;
  stream.groups = rhythm.take(there);
  return stream;
}

/// The four samples that three words hold; bit 15 of the fourth is not there.
std::array<std::uint16_t, kGroup> unpack(std::span<const std::uint8_t> group) {
  std::array<std::uint16_t, kGroup> samples{};
  unsigned fourth = 0;
  for (std::size_t i = 0; i + 1 < kGroup; ++i) {
    const unsigned word = group[2 * i] | static_cast<unsigned>(group[2 * i + 1]) << 8;
    samples[i] = static_cast<std::uint16_t>(word);
    fourth = fourth << 4 | (word >> 10 & 0xFU);
  }
  samples[kGroup - 1] = static_cast<std::uint16_t>(fourth);
  return samples;
}

}  // namespace

std::uint64_t read_healforce_rhythm(const ScpSections& sections, Recording& recording) {
  constexpr unsigned kValue = 0x3FF, kZero = 512, kBeat = 0x8000;
  const Stream stream = find_stream(sections, recording);
  const std::size_t values = stream.groups.size() / kGroupBytes * kGroup;
  recording.samples = values / kLeadCount;
  if (recording.samples == 0)
    throw Error(sections.place, "no samples in the rhythm (section 6)",
                "get a whole copy of the file");
  if (recording.samples < stream.samples)
    recording.warnings.push_back(fmt::format("the file is cut off: {} of {} samples are missing",
                                             stream.samples - recording.samples, stream.samples));
  recording.leads = {"I", "II", "III"};
  recording.warnings.push_back("the file does not name its leads; they are taken as I, II and III");
  recording.mv.resize(kLeadCount * recording.samples);
  for (std::size_t i = 0; i < recording.samples * kLeadCount; ++i) {
    const std::size_t t = i / kLeadCount;
    const auto group = unpack(stream.groups.subspan(i / kGroup * kGroupBytes, kGroupBytes));
    const unsigned sample = group[i % kGroup];
    const int value = static_cast<int>(sample & kValue) - static_cast<int>(kZero);
    recording.mv[i % kLeadCount * recording.samples + t] =
        static_cast<float>(value * stream.mv_per_unit);
    if ((sample & kBeat) != 0 && (recording.beats.empty() || recording.beats.back().sample != t))
      recording.beats.push_back({t, "Q"});
  }
  return stream.first;
}

}  // namespace liteheart
