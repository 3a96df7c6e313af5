// DICOM data sets as views of a file's bytes (PS3.5: data elements, sequences, transfer syntaxes;
// PS3.10: file meta information).
//
// Not DCMTK's parser: it recurses without limit, allocates what a length claims and searches lists,
// so that a hostile file overflows the stack or takes hours. Here nothing is allocated for an
// element, no length is trusted, and nesting is counted instead of recursed into.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

/// (group << 16) | element.
using DicomTag = std::uint32_t;

struct DicomEncoding {
  bool explicit_vr = true, big_endian = false;
};

struct DicomElement {
  DicomTag tag = 0;
  std::string_view vr;  // empty where the encoding does not say it
  std::span<const std::uint8_t> value;
  std::uint64_t missing = 0;  // bytes of the value that the file lacks
  DicomEncoding inner;        // of the items in the value
};

/// The elements of a data set or of an item of a sequence.
class DicomItem {
 public:
  DicomItem() = default;
  /// `charset`: the value of (0008,0005), that of all text.
  DicomItem(std::span<const std::uint8_t> bytes, DicomEncoding encoding, std::string charset = {})
      : bytes_(bytes), encoding_(encoding), charset_(std::move(charset)) {}

  std::optional<DicomElement> find(DicomTag tag) const;
  /// The value of a text element in UTF-8 without padding; empty where there is none.
  std::string text(DicomTag tag) const;
  /// The first value of a DS or IS, FL or FD element; nullopt where it is no finite number.
  std::optional<double> decimal(DicomTag tag) const;
  /// The first value of a US or UL element (or IS).
  std::optional<std::uint32_t> integer(DicomTag tag) const;
  /// The items of a sequence, the first 100 000 of them.
  std::vector<DicomItem> items(DicomTag sequence) const;
  /// The first item of a sequence; empty where there is none.
  DicomItem first(DicomTag sequence) const;
  DicomEncoding encoding() const { return encoding_; }

 private:
  std::span<const std::uint8_t> bytes_;
  DicomEncoding encoding_;
  std::string charset_;
};

class DicomFile {
 public:
  /// `bytes` must stay. Throws Error ("PLACE byte N: ...") where they are no DICOM, items are
  /// nested more than 32 deep, or a deflated data set grows to more than 4 times the file + 4 MiB.
  DicomFile(std::span<const std::uint8_t> bytes, const std::string& place);
  DicomFile(const DicomFile&) = delete;
  DicomFile& operator=(const DicomFile&) = delete;

  const DicomItem& root() const { return root_; }
  /// Where the structure breaks off and how, or empty.
  const std::string& damage() const { return damage_; }
  /// (0008,0016), or what the file's header says in its place; or empty.
  const std::string& sop_class() const { return sop_class_; }

 private:
  std::vector<std::uint8_t> inflated_;
  DicomItem root_;
  std::string damage_, sop_class_;
};

/// Whether a file that begins so is DICOM: "DICM" behind a preamble of 128 bytes, or a first
/// element of group 2 or 8 in one of the encodings.
bool looks_like_dicom(std::string_view beginning);
/// The name of a SOP class ("CTImageStorage"), or the UID where it is none of the standard's.
std::string dicom_class_name(const std::string& uid);
/// Keeps DCMTK from writing to the terminal.
void silence_dcmtk();

}  // namespace liteheart
