#include "formats/alivecor_atc.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "ecg/derived_leads.h"
#include "ecg/error.h"
#include "ecg/leads.h"
#include "formats/byte_reader.h"
#include "formats/patient.h"
#include "formats/text.h"

namespace liteheart {
namespace {

using namespace std::string_view_literals;
using Bytes = std::span<const std::uint8_t>;

constexpr std::string_view kSignature = "ALIVE\0\0\0"sv;
constexpr std::size_t kIdBytes = 4;
constexpr std::array<std::string_view, kLeads> kLeadBlocks = {
    "ecg ", "ecg2", "ecg3", "ecg4", "ecg5", "ecg6", "ecg7", "ecg8", "ecg9", "ecga", "ecgb", "ecgc"};

/// The blocks that make up a recording.
struct Blocks {
  std::optional<ByteReader> info, format, annotations;
  std::array<Bytes, kLeads> leads;
};

/// Some software adds the bytes up as signed numbers.
bool sums_to(Bytes block, std::uint32_t stored) {
  std::uint32_t sum = 0, negative = 0;
  for (const std::uint8_t byte : block) {
    sum += byte;
    negative += byte >> 7;
  }
  return stored == sum || stored == sum - 256 * negative;
}

void keep(std::string_view id, Bytes data, const ByteReader& reader, Blocks& blocks) {
  if (id == "info" && !blocks.info) blocks.info = reader;
  if (id == "fmt " && !blocks.format) blocks.format = reader;
  if (id == "ann " && !blocks.annotations) blocks.annotations = reader;
  const auto lead = std::find(kLeadBlocks.begin(), kLeadBlocks.end(), id);
  if (lead == kLeadBlocks.end()) return;
  Bytes& samples = blocks.leads[static_cast<std::size_t>(lead - kLeadBlocks.begin())];
  if (samples.empty()) samples = data;
}

bool is_kept(std::string_view id) {
  return id == "info" || id == "fmt " || id == "ann " ||
         std::find(kLeadBlocks.begin(), kLeadBlocks.end(), id) != kLeadBlocks.end();
}

Blocks find_blocks(const InputFile& file, Bytes bytes, std::vector<std::string>& warnings) {
  constexpr std::size_t kNewestVersion = 5, kSumBytes = 4;
  ByteReader at(bytes, file.place());
  at.skip(kSignature.size());
  if (const auto version = at.little<std::uint32_t>(); version > kNewestVersion)
    warnings.push_back(fmt::format("version {} of ATC is newer than what is known", version));
  Blocks blocks;
  std::vector<std::string> mismatched;
  while (at.left() >= kIdBytes + sizeof(std::uint32_t)) {
    const std::size_t begin = at.at();
    const Bytes id_bytes = at.take(kIdBytes);
    const std::string_view id(reinterpret_cast<const char*>(id_bytes.data()), kIdBytes);
    const std::size_t length = at.little<std::uint32_t>();
    const std::size_t there = std::min(length, at.left()), data_at = at.at();
    const Bytes data = at.take(there);
    if (is_kept(id)) {
      keep(id, data, ByteReader(data, file.place(), data_at), blocks);
      if (there < length) {
        warnings.push_back(
            fmt::format("the file is cut off: {} of {} bytes of block '{}' are missing",
                        length - there, length, trim(id)));
      } else if (at.left() >= kSumBytes &&
                 !sums_to(bytes.subspan(begin, at.at() - begin),
                          ByteReader(at).little<std::uint32_t>()) &&
                 mismatched.size() < kLeadBlocks.size()) {
        mismatched.emplace_back(trim(id));
      }
    }
    at.skip(std::min(kSumBytes, at.left()));
  }
  if (!mismatched.empty())
    warnings.push_back(fmt::format("the sum of block {} does not match: damaged data?",
                                   fmt::join(mismatched, ", ")));
  return blocks;
}

struct Format {
  unsigned rate_hz = 0;
  double mv_per_unit = 0;
};

Format read_format(const InputFile& file, std::optional<ByteReader> block) {
  constexpr unsigned kInt16 = 1;
  if (!block)
    throw Error(file.place(), "no block 'fmt', which tells rate and unit",
                "get a whole copy of the file");
  const std::string where = block->where();
  if (const unsigned format = block->little<std::uint8_t>(); format != kInt16)
    throw Error(where, fmt::format("sample format {} of ATC is not supported", format),
                "export the recording in another format");
  Format format;
  format.rate_hz = block->little<std::uint16_t>();
  const unsigned unit_nv = block->little<std::uint16_t>();
  format.mv_per_unit = unit_nv * 1e-6;
  if (format.rate_hz == 0 || unit_nv == 0)
    throw Error(where, fmt::format("{} samples per second of {} nV", format.rate_hz, unit_nv),
                "the file is damaged; get a whole copy of it");
  return format;
}

std::size_t sample_count(Bytes lead) { return lead.size() / sizeof(std::int16_t); }

void make_room(const InputFile& file, const Blocks& blocks, Recording& recording) {
  constexpr std::size_t kMostGrowth = 10, kAllowance = 16 << 20, kDerived = 4;
  for (std::size_t i = 0; i < kLeadBlocks.size(); ++i) {
    const std::size_t samples = sample_count(blocks.leads[i]);
    if (samples == 0) continue;
    recording.leads.emplace_back(kLeadNames[i]);
    recording.samples = std::max(recording.samples, samples);
  }
  if (recording.leads.empty())
    throw Error(file.place(), "no lead has samples", "get a whole copy of the file");
  if ((recording.leads.size() + kDerived) * recording.samples >
      (kMostGrowth * file.size() + kAllowance) / sizeof(float))
    throw Error(file.place(), "one lead is far longer than the others",
                "the file is damaged; get a whole copy of it");
  recording.mv.assign(recording.leads.size() * recording.samples,
                      std::numeric_limits<float>::quiet_NaN());
}

void read_leads(const Blocks& blocks, double mv_per_unit, Recording& recording) {
  float* out = recording.mv.data();
  for (std::size_t i = 0; i < kLeadBlocks.size(); ++i) {
    const std::size_t samples = sample_count(blocks.leads[i]);
    if (samples == 0) continue;
    ByteReader values(blocks.leads[i], {});
    for (std::size_t t = 0; t < samples; ++t)
      out[t] = static_cast<float>(values.little<std::int16_t>() * mv_per_unit);
    if (samples < recording.samples)
      recording.warnings.push_back(fmt::format("lead {}: {} of {} samples are missing",
                                               kLeadNames[i], recording.samples - samples,
                                               recording.samples));
    out += recording.samples;
  }
}

void read_beats(ByteReader block, Recording& recording) {
  constexpr std::size_t kBeatBytes = 6;
  constexpr std::array<std::string_view, 7> kLabels = {"Q", "N", "V", "A", "F", "J", "/"};
  if (block.left() < sizeof(std::uint32_t)) return;
  const std::uint32_t ticks_per_s = block.little<std::uint32_t>();
  recording.beats.reserve(block.left() / kBeatBytes);
  std::size_t misplaced = 0;
  while (block.left() >= kBeatBytes) {
    const double tick = block.little<std::uint32_t>();
    const std::size_t type = block.little<std::uint16_t>();
    const double sample = tick * recording.rate_hz / ticks_per_s;
    if (ticks_per_s == 0 || !(sample < static_cast<double>(recording.samples))) {
      ++misplaced;
      continue;
    }
    recording.beats.push_back(
        {static_cast<std::size_t>(sample), std::string(kLabels[type < kLabels.size() ? type : 0])});
  }
  std::stable_sort(recording.beats.begin(), recording.beats.end(),
                   [](const Beat& a, const Beat& b) { return a.sample < b.sample; });
  if (misplaced > 0)
    recording.warnings.push_back(
        fmt::format("{} marked beats behind the end are left out", misplaced));
}

/// "+hh:mm" of "Z", "+h:mm" and "+hhmm"; nullopt where it is none of them.
std::optional<std::string> time_zone(std::string_view written) {
  if (written.empty()) return std::string{};
  if (written == "Z" || written == "z") return "Z";
  const char sign = written[0];
  if (sign != '+' && sign != '-') return std::nullopt;
  std::string digits;
  for (const char c : written.substr(1)) {
    if (c >= '0' && c <= '9')
      digits += c;
    else if (c != ':')
      return std::nullopt;
  }
  if (digits.size() == 3) digits.insert(0, 1, '0');
  if (digits.size() != 4) return std::nullopt;
  return fmt::format("{}{}:{}", sign, digits.substr(0, 2), digits.substr(2));
}

/// "2016-06-01T18:15:25.777-04:00"; nullopt where the text is no such time.
std::optional<std::string> iso_start(std::string_view text) {
  constexpr std::size_t kDay = 10, kTime = 19;
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < kTime) return std::nullopt;
  for (std::size_t i = 0; i < kTime; ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    whole_number(text.substr(at, digits), value);
    return value;
  };
  const std::size_t zone_at = std::min(text.find_first_not_of(".0123456789", kTime), text.size());
  double second = 0;
  if (!whole_number(text.substr(kTime - 2, zone_at - kTime + 2), second)) return std::nullopt;
  const std::string day = iso_date(number(0, 4), number(5, 2), number(kDay - 2, 2));
  const std::string time = iso_time(number(11, 2), number(14, 2), second);
  const auto zone = time_zone(text.substr(zone_at));
  if (day.empty() || time.empty() || !zone) return std::nullopt;
  return day + 'T' + time + *zone;
}

void read_info(ByteReader block, Recording& recording) {
  constexpr std::size_t kDate = 32, kIds = 40 + 44, kPhone = 32, kSoftware = 32, kHardware = 32;
  if (block.left() < kDate + kIds + kPhone + kSoftware + kHardware) return;
  const std::string_view date = trim(block.text(kDate));
  block.skip(kIds);
  const std::string_view phone = trim(block.text(kPhone)), software = trim(block.text(kSoftware)),
                         hardware = trim(block.text(kHardware));
  for (const std::string_view part : {hardware, software, phone})
    if (!says_nothing(part))
      recording.device += fmt::format("{}{}", recording.device.empty() ? "" : "; ", part);
  if (const auto start = iso_start(date)) {
    recording.start = *start;
  } else if (!date.empty()) {
    recording.warnings.push_back(fmt::format("the date '{}' is left out", date));
  }
}

}  // namespace

bool looks_like_atc(std::string_view beginning) { return beginning.starts_with(kSignature); }

Recording read_atc(InputFile& file) {
  Recording recording;
  recording.name = file.path().stem().string();
  recording.format = "AliveCor ATC";
  const Blocks blocks = find_blocks(file, file.bytes(), recording.warnings);
  const Format format = read_format(file, blocks.format);
  recording.rate_hz = format.rate_hz;
  make_room(file, blocks, recording);
  read_leads(blocks, format.mv_per_unit, recording);
  if (blocks.annotations) read_beats(*blocks.annotations, recording);
  if (blocks.info) read_info(*blocks.info, recording);
  derive_limb_leads(recording);
  return recording;
}

}  // namespace liteheart
