// What ISHNE Holter files, whole, odd and broken, are read as.
#include "formats/ishne_reader.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "formats/registry.h"
#include "matching.h"
#include "scratch.h"
#include "shared.h"

namespace liteheart {
namespace {

using test::error_of;
using test::has;
using test::only;
using test::same_samples;
using test::Strings;

void put(std::string& bytes, std::size_t at, std::int64_t value, std::size_t width = 2) {
  for (std::size_t i = 0; i < width; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

/// Bit by bit, as the standard's paper has it.
std::uint16_t checksum_of(std::string_view bytes) {
  unsigned crc = 0xFFFF;
  for (const char c : bytes) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool one = ((crc >> 15) ^ (static_cast<unsigned char>(c) >> bit)) & 1;
      crc = (crc << 1) & 0xFFFF;
      if (one) crc ^= 0x1021;
    }
  }
  return static_cast<std::uint16_t>(crc);
}

/// Two leads, II and V5, of 1 and 2.5 uV a step, three samples each.
struct IshneFile {
  std::string header = [] {
    std::string bytes = "ISHNE1.0" + std::string(514, '\0');
    put(bytes, 14, 3, 4);
    put(bytes, 18, 522, 4);
    put(bytes, 22, 522, 4);
    put(bytes, 26, 1);
    bytes.replace(28, 3, "Ada");
    bytes.replace(68, 8, "Lovelace");
    bytes.replace(108, 4, "0042");
    put(bytes, 128, 2);
    const int dates[] = {2, 5, 1951, 29, 2, 2024, 1, 3, 2024, 10, 20, 30};
    for (std::size_t i = 0; i < 12; ++i) put(bytes, 132 + 2 * i, dates[i]);
    put(bytes, 156, 2);
    put(bytes, 158, 6);
    put(bytes, 160, 15);
    put(bytes, 182, 1);
    put(bytes, 184, 1);
    put(bytes, 206, 1000);
    put(bytes, 208, 2500);
    bytes.replace(232, 7, "digital");
    put(bytes, 272, 200);
    return bytes;
  }();
  std::string variable, samples = [] {
    std::string bytes(12, '\0');
    const int values[] = {100, 200, -100, -200, 32767, -32768};
    for (std::size_t i = 0; i < 6; ++i) put(bytes, 2 * i, values[i]);
    return bytes;
  }();

