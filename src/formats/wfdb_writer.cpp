#include "formats/wfdb_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "ecg/error.h"
#include "formats/text.h"
#include "formats/wfdb_flac_writer.h"
#include "formats/wfdb_quantize.h"
#include "formats/whole_file.h"

namespace liteheart {
namespace {

/// A stretch of leads that share a signal file.
struct SignalFile {
  std::string name;
  std::size_t first, leads;
};

std::string place_of(const Recording& recording) { return "recording '" + recording.name + "'"; }

void append_little_endian(std::string& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
}

/// The header of a MATLAB v4 matrix "val" of leads x samples, in int16: 24 bytes.
std::string mat_header(const Recording& recording) {
  constexpr std::uint32_t kInt16LittleEndian = 30;
  constexpr std::string_view kName("val\0", 4);
  std::string bytes;
  append_little_endian(bytes, kInt16LittleEndian, 4);
  append_little_endian(bytes, static_cast<std::uint32_t>(recording.leads.size()), 4);
  append_little_endian(bytes, static_cast<std::uint32_t>(recording.samples), 4);
  append_little_endian(bytes, 0, 4);  // no imaginary part
  append_little_endian(bytes, static_cast<std::uint32_t>(kName.size()), 4);
  return bytes.append(kName);
}

std::vector<SignalFile> files_of(const Recording& recording, WfdbLayout layout) {
  const std::size_t leads = recording.leads.size();
  if (layout == WfdbLayout::kChallengeMat) return {{recording.name + ".mat", 0, leads}};
  const std::size_t most = layout == WfdbLayout::kFlac ? kMostFlacChannels : leads;
  std::vector<SignalFile> files;
  for (std::size_t first = 0; first < leads; first += most) {
    const std::string number = first == 0 ? "" : fmt::format("_{}", files.size() + 1);
    files.push_back({recording.name + number + ".dat", first, std::min(most, leads - first)});
  }
  return files;
}

/// Frame by frame.
std::vector<std::int16_t> interleaved(const Recording& recording, const SignalFile& file,
                                      const std::vector<WfdbGain>& gains) {
  std::vector<std::int16_t> units(file.leads * recording.samples);
  for (std::size_t i = 0; i < file.leads; ++i) {
    const auto lead = recording.lead(file.first + i);
    for (std::size_t t = 0; t < lead.size(); ++t)
      units[t * file.leads + i] = gains[file.first + i].units(lead[t]);
  }
  return units;
}

std::string signal_bytes(const Recording& recording, const SignalFile& file,
                         const std::vector<std::int16_t>& units, WfdbLayout layout) {
  if (layout == WfdbLayout::kFlac)
    return flac_stream(units, file.leads, recording.rate_hz, place_of(recording));
  std::string bytes = layout == WfdbLayout::kChallengeMat ? mat_header(recording) : "";
  bytes.reserve(bytes.size() + 2 * units.size());
  for (const std::int16_t value : units)
    append_little_endian(bytes, static_cast<std::uint16_t>(value), 2);
  return bytes;
}

std::string lead_as_written(const std::string& name) {
  std::string written = name;
  for (char& c : written)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) c = ' ';
  return std::string(trim(written));
}

std::string signal_lines(const Recording& recording, const SignalFile& file,
                         const std::vector<std::int16_t>& units, const std::vector<WfdbGain>& gains,
                         WfdbLayout layout) {
  const std::string_view format = layout == WfdbLayout::kChallengeMat ? "16+24"
                                  : layout == WfdbLayout::kFlac       ? "516"
                                                                      : "16";
  std::string text;
  for (std::size_t i = 0; i < file.leads; ++i) {
    std::uint32_t sum = 0;
    for (std::size_t at = i; at < units.size(); at += file.leads)
      sum += static_cast<std::uint32_t>(units[at]);
    const WfdbGain& gain = gains[file.first + i];
    text += fmt::format("{} {} {}({})/mV 16 0 {} {} 0 {}\n", file.name, format, gain.gain,
                        gain.baseline, units[i], static_cast<std::int16_t>(sum),
                        lead_as_written(recording.leads[file.first + i]));
  }
  return text;
}

/// "HH:MM:SS.mmm DD/MM/YYYY" behind a blank, as far as the start is known.
std::string start_fields(const std::string& start) {
  constexpr std::size_t kDate = 10;  // YYYY-MM-DD
  const std::string_view date = std::string_view(start).substr(0, kDate);
  int year = 0, month = 0, day = 0;
  const bool dated = date.size() == kDate && whole_number(date.substr(0, 4), year) &&
                     whole_number(date.substr(5, 2), month) && whole_number(date.substr(8), day);
  const std::size_t at = start.find('T');
  std::string time = at == std::string::npos ? (dated ? "" : start) : start.substr(at + 1);
  time = time.substr(0, time.find_first_not_of("0123456789:."));  // no time zone
  if (time.empty() && !dated) return {};
  if (time.empty()) time = "00:00:00";
  return dated ? fmt::format(" {} {:02}/{:02}/{:04}", time, day, month, year) : " " + time;
}

std::string comments(const Recording& recording) {
  const std::string_view sex = recording.sex == "male"     ? "Male"
                               : recording.sex == "female" ? "Female"
                                                           : "Unknown";
  return fmt::format("#Age: {}\n#Sex: {}\n#Dx: {}\n#Rx: Unknown\n#Hx: Unknown\n#Sx: Unknown\n",
                     recording.age_years ? fmt::format("{}", *recording.age_years) : "NaN", sex,
                     recording.diagnoses.empty()
                         ? "Unknown"
                         : fmt::format("{}", fmt::join(recording.diagnoses, ",")));
}

void check_writable(const Recording& recording) {
  const std::string place = place_of(recording);
  const bool odd = std::any_of(recording.name.begin(), recording.name.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '\\' || c == 0x7F;
  });
  if (recording.name.empty() || odd || recording.name.front() == '#') {
    throw Error(place, "cannot be a record name", "use letters, digits, - and _");
  }
  if (recording.leads.empty() || recording.samples == 0 || !(recording.rate_hz > 0) ||
      recording.mv.size() != recording.leads.size() * recording.samples) {
    throw Error(place, "has no leads, samples or rate, or they do not match its signal",
                "fill the recording before it is written");
  }
}

}  // namespace

