#include "formats/dicom_dataset.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcspchrs.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/oflog/oflog.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <mutex>

#include "ecg/error.h"
#include "formats/text.h"

namespace liteheart {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr DicomTag kItem = 0xFFFEE000, kItemEnd = 0xFFFEE00D, kSequenceEnd = 0xFFFEE0DD;
constexpr DicomTag kTransferSyntax = 0x00020010, kMediaClass = 0x00020002, kClass = 0x00080016,
                   kCharset = 0x00080005;
constexpr std::uint32_t kUndefined = 0xFFFFFFFF;
constexpr std::size_t kDeepest = 32, kPreamble = 128;

bool is_vr(std::uint8_t a, std::uint8_t b) { return a >= 'A' && a <= 'Z' && b >= 'A' && b <= 'Z'; }

/// Value representations whose length takes four bytes behind two reserved ones (PS3.5 7.1.2).
bool has_long_length(std::string_view vr) {
  constexpr std::array<std::string_view, 13> kLong = {"OB", "OD", "OF", "OL", "OV", "OW", "SQ",
                                                      "SV", "UC", "UN", "UR", "UT", "UV"};
  return std::find(kLong.begin(), kLong.end(), vr) != kLong.end();
}

std::uint32_t unsigned_at(Bytes bytes, std::size_t at, std::size_t width, bool big_endian) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width; ++i)
    value = value << 8 | bytes[at + (big_endian ? i : width - 1 - i)];
  return value;
}

struct Head {
  DicomTag tag = 0;
  std::string_view vr;
  std::uint32_t length = 0;
};

/// Takes the head of an element off `bytes` at `at`; false where it does not fit.
bool take_head(Bytes bytes, std::size_t& at, DicomEncoding encoding, Head& head) {
  if (bytes.size() - at < 8) return false;
  const bool big = encoding.big_endian;
  head.tag = unsigned_at(bytes, at, 2, big) << 16 | unsigned_at(bytes, at + 2, 2, big);
  head.vr = {};
  // Some writers put implicit elements into explicit files.
  const bool delimiter = head.tag >> 16 == 0xFFFE;
  if (encoding.explicit_vr && !delimiter && is_vr(bytes[at + 4], bytes[at + 5])) {
    head.vr = {reinterpret_cast<const char*>(bytes.data()) + at + 4, 2};
    if (has_long_length(head.vr)) {
      if (bytes.size() - at < 12) return false;
      head.length = unsigned_at(bytes, at + 8, 4, big);
      at += 12;
      return true;
    }
    head.length = unsigned_at(bytes, at + 6, 2, big);
  } else {
    head.length = unsigned_at(bytes, at + 4, 4, big);
  }
  at += 8;
  return true;
}

DicomEncoding inside(const Head& head, DicomEncoding encoding) {
  // Of an unknown VR of undefined length the items are implicit, little endian (PS3.5 6.2.2).
  if (head.vr == "UN" && head.length == kUndefined) return {false, false};
  return encoding;
}

/// Why a structure ends before its end.
struct Break {
  std::size_t at = 0;
  const char* why = nullptr;
};

/// Moves `at` over the items of a value of undefined length, its delimiter too. Returns where the
/// delimiter stands; where the bytes end or make no sense, their end, and tells it in `broken`.
std::size_t skip_undefined(Bytes bytes, std::size_t& at, DicomEncoding encoding, Break& broken) {
  struct Level {
    bool item;
    DicomEncoding encoding;
  };
  std::array<Level, kDeepest> open;
  std::size_t depth = 0;
  open[depth++] = {false, encoding};
  const auto stop = [&](const char* why) {
    if (!broken.why) broken = {at, why};
    return at = bytes.size();
  };
  while (true) {
    const Level level = open[depth - 1];
    const std::size_t before = at;
    Head head;
    if (!take_head(bytes, at, level.encoding, head)) return stop("the file is cut off");
    const DicomTag end = level.item ? kItemEnd : kSequenceEnd;
    if (head.tag == end) {
      if (--depth == 0) return before;
      continue;
    }
    if (!level.item && head.tag != kItem) return stop("a sequence holds something but items");
    if (level.item && head.tag >> 16 == 0xFFFE) return stop("an item is not ended");
    if (head.length == kUndefined) {
      if (depth == kDeepest) return stop("items are nested too deeply");
      open[depth++] = {!level.item, level.item ? inside(head, level.encoding) : level.encoding};
    } else if (head.length > bytes.size() - at) {
      return stop("the file is cut off");
    } else {
      at += head.length;
    }
  }
}