  std::string bytes() const {
    std::string all = header + variable;
    put(all, 8, checksum_of(std::string_view(all).substr(10)));
    return all + samples;
  }
};

std::unique_ptr<RecordingStream> open_bytes(const std::string& bytes,
                                            const ReadOptions& options = {}) {
  return open_ishne(
      InputFile({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "test.ecg"),
      options);
}
Recording read(const std::string& bytes, const ReadOptions& options = {}) {
  return read_whole(*open_bytes(bytes, options));
}

const std::vector<float> kMillivolts = {0.1f, -0.1f, 32.767f, 0.5f, -0.5f, -81.92f};

TEST(IshneReader, SamplesAndHeaderAreRead) {
  const Recording recording = read(IshneFile().bytes());
  EXPECT_EQ(recording.format, "ISHNE Holter");
  EXPECT_EQ(recording.rate_hz, 200);
  EXPECT_EQ(recording.leads, (Strings{"II", "V5"}));
  EXPECT_TRUE(same_samples(recording.mv, kMillivolts));
  EXPECT_EQ(recording.patient_name, "Ada Lovelace");
  EXPECT_EQ(recording.patient_id, "0042");
  EXPECT_EQ(recording.sex, "female");
  EXPECT_EQ(recording.birth_date, "1951-05-02");
  EXPECT_EQ(recording.start, "2024-02-29T10:20:30");
  EXPECT_EQ(recording.device, "digital");
  EXPECT_TRUE(recording.warnings.empty());
}

TEST(IshneReader, AVariableBlockIsPassedOverAndMayBeInTheChecksum) {
  IshneFile file;
  file.variable = "anything at all";
  put(file.header, 10, 15, 4);
  put(file.header, 22, 537, 4);
  const Recording recording = read(file.bytes());
  EXPECT_TRUE(same_samples(recording.mv, kMillivolts));
  EXPECT_TRUE(recording.warnings.empty());
  put(file.header, 22, -1, 4);
  EXPECT_TRUE(same_samples(read(file.bytes()).mv, kMillivolts));
  EXPECT_TRUE(only(read(file.bytes()).warnings, "read from byte 537"));
}

TEST(IshneReader, AWrongChecksumIsAWarning) {
  std::string bytes = IshneFile().bytes();
  bytes[8] = static_cast<char>(bytes[8] ^ 1);
  EXPECT_TRUE(only(read(bytes).warnings, "checksum"));
}

TEST(IshneReader, BadLeadsAndPacemakersAreTold) {
  IshneFile file;
  put(file.header, 158, 17);
  put(file.header, 160, 1);
  put(file.header, 184, 5);
  put(file.header, 208, -9);
  put(file.header, 230, 3);
  const Recording recording = read(file.bytes());
  EXPECT_EQ(recording.leads, (Strings{"ES", "channel 2"}));
  EXPECT_EQ(recording.statements, (Strings{"pacemaker, dual chamber unipolar"}));
  ASSERT_EQ(recording.warnings.size(), 2u);
  EXPECT_TRUE(has(recording.warnings[0], "channel 2: the recorder found frequent disconnect"));
  EXPECT_TRUE(has(recording.warnings[1], "channel 2 has no resolution"));
}

TEST(IshneReader, TheNumberOfSamplesMayBeThatOfAllLeadsMissingOrWrong) {
  IshneFile file;
  put(file.header, 14, 6, 4);
  EXPECT_EQ(read(file.bytes()).samples, 3u);
  EXPECT_TRUE(read(file.bytes()).warnings.empty());
  put(file.header, 14, -9, 4);
  EXPECT_EQ(read(file.bytes()).samples, 3u);
  EXPECT_TRUE(only(read(file.bytes()).warnings, "does not tell how many"));
  put(file.header, 14, 2, 4);
  EXPECT_EQ(read(file.bytes()).samples, 2u);
  EXPECT_TRUE(only(read(file.bytes()).warnings, "1 samples a lead follow"));
  put(file.header, 14, 200, 4);
  EXPECT_EQ(read(file.bytes()).samples, 3u);
  EXPECT_TRUE(only(read(file.bytes()).warnings, "cut off: 3 of 200 samples (0.015 of 1 s)"));
}

TEST(IshneReader, NonsenseIsAnErrorWithItsPlace) {
  IshneFile file;
  const auto error = [&] { return error_of([&] { read(file.bytes()); }); };
  put(file.header, 156, 13);
  EXPECT_TRUE(has(error(), "test.ecg byte 156: the header declares 13 leads"));
  file = {};
  put(file.header, 272, 0);
  EXPECT_TRUE(has(error(), "test.ecg byte 272: a rate of 0"));
  EXPECT_EQ(read(file.bytes(), {128, ""}).rate_hz, 128);
  file = {};
  file.samples.resize(3);
  EXPECT_TRUE(has(error(), "before the first sample"));
  EXPECT_TRUE(has(error_of([&] { read(file.bytes().substr(0, 500)); }), "500 of 522 bytes"));
}

TEST(IshneReader, AnnotationsAreNamedAsNotSupported) {
  const std::string bytes = "ANN  1.0" + std::string(600, '\0');
  EXPECT_TRUE(looks_like_ishne(bytes));
  EXPECT_TRUE(has(error_of([&] { read(bytes); }), "ISHNE annotations (ANN 1.0)"));
}

TEST(IshneReader, AnyPiecesMakeTheWhole) {
  const std::string bytes = IshneFile().bytes();
  for (const std::size_t piece : {1u, 2u, 3u, 4u}) {
    const auto stream = open_bytes(bytes);
    std::vector<float> mv(6), part(2 * piece);
    for (std::size_t at = 0, got = piece; got == piece; at += got) {
      got = stream->read(part.data(), piece, piece);
      for (std::size_t lead = 0; lead < 2; ++lead)
        std::copy_n(part.data() + lead * piece, got, mv.data() + lead * 3 + at);
    }
    EXPECT_TRUE(same_samples(mv, kMillivolts)) << piece;
  }
}

TEST(IshneReader, TheRealHolterTellsItsLeadsAndRate) {
  LITEHEART_NEEDS_SHARED();
  const Recording recording = read_recording(test::shared() / "formats/ishne/ECG_P28.01.ecg");
  EXPECT_EQ(recording.leads,
            (Strings{"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"}));
  EXPECT_EQ(recording.rate_hz, 1000);
  EXPECT_EQ(recording.samples, 95573u);
  EXPECT_EQ(recording.patient_id, "ECG_P28.01");
  EXPECT_EQ(recording.patient_name, "") << "none none";
  EXPECT_EQ(recording.birth_date, "");
  EXPECT_EQ(recording.start.substr(0, 10), "2000-01-01");
  EXPECT_TRUE(recording.warnings.empty()) << "its checksum is right";
}

}  // namespace
}  // namespace liteheart
