// What is written as CSV comes back: to our reader, to pandas and to NumPy.
#include "formats/csv_writer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>

#include "text_files.h"

namespace liteheart {
namespace {

Recording example(double rate) {
  Recording recording;
  recording.name = "example";
  recording.rate_hz = rate;
  recording.leads = {"I", "V1", "Lead, \"odd\""};
  recording.samples = 1000;
  for (int lead = 0; lead < 3; ++lead)
    for (int i = 0; i < 1000; ++i)
      recording.mv.push_back(static_cast<float>(test::microvolts(i + 17 * lead) / 1000));
  recording.mv[5] = std::numeric_limits<float>::quiet_NaN();
  recording.mv[1999] = std::numeric_limits<float>::quiet_NaN();
  recording.mv[7] = -1.17549435e-38F;
  return recording;
}

class CsvWriter : public test::Scratch {};

TEST_F(CsvWriter, OurReaderGetsEverySampleAndTheRateBack) {
  for (const double rate : {125.0, 250.0, 360.0, 512.508, 513.625, 130.0613}) {
    const Recording written = example(rate);
    write_csv(written, folder / "a.csv");
    const Recording read = read_recording(folder / "a.csv");
    EXPECT_DOUBLE_EQ(read.rate_hz, rate);
    EXPECT_EQ(read.leads, (std::vector<std::string>{"I", "V1", "Lead odd"}));
    ASSERT_EQ(read.mv.size(), written.mv.size());
    for (std::size_t i = 0; i < read.mv.size(); ++i)
      ASSERT_TRUE(read.mv[i] == written.mv[i] ||
                  (std::isnan(read.mv[i]) && std::isnan(written.mv[i])))
          << i;
    EXPECT_TRUE(read.warnings.empty()) << read.warnings[0];
  }
}

TEST_F(CsvWriter, PandasAndNumpyReadItAsItIs) {
  const auto python = [&](const std::string& program) {
    test::write_bytes(folder / "read.py", program);
    return std::system(
        fmt::format("/usr/bin/python3 {} 2>/dev/null", (folder / "read.py").string()).c_str());
  };
  if (python("import numpy") != 0) GTEST_SKIP() << "needs python3-numpy";
  write_csv(example(250), folder / "a.csv");
  const std::string file = (folder / "a.csv").string();
  EXPECT_EQ(
      python(fmt::format("import numpy\n"
                         "a = numpy.genfromtxt('{}', delimiter=',', names=True)\n"
                         "assert a.dtype.names[:3] == ('time_s', 'I_mV', 'V1_mV'), a.dtype\n"
                         "assert len(a) == 1000 and numpy.isnan(a['I_mV'][5])\n"
                         "assert numpy.isnan(a['V1_mV'][999])\n"
                         "assert abs(a['I_mV'][50] - 0.889) < 0.1 and a['time_s'][1] == 0.004\n",
                         file)),
      0);
  if (python("import pandas") != 0) GTEST_SKIP() << "needs python3-pandas";
  EXPECT_EQ(python(fmt::format("import pandas\na = pandas.read_csv('{}')\n"
                               "assert list(a.columns)[:3] == ['time_s', 'I_mV', 'V1_mV']\n"
                               "assert a.shape == (1000, 4) and a.isna().sum().sum() == 2\n"
                               "assert all(t == 'float64' for t in a.dtypes)\n",
                               file)),
            0);
}

TEST_F(CsvWriter, NothingToWriteIsAnError) {
  EXPECT_NE(test::error_of([&] { write_csv({}, folder / "a.csv"); }), "");
}

}  // namespace
}  // namespace liteheart
