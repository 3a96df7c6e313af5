#include "formats/dicom_writer.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "formats/dicom_dataset.h"
#include "formats/ecg_lead_codes.h"
#include "formats/sample_step.h"
#include "formats/text.h"
#include "formats/whole_file.h"

namespace liteheart {
namespace {

constexpr std::int16_t kMissing = -32768;

std::string place_of(const Recording& recording) { return "recording '" + recording.name + "'"; }

void check(const OFCondition& done, const Recording& recording) {
  if (done.bad())
    throw Error(place_of(recording), fmt::format("cannot be written as DICOM: {}", done.text()));
}

bool twelve_standard_leads(const Recording& recording) {
  if (recording.leads.size() != kLeads) return false;
  return std::all_of(kLeadNames.begin(), kLeadNames.end(), [&](std::string_view name) {
    return std::find(recording.leads.begin(), recording.leads.end(), name) != recording.leads.end();
  });
}

const char* class_for(const Recording& recording) {
  constexpr double kSlowest = 200, kSlowestAmbulatory = 50, kFastest = 1000;
  constexpr std::size_t kMostTwelveLeadSamples = 16384, kMostGeneral = 24, kMostAmbulatory = 12;
  const double rate = recording.rate_hz;
  if (rate >= kSlowest && rate <= kFastest) {
    if (twelve_standard_leads(recording) && recording.samples <= kMostTwelveLeadSamples)
      return UID_TwelveLeadECGWaveformStorage;
    if (recording.leads.size() <= kMostGeneral) return UID_GeneralECGWaveformStorage;
  } else if (rate >= kSlowestAmbulatory && rate <= kFastest &&
             recording.leads.size() <= kMostAmbulatory) {
    return UID_AmbulatoryECGWaveformStorage;
  }
  throw Error(place_of(recording),
              fmt::format("no DICOM class holds {} leads at {:g} Hz", recording.leads.size(), rate),
              "write 24 leads or less at 200 to 1000 Hz, or 12 or less at 50 to 1000 Hz");
}

void check_writable(const Recording& recording) {
  if (recording.leads.empty() || recording.samples == 0 || !(recording.rate_hz > 0) ||
      recording.mv.size() != recording.leads.size() * recording.samples)
    throw Error(place_of(recording),
                "has no leads, samples or rate, or they do not match its signal",
                "fill the recording before it is written");
  constexpr std::uint64_t kMostBytes = 0xFFFFFFF0;
  if (std::uint64_t{recording.mv.size()} * 2 > kMostBytes)
    throw Error(place_of(recording), "is longer than a DICOM file can be", "write parts of it");
}

/// Two independent FNV-1a hashes, mixed: 128 bits that tell recordings apart.
class Hash {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) {
      a_ = (a_ ^ static_cast<std::uint8_t>(c)) * 0x100000001B3;
      b_ = std::rotl(b_ ^ (static_cast<std::uint8_t>(c) + 0x9E3779B97F4A7C15), 23) *
           0x9FB21C651E98DF25;
    }
    add_end();
  }
  void add(const std::vector<float>& values) {
    add({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  }
  /// As a UID of a UUID (PS3.5 B.2): 2.25 and the number in decimal digits.
  std::string uid(std::uint64_t purpose) const {
    constexpr std::uint64_t kVersion8 = 0x8000, kVariant = 0x8000000000000000;
    const std::uint64_t high = (mixed(a_ + purpose) & ~std::uint64_t{0xF000}) | kVersion8,
                        low = (mixed(b_ ^ std::rotl(a_, 32) ^ purpose) >> 2) | kVariant;
    return "2.25." + decimal(high, low);
  }

 private:
  void add_end() { a_ = (a_ ^ 0xFF) * 0x100000001B3, b_ = std::rotl(b_, 7) + 1; }
  static std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
  }
  static std::string decimal(std::uint64_t high, std::uint64_t low) {
    std::array<std::uint32_t, 4> words = {
        static_cast<std::uint32_t>(high >> 32), static_cast<std::uint32_t>(high),
        static_cast<std::uint32_t>(low >> 32), static_cast<std::uint32_t>(low)};
    std::string digits;
    while (std::any_of(words.begin(), words.end(), [](std::uint32_t word) { return word != 0; })) {
      std::uint64_t rest = 0;
      for (std::uint32_t& word : words) {
        const std::uint64_t value = rest << 32 | word;
        word = static_cast<std::uint32_t>(value / 10);
        rest = value % 10;
      }
      digits.push_back(static_cast<char>('0' + rest));
    }
    std::reverse(digits.begin(), digits.end());
    return digits.empty() ? "0" : digits;
  }

  std::uint64_t a_ = 0xCBF29CE484222325, b_ = 0x452821E638D01377;
};

Hash hash_of(const Recording& recording) {
  Hash hash;
  hash.add(fmt::format("{} {} {}", recording.rate_hz, recording.samples, recording.start));
  for (const auto* text : {&recording.name, &recording.device, &recording.patient_id,
                           &recording.patient_name, &recording.birth_date, &recording.sex})
    hash.add(*text);
  hash.add(recording.age_years ? fmt::format("{}", *recording.age_years) : "");
  for (const std::string& lead : recording.leads) hash.add(lead);
  for (const std::string& statement : recording.statements) hash.add(statement);
  hash.add(recording.mv);
  return hash;
}

/// Text that DICOM takes: UTF-8 without control signs, and none of `forbidden`, cut to `most`
/// characters.
std::string clean(std::string_view text, std::size_t most, std::string_view forbidden = "\\") {
  std::string cleaned;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size() && characters < most; ++characters) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    bool whole = lead < 0x80 || (lead >= 0xC2 && lead <= 0xF4 && i + length <= text.size());
    for (std::size_t k = 1; whole && k < length; ++k)
      whole = (static_cast<std::uint8_t>(text[i + k]) & 0xC0) == 0x80;
    if (!whole) {
      cleaned.push_back('?');
      ++i;
      continue;
    }
    const bool refused = lead < ' ' || lead == 0x7F ||
                         forbidden.find(static_cast<char>(lead)) != std::string_view::npos;
    cleaned += refused ? std::string_view(" ") : text.substr(i, length);
    i += length;
  }
  return std::string(trim(cleaned));
}

