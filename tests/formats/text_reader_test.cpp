// Tables of samples, however people's programs write them.
#include "formats/text_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "text_files.h"

namespace liteheart {
namespace {

using test::error_of_text;
using test::microvolts;
using test::read_text;
using test::warns_of;

std::string rows(std::string_view head, int count, const std::function<std::string(int)>& row) {
  std::string text(head);
  for (int i = 0; i < count; ++i) text += row(i) + "\n";
  return text;
}
std::string mv(int i) { return fmt::format("{:.6f}", microvolts(i) / 1000); }
std::string uv(int i) { return fmt::format("{:.3f}", microvolts(i)); }

TEST(TextEcg, NamesTellLeadsUnitsAndTime) {
  const std::string text = rows("time_s,I_mV,ecg II (uV),hr\n", 1000, [](int i) {
    return fmt::format("{:.3f},{},{},60", i * 0.004, mv(i), uv(i));
  });
  const Recording recording = read_text(text);
  EXPECT_EQ(recording.format, "text");
  EXPECT_EQ(recording.rate_hz, 250);
  EXPECT_EQ(recording.leads, (std::vector<std::string>{"I", "II"}));
  test::expect_formula(recording, 1000, 0);
  test::expect_formula(recording, 1000, 1);
  EXPECT_TRUE(warns_of(recording, "1 columns that are no ECG are left out"));
}

TEST(TextEcg, EverySeparatorAndDecimalMarkIsUnderstood) {
  struct Writing {
    const char *separator, *decimal;
  };
  for (const auto& [separator, decimal] :
       {Writing{",", "."}, Writing{";", "."}, Writing{";", ","}, Writing{"\t", "."},
        Writing{"\t", ","}, Writing{", ", "."}, Writing{" ", "."}, Writing{"   ", ","}}) {
    const std::string names =
        std::string_view(separator).find(' ') == 0
            ? fmt::format("time_ms{}I_mV{}V1_mV\n", separator, separator)
            : fmt::format("time [ms]{}I [mV]{}V1 [mV]\n", separator, separator);
    const std::string text =
        names +
        test::replaced(
            rows("", 600, [](int i) { return fmt::format("{}|{}|{}", i * 2, mv(i), mv(i)); }), ".",
            decimal);
    const Recording recording = read_text(test::replaced(text, "|", separator));
    EXPECT_EQ(recording.rate_hz, 500) << separator << decimal;
    EXPECT_EQ(recording.leads, (std::vector<std::string>{"I", "V1"}));
    test::expect_formula(recording, 600, 1);
  }
}

TEST(TextEcg, CommentsTellRateAndUnit) {
  for (const char* head :
       {"# Sampling frequency: 300 Hz\n# unit: mV\necg\n", "# fs=300\n# Units = mV\n",
        "Sample Rate:\t300\nUnit,mV\n\necg\n", "# sampling interval: 3.3333333333 ms\necg [mV]\n",
        "ECG_mV (300 Hz)\n", "% ECG, 300 Hz\n% unit: mV\n"}) {
    const Recording recording = read_text(rows(head, 900, mv));
    EXPECT_NEAR(recording.rate_hz, 300, 1e-6) << head;
    EXPECT_EQ(recording.leads.size(), 1u);
    test::expect_formula(recording, 900);
  }
}

TEST(TextEcg, TheSamplesOfPhysioNetsToolsAreRead) {
  const std::string text =
      rows("'Elapsed time','MLII','V5'\n'hh:mm:ss.mmm','mV','mV'\n", 720, [](int i) {
        const int ms = i * 1000 / 360;
        return fmt::format("'{}:{:02}.{:03}',{},{}", ms / 60000, ms / 1000 % 60, ms % 1000, mv(i),
                           mv(i));
      });
  const Recording recording = read_text(text);
  EXPECT_EQ(recording.rate_hz, 360);
  EXPECT_EQ(recording.leads, (std::vector<std::string>{"MLII", "V5"}));
  test::expect_formula(recording, 720, 1);
}

TEST(TextEcg, TimestampsGiveStartAndRate) {
  const std::string text = rows("timestamp,ecg_uV\n", 1000, [](int i) {
    return fmt::format("2024-02-29 23:59:{:02}.{:03}+01:00,{}", 55 + i / 250, i % 250 * 4, uv(i));
  });
  const Recording recording = read_text(text);
  EXPECT_EQ(recording.rate_hz, 250);
  EXPECT_EQ(recording.start, "2024-02-29T23:59:55+01:00");
}

TEST(TextEcg, StampsSince1970GiveTheStart) {
  for (const double unit : {1.0, 1e3, 1e6, 1e9}) {
    const std::string text = rows("time,ecg_mV\n", 1000, [&](int i) {
      return fmt::format("{:.{}f},{}", (1700000000 + i * 0.004) * unit, unit == 1 ? 3 : 0, mv(i));
    });
    const Recording recording = read_text(text);
    EXPECT_NEAR(recording.rate_hz, 250, 0.001) << unit;
    EXPECT_EQ(recording.start, "2023-11-14T22:13:20Z") << unit;
  }
}

TEST(TextEcg, ColumnsWithoutNamesAreTakenByTheirNumbers) {
  const std::string timed =
      rows("", 1000, [](int i) { return fmt::format("{:.3f} {} {}", i * 0.002, mv(i), mv(i)); });
  const Recording recording = read_text(timed, {0, "mV"});
  EXPECT_EQ(recording.rate_hz, 500);
  EXPECT_EQ(recording.leads, (std::vector<std::string>{"ECG 1", "ECG 2"}));
  test::expect_formula(recording, 1000, 1);

  const std::string counted =
      rows("", 1000, [](int i) { return fmt::format("{},{}", i + 1, mv(i)); });
  EXPECT_NE(error_of_text(counted, {0, "mV"}).find("--rate"), std::string::npos);
  test::expect_formula(read_text(counted, {250, "mV"}), 1000);
}

TEST(TextEcg, AClockMayPassMidnights) {
  constexpr int kRows = 10 * 87000;  // a day and ten minutes, over two midnights
  const std::string text = rows("clock,ecg_mV\n", kRows, [](int i) {
    const int s = 86300 + i / 10;
    return fmt::format("{:02}:{:02}:{:02}.{},0", s / 3600 % 24, s / 60 % 60, s % 60, i % 10);
  });
  const Recording recording = read_text(text);
  EXPECT_EQ(recording.rate_hz, 10);
  EXPECT_EQ(recording.samples, static_cast<std::size_t>(kRows));
  EXPECT_TRUE(recording.warnings.empty()) << recording.warnings[0];
}

TEST(TextEcg, AUnitAloneNamesTheTime) {
  for (const char* name : {"s", "sec", "seconds", "Zeit", "time"}) {
    const std::string head = fmt::format("{};EKG (mV)\n", name);
    const Recording recording = read_text(
        rows(head, 600, [](int i) { return fmt::format("{:.3f};{}", i * 0.004, mv(i)); }));
    EXPECT_EQ(recording.rate_hz, 250) << name;
    EXPECT_EQ(recording.leads, std::vector<std::string>{"EKG"});
  }
}

TEST(TextEcg, ATimeColumnThatCountsByOneIsNoTime) {
  const std::string text =
      rows("time,ecg_mV\n", 1000, [](int i) { return fmt::format("{},{}", i, mv(i)); });
  EXPECT_NE(error_of_text(text).find("--rate"), std::string::npos);
  EXPECT_EQ(read_text(test::replaced(text, "time,", "time_ms,")).rate_hz, 1000);
}

TEST(TextEcg, TheNumbersOfPandasColumnsAreNoSamples) {
  const Recording recording = read_text(
      rows(",0\n", 500, [](int i) { return fmt::format("{},{}", i, mv(i)); }), {250, "mV"});
  test::expect_formula(recording, 500);
}

TEST(TextEcg, AGapInTimeIsMissingSamplesAndDisorderAnError) {
  const auto table = [](const std::function<double(int)>& time) {
    return rows("time_s,ecg_mV\n", 1000,
                [&](int i) { return fmt::format("{:.3f},{}", time(i), mv(i)); });
  };
  const Recording gap = read_text(table([](int i) { return (i < 500 ? i : i + 40) * 0.004; }));
  ASSERT_EQ(gap.samples, 1040u);
  for (std::size_t i = 0; i < 1040; ++i) ASSERT_EQ(std::isnan(gap.mv[i]), i >= 500 && i < 540);
  EXPECT_NE(error_of_text(table([](int i) { return (i * 389 % 1000) * 0.004; })).find("backwards"),
            std::string::npos);
  for (const double pause : {1e4, 1e7, 1e12}) {
    EXPECT_NE(
        error_of_text(table([&](int i) { return (i < 500 ? 0 : pause) + i * 0.004; })).find("gap"),
        std::string::npos)
        << pause;
  }
}

TEST(TextEcg, RoundedStampsKeepTheRate) {
  const Recording recording = read_text(rows(
      "time_ms,ecg_mV\n", 5000, [](int i) { return fmt::format("{:.0f},{}", i / 0.360, mv(i)); }));
  EXPECT_NEAR(recording.rate_hz, 360, 0.02);
  EXPECT_EQ(recording.samples, 5000u);
}

TEST(TextEcg, PacketsWithOneStampGiveTheMeanRate) {
  const Recording recording = read_text(rows(
      "time_ms,ecg_mV\n", 7300, [](int i) { return fmt::format("{},{}", i / 73 * 584, mv(i)); }));
  EXPECT_NEAR(recording.rate_hz, 125, 0.01);
  EXPECT_EQ(recording.samples, 7300u);
  EXPECT_TRUE(warns_of(recording, "bunches"));
}

TEST(TextEcg, CellsThatAreNoNumbersAreMissingAndManyAreAnError) {
  const auto table = [](int every) {
    return rows("time_s,ecg_mV\n", 1000, [&](int i) {
      return fmt::format("{:.3f},{}", i * 0.004,
                         i % every == every - 1 ? "oops"
                         : i % 7 == 3           ? ""
                                                : mv(i));
    });
  };
  const Recording recording = read_text(table(100));
  EXPECT_EQ(recording.samples, 1000u);
  EXPECT_TRUE(std::isnan(recording.mv[99]));
  EXPECT_TRUE(std::isnan(recording.mv[3]));
  EXPECT_TRUE(warns_of(recording, "10 cells are no numbers"));
  EXPECT_NE(error_of_text(table(5)), "");
}

TEST(TextEcg, NothingIsGuessed) {
  const std::string text =
      rows("time_s,ecg\n", 1000, [](int i) { return fmt::format("{:.3f},{}", i * 0.004, mv(i)); });
  EXPECT_NE(error_of_text(text).find("--unit mV or --unit uV"), std::string::npos);
  EXPECT_NE(error_of_text(text, {0, "furlong"}).find("no unit of a voltage"), std::string::npos);
  test::expect_formula(read_text(text, {0, "mV"}), 1000);
}

TEST(TextEcg, WhatTheFileSaysGoesBeforeOptions) {
  const std::string text = rows("time_s,ecg_mV\n", 1000,
                                [](int i) { return fmt::format("{:.3f},{}", i * 0.004, mv(i)); });
  const Recording recording = read_text(text, {500, "uV"});
  EXPECT_EQ(recording.rate_hz, 250);
  test::expect_formula(recording, 1000);
  EXPECT_TRUE(warns_of(recording, "rate of 500 Hz is not used"));
  EXPECT_TRUE(warns_of(recording, "unit uV is not used"));
}

TEST(TextEcg, TheDecimalCommaOfOneColumnIsTold) {
  const std::string text =
      "# ECG\n# unit: mV\n# fs: 250\n" + test::replaced(rows("", 600, mv), ".", ",");
  test::expect_formula(read_text(text), 600);
}

TEST(TextEcg, ATableIsNotTakenForAWfdbHeader) {
  const std::string text = rows("", 1000, [](int i) {
    return fmt::format("{} {} {}", i, std::lround(microvolts(i)) + 500, std::lround(microvolts(i)));
  });
  EXPECT_EQ(read_text(text, {250, "uV"}).format, "text");
}

TEST(TextEcg, OtherTablesAndListsAreNoRecordings) {
  const std::string tables[] = {
      rows("", 200, [](int i) { return fmt::format("{}", 100 + i); }),  // RECORDS of MIT-BIH
      rows("", 200, [](int i) { return fmt::format("A{:05},N", i); }),  // REFERENCE.csv
      rows("record,age,sex,label\n", 200,
           [](int i) { return fmt::format("r{},{},M,1", i, i % 90); }),
      rows("epoch,loss,f1\n", 200,
           [](int i) { return fmt::format("{},{:.4f},0.5", i, 1.0 / (i + 1)); }),
      rows("id,age,sex\n", 200,
           [](int i) { return fmt::format("{},{},{}", i, i * 37 % 90, i % 2); }),
      rows("", 200, [](int i) { return fmt::format("{:064x}  records100/{}.hea", i * 7919, i); }),
      rows("", 200,
           [](int i) { return fmt::format("{}", (i * 7919) % 1013); }),  // numbers, no signal
      rows("", 200, [](int) { return std::string("0"); }),
      rows("time,heart rate\n", 200, [](int i) { return fmt::format("{},{}", i, 60 + i % 5); }),
      "a few words\n\nand more\n",
      rows("{\"samples\": [\n", 300, [](int i) { return fmt::format("  {},", uv(i)); }),
      rows("<digits>\n", 300, uv),
  };
  for (const std::string& table : tables)
    EXPECT_NE(error_of_text(table).find("not a recording"), std::string::npos)
        << table.substr(0, 60);
}

}  // namespace
}  // namespace liteheart