/// Takes the next element off `bytes`; false at their end or where the elements end.
bool take_element(Bytes bytes, std::size_t& at, DicomEncoding encoding, DicomElement& element,
                  Break& broken) {
  if (at >= bytes.size()) return false;
  Head head;
  const std::size_t start = at;
  if (!take_head(bytes, at, encoding, head)) {
    if (!broken.why) broken = {start, "the file is cut off"};
    at = bytes.size();
    return false;
  }
  if (head.tag >> 16 == 0xFFFE) {
    if (head.tag != kItemEnd && !broken.why) broken = {start, "an item out of place"};
    return false;
  }
  element = {head.tag, head.vr, {}, 0, inside(head, encoding)};
  const std::size_t from = at;
  if (head.length == kUndefined) {
    element.value = bytes.subspan(from, skip_undefined(bytes, at, element.inner, broken) - from);
    return true;
  }
  const std::size_t there = std::min<std::size_t>(head.length, bytes.size() - from);
  element.value = bytes.subspan(from, there);
  element.missing = head.length - there;
  if (element.missing > 0 && !broken.why) broken = {from, "the file is cut off"};
  at = from + there;
  return true;
}

std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view without_padding(std::string_view text) {
  constexpr std::string_view kPadding(" \0\t\r\n", 5);
  const std::size_t first = text.find_first_not_of(kPadding);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kPadding) - first + 1);
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t';
  });
}

std::string to_utf8(std::string_view text, const std::string& charset) {
  if (is_ascii(text) || charset.find("ISO_IR 192") != std::string::npos) return std::string(text);
  silence_dcmtk();
  DcmSpecificCharacterSet converter;
  OFString converted;
  // Files without a character set mostly mean Latin 1.
  const std::string from = charset.empty() ? "ISO_IR 100" : charset;
  if (converter.selectCharacterSet(OFString(from.data(), from.size())).good() &&
      converter.convertString(OFString(text.data(), text.size()), converted, "\\^=").good())
    return std::string(without_padding({converted.data(), converted.size()}));
  std::string replaced(text);
  for (char& c : replaced)
    if (!is_ascii({&c, 1})) c = '?';
  return replaced;
}

struct Layout {
  std::size_t begin = 0;  // of the data set
  DicomEncoding encoding;
  bool deflated = false;
  std::string media_class;
};

/// The encoding of a data set that no header tells, by its first element.
DicomEncoding guess_encoding(Bytes bytes) {
  DicomEncoding encoding;
  if (bytes.size() < 8) return encoding;
  encoding.explicit_vr = is_vr(bytes[4], bytes[5]);
  encoding.big_endian = bytes[0] == 0 && bytes[1] != 0;
  return encoding;
}

Layout read_header(Bytes bytes) {
  constexpr std::string_view kImplicit = "1.2.840.10008.1.2", kBig = "1.2.840.10008.1.2.2",
                             kDeflated = "1.2.840.10008.1.2.1.99";
  Layout layout;
  if (bytes.size() >= kPreamble + 4 && as_text(bytes.subspan(kPreamble, 4)) == "DICM")
    layout.begin = kPreamble + 4;
  std::string syntax;
  Break ignored;
  DicomElement element;
  for (std::size_t at = layout.begin;
       bytes.size() - at >= 8 && bytes[at] == 2 && bytes[at + 1] == 0; layout.begin = at) {
    if (!take_element(bytes, at, {}, element, ignored)) break;
    const std::string_view value = without_padding(as_text(element.value));
    if (element.tag == kTransferSyntax) syntax = value;
    if (element.tag == kMediaClass) layout.media_class = value;
  }
  layout.encoding = syntax.empty() ? guess_encoding(bytes.subspan(layout.begin))
                                   : DicomEncoding{syntax != kImplicit, syntax == kBig};
  layout.deflated = syntax == kDeflated;
  return layout;
}

std::vector<std::uint8_t> inflate_within(Bytes deflated, std::size_t most,
                                         const std::string& place) {
  z_stream stream{};
  constexpr int kNoHeader = -15;
  if (inflateInit2(&stream, kNoHeader) != Z_OK) throw Error(place, "cannot be inflated");
  std::vector<std::uint8_t> out;
  constexpr std::size_t kPiece = 1 << 16;
  stream.next_in = const_cast<Bytef*>(deflated.data());
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(deflated.size(), UINT32_MAX));
  int status = Z_OK;
  while (status == Z_OK && out.size() <= most) {
    const std::size_t before = out.size();
    out.resize(before + kPiece);
    stream.next_out = out.data() + before;
    stream.avail_out = kPiece;
    status = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
    if (out.size() == before && status == Z_OK) break;
  }
  inflateEnd(&stream);
  if (out.size() > most)
    throw Error(place, fmt::format("the deflated data set grows beyond {} bytes", most),
                "inflate the file with another program");
  return out;
}

}  // namespace

std::optional<DicomElement> DicomItem::find(DicomTag tag) const {
  Break ignored;
  DicomElement element;
  for (std::size_t at = 0; take_element(bytes_, at, encoding_, element, ignored);)
    if (element.tag == tag) return element;
  return std::nullopt;
}

std::string DicomItem::text(DicomTag tag) const {
  constexpr std::size_t kLongest = 65536;
  const auto element = find(tag);
  if (!element) return {};
  return to_utf8(
      without_padding(as_text(element->value.first(std::min(kLongest, element->value.size())))),
      charset_);
}

