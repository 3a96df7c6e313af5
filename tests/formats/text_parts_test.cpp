// The small parts of the text readers: numbers, timestamps, time axes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>

#include "formats/decimal.h"
#include "formats/time_axis.h"
#include "formats/timestamp.h"
#include "formats/written_date.h"

namespace liteheart {
namespace {

double parsed(std::string_view cell, char decimal = '.', char other = '.') {
  double value = std::numeric_limits<double>::quiet_NaN();
  parse_decimal(cell, decimal, other, value);
  return value;
}

TEST(Decimal, NumbersAreExactlyStrtods) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200000; ++i) {
    double any = 0;
    std::string text;
    if (i % 3 == 0) {
      const std::uint64_t bits = random();
      std::memcpy(&any, &bits, sizeof(any));
      if (!std::isfinite(any)) continue;
      text = fmt::format("{}", any);
    } else {
      any = static_cast<double>(static_cast<std::int64_t>(random() % 2000000000) - 1000000000);
      text = i % 3 == 1 ? fmt::format("{:.{}f}", any / 1e6, static_cast<int>(random() % 9))
                        : fmt::format("{:.{}e}", any, static_cast<int>(random() % 16));
    }
    ASSERT_EQ(parsed(text), std::strtod(text.c_str(), nullptr)) << text;
  }
}

TEST(Decimal, WhatIsNoNumberIsNone) {
  for (const char* text : {"", "-", "+", ".", "e5", "1e", "1.2.3", "--1", "1-", "0x10", "nan",
                           "inf", "1 2", "12a", "1e999", "\"\"", ",", "-,"})
    EXPECT_TRUE(std::isnan(parsed(text))) << text;
}

TEST(Decimal, MarksOfOtherLanguagesAreUnderstood) {
  EXPECT_EQ(parsed("-1,5", ','), -1.5);
  EXPECT_EQ(parsed("-1,5", '.', ','), -1.5);
  EXPECT_EQ(parsed("\u22121,5", '.', ','), -1.5);
  EXPECT_EQ(parsed("1.234,5", '.', ','), 1234.5);
  EXPECT_EQ(parsed("1\u202F234,5", '.', ','), 1234.5);
  EXPECT_EQ(parsed("'-1.5'"), -1.5);
  EXPECT_EQ(parsed("٢٧٫٦"), 27.6);
}

TEST(Timestamps, EveryWritingIsTheSameInstant) {
  for (const char* text : {"2021-12-17 12:58:58.250 +0800", "2021-12-17T04:58:58.25Z",
                           "2021/12/17 04:58:58,250 UTC", "\"2021-12-17 06:58:58.250+02:00\""}) {
    const auto stamp = parse_timestamp(text);
    ASSERT_TRUE(stamp) << text;
    EXPECT_TRUE(stamp->dated);
    EXPECT_DOUBLE_EQ(stamp->seconds, 1639717138.25) << text;
  }
  EXPECT_EQ(parse_timestamp("2021-12-17 12:58:58.250 +0800")->iso, "2021-12-17T12:58:58.250+08:00");
  EXPECT_EQ(parse_timestamp("[04:58:58.250 17/12/2021]")->seconds, 1639717138.25);
  EXPECT_EQ(parse_timestamp("1:02:03.5")->seconds, 3723.5);
  EXPECT_EQ(parse_timestamp("2:03.5")->seconds, 123.5);
  for (const char* text : {"", "12", "2021-13-01 00:00:00", "2021-12-17 25:00:00", "12:99:00",
                           "2021-12-17 12:58:58 nonsense", "1.5"})
    EXPECT_FALSE(parse_timestamp(text)) << text;
}

TEST(Timestamps, EpochsAreWrittenOut) {
  EXPECT_EQ(iso_of_epoch(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(iso_of_epoch(951782400), "2000-02-29T00:00:00Z");
  EXPECT_EQ(iso_of_epoch(1639717138.9996), "2021-12-17T04:58:59Z");
  EXPECT_EQ(iso_of_epoch(-1), "");
}

TEST(Timestamps, OnlySureDatesAreDates) {
  for (const char* text :
       {"5 Feb 1952", "Feb 5, 1952", "5. Februar 1952", "5 février 1952", "5 de febrero de 1952",
        "1952-02-05", "1952/2/5", "05.02.1952", "1952年2月5日", "5 helmikuuta 1952"})
    EXPECT_EQ(surely_a_date(text), "1952-02-05") << text;
  EXPECT_EQ(surely_a_date("31/12/1952"), "1952-12-31");
  EXPECT_EQ(surely_a_date("12/31/1952"), "1952-12-31");
  for (const char* text :
       {"", "02/05/1952", "5 Foo 1952", "5 Feb 52", "1952", "31.02.1952", "REDACTED"})
    EXPECT_EQ(surely_a_date(text), "") << text;
}

std::vector<double> stamps(int count, double rate, double resolution = 0) {
  std::vector<double> seconds;
  for (int i = 0; i < count; ++i) {
    const double t = i / rate;
    seconds.push_back(resolution > 0 ? std::round(t / resolution) * resolution : t);
  }
  return seconds;
}

TEST(TimeAxes, RatesAreReal) {
  for (const double rate : {128.0, 130.0613, 250.0, 360.0, 512.508, 513.625, 1000.0, 2048.0})
    EXPECT_NEAR(read_time_axis(stamps(5000, rate)).rate_hz, rate, 1e-6);
  EXPECT_EQ(read_time_axis(stamps(5000, 360, 1e-3)).rate_hz, 360);
  EXPECT_NE(read_time_axis(stamps(500000, 250.004)).rate_hz, 250);
}

TEST(TimeAxes, StampsThatAreMissingAreBridged) {
  std::vector<double> seconds = stamps(1000, 250);
  for (std::size_t i = 10; i < 20; ++i) seconds[i] = std::numeric_limits<double>::quiet_NaN();
  const TimeAxis axis = read_time_axis(seconds);
  EXPECT_EQ(axis.rate_hz, 250);
  EXPECT_EQ(axis.samples, 1000u);
}

TEST(TimeAxes, TooFewEqualOrWildStampsAreAProblem) {
  EXPECT_FALSE(read_time_axis({}).problem.empty());
  EXPECT_FALSE(read_time_axis({0, 1}).problem.empty());
  EXPECT_FALSE(read_time_axis(std::vector<double>(100, 5)).problem.empty());
  EXPECT_FALSE(read_time_axis(stamps(100, 1)).problem.empty());
  EXPECT_FALSE(read_time_axis({0, 1e300, 0, 1e300, 0, 1e300}).problem.empty());
  EXPECT_FALSE(read_time_axis({0, 0.004, 0.008, 1e300, 1e300}).problem.empty());
}

}  // namespace
}  // namespace liteheart