class Writer {
 public:
  explicit Writer(const Recording& recording) : recording_(recording) {}

  std::string bytes() {
    const Hash hash = hash_of(recording_);
    constexpr std::uint64_t kInstance = 1, kSeries = 2, kStudy = 3;
    put(root(), DCM_SpecificCharacterSet, "ISO_IR 192");
    put(root(), DCM_SOPClassUID, class_for(recording_));
    put(root(), DCM_SOPInstanceUID, hash.uid(kInstance));
    put(root(), DCM_SeriesInstanceUID, hash.uid(kSeries));
    put(root(), DCM_StudyInstanceUID, hash.uid(kStudy));
    patient();
    study();
    waveform();
    annotations();
    return encoded();
  }

 private:
  DcmItem& root() { return *file_.getDataset(); }
  void put(DcmItem& item, const DcmTagKey& tag, const std::string& value) {
    check(item.putAndInsertString(tag, value.c_str()), recording_);
  }
  void put16(DcmItem& item, const DcmTagKey& tag, Uint16 value) {
    check(item.putAndInsertUint16(tag, value), recording_);
  }
  DcmItem& add(DcmItem& item, const DcmTagKey& sequence) {
    constexpr long kAppend = -2;
    DcmItem* added = nullptr;
    check(item.findOrCreateSequenceItem(sequence, added, kAppend), recording_);
    return *added;
  }
  void code(DcmItem& item, const DcmTagKey& sequence, const std::string& value,
            const std::string& scheme, const std::string& meaning) {
    DcmItem& coded = add(item, sequence);
    put(coded, DCM_CodeValue, value);
    put(coded, DCM_CodingSchemeDesignator, scheme);
    put(coded, DCM_CodeMeaning, meaning);
  }

