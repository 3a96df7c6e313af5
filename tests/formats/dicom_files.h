// DICOM files as a test makes them, element by element, without DCMTK or the reader's code.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart::test {

struct DicomStyle {
  bool explicit_vr = true, big_endian = false, undefined_lengths = false;
};

/// Encodes elements in the order in which they are added.
class DicomBuilder {
 public:
  explicit DicomBuilder(DicomStyle style = {}) : style_(style) {}

  static std::string number(std::uint64_t value, int bytes, bool big_endian) {
    std::string text;
    for (int i = 0; i < bytes; ++i)
      text.push_back(static_cast<char>(value >> (8 * (big_endian ? bytes - 1 - i : i))));
    return text;
  }
  std::string number(std::uint64_t value, int bytes) const {
    return number(value, bytes, style_.big_endian);
  }

  DicomBuilder& raw(std::uint32_t tag, std::string_view vr, std::string_view value,
                    std::uint32_t length) {
    bytes_ += number(tag >> 16, 2) + number(tag & 0xFFFF, 2);
    const bool wide = vr == "SQ" || vr == "OW" || vr == "OB" || vr == "UN" || vr == "UT";
    if (!style_.explicit_vr)
      bytes_ += number(length, 4);
    else if (wide)
      bytes_ += std::string(vr) + std::string(2, '\0') + number(length, 4);
    else
      bytes_ += std::string(vr) + number(length, 2);
    bytes_ += value;
    return *this;
  }
  DicomBuilder& text(std::uint32_t tag, std::string_view vr, std::string value) {
    if (value.size() % 2) value.push_back(vr == "UI" ? '\0' : ' ');
    return raw(tag, vr, value, static_cast<std::uint32_t>(value.size()));
  }
  DicomBuilder& us(std::uint32_t tag, unsigned value) {
    return raw(tag, "US", number(value, 2), 2);
  }
  DicomBuilder& ul(std::uint32_t tag, unsigned value) {
    return raw(tag, "UL", number(value, 4), 4);
  }
  DicomBuilder& data(std::uint32_t tag, std::string_view vr, std::string_view value) {
    return raw(tag, vr, value, static_cast<std::uint32_t>(value.size()));
  }
  DicomBuilder& sequence(std::uint32_t tag, const std::vector<DicomBuilder>& items) {
    constexpr std::uint32_t kUndefined = 0xFFFFFFFF;
    std::string value;
    for (const DicomBuilder& item : items) {
      const std::string& own = item.bytes_;
      value += number(0xFFFE, 2) + number(0xE000, 2) +
               number(style_.undefined_lengths ? kUndefined : own.size(), 4) + own;
      if (style_.undefined_lengths) value += number(0xFFFE, 2) + number(0xE00D, 2) + number(0, 4);
    }
    const auto length = static_cast<std::uint32_t>(value.size());
    if (style_.undefined_lengths) value += number(0xFFFE, 2) + number(0xE0DD, 2) + number(0, 4);
    return raw(tag, "SQ", value, style_.undefined_lengths ? kUndefined : length);
  }
  DicomBuilder& code(std::uint32_t tag, const std::string& value, const std::string& scheme,
                     const std::string& meaning) {
    DicomBuilder item(style_);
    item.text(0x00080100, "SH", value).text(0x00080102, "SH", scheme);
    item.text(0x00080104, "LO", meaning);
    return sequence(tag, {item});
  }
  DicomBuilder nested() const { return DicomBuilder(style_); }
  const DicomStyle& style() const { return style_; }
  const std::string& bytes() const { return bytes_; }

 private:
  DicomStyle style_;
  std::string bytes_;
};

/// With preamble and meta information in front.
inline std::string dicom_with_header(const std::string& syntax, const std::string& sop_class,
                                     const std::string& data_set) {
  DicomBuilder meta;
  meta.text(0x00020002, "UI", sop_class).text(0x00020010, "UI", syntax);
  return std::string(128, '\0') + "DICM" + meta.bytes() + data_set;
}

