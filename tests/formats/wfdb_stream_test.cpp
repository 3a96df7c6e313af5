// Records piece by piece: the same as whole, with little memory.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>
#include <string>

#include "formats/registry.h"
#include "formats/wfdb_writer.h"
#include "scratch.h"
#include "shared.h"
#include "wfdb_files.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

std::size_t resident_peak_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
  return 0;
}

/// Reads in pieces of `piece` samples.
Recording in_pieces(const fs::path& path, std::size_t piece) {
  const auto stream = open_recording(path);
  const std::size_t leads = stream->about().leads.size(), samples = stream->about().samples;
  EXPECT_TRUE(stream->about().mv.empty());
  std::vector<float> mv(leads * samples), part(leads * piece);
  for (std::size_t at = 0;;) {
    const std::size_t count = stream->read(part.data(), piece, piece);
    for (std::size_t lead = 0; lead < leads; ++lead)
      std::copy_n(part.data() + lead * piece, count, mv.data() + lead * samples + at);
    at += count;
    if (count == piece) continue;
    EXPECT_EQ(at, samples) << path;
    break;
  }
  Recording recording = stream->about();
  recording.mv = std::move(mv);
  return recording;
}

TEST(WfdbStream, PiecesOfAnySizeGiveTheWholeRecording) {
  LITEHEART_NEEDS_SHARED();
  const fs::path folder = test::shared() / "formats/wfdb";
  for (const char* name :
       {"100", "100skew", "100_3chan", "a103l", "310derive", "311derive_3", "flacformats",
        "test01_00s_frame", "test01_00s_skew", "s25047/s25047-2704-05-04-10-44"}) {
    const Recording whole = read_recording(folder / (std::string(name) + ".hea"));
    for (const std::size_t piece : {std::size_t{997}, std::size_t{40000}}) {
      const Recording parts = in_pieces(folder / (std::string(name) + ".hea"), piece);
      ASSERT_EQ(parts.mv.size(), whole.mv.size());
      for (std::size_t i = 0; i < whole.mv.size(); ++i) {
        ASSERT_TRUE(parts.mv[i] == whole.mv[i] ||
                    (std::isnan(parts.mv[i]) && std::isnan(whole.mv[i])))
            << name << " " << i;
      }
      EXPECT_EQ(parts.warnings, whole.warnings);
    }
  }
}

class LongRecord : public test::Scratch {
 protected:
  static constexpr std::size_t kSamples = 24 * 3600 * 250, kLeads = 3;

  /// 24 h of three leads, 130 MB, written without ever holding them.
  void write_day(const std::string& checksum) {
    std::vector<int> frames;
    std::ofstream out(folder / "day.dat", std::ios::binary);
    for (std::size_t t = 0; t < 45000; ++t)
      for (int lead = 0; lead < 3; ++lead) frames.push_back(static_cast<int>(t % 400) - 200 * lead);
    const std::string bytes = test::int16_bytes(frames);
    for (std::size_t i = 0; i < kSamples / 45000; ++i) out << bytes;
    std::string header = "day 3 250 " + std::to_string(kSamples) + "\n";
    for (const char* lead : {"I", "II", "V1"})
      header += std::string("day.dat 16 200/mV 16 0 0 ") + checksum + " 0 " + lead + "\n";
    test::write_bytes(folder / "day.hea", header);
  }
};

TEST_F(LongRecord, ADayOfThreeLeadsStreamsInLittleMemory) {
  write_day("1");
  const std::size_t before = resident_peak_kb();
  const auto stream = open_recording(folder / "day.hea");
  EXPECT_EQ(stream->about().samples, kSamples);
  EXPECT_TRUE(stream->about().warnings.empty());
  constexpr std::size_t kPiece = 15000;
  std::vector<float> out(kLeads * kPiece);
  std::size_t at = 0;
  while (const std::size_t count = stream->read(out.data(), kPiece, kPiece)) {
    for (std::size_t lead = 0; lead < kLeads; ++lead) {
      for (std::size_t t = 0; t < count; t += 501) {
        const int units = static_cast<int>((at + t) % 45000 % 400) - 200 * static_cast<int>(lead);
        ASSERT_EQ(out[lead * kPiece + t], static_cast<float>(units) / 200);
      }
    }
    at += count;
  }
  EXPECT_EQ(at, kSamples);
  ASSERT_EQ(stream->about().warnings.size(), 1u) << "the checksums are known at the end";
  EXPECT_NE(stream->about().warnings[0].find("checksum of I, II, V1 "), std::string::npos);
  EXPECT_LT(resident_peak_kb() - before, 10u << 10);
}

