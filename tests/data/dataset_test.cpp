#include "data/dataset.h"

#include "small_data.h"

namespace liteheart {
namespace {

class Dataset : public test::Scratch {
 protected:
  Dataset() {
    rows_ = {test::small_row("r,0", "p\"0", Split::kTrain),
             test::small_row("r1", "p1", Split::kTest), test::small_row("r2", "p2", Split::kTrain)};
    rows_[0].age_years = 61.5;
    rows_[0].sex = "female";
    rows_[0].fold = 3;
    rows_[1].source_hz = 513.625;
    rows_[1].samples = 2;
    test::write_small_dataset(folder, rows_, {1, 0, 0, 1, 1, 1}, classes_);
  }

  std::string error() const {
    return test::error_of([&] { PreparedDataset data(folder); });
  }
  void replace_in(std::string_view file, const std::string& from, const std::string& to) const {
    std::string text = test::read_bytes(folder / file);
    ASSERT_NE(text.find(from), std::string::npos);
    text.replace(text.find(from), from.size(), to);
    test::write_bytes(folder / file, text);
  }

  std::vector<Diagnosis> classes_ = {{"164889003", "AF", "atrial fibrillation", true, ""},
                                     {"164884008", "VEB", "ventricular ectopics", false, ""}};
  std::vector<RecordRow> rows_;
};

TEST_F(Dataset, GivesBackWhatWasWritten) {
  const PreparedDataset data(folder);
  ASSERT_EQ(data.size(), 3u);
  EXPECT_FLOAT_EQ(data.scale(), 0.001f);
  EXPECT_EQ(data.conditioning().window, 4);
  EXPECT_EQ(data.conditioning().rate_hz, 100);
  ASSERT_EQ(data.signal(2).size(), 48u);
  EXPECT_EQ(data.signal(2)[0], 2000);
  EXPECT_EQ(data.signal(2)[47], 2047);
  EXPECT_EQ(std::vector<int>(data.labels(1).begin(), data.labels(1).end()), (std::vector{0, 1}));
  ASSERT_EQ(data.classes().size(), 2u);
  EXPECT_EQ(data.classes()[1].abbreviation, "VEB");
  EXPECT_EQ(data.classes()[1].code, "164884008");
  EXPECT_TRUE(data.classes()[0].scored);
  EXPECT_EQ(data.indices(Split::kTrain), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(data.indices(Split::kTest), (std::vector<std::size_t>{1}));
  EXPECT_TRUE(data.indices(Split::kValidate).empty());
  EXPECT_EQ(data.rows()[0].record, "r,0");
  EXPECT_EQ(data.rows()[0].patient, "p\"0");
  EXPECT_EQ(data.rows()[0].age_years, 61.5);
  EXPECT_EQ(data.rows()[0].sex, "female");
  EXPECT_EQ(data.rows()[0].fold, 3);
  EXPECT_LT(data.rows()[1].age_years, 0);
  EXPECT_EQ(data.rows()[1].source_hz, 513.625);
  EXPECT_EQ(data.rows()[1].samples, 2);
}

TEST_F(Dataset, OutlivesAMove) {
  PreparedDataset data(folder);
  const PreparedDataset moved(std::move(data));
  EXPECT_EQ(moved.signal(1)[5], 1005);
}

TEST_F(Dataset, AFolderWithoutDescriptionIsNoDataSet) {
  std::filesystem::remove(folder / kDescriptionFile);
  EXPECT_EQ(error(), folder.string() +
                         ": is not a prepared data set (no dataset.json); make one with 'liteheart "
                         "prepare SOURCE --out DIR'");
}

TEST_F(Dataset, AnotherVersionIsRefusedWithFileAndRemedy) {
  replace_in(kDescriptionFile, "\"version\": 1", "\"version\": 7");
  EXPECT_EQ(error(),
            (folder / "dataset.json").string() +
                ": is of version 7, this program reads version 1; prepare the data set again");
}

TEST_F(Dataset, ADamagedDescriptionIsRefused) {
  replace_in(kDescriptionFile, "\"scale\"", "\"skale\"");
  EXPECT_NE(error().find("dataset.json: cannot be read"), std::string::npos) << error();
  test::write_bytes(folder / kDescriptionFile, "{\"format\": ");
  EXPECT_NE(error().find("dataset.json: cannot be read"), std::string::npos) << error();
  test::write_bytes(folder / kDescriptionFile, "{\"format\": \"another\"}");
  EXPECT_NE(error().find("does not describe a prepared data set"), std::string::npos) << error();
}

TEST_F(Dataset, ATruncatedSignalFileIsRefusedBeforeItIsMapped) {
  const auto size = std::filesystem::file_size(folder / kSignalsFile);
  std::filesystem::resize_file(folder / kSignalsFile, size - 2);
  EXPECT_NE(error().find("signals.npy: has 414 bytes where its header promises 416"),
            std::string::npos)
      << error();
  std::filesystem::resize_file(folder / kSignalsFile, 50);
  EXPECT_NE(error().find("signals.npy: ends inside its .npy header"), std::string::npos) << error();
}

TEST_F(Dataset, ArraysThatDoNotFitTheDescriptionAreRefused) {
  replace_in(kDescriptionFile, "\"window\": 4", "\"window\": 5");
  EXPECT_NE(error().find("signals.npy: does not hold the array"), std::string::npos) << error();
  replace_in(kDescriptionFile, "\"window\": 5", "\"window\": 4");
  replace_in(kLabelsFile, "|u1", "<i2");
  EXPECT_NE(error().find("labels.npy: does not hold the array"), std::string::npos) << error();
  replace_in(kRecordsFile, "r2,", "\nr2,");  // a blank line is no record
  replace_in(kDescriptionFile, "\"records\": 3", "\"records\": 4");
  EXPECT_NE(error().find("records.csv: has 3 records where dataset.json promises 4"),
            std::string::npos)
      << error();
}

TEST_F(Dataset, ADamagedTableIsNamedByLine) {
  replace_in(kRecordsFile, ",test,", ",exam,");
  EXPECT_NE(error().find("records.csv line 3: 'exam' is not a split"), std::string::npos)
      << error();
  replace_in(kRecordsFile, ",exam,", ",test,");
  replace_in(kRecordsFile, "513.625", "fast");
  EXPECT_NE(error().find("records.csv line 3: 'fast' is not a rate"), std::string::npos) << error();
}

TEST_F(Dataset, NpyHeadersOfNumPyAreRead) {
  // As numpy.save writes numpy.zeros((3, 2), 'u1'): no blank before the closing brace, other
  // padding.
  const std::string dictionary =
      "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2), }" + std::string(58, ' ') + "\n";
  test::write_bytes(folder / "n.npy", std::string("\x93NUMPY\x01\x00", 8) +
                                          static_cast<char>(dictionary.size()) + '\0' + dictionary);
  const NpyHeader header = read_npy_header(folder / "n.npy");
  EXPECT_EQ(header.descr, "|u1");
  EXPECT_EQ(header.shape, (std::vector<std::size_t>{3, 2}));
  EXPECT_EQ(header.bytes, 10 + dictionary.size());
  replace_in("n.npy", "False", "True ");
  EXPECT_THROW(read_npy_header(folder / "n.npy"), Error);
  test::write_bytes(folder / "n.npy", "PK\x03\x04 something else");
  EXPECT_THROW(read_npy_header(folder / "n.npy"), Error);
}

TEST_F(Dataset, NumPyReadsTheArraysAsTheyAre) {
  const std::string python = "/usr/bin/python3";
  if (std::system((python + " -c 'import numpy' 2>/dev/null").c_str()) != 0)
    GTEST_SKIP() << "needs " << python << " with NumPy";
  test::write_bytes(
      folder / "check.py",
      "import numpy, sys\n"
      "x = numpy.load(sys.argv[1] + '/signals.npy', mmap_mode='r')\n"
      "y = numpy.load(sys.argv[1] + '/labels.npy')\n"
      "assert x.shape == (3, 12, 4) and x.dtype == numpy.int16, x\n"
      "assert (x[2].ravel() == 2000 + numpy.arange(48)).all(), x[2]\n"
      "assert y.tolist() == [[1, 0], [0, 1], [1, 1]] and y.dtype == numpy.uint8, y\n");
  EXPECT_EQ(
      std::system(
          (python + " '" + (folder / "check.py").string() + "' '" + folder.string() + "'").c_str()),
      0);
}

}  // namespace
}  // namespace liteheart
