#include "formats/csv_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <string>

#include "ecg/error.h"
#include "formats/whole_file.h"

namespace liteheart {
namespace {

/// A lead's name as the name of a column: what would end the cell or the line is left out.
std::string column_name(std::string_view lead) {
  std::string name;
  for (const char c : lead)
    if (c != ',' && c != '"' && c != '\'' && c != '\n' && c != '\r' && c != '#') name.push_back(c);
  return name + "_mV";
}

}  // namespace

void write_csv(const Recording& recording, const std::filesystem::path& file) {
  if (recording.leads.empty() || recording.samples == 0 || !(recording.rate_hz > 0) ||
      recording.mv.size() != recording.leads.size() * recording.samples) {
    throw Error("recording '" + recording.name + "'",
                "has no leads, samples or rate, or they do not match its signal",
                "fill the recording before it is written");
  }
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "time_s");
  for (const std::string& lead : recording.leads) fmt::format_to(out, ",{}", column_name(lead));
  for (std::size_t t = 0; t < recording.samples; ++t) {
    fmt::format_to(out, "\n{}", static_cast<double>(t) / recording.rate_hz);
    for (std::size_t lead = 0; lead < recording.leads.size(); ++lead) {
      const float mv = recording.mv[lead * recording.samples + t];
      if (std::isnan(mv)) {
        text.push_back(',');
      } else {
        fmt::format_to(out, ",{}", mv);
      }
    }
  }
  text.push_back('\n');
  write_whole(file, {text.data(), text.size()});
}

}  // namespace liteheart