std::optional<double> DicomItem::decimal(DicomTag tag) const {
  const auto element = find(tag);
  if (!element) return std::nullopt;
  const Bytes value = element->value;
  double number = 0;
  const bool big = element->inner.big_endian;
  if (element->vr == "FD" && value.size() >= 8) {
    const std::uint64_t low = unsigned_at(value, big ? 4 : 0, 4, big),
                        high = unsigned_at(value, big ? 0 : 4, 4, big), bits = high << 32 | low;
    std::memcpy(&number, &bits, sizeof number);
  } else if (element->vr == "FL" && value.size() >= 4) {
    const std::uint32_t bits = unsigned_at(value, 0, 4, big);
    float single = 0;
    std::memcpy(&single, &bits, sizeof single);
    number = single;
  } else {
    const std::string_view all = as_text(value);
    if (!whole_number(without_padding(all.substr(0, all.find('\\'))), number)) return std::nullopt;
  }
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<std::uint32_t> DicomItem::integer(DicomTag tag) const {
  const auto element = find(tag);
  if (!element) return std::nullopt;
  if (element->vr == "IS" || element->vr == "DS") {
    const auto number = decimal(tag);
    if (!number || *number < 0 || *number > UINT32_MAX) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
  }
  const std::size_t width = element->vr == "US"   ? 2
                            : element->vr == "UL" ? 4
                                                  : std::min<std::size_t>(element->value.size(), 4);
  if ((width != 2 && width != 4) || element->value.size() < width) return std::nullopt;
  return unsigned_at(element->value, 0, width, element->inner.big_endian);
}

std::vector<DicomItem> DicomItem::items(DicomTag sequence) const {
  std::vector<DicomItem> found;
  const auto element = find(sequence);
  if (!element) return found;
  Break ignored;
  Head head;
  constexpr std::size_t kMostItems = 100'000;  // of 72 bytes each, an empty one of the file has 8
  for (std::size_t at = 0; take_head(element->value, at, element->inner, head);) {
    if (head.tag != kItem || found.size() == kMostItems) break;
    std::size_t length = 0, next = 0;
    if (head.length == kUndefined) {
      // An item's own elements end at its delimiter.
      DicomElement member;
      next = at;
      while (take_element(element->value, next, element->inner, member, ignored)) {
      }
      length = std::min(next, element->value.size()) - at;
    } else {
      length = std::min<std::size_t>(head.length, element->value.size() - at);
      next = at + length;
    }
    found.emplace_back(element->value.subspan(at, length), element->inner, charset_);
    at = next;
  }
  return found;
}

DicomItem DicomItem::first(DicomTag sequence) const {
  const auto all = items(sequence);
  return all.empty() ? DicomItem() : all.front();
}

DicomFile::DicomFile(Bytes bytes, const std::string& place) {
  const Layout layout = read_header(bytes);
  Bytes data = bytes.subspan(layout.begin);
  std::size_t base = layout.begin;
  if (layout.deflated) {
    constexpr std::size_t kMostGrowth = 4, kAllowance = 4 << 20;
    inflated_ = inflate_within(data, kMostGrowth * data.size() + kAllowance, place);
    data = inflated_;
    base = 0;
  }
  root_ = DicomItem(data, layout.encoding);
  root_ = DicomItem(data, layout.encoding, root_.text(kCharset));
  sop_class_ = root_.text(kClass);
  if (sop_class_.empty()) sop_class_ = layout.media_class;

  Break broken;
  DicomElement element;
  std::size_t at = 0;
  while (take_element(data, at, layout.encoding, element, broken)) {
  }
  if (broken.why)
    damage_ = fmt::format("byte {}{}: {}", base + broken.at,
                          layout.deflated ? " of the inflated data set" : "", broken.why);
}

bool looks_like_dicom(std::string_view beginning) {
  if (beginning.size() >= kPreamble + 4 && beginning.substr(kPreamble, 4) == "DICM") return true;
  if (beginning.size() < 16) return false;
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(beginning[at]); };
  const bool little = (byte(0) == 2 || byte(0) == 8) && byte(1) == 0 && byte(3) == 0;
  const bool big = byte(0) == 0 && (byte(1) == 2 || byte(1) == 8) && byte(2) == 0;
  if (!little && !big) return false;
  if (is_vr(byte(4), byte(5))) return true;
  // Implicit: one of the elements that data sets begin with, of a short even length.
  constexpr std::array<std::uint8_t, 7> kFirst = {0x00, 0x01, 0x05, 0x08, 0x12, 0x16, 0x18};
  const bool first = std::find(kFirst.begin(), kFirst.end(), byte(little ? 2 : 3)) != kFirst.end();
  return little && byte(0) == 8 && first && byte(4) <= 128 && byte(4) % 2 == 0 && byte(5) == 0 &&
         byte(6) == 0 && byte(7) == 0;
}

std::string dicom_class_name(const std::string& uid) {
  const char* const name = dcmFindNameOfUID(uid.c_str());
  return name ? name : uid;
}

void silence_dcmtk() {
  static std::once_flag once;
  std::call_once(once, [] { OFLog::getLogger("dcmtk").setLogLevel(OFLogger::OFF_LOG_LEVEL); });
}

}  // namespace liteheart