/// A FLAC record of 100 s, its file's bytes changed by `damage`.
class FlacRecord : public test::Scratch {
 protected:
  void SetUp() override {
    original.name = "rec";
    original.rate_hz = 250;
    original.samples = 25000;
    original.leads = {"I", "II"};
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < 50000; ++i) {
      state = state * 1664525u + 1013904223u;
      original.mv.push_back(static_cast<float>(state >> 24) / 200);
    }
    write_wfdb(original, folder, WfdbLayout::kFlac);
    bytes = test::read_bytes(folder / "rec.dat");
  }
  Recording read(const std::string& damaged) {
    test::write_bytes(folder / "rec.dat", damaged);
    return read_recording(folder / "rec.hea");
  }
  Recording original;
  std::string bytes;
};

TEST_F(FlacRecord, ACutStreamIsShortenedToWhatDecodes) {
  const Recording cut = read(bytes.substr(0, bytes.size() / 2));
  ASSERT_EQ(cut.warnings.size(), 1u);
  EXPECT_EQ(cut.warnings[0].find("rec.dat is cut off: 12288 of 25000 samples"), 0u)
      << cut.warnings[0];
  ASSERT_EQ(cut.samples, 12288u);
  for (std::size_t t = 0; t < cut.samples; ++t) ASSERT_EQ(cut.lead(1)[t], original.lead(1)[t]) << t;
  EXPECT_THROW(read(bytes.substr(0, 2000)), Error);
  EXPECT_THROW(read(bytes.substr(0, 20)), Error);
}

TEST_F(FlacRecord, DamageInTheMiddleLeavesMissingSamplesThere) {
  std::string damaged = bytes;
  damaged[damaged.size() / 2] ^= 0x55;
  const Recording recording = read(damaged);
  ASSERT_EQ(recording.samples, 25000u);
  std::size_t missing = 0;
  for (std::size_t t = 0; t < recording.samples; ++t) {
    if (std::isnan(recording.lead(0)[t]))
      ++missing;
    else
      ASSERT_EQ(recording.lead(0)[t], original.lead(0)[t]) << t;
  }
  EXPECT_EQ(missing, 8192u) << "the damaged frame of FLAC, and the one by which it finds back";
  ASSERT_EQ(recording.warnings.size(), 1u);
  EXPECT_EQ(recording.warnings[0], "rec.dat is damaged: 8192 samples of 25000 are lost");
}

TEST_F(FlacRecord, NoDamageMakesWrongSamples) {
  std::mt19937 random(3);
  int kept = 0;
  for (int round = 0; round < 300; ++round) {
    std::string damaged = bytes;
    for (int flips = round % 3; flips >= 0; --flips)
      damaged[100 + random() % (damaged.size() - 100)] ^= static_cast<char>(1 + random() % 255);
    const Recording recording = read(damaged);
    for (std::size_t lead = 0; lead < 2; ++lead) {
      for (std::size_t t = 0; t < recording.samples; ++t) {
        if (std::isnan(recording.lead(lead)[t])) continue;
        ASSERT_EQ(recording.lead(lead)[t], original.lead(lead)[t]) << round << " " << t;
        ++kept;
      }
    }
  }
  EXPECT_GT(kept, 300 * 2 * 10000);
}

TEST_F(FlacRecord, AHeaderThatDoesNotFitTheStreamIsRefused) {
  const std::string header = test::read_bytes(folder / "rec.hea");
  const auto error_with = [&](const std::string& from, const std::string& to) {
    std::string changed = header;
    for (std::size_t at = 0; (at = changed.find(from, at)) != std::string::npos; at += to.size())
      changed.replace(at, from.size(), to);
    test::write_bytes(folder / "rec.hea", changed);
    return test::error_of([&] { read_recording(folder / "rec.hea"); });
  };
  EXPECT_NE(error_with(" 516 ", " 508 ").find("samples of 16 bits, format 508 has 8"),
            std::string::npos);
  EXPECT_NE(error_with(" 516 ", " 516+1 ").find("is no FLAC stream"), std::string::npos);
  EXPECT_NE(error_with("II", "II\nrec.dat 516 200").find("beyond the 2 declared"),
            std::string::npos);
  EXPECT_NE(error_with("rec 2 ", "rec 1 ").find("beyond the 1 declared"), std::string::npos);
  std::string claims = bytes;
  claims[21] |= 0x0F;  // the top of STREAMINFO's total samples
  test::write_bytes(folder / "rec.hea", header);
  EXPECT_NE(test::error_of([&] { read(claims); }).find("claims 644"), std::string::npos);
}

TEST_F(FlacRecord, ALengthThatNothingTellsIsCounted) {
  std::string unknown = bytes;
  for (std::size_t i = 22; i < 26; ++i) unknown[i] = 0;  // total samples 0: not known
  std::string header = test::read_bytes(folder / "rec.hea");
  header.replace(header.find(" 25000"), 6, "");
  test::write_bytes(folder / "rec.hea", header);
  const Recording recording = read(unknown);
  EXPECT_EQ(recording.samples, 25000u);
  EXPECT_EQ(recording.mv, original.mv);
}

}  // namespace
}  // namespace liteheart
