// Every sample of every real WFDB file against golden_wfdb.csv, which golden_wfdb.py wrote: NumPy
// takes the raw bytes apart, the program `flac` decodes FLAC, and no code of LiteHeart is used.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "formats/registry.h"
#include "shared.h"

namespace liteheart {
namespace {

struct GoldenLead {
  std::string file, name;
  double rate_hz, missing, sum, weighted;
  std::size_t samples, lead;
  std::vector<double> picks;  // at 0, 1, a third, the middle, and the last two
};

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> all{""};
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      all.emplace_back();
    else
      all.back() += c;
  }
  return all;
}

std::vector<GoldenLead> golden() {
  std::ifstream stream(std::filesystem::path(LITEHEART_SOURCE_DIR) /
                       "tests/formats/golden_wfdb.csv");
  std::vector<GoldenLead> leads;
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    const auto f = fields(line);
    GoldenLead lead{f.at(0),
                    f.at(4),
                    std::stod(f.at(1)),
                    std::stod(f.at(5)),
                    std::stod(f.at(6)),
                    std::stod(f.at(7)),
                    std::stoul(f.at(2)),
                    std::stoul(f.at(3)),
                    {}};
    for (std::size_t i = 8; i < f.size(); ++i) lead.picks.push_back(std::stod(f[i]));
    leads.push_back(std::move(lead));
  }
  return leads;
}

TEST(RealWfdb, EverySampleOfEveryFormatAgreesWithAnIndependentDecoder) {
  LITEHEART_NEEDS_SHARED();
  std::map<std::string, Recording> recordings;
  const auto all = golden();
  ASSERT_EQ(all.size(), 149u);
  for (const GoldenLead& golden : all) {
    SCOPED_TRACE(golden.file + " lead " + golden.name);
    if (!recordings.contains(golden.file))
      recordings[golden.file] = read_recording(test::shared() / golden.file);
    const Recording& recording = recordings[golden.file];
    EXPECT_DOUBLE_EQ(recording.rate_hz, golden.rate_hz);
    ASSERT_EQ(recording.samples, golden.samples);
    ASSERT_LT(golden.lead, recording.leads.size());
    EXPECT_EQ(recording.leads[golden.lead], golden.name);
    const auto mv = recording.lead(golden.lead);
    double missing = 0, sum = 0, weighted = 0, size = 0;
    for (std::size_t t = 0; t < mv.size(); ++t) {
      if (std::isnan(mv[t])) {
        ++missing;
        continue;
      }
      const double weight = 1 + static_cast<double>(t % 1009);
      sum += mv[t];
      weighted += mv[t] * weight;
      size += std::abs(mv[t]) * weight;
    }
    EXPECT_EQ(missing, golden.missing);
    EXPECT_NEAR(sum, golden.sum, 1e-7 * size + 1e-6);
    EXPECT_NEAR(weighted, golden.weighted, 1e-7 * size + 1e-6);
    const std::size_t places[] = {0, 1, mv.size() / 3, mv.size() / 2, mv.size() - 2, mv.size() - 1};
    ASSERT_EQ(golden.picks.size(), std::size(places));
    for (std::size_t i = 0; i < std::size(places); ++i) {
      if (std::isnan(golden.picks[i]))
        EXPECT_TRUE(std::isnan(mv[places[i]]));
      else
        EXPECT_FLOAT_EQ(mv[places[i]], static_cast<float>(golden.picks[i]));
    }
  }
  EXPECT_EQ(recordings.size(), 44u);
}

}  // namespace
}  // namespace liteheart