  void patient() {
    constexpr std::size_t kLongText = 64;
    put(root(), DCM_PatientName, clean(recording_.patient_name, kLongText, "\\^="));
    put(root(), DCM_PatientID, clean(recording_.patient_id, kLongText));
    std::string birth = recording_.birth_date;
    std::erase(birth, '-');
    put(root(), DCM_PatientBirthDate, birth);
    put(root(), DCM_PatientSex,
        recording_.sex == "male"     ? "M"
        : recording_.sex == "female" ? "F"
                                     : "");
    if (!recording_.age_years) return;
    const double years = *recording_.age_years;
    constexpr double kInMonths = 2;
    put(root(), DCM_PatientAge,
        years < kInMonths ? fmt::format("{:03}M", static_cast<int>(years * 12))
                          : fmt::format("{:03}Y", static_cast<int>(years)));
  }

  void study() {
    // "2021-12-17T10:20:30.5+01:00"
    const std::string& start = recording_.start;
    const bool dated = start.size() >= 10 && start[4] == '-' && start[7] == '-';
    std::string date = dated ? start.substr(0, 10) : "", time, zone;
    std::erase(date, '-');
    if (dated && start.size() > 11) {
      time = start.substr(11);
      const std::size_t zone_at = time.find_first_of("Z+-");
      if (zone_at != std::string::npos) {
        zone = time[zone_at] == 'Z' ? "+0000" : time.substr(zone_at);
        time.resize(zone_at);
      }
      std::erase(time, ':');
      std::erase(zone, ':');
    }
    for (const DcmTagKey& tag : {DCM_StudyDate, DCM_ContentDate}) put(root(), tag, date);
    for (const DcmTagKey& tag : {DCM_StudyTime, DCM_ContentTime}) put(root(), tag, time);
    put(root(), DCM_AcquisitionDateTime, date.empty() ? "" : date + time + zone);
    for (const DcmTagKey& tag :
         {DCM_ReferringPhysicianName, DCM_StudyID, DCM_AccessionNumber, DCM_SeriesNumber})
      put(root(), tag, "");
    put(root(), DCM_InstanceNumber, "1");
    put(root(), DCM_Modality, "ECG");
    put(root(), DCM_Manufacturer, "LiteHeart");
    put(root(), DCM_SeriesDescription, "Written by LiteHeart, research software");
    check(root().insertEmptyElement(DCM_AcquisitionContextSequence), recording_);
    if (recording_.device.empty()) return;
    DcmItem& equipment = add(root(), DCM_ContributingEquipmentSequence);
    code(equipment, DCM_PurposeOfReferenceCodeSequence, "109101", "DCM", "Acquisition Equipment");
    constexpr std::size_t kLongText = 64;
    put(equipment, DCM_Manufacturer, clean(recording_.device, kLongText));
  }

  void waveform() {
    DcmItem& group = add(root(), DCM_WaveformSequence);
    const std::size_t leads = recording_.leads.size();
    put(group, DCM_WaveformOriginality, "ORIGINAL");
    put16(group, DCM_NumberOfWaveformChannels, static_cast<Uint16>(leads));
    check(group.putAndInsertUint32(DCM_NumberOfWaveformSamples,
                                   static_cast<Uint32>(recording_.samples)),
          recording_);
    put(group, DCM_SamplingFrequency, decimal_string(recording_.rate_hz));
    put(group, DCM_MultiplexGroupLabel, "RHYTHM");
    std::vector<Uint16> frames(recording_.mv.size());
    bool missing = false;
    for (std::size_t lead = 0; lead < leads; ++lead) {
      const double step = step_microvolts(recording_.lead(lead));
      channel(group, recording_.leads[lead], fmt::format("{:.7g}", step));
      for (std::size_t t = 0; t < recording_.samples; ++t) {
        const float mv = recording_.lead(lead)[t];
        missing = missing || std::isnan(mv);
        frames[t * leads + lead] =
            static_cast<Uint16>(std::isnan(mv) ? kMissing : in_steps(mv, step));
      }
    }
    put16(group, DCM_WaveformBitsAllocated, 16);
    put(group, DCM_WaveformSampleInterpretation, "SS");
    if (missing) {
      const auto padding = static_cast<Uint16>(kMissing);
      check(group.putAndInsertUint16Array(DcmTag(DCM_WaveformPaddingValue, EVR_OW), &padding, 1),
            recording_);
    }
    check(group.putAndInsertUint16Array(DcmTag(DCM_WaveformData, EVR_OW), frames.data(),
                                        frames.size()),
          recording_);
  }