void write_wfdb(const Recording& recording, const std::filesystem::path& folder,
                WfdbLayout layout) {
  check_writable(recording);
  std::vector<WfdbGain> gains(recording.leads.size());
  if (layout != WfdbLayout::kChallengeMat) {
    for (std::size_t i = 0; i < gains.size(); ++i) gains[i] = choose_wfdb_gain(recording.lead(i));
  }
  make_folder(folder);
  std::string header =
      fmt::format("{} {} {} {}{}\n", recording.name, recording.leads.size(), recording.rate_hz,
                  recording.samples, start_fields(recording.start));
  for (const SignalFile& file : files_of(recording, layout)) {
    const std::vector<std::int16_t> units = interleaved(recording, file, gains);
    write_whole(folder / file.name, signal_bytes(recording, file, units, layout));
    header += signal_lines(recording, file, units, gains, layout);
  }
  header += comments(recording);
  if (!recording.estimated.empty()) header += fmt::format("#Estimated: {}\n", recording.estimated);
  write_whole(folder / (recording.name + ".hea"), header);
}

std::string wfdb_record_name(std::string_view name) {
  std::string safe(name);
  for (char& c : safe) {
    const bool kept = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      c == '-' || c == '_' || c == '.';
    if (!kept) c = '_';
  }
  return safe.empty() || safe.front() == '.' ? "_" + safe : safe;
}

}  // namespace liteheart
