// Small EDF and BDF files for tests, any field of which can be spoilt.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "formats/edf_reader.h"

namespace liteheart::test {

struct EdfChannel {
  std::string label = "ECG I", dimension = "uV";
  std::string physical_min = "-32768", physical_max = "32767";  // a step is 1 uV
  std::string digital_min = "-32768", digital_max = "32767";
  int samples = 4;                        // a record
  std::vector<int> values = {};           // of all records; 0 where there are none
  std::vector<std::string> records = {};  // bytes of each record instead: annotations
};

struct EdfFile {
  std::string version = "0", patient = "X X X X", recording = "Startdate X X X X";
  std::string date = "01.02.20", time = "10.20.30", reserved = "", seconds = "1";
  std::string declared_records = "";  // the true number where empty
  std::size_t records = 2;
  std::vector<EdfChannel> channels = {{}};

  std::string bytes() const {
    const auto fields = [&](std::size_t width, auto&& text) {
      std::string all;
      for (const EdfChannel& channel : channels) all += fmt::format("{:<{}}", text(channel), width);
      return all;
    };
    const bool bdf = version != "0";
    std::string out =
        (bdf ? version : "0       ") + fmt::format("{:<80}{:<80}", patient, recording);
    out += fmt::format("{:<8}{:<8}{:<8}{:<44}", date, time, 256 * (channels.size() + 1), reserved);
    out += fmt::format("{:<8}{:<8}{:<4}",
                       declared_records.empty() ? fmt::format("{}", records) : declared_records,
                       seconds, channels.size());
    out += fields(16, [](const EdfChannel& c) { return c.label; });
    out += fields(80, [](const EdfChannel&) { return ""; });
    out += fields(8, [](const EdfChannel& c) { return c.dimension; });
    out += fields(8, [](const EdfChannel& c) { return c.physical_min; });
    out += fields(8, [](const EdfChannel& c) { return c.physical_max; });
    out += fields(8, [](const EdfChannel& c) { return c.digital_min; });
    out += fields(8, [](const EdfChannel& c) { return c.digital_max; });
    out += fields(80, [](const EdfChannel&) { return ""; });
    out += fields(8, [](const EdfChannel& c) { return fmt::format("{}", c.samples); });
    out += fields(32, [](const EdfChannel&) { return ""; });
    for (std::size_t record = 0; record < records; ++record)
      for (const EdfChannel& channel : channels) append(channel, record, bdf ? 3 : 2, out);
    return out;
  }

 private:
  static void append(const EdfChannel& channel, std::size_t record, std::size_t width,
                     std::string& out) {
    const auto samples = static_cast<std::size_t>(channel.samples);
    if (!channel.records.empty()) {
      std::string share = channel.records.at(record);
      share.resize(samples * width, '\0');
      out += share;
      return;
    }
    for (std::size_t i = record * samples; i < (record + 1) * samples; ++i) {
      const int value = i < channel.values.size() ? channel.values[i] : 0;
      for (std::size_t byte = 0; byte < width; ++byte)
        out.push_back(static_cast<char>(value >> (8 * byte)));
    }
  }
};

inline const std::string kBdfVersion(
    "\xFF"
    "BIOSEMI");

/// A time-stamped annotation list. `stamp`: "+12.5", or "+12.5\x15" "3" with a duration.
inline std::string tal(const std::string& stamp, const std::string& text) {
  return stamp + '\x14' + text + '\x14' + '\0';
}

inline EdfChannel annotations(std::vector<std::string> records, int samples = 60) {
  EdfChannel channel{"EDF Annotations", "", "-1", "1", "-32768", "32767", samples};
  channel.records = std::move(records);
  return channel;
}

inline std::unique_ptr<RecordingStream> open_edf_bytes(const std::string& bytes,
                                                       const ReadOptions& options = {}) {
  return open_edf(
      InputFile({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "test.edf"),
      options);
}

inline Recording read_edf(const std::string& bytes, const ReadOptions& options = {}) {
  return read_whole(*open_edf_bytes(bytes, options));
}

}  // namespace liteheart::test