  void channel(DcmItem& group, const std::string& lead, const std::string& step) {
    DcmItem& item = add(group, DCM_ChannelDefinitionSequence);
    constexpr std::size_t kShort = 16, kLongText = 64;
    put(item, DCM_ChannelLabel, clean(lead, kShort));
    if (const auto number = code_of_lead(lead))
      code(item, DCM_ChannelSourceSequence, fmt::format("2:{}", *number), "MDC", "Lead " + lead);
    else
      code(item, DCM_ChannelSourceSequence, clean(lead, kShort), "99LITEHEART",
           clean(lead, kLongText));
    put(item, DCM_ChannelSensitivity, step);
    code(item, DCM_ChannelSensitivityUnitsSequence, "uV", "UCUM", "microvolt");
    put(item, DCM_ChannelSensitivityCorrectionFactor, "1");
    put(item, DCM_ChannelBaseline, "0");
    put(item, DCM_ChannelSampleSkew, "0");
    put16(item, DCM_WaveformBitsStored, 16);
  }

  void annotations() {
    constexpr std::size_t kMostText = 1024;
    for (const std::string& statement : recording_.statements) {
      const std::string text = clean(statement, kMostText, "");
      if (text.empty()) continue;
      DcmItem& item = add(root(), DCM_WaveformAnnotationSequence);
      put(item, DCM_UnformattedTextValue, text);
      constexpr std::array<Uint16, 2> kAllChannels = {1, 0};
      check(item.putAndInsertUint16Array(DCM_ReferencedWaveformChannels, kAllChannels.data(),
                                         kAllChannels.size()),
            recording_);
      put16(item, DCM_AnnotationGroupNumber, 0);
    }
  }

  /// DS: at most 16 characters.
  static std::string decimal_string(double value) {
    std::string text = fmt::format("{}", value);
    for (int digits = 15; text.size() > 16 && digits > 0; --digits)
      text = fmt::format("{:.{}g}", value, digits);
    return text;
  }

  std::string encoded() {
    constexpr E_TransferSyntax kSyntax = EXS_LittleEndianExplicit;
    check(file_.validateMetaInfo(kSyntax), recording_);
    constexpr std::size_t kSpare = 4096;
    const std::size_t length = file_.calcElementLength(kSyntax, EET_ExplicitLength);
    std::string bytes(length + kSpare, '\0');
    DcmOutputBufferStream out(bytes.data(), static_cast<offile_off_t>(bytes.size()));
    file_.transferInit();
    check(file_.write(out, kSyntax, EET_ExplicitLength, nullptr), recording_);
    out.flush();
    file_.transferEnd();
    void* buffer = nullptr;
    offile_off_t written = 0;
    out.flushBuffer(buffer, written);
    bytes.resize(static_cast<std::size_t>(written));
    return bytes;
  }

  const Recording& recording_;
  DcmFileFormat file_;
};

}  // namespace

std::string dicom_file(const Recording& recording) {
  check_writable(recording);
  silence_dcmtk();
  return Writer(recording).bytes();
}

void write_dicom(const Recording& recording, const std::filesystem::path& file) {
  write_whole(file, dicom_file(recording));
}

}  // namespace liteheart
