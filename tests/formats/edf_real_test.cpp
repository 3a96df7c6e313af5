// Real EDF, BDF and ISHNE files, every sample, against NumPy and EDFlib; and the same files
// damaged.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "edf_files.h"
#include "edf_golden.h"
#include "edflib_files.h"
#include "formats/registry.h"
#include "matching.h"
#include "scratch.h"
#include "shared.h"

namespace liteheart {
namespace {

using test::has;
using test::only;
using test::Strings;

constexpr const char* kEdfFiles[] = {
    "edf/0000050.ECG.edf", "edf/test_generator.bdf", "edf/test_generator_datarec_generator_0_5.bdf",
    "edf/short_psg.edf",   "edf/short_psg.bdf",      "edf/SC4001EC-Hypnogram.edf",
    "hostile/edf_m11.edf", "ishne/ECG_P28.01.ecg"};

std::string file_bytes(const char* name) {
  return test::read_bytes(test::shared() / "formats" / name);
}

Recording read_bytes_of(const std::string& bytes) {
  return read_recording({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                        "test");
}

/// The file with one signal called an ECG in uV, so that it is read alone.
std::string with_ecg_label(std::string bytes, std::size_t signal) {
  const std::size_t signals = std::stoul(bytes.substr(252, 4));
  for (std::size_t i = 0; i < signals; ++i) {
    const bool annotation = bytes.substr(256 + 16 * i, 16).find("Annotations") != std::string::npos;
    if (!annotation)
      bytes.replace(256 + 16 * i, 16, i == signal ? "ECG             " : "EEG             ");
  }
  bytes.replace(256 + (16 + 80) * signals + 8 * signal, 8, "uV      ");
  return bytes;
}

std::uint64_t hash_of(const std::vector<std::int32_t>& values) {
  std::uint64_t state = 0xCBF29CE484222325;
  for (const std::int32_t value : values)
    for (int byte = 0; byte < 4; ++byte)
      state = (state ^ ((static_cast<std::uint32_t>(value) >> (8 * byte)) & 0xFF)) * 0x100000001B3;
  return state;
}

TEST(RealEdf, EverySampleIsWhatNumPyFindsInTheBytes) {
  LITEHEART_NEEDS_SHARED();
  for (const test::GoldenSignal& golden : test::kGoldenSignals) {
    const bool all_leads = std::string(golden.file).find(".ecg") != std::string::npos ||
                           std::string(golden.file).find("ECG.edf") != std::string::npos;
    const std::string bytes = file_bytes(golden.file);
    const Recording recording =
        read_bytes_of(all_leads ? bytes : with_ecg_label(bytes, golden.signal));
    ASSERT_EQ(recording.leads.size(), all_leads ? 12u : 1u) << golden.file;
    ASSERT_EQ(recording.samples, golden.samples) << golden.file;
    const double unit = std::string(golden.file) == "edf/0000050.ECG.edf" ? 1 : 1e-3;
    const double step = (golden.physical_max - golden.physical_min) * unit /
                        (golden.digital_max - golden.digital_min);
    std::vector<std::int32_t> stored;
    double worst = 0;
    for (const float mv : recording.lead(all_leads ? golden.signal : 0)) {
      const double value = (mv - golden.physical_min * unit) / step + golden.digital_min;
      stored.push_back(static_cast<std::int32_t>(std::lround(value)));
      worst = std::max(worst, std::abs(value - stored.back()));
    }
    const std::size_t places[] = {0, 1, stored.size() / 3, stored.size() - 1};
    for (int i = 0; i < 4; ++i)
      EXPECT_EQ(stored[places[i]], golden.values[i]) << golden.file << " " << golden.signal;
    EXPECT_EQ(hash_of(stored), golden.hash) << golden.file << " signal " << golden.signal;
    EXPECT_LT(worst, 0.3) << "steps, of what a float can hold; " << golden.file;
  }
}

TEST(RealEdf, TheContecRecordingTellsItsLeadsRateAndStart) {
  LITEHEART_NEEDS_SHARED();
  const Recording recording = read_recording(test::shared() / "formats/edf/0000050.ECG.edf");
  EXPECT_EQ(recording.leads,
            (Strings{"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"}));
  EXPECT_EQ(recording.name, "0000050.ECG");
  EXPECT_EQ(recording.format, "EDF");
  EXPECT_DOUBLE_EQ(recording.rate_hz, 800);
  EXPECT_EQ(recording.start, "2020-11-16T21:44:39");
  EXPECT_EQ(recording.patient_id, "");
  EXPECT_TRUE(recording.warnings.empty());
}

TEST(RealEdf, BytesThatAreNoAsciiInTheHeaderChangeNothingButAWarning) {
  LITEHEART_NEEDS_SHARED();
  const Recording good = read_bytes_of(file_bytes("edf/0000050.ECG.edf"));
  const Recording spoilt = read_bytes_of(file_bytes("hostile/edf_m11.edf"));
  EXPECT_EQ(spoilt.mv, good.mv);
  EXPECT_EQ(spoilt.leads, good.leads);
  EXPECT_TRUE(only(spoilt.warnings, "the header says it has '328' bytes"));
}

TEST(RealEdf, FilesWithoutAnEcgAreErrorsThatSayWhatTheyHold) {
  LITEHEART_NEEDS_SHARED();
  const auto error = [](const char* file) {
    return test::error_of([&] { read_bytes_of(file_bytes(file)); });
  };
  EXPECT_TRUE(has(error("edf/SC4001EC-Hypnogram.edf"), "EDF+ without signals"));
  EXPECT_TRUE(has(error("edf/short_psg.edf"), "EDF without an ECG; its signals are 'EEG Fpz-Cz'"));
  EXPECT_TRUE(has(error("edf/test_generator.bdf"), "BDF+ without an ECG; its signals are 'sine"));
}

TEST(RealEdf, EdfPlusAnnotationsAndPatientAreRead) {
  LITEHEART_NEEDS_SHARED();
  const Recording sines = read_bytes_of(with_ecg_label(file_bytes("edf/test_generator.bdf"), 2));
  EXPECT_EQ(sines.format, "BDF+");
  EXPECT_EQ(sines.rate_hz, 500);
  const Recording sleep = read_bytes_of(with_ecg_label(file_bytes("edf/short_psg.edf"), 0));
  EXPECT_EQ(sleep.sex, "female");
  EXPECT_EQ(sleep.patient_name, "Female 33yr");
  EXPECT_EQ(sleep.start, "1989-04-24T16:13:00");
}

TEST(RealEdf, EdfLibReadsTheSame) {
  LITEHEART_NEEDS_SHARED();
  LITEHEART_NEEDS_EDFLIB();
  const test::ScratchFolder folder;
  int compared = 0;
  for (const char* name : kEdfFiles) {
    if (std::string(name).find("edf/") != 0 || std::string(name).find("Hypno") != std::string::npos)
      continue;
    const std::string bytes = file_bytes(name);
    const std::size_t signals = std::stoul(bytes.substr(252, 4));
    for (std::size_t signal = 0; signal < signals; ++signal) {
      if (bytes.substr(256 + 16 * signal, 16).find("Annotations") != std::string::npos) continue;
      const std::string file = folder / "ecg.edf";
      test::write_bytes(file, with_ecg_label(bytes, signal));
      const auto theirs = test::read_by_edflib(file);
      if (theirs.leads.empty()) continue;  // it is strict
      const Recording ours = read_recording(file);
      ASSERT_EQ(ours.samples, theirs.leads[signal].uv.size()) << name;
      for (std::size_t t = 0; t < ours.samples; ++t) {
        const double uv = theirs.leads[signal].uv[t];
        ASSERT_NEAR(ours.mv[t] * 1000, uv, 1e-6 * std::abs(uv) + 1e-4) << name << " " << signal;
      }
      EXPECT_DOUBLE_EQ(ours.rate_hz, theirs.leads[signal].rate_hz) << name;
      ++compared;
    }
  }
  EXPECT_GE(compared, 24);
}

TEST(DamagedEdf, ReadsOrIsRefusedInLittleTime) {
  LITEHEART_NEEDS_SHARED();
  const test::ScratchFolder folder;
  for (const char* name : kEdfFiles) {
    std::string bytes = file_bytes(name);
    if (std::string(name).find("psg") != std::string::npos) bytes = with_ecg_label(bytes, 0);
    if (std::string(name).find("generator") != std::string::npos) bytes = with_ecg_label(bytes, 1);
    const std::string file = folder / "damaged";
    const double start = test::processor_seconds();
    const int refused = test::refused_of_damaged(bytes, 3328, file, [&] {
      const Recording recording = read_recording(file);
      ASSERT_GT(recording.samples, 0u);
      ASSERT_FALSE(recording.leads.empty());
      ASSERT_EQ(recording.mv.size(), recording.samples * recording.leads.size());
    });
    EXPECT_GT(refused, 0) << name;
    EXPECT_LT(test::processor_seconds() - start, 20) << name;
  }
}

}  // namespace
}  // namespace liteheart