inline std::string raw_deflated(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string out(bytes.size() + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// A channel as a test wants it.
struct DicomChannel {
  std::string code = "5.6.3-9-1", scheme = "SCPECG", meaning = "Lead I (Einthoven)";
  std::string sensitivity = "2", unit = "uV", correction = "1", baseline = "0";
  std::string sample_skew = "0";
  unsigned bits_stored = 16;
};

inline DicomBuilder dicom_channel(const DicomBuilder& parent, const DicomChannel& channel) {
  DicomBuilder item = parent.nested();
  item.code(0x003A0208, channel.code, channel.scheme, channel.meaning);
  if (!channel.sensitivity.empty()) {
    item.text(0x003A0210, "DS", channel.sensitivity);
    item.code(0x003A0211, channel.unit, "UCUM", channel.unit);
    item.text(0x003A0212, "DS", channel.correction);
    item.text(0x003A0213, "DS", channel.baseline);
  }
  item.text(0x003A0215, "DS", channel.sample_skew);
  item.us(0x003A021A, channel.bits_stored);
  return item;
}

struct DicomGroupSpec {
  std::string label = "RHYTHM", rate = "500", originality = "ORIGINAL", kind = "SS";
  std::vector<DicomChannel> channels = {{}};
  std::vector<std::int64_t> samples = {1, -2, 3, 4};  // frame by frame
  std::optional<std::int64_t> padding = {};
  std::optional<unsigned> declared_samples = {};
};

inline DicomBuilder dicom_group_item(const DicomBuilder& parent, const DicomGroupSpec& group) {
  const int width = group.kind == "SB" || group.kind == "UB" ? 1 : group.kind == "SL" ? 4 : 2;
  const auto encoded = [&](std::int64_t value) {
    return parent.number(static_cast<std::uint64_t>(value), width);
  };
  std::string data;
  for (const std::int64_t sample : group.samples) data += encoded(sample);
  DicomBuilder item = parent.nested();
  const auto frames = static_cast<unsigned>(group.samples.size() / group.channels.size());
  item.text(0x003A0004, "CS", group.originality);
  item.us(0x003A0005, static_cast<unsigned>(group.channels.size()));
  item.ul(0x003A0010, group.declared_samples.value_or(frames));
  item.text(0x003A001A, "DS", group.rate).text(0x003A0020, "SH", group.label);
  std::vector<DicomBuilder> channels;
  for (const DicomChannel& channel : group.channels)
    channels.push_back(dicom_channel(parent, channel));
  item.sequence(0x003A0200, channels);
  item.us(0x54001004, static_cast<unsigned>(8 * width)).text(0x54001006, "CS", group.kind);
  const char* const vr = width == 1 ? "OB" : "OW";
  if (group.padding) item.data(0x5400100A, vr, encoded(*group.padding));
  item.data(0x54001010, vr, data);
  return item;
}

inline constexpr const char* kTwelveLeadClass = "1.2.840.10008.5.1.4.1.1.9.1.1";
inline constexpr const char* kGeneralClass = "1.2.840.10008.5.1.4.1.1.9.1.2";

/// A data set of patient facts, groups and annotations.
inline DicomBuilder dicom_ecg(DicomStyle style, const std::vector<DicomGroupSpec>& groups) {
  DicomBuilder root(style);
  root.text(0x00080005, "CS", "ISO_IR 100").text(0x00080016, "UI", kGeneralClass);
  root.text(0x0008002A, "DT", "20210203040506.250000+0100").text(0x00080070, "LO", "Acme");
  root.text(0x00081090, "LO", "Cart 7").text(0x00100010, "PN", "M\xFCller^Ada");
  root.text(0x00100020, "LO", "P-1").text(0x00100030, "DA", "19800229");
  root.text(0x00100040, "CS", "F").text(0x00101010, "AS", "018M").text(0x00181020, "LO", "1.2");
  DicomBuilder words = root.nested(), number = root.nested(), finding = root.nested(),
               point = root.nested();
  words.text(0x00700006, "ST", "Sinus rhythm");
  number.code(0x0040A043, "5.10.2.1-3", "SCPECG", "RR Interval").text(0x0040A30A, "DS", "982");
  finding.code(0x0040A043, "1", "X", "Rhythm").code(0x0040A168, "2", "X", "Atrial fibrillation");
  point.code(0x0040A043, "5.10.3-1", "SCPECG", "P Onset").text(0x0040A130, "CS", "POINT");
  root.sequence(0x0040B020, {words, number, finding, point});
  std::vector<DicomBuilder> items;
  for (const DicomGroupSpec& group : groups) items.push_back(dicom_group_item(root, group));
  root.sequence(0x54000100, items);
  return root;
}

}  // namespace liteheart::test
