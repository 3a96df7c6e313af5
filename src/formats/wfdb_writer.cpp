#include "formats/wfdb_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "ecg/error.h"
#include "formats/whole_file.h"

namespace liteheart {
namespace {

constexpr double kUnitsPerMillivolt = 1000, kLargest = 32767;
constexpr std::int16_t kMissing = -32768;

std::int16_t to_units(float mv) {
  if (std::isnan(mv)) return kMissing;
  return static_cast<std::int16_t>(
      std::lround(std::clamp(mv * kUnitsPerMillivolt, -kLargest, kLargest)));
}

void append_little_endian(std::string& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
}

/// A MATLAB v4 matrix "val" of leads x samples, in int16: 24 bytes of header, then frame by frame.
std::string mat_file(const Recording& recording) {
  constexpr std::uint32_t kInt16LittleEndian = 30;
  constexpr std::string_view kName("val\0", 4);
  std::string bytes;
  bytes.reserve(24 + 2 * recording.mv.size());
  append_little_endian(bytes, kInt16LittleEndian, 4);
  append_little_endian(bytes, static_cast<std::uint32_t>(recording.leads.size()), 4);
  append_little_endian(bytes, static_cast<std::uint32_t>(recording.samples), 4);
  append_little_endian(bytes, 0, 4);  // no imaginary part
  append_little_endian(bytes, static_cast<std::uint32_t>(kName.size()), 4);
  bytes.append(kName);
  for (std::size_t t = 0; t < recording.samples; ++t) {
    for (std::size_t lead = 0; lead < recording.leads.size(); ++lead) {
      const std::int16_t value = to_units(recording.mv[lead * recording.samples + t]);
      append_little_endian(bytes, static_cast<std::uint16_t>(value), 2);
    }
  }
  return bytes;
}

std::string header_file(const Recording& recording) {
  std::string text = fmt::format("{} {} {} {}\n", recording.name, recording.leads.size(),
                                 recording.rate_hz, recording.samples);
  for (std::size_t i = 0; i < recording.leads.size(); ++i) {
    std::uint32_t sum = 0;
    for (const float mv : recording.lead(i)) sum += static_cast<std::uint32_t>(to_units(mv));
    text += fmt::format("{}.mat 16+24 1000(0)/mV 16 0 {} {} 0 {}\n", recording.name,
                        to_units(recording.lead(i).front()), static_cast<std::int16_t>(sum),
                        recording.leads[i]);
  }
  const std::string_view sex = recording.sex == "male"     ? "Male"
                               : recording.sex == "female" ? "Female"
                                                           : "Unknown";
  text += fmt::format("#Age: {}\n#Sex: {}\n#Dx: {}\n#Rx: Unknown\n#Hx: Unknown\n#Sx: Unknown\n",
                      recording.age_years ? fmt::format("{}", *recording.age_years) : "NaN", sex,
                      recording.diagnoses.empty()
                          ? "Unknown"
                          : fmt::format("{}", fmt::join(recording.diagnoses, ",")));
  return text;
}

void check_writable(const Recording& recording) {
  const std::string place = "recording '" + recording.name + "'";
  if (recording.name.empty() || recording.name.find_first_of(" \t\r\n/\\") != std::string::npos ||
      recording.name.front() == '#') {
    throw Error(place, "cannot be a record name", "use letters, digits, - and _");
  }
  if (recording.leads.empty() || recording.samples == 0 || !(recording.rate_hz > 0) ||
      recording.mv.size() != recording.leads.size() * recording.samples) {
    throw Error(place, "has no leads, samples or rate, or they do not match its signal",
                "fill the recording before it is written");
  }
  for (const std::string& lead : recording.leads) {
    if (lead.find_first_of("\r\n") != std::string::npos) {
      throw Error(place, "a lead's name has a line break", "rename the lead");
    }
  }
}

}  // namespace

void write_wfdb(const Recording& recording, const std::filesystem::path& folder) {
  check_writable(recording);
  make_folder(folder);
  write_whole(folder / (recording.name + ".mat"), mat_file(recording));
  write_whole(folder / (recording.name + ".hea"), header_file(recording));
}

}  // namespace liteheart
