#include "formats/ishne_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "formats/byte_reader.h"
#include "formats/patient.h"
#include "formats/text.h"
#include "formats/utf8.h"

namespace liteheart {
namespace {

constexpr std::string_view kSignals = "ISHNE1.0", kAnnotations = "ANN  1.0";
constexpr std::size_t kHeaderBytes = 522, kChecked = 10, kMostLeads = 12;

/// CRC-CCITT, polynomial 0x1021, beginning with 0xFFFF.
std::uint16_t crc_ccitt(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0xFFFF;
  for (const std::uint8_t byte : bytes) {
    crc ^= static_cast<std::uint32_t>(byte) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return static_cast<std::uint16_t>(crc);
}

/// The name of a lead code; empty for "unknown", "generic" and codes that are none.
std::string name_of(int code) {
  constexpr std::array<std::string_view, 20> kNames = {"",    "",    "X",   "Y",   "Z",  "I",  "II",
                                                       "III", "aVR", "aVL", "aVF", "V1", "V2", "V3",
                                                       "V4",  "V5",  "V6",  "ES",  "AS", "AI"};
  const bool known = code >= 0 && static_cast<std::size_t>(code) < kNames.size();
  return known ? std::string(kNames[static_cast<std::size_t>(code)]) : std::string();
}

/// What the recorder found of a lead's quality; empty where that is good or not known.
std::string_view bad_quality(int code) {
  constexpr std::array<std::string_view, 4> kBad = {
      "intermittent noise", "frequent noise", "intermittent disconnect", "frequent disconnect"};
  return code >= 2 && code <= 5 ? kBad[static_cast<std::size_t>(code - 2)] : std::string_view();
}

std::string_view pacemaker(int code) {
  constexpr std::array<std::string_view, 5> kKinds = {
      "pacemaker of unknown type", "pacemaker, single chamber unipolar",
      "pacemaker, dual chamber unipolar", "pacemaker, single chamber bipolar",
      "pacemaker, dual chamber bipolar"};
  return code >= 1 && code <= 5 ? kKinds[static_cast<std::size_t>(code - 1)] : std::string_view();
}

std::array<int, 3> three(ByteReader& header) {
  std::array<int, 3> numbers{};
  for (int& number : numbers) number = header.little<std::int16_t>();
  return numbers;
}

std::string text_of(ByteReader& header, std::size_t bytes) {
  const std::string text = to_utf8(header.text(bytes));
  const std::string_view bare = trim(text);
  return says_nothing(bare) ? std::string() : std::string(bare);
}

class IshneStream final : public RecordingStream {
 public:
  IshneStream(InputFile file, const ReadOptions& options) : file_(std::move(file)) {
    std::array<std::uint8_t, kHeaderBytes> bytes{};
    if (file_.read_at(0, bytes) < bytes.size()) {
      throw Error(
          fmt::format("{} byte {}", file_.place(), file_.size()),
          fmt::format("the ISHNE header is cut off: {} of {} bytes", file_.size(), kHeaderBytes),
          "get a whole copy of the file");
    }
    about_.name = file_.path().stem().string();
    about_.format = "ISHNE Holter";
    ByteReader header(bytes, file_.place());
    header.skip(kSignals.size());
    const auto checksum = header.little<std::uint16_t>();
    const auto variable_bytes = header.little<std::int32_t>();
    const auto declared = header.little<std::int32_t>();
    header.skip(4);  // where the variable block is
    data_at_ = data_offset(header.little<std::int32_t>(), variable_bytes);
    check_header(checksum);
    read_patient(header);
    read_leads(header);
    read_recorder(header, options);
    count_samples(declared);
  }

  std::size_t read(float* out, std::size_t stride, std::size_t samples) override {
    const std::size_t count = std::min(samples, about_.samples - at_);
    for (std::size_t done = 0; done < count;) done += read_block(out + done, stride, count - done);
    return count;
  }

 private:
  /// Behind both header blocks, where the file does not say so itself.
  std::uint64_t data_offset(std::int32_t told, std::int32_t variable_bytes) {
    const bool plausible = told >= 0 && static_cast<std::uint64_t>(told) >= kHeaderBytes &&
                           static_cast<std::uint64_t>(told) < file_.size();
    if (plausible) return static_cast<std::uint64_t>(told);
    const std::uint64_t behind =
        kHeaderBytes + static_cast<std::uint64_t>(std::max(variable_bytes, 0));
    about_.warnings.push_back(
        fmt::format("the samples cannot begin at byte {}; read from byte {}", told, behind));
    return behind;
  }

  /// Some writers sum the variable block too.
  void check_header(std::uint16_t checksum) {
    constexpr std::uint64_t kLongestHeader = 1 << 16;
    std::vector<std::uint8_t> block(static_cast<std::size_t>(std::min(data_at_, kLongestHeader)) -
                                    kChecked);
    block.resize(file_.read_at(kChecked, block));
    const std::span<const std::uint8_t> all = block;
    if (crc_ccitt(all.first(std::min(all.size(), kHeaderBytes - kChecked))) != checksum &&
        crc_ccitt(all) != checksum)
      about_.warnings.push_back("the checksum of the header does not match; it may be damaged");
  }

  void read_patient(ByteReader& header) {
    header.skip(2);  // version of the file
    const std::string first = text_of(header, 40), last = text_of(header, 40);
    about_.patient_name = first + (first.empty() || last.empty() ? "" : " ") + last;
    about_.patient_id = text_of(header, 20);
    set_sex(fmt::format("{}", header.little<std::int16_t>()), about_);
    header.skip(2);  // race
    const auto [birth_day, birth_month, birth_year] = three(header);
    about_.birth_date = iso_date(birth_year, birth_month, birth_day);
    const auto [day, month, year] = three(header);
    about_.start = iso_date(year, month, day);
    three(header);  // when the file was made
    const auto [hour, minute, second] = three(header);
    const std::string time = iso_time(hour, minute, second);
    if (!about_.start.empty() && !time.empty()) about_.start += "T" + time;
  }

  void read_leads(ByteReader& header) {
    const std::string where = header.where();
    const int leads = header.little<std::int16_t>();
    if (leads < 1 || leads > static_cast<int>(kMostLeads)) {
      throw Error(where, fmt::format("the header declares {} leads; ISHNE has 1 to 12", leads),
                  "the header is damaged; get a whole copy of the file");
    }
    std::array<std::array<int, kMostLeads>, 3> table{};
    for (auto& row : table)
      for (int& value : row) value = header.little<std::int16_t>();
    const auto& [codes, qualities, resolutions] = table;
    for (std::size_t lead = 0; lead < static_cast<std::size_t>(leads); ++lead) {
      std::string name = name_of(codes[lead]);
      if (name.empty()) name = fmt::format("channel {}", lead + 1);
      if (const auto bad = bad_quality(qualities[lead]); !bad.empty())
        about_.warnings.push_back(fmt::format("lead {}: the recorder found {}", name, bad));
      constexpr double kMillivoltsPerNanovolt = 1e-6, kGuess = 1e-3;
      if (resolutions[lead] <= 0) {
        about_.warnings.push_back(
            fmt::format("lead {} has no resolution; a step is taken for 1 uV", name));
      }
      mv_per_step_.push_back(resolutions[lead] > 0 ? resolutions[lead] * kMillivoltsPerNanovolt
                                                   : kGuess);
      about_.leads.push_back(std::move(name));
    }
  }

  void read_recorder(ByteReader& header, const ReadOptions& options) {
    if (const auto kind = pacemaker(header.little<std::int16_t>()); !kind.empty())
      about_.statements.emplace_back(kind);
    about_.device = text_of(header, 40);
    const std::string where = header.where();
    const int rate = header.little<std::int16_t>();
    about_.rate_hz = rate > 0 ? rate : options.rate_hz;
    if (!(about_.rate_hz > 0)) {
      throw Error(where, fmt::format("a rate of {} samples a second", rate),
                  "say how many samples a second there are");
    }
  }

  /// `declared` counts the samples of one lead, in some files those of all.
  void count_samples(std::int32_t declared) {
    const std::uint64_t leads = about_.leads.size();
    const std::uint64_t bytes = file_.size() - std::min(file_.size(), data_at_);
    const std::uint64_t held = bytes / (2 * leads);
    if (held == 0) {
      throw Error(fmt::format("{} byte {}", file_.place(), file_.size()),
                  "cut off before the first sample of each lead", "get a whole copy of the file");
    }
    const auto wanted = static_cast<std::uint64_t>(std::max(declared, 0));
    about_.samples = static_cast<std::size_t>(held);
    if (wanted == held || (leads > 1 && wanted == held * leads)) return;
    if (wanted == 0) {
      about_.warnings.push_back(fmt::format(
          "the header does not tell how many samples there are; the file holds {} a lead", held));
    } else if (wanted < held) {
      about_.samples = static_cast<std::size_t>(wanted);
      about_.warnings.push_back(
          fmt::format("{} samples a lead follow the {} that the header declares; they are left out",
                      held - wanted, wanted));
    } else {
      about_.warnings.push_back(
          fmt::format("the file is cut off: {} of {} samples ({:.4g} of {:.4g} s); the recording "
                      "is shortened",
                      held, wanted, static_cast<double>(held) / about_.rate_hz,
                      static_cast<double>(wanted) / about_.rate_hz));
    }
  }

  std::size_t read_block(float* out, std::size_t stride, std::size_t most) {
    constexpr std::size_t kMostAtOnce = 1 << 13;
    const std::size_t leads = about_.leads.size(), count = std::min(most, kMostAtOnce);
    block_.resize(count * leads * 2);
    const std::uint64_t from = data_at_ + static_cast<std::uint64_t>(at_) * leads * 2;
    if (file_.read_at(from, block_) < block_.size()) {
      throw Error(fmt::format("{} byte {}", file_.place(), from),
                  "the file became shorter while it was read", "read it when it is whole");
    }
    const std::uint8_t* byte = block_.data();
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t lead = 0; lead < leads; ++lead, byte += 2) {
        const auto stored = static_cast<std::int16_t>(byte[0] | byte[1] << 8);
        out[lead * stride + t] = static_cast<float>(stored * mv_per_step_[lead]);
      }
    }
    at_ += count;
    return count;
  }

  InputFile file_;
  std::uint64_t data_at_ = 0;
  std::vector<double> mv_per_step_;
  std::vector<std::uint8_t> block_;
  std::size_t at_ = 0;
};

}  // namespace

bool looks_like_ishne(std::string_view beginning) {
  return beginning.starts_with(kSignals) || beginning.starts_with(kAnnotations);
}

std::unique_ptr<RecordingStream> open_ishne(InputFile file, const ReadOptions& options) {
  if (file.beginning().starts_with(kAnnotations)) {
    throw Error(file.place(), "ISHNE annotations (ANN 1.0) without the signal",
                "name the .ecg file with the signal; annotations are not supported");
  }
  return std::make_unique<IshneStream>(std::move(file), options);
}

}  // namespace liteheart
