// Exports and web services of wearables: Fitbit, Withings, Samsung.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "text_files.h"

namespace liteheart {
namespace {

using test::error_of_text;
using test::read_text;
using test::warns_of;

/// "1,2,3" of whole `per_mv`ths.
std::string numbers(int count, double per_mv) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += fmt::format("{}{}", i ? "," : "", std::lround(test::microvolts(i) / 1000 * per_mv));
  return text;
}

std::string millivolts(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += fmt::format("{}{:.6f}", i ? "," : "", test::microvolts(i) / 1000);
  return text;
}

std::string fitbit_reading(std::string_view rate = "\"250\"") {
  return fmt::format(
      R"({{"startTime":"2022-09-28T17:12:30.222","averageHeartRate":70,)"
      R"("resultClassification":"Normal Sinus Rhythm","waveformSamples":[{}],)"
      R"("samplingFrequencyHz":{},"scalingFactor":10922,"numberOfWaveformSamples":7700,)"
      R"("leadNumber":1,"deviceName":"Sense","firmwareVersion":"1.2.3"}})",
      numbers(7700, 10922), rate);
}
std::string fitbit(const std::string& readings) {
  return R"({"ecgReadings":[)" + readings + R"(],"pagination":{"limit":10,"sort":"asc"}})";
}

TEST(Fitbit, SamplesAreScaledAndTheRateMayBeText) {
  for (const char* rate : {"\"250\"", "250"}) {
    const Recording recording = read_text(fitbit(fitbit_reading(rate)));
    EXPECT_EQ(recording.format, "Fitbit JSON");
    EXPECT_EQ(recording.rate_hz, 250);
    EXPECT_EQ(recording.leads, std::vector<std::string>{"I"});
    EXPECT_EQ(recording.start, "2022-09-28T17:12:30.222");
    EXPECT_EQ(recording.device, "Sense, firmware 1.2.3");
    EXPECT_EQ(recording.statements, std::vector<std::string>{"Normal Sinus Rhythm"});
    EXPECT_TRUE(recording.warnings.empty()) << recording.warnings[0];
    ASSERT_EQ(recording.samples, 7700u);
    for (int i = 0; i < 7700; ++i)
      ASSERT_NEAR(recording.mv[static_cast<std::size_t>(i)], test::microvolts(i) / 1000, 5e-5);
  }
}

TEST(Fitbit, OfSeveralReadingsTheFirstIsRead) {
  const std::string other =
      R"({"startTime":"2023","waveformSamples":[1,2],"samplingFrequencyHz":1})";
  const Recording recording = read_text(fitbit(fitbit_reading() + "," + other));
  EXPECT_EQ(recording.samples, 7700u);
  EXPECT_EQ(recording.rate_hz, 250);
  EXPECT_TRUE(warns_of(recording, "2 readings; the first is read"));
}

TEST(Fitbit, AReadingWithoutItsWaveformIsRefused) {
  EXPECT_NE(error_of_text(R"({"ecgReadings":[]})").find("no samples"), std::string::npos);
  EXPECT_NE(error_of_text(R"({"ecgReadings":[{"waveformSamples":[]}]})").find("no samples"),
            std::string::npos);
}

TEST(Fitbit, FewerSamplesThanDeclaredAreSaid) {
  EXPECT_TRUE(warns_of(read_text(R"({"ecgReadings":[{"waveformSamples":[1,null,3],)"
                                 R"("samplingFrequencyHz":250,"scalingFactor":1000,)"
                                 R"("numberOfWaveformSamples":7700}]})"),
                       "7700 samples are declared, 3 are there"));
}

TEST(Fitbit, WithoutAScaleTheUnitIsAskedFor) {
  EXPECT_NE(
      error_of_text(R"({"ecgReadings":[{"waveformSamples":[1,2],"samplingFrequencyHz":250}]})")
          .find("--unit"),
      std::string::npos);
}

TEST(WearableJson, CutAndDeeplyNestedDocumentsAreRefused) {
  const std::string whole = fitbit(fitbit_reading());
  EXPECT_NE(error_of_text(whole.substr(0, whole.size() - 10)).find("damaged or cut JSON"),
            std::string::npos);
  const std::string deep = R"({"ecgReadings":)" + std::string(100000, '[');
  EXPECT_NE(error_of_text(deep).find("nested too deep"), std::string::npos);
}

TEST(WithingsJson, TheWristTellsMicrovoltsTheArmMillivolts) {
  const auto reply = [](const std::string& signal, int position) {
    return fmt::format(R"({{"status":0,"body":{{"signal":[{}],"sampling_frequency":300,)"
                       R"("wearposition":{},"model":93}}}})",
                       signal, position);
  };
  const Recording wrist = read_text(reply(numbers(9000, 1000), 1));
  EXPECT_EQ(wrist.format, "Withings JSON");
  EXPECT_EQ(wrist.rate_hz, 300);
  EXPECT_EQ(wrist.device, "Withings model 93");
  EXPECT_NEAR(wrist.mv[50], test::microvolts(50) / 1000, 6e-4);
  const Recording arm = read_text(reply(millivolts(9000), 2));
  test::expect_formula(arm, 9000);
  // Thousands can be no mV, wherever the device is worn.
  EXPECT_NEAR(read_text(reply(numbers(9000, 1000), 2)).mv[50], test::microvolts(50) / 1000, 6e-4);
}

constexpr std::string_view kWithings =
    "date,type,frequency,duration,wearposition,signal,doctor_assessment,doctor_name,checkup_date\n";

TEST(WithingsCsv, SamplesInACellAreRead) {
  const Recording recording =
      read_text(fmt::format("{}2021-05-01 10:20:30,ECG,300,30,1,\"[{}]\",,,\n2021-05-02 "
                            "10:20:30,ECG,300,30,1,\"[1,2]\",,,\n",
                            kWithings, numbers(9000, 1000)));
  EXPECT_EQ(recording.format, "Withings CSV");
  EXPECT_EQ(recording.rate_hz, 300);
  EXPECT_EQ(recording.start, "2021-05-01T10:20:30");
  EXPECT_EQ(recording.samples, 9000u);
  EXPECT_NEAR(recording.mv[50], test::microvolts(50) / 1000, 6e-4);
  EXPECT_TRUE(warns_of(recording, "2 readings; the first is read"));
}

TEST(WithingsCsv, MillivoltsOfABloodPressureMonitorAndACutCell) {
  const Recording recording =
      read_text(fmt::format("{}2021-05-01 10:20:30,ECG,500,20,2,[{}", kWithings, millivolts(5000)));
  EXPECT_EQ(recording.rate_hz, 500);
  test::expect_formula(recording, 5000);
  EXPECT_TRUE(warns_of(recording, "20 s are declared, 10 s are there"));
}

TEST(Samsung, FractionsAreMillivolts) {
  const Recording recording = read_text(
      fmt::format(R"({{"start_time":1700000000000,"sample_frequency":500,"sample_count":15000,)"
                  R"("chart_data":[{}]}})",
                  millivolts(15000)));
  EXPECT_EQ(recording.format, "Samsung Health JSON");
  EXPECT_EQ(recording.rate_hz, 500);
  EXPECT_EQ(recording.start, "2023-11-14T22:13:20Z");
  test::expect_formula(recording, 15000);
}

TEST(Samsung, WholeNumbersAreAskedFor) {
  const std::string text =
      fmt::format(R"({{"sample_frequency":500,"chart_data":[{}]}})", numbers(15000, 1000));
  EXPECT_NE(error_of_text(text).find("--unit"), std::string::npos);
  EXPECT_NEAR(read_text(text, {0, "uV"}).mv[50], 0.9, 0.1);
}

TEST(Samsung, TheTableOfReadingsIsReadOrNamesItsFile) {
  constexpr std::string_view kHead =
      "com.samsung.health.ecg,6313022,4\nstart_time,sample_frequency,chart_data,sample_count\n";
  const Recording recording = read_text(
      fmt::format("{}2024-06-01 09:00:00.000,500,\"[{}]\",15000\n", kHead, millivolts(15000)));
  EXPECT_EQ(recording.format, "Samsung Health CSV");
  EXPECT_EQ(recording.start, "2024-06-01T09:00:00");
  test::expect_formula(recording, 15000);
  EXPECT_NE(error_of_text(
                fmt::format("{}2024-06-01 09:00:00.000,500,ab12.chart_data.json,15000\n", kHead))
                .find("not in this table but in ab12.chart_data.json"),
            std::string::npos);
}

}  // namespace
}  // namespace liteheart
