// CODE files in HDF5, made here with HDF5's C interface and by h5py.
#include "formats/code_hdf5.h"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "ecg/leads.h"
#include "formats/registry.h"
#include "python_check.h"
#include "scratch.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

bool says(const std::vector<std::string>& lines, const std::string& part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

/// The order of the augmented leads in a file.
enum class Order { kAvrFirst, kAvrLast };

/// Frames of 12 leads that obey the limb leads' identities.
std::vector<float> exam(std::size_t samples, std::size_t before, std::size_t after, float seed,
                        Order order = Order::kAvrFirst) {
  std::vector<float> frames(samples * 12, 0.0F);
  for (std::size_t t = before; t + after < samples; ++t) {
    float* const frame = frames.data() + 12 * t;
    const auto wave = [&](std::size_t k) {
      return static_cast<float>((t * (k + 3) + k * 17) % 97) / 64 + seed;
    };
    const float i = wave(0), ii = wave(1), avr = -(i + ii) / 2, avl = i - ii / 2, avf = ii - i / 2;
    frame[0] = i, frame[1] = ii, frame[2] = ii - i;
    frame[3] = order == Order::kAvrFirst ? avr : avl;
    frame[4] = order == Order::kAvrFirst ? avl : avf;
    frame[5] = order == Order::kAvrFirst ? avf : avr;
    for (std::size_t k = 6; k < 12; ++k) frame[k] = wave(k);
  }
  return frames;
}

struct Table {
  std::string name;
  std::vector<hsize_t> shape;
  std::vector<float> values;
};

void write_hdf5(const fs::path& file, const std::vector<Table>& tables,
                const std::vector<std::int64_t>& ids) {
  const hid_t out = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const auto add = [&](const char* name, const std::vector<hsize_t>& shape, hid_t type,
                       const void* data) {
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t set = H5Dcreate2(out, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(set);
    H5Sclose(space);
  };
  for (const Table& table : tables)
    add(table.name.c_str(), table.shape, H5T_NATIVE_FLOAT, table.values.data());
  if (!ids.empty()) add("exam_id", {ids.size()}, H5T_NATIVE_INT64, ids.data());
  H5Fclose(out);
}

class CodeHdf5 : public test::Scratch {
 protected:
  fs::path made(const std::vector<std::vector<float>>& exams, const std::vector<std::int64_t>& ids,
                const std::string& table = "tracings") const {
    Table tracings = {table, {exams.size(), exams.front().size() / 12, 12}, {}};
    for (const auto& frames : exams)
      tracings.values.insert(tracings.values.end(), frames.begin(), frames.end());
    const fs::path file = folder / "exams.hdf5";
    write_hdf5(file, {tracings}, ids);
    return file;
  }
  std::string error_of(const fs::path& path) const {
    return test::error_of([&] { read_recording(path); });
  }
};

void expect_frames(const Recording& ecg, const std::vector<float>& frames, std::size_t before) {
  for (std::size_t lead = 0; lead < 12; ++lead)
    for (std::size_t t = 0; t < ecg.samples; ++t)
      ASSERT_EQ(ecg.lead(lead)[t], frames[12 * (before + t) + lead]) << lead << " " << t;
}

TEST_F(CodeHdf5, AnExamIsReadByItsIdWithoutPadding) {
  const auto first = exam(4096, 648, 648, 0.5F), second = exam(4096, 0, 1, -0.25F);
  const fs::path file = made({first, second}, {1169160, 77});
  const Recording ecg = read_recording(file / "77");
  EXPECT_EQ(ecg.name, "77");
  EXPECT_EQ(ecg.format, "CODE HDF5");
  EXPECT_DOUBLE_EQ(ecg.rate_hz, 400);
  EXPECT_TRUE(std::equal(ecg.leads.begin(), ecg.leads.end(), kLeadNames.begin(), kLeadNames.end()));
  EXPECT_EQ(ecg.samples, 4095u);
  expect_frames(ecg, second, 0);
  const Recording padded = read_recording(file / "1169160");
  EXPECT_EQ(padded.samples, 2800u);
  expect_frames(padded, first, 648);
}

TEST_F(CodeHdf5, TheUnitIsMillivoltsWithAWarningOrWhatTheUserSays) {
  const fs::path file = made({exam(50, 0, 0, 1)}, {5});
  const Recording assumed = read_recording(file), told = read_recording(file, {0, "uV"});
  EXPECT_TRUE(says(assumed.warnings, "do not say their unit"));
  EXPECT_TRUE(told.warnings.empty());
  EXPECT_FLOAT_EQ(told.mv[7], assumed.mv[7] / 1000);
  EXPECT_NE(test::error_of([&] {
              read_recording(file, {0, "bananas"});
            }).find("bananas"),
            std::string::npos);
}

TEST_F(CodeHdf5, AFileOfSeveralExamsTellsHowToNameOne) {
  const auto one = exam(50, 0, 0, 1);
  const fs::path file = made({one, one, one, one}, {11, 12, 13, 14});
  const std::string error = error_of(file);
  EXPECT_NE(error.find("holds 4 exams; name one as " + file.string() + "/EXAM_ID: 11, 12, 13, ..."),
            std::string::npos)
      << error;
  EXPECT_NE(error_of(file / "99").find("holds no exam '99'; it holds 11, 12"), std::string::npos);
}

TEST_F(CodeHdf5, AFolderOrFileListsEveryExam) {
  const auto one = exam(50, 0, 0, 1);
  const fs::path file = made({one, one, one}, {12, 11, 0});
  const std::vector<fs::path> expected = {file / "11", file / "12"};
  EXPECT_EQ(find_recordings(folder), expected) << "a filler of id 0 is no exam";
  EXPECT_EQ(find_recordings(file), expected);
  EXPECT_EQ(find_recordings(file / "11"), std::vector<fs::path>{file / "11"});
}

TEST_F(CodeHdf5, ExamsWithoutIdsAreNumberedAndSignalIsAnotherName) {
  const auto one = exam(50, 0, 0, 1), two = exam(50, 0, 0, 2);
  const fs::path file = made({one, two}, {}, "signal");
  InputFile input(file);
  EXPECT_EQ(code_exams(input), (std::vector<std::string>{"0", "1"}));
  expect_frames(read_recording(file / "1"), two, 0);
}

TEST_F(CodeHdf5, AnotherOrderOfAugmentedLeadsIsToldAndMended) {
  const Recording ecg = read_recording(made({exam(200, 0, 0, 0.25F, Order::kAvrLast)}, {5}));
  expect_frames(ecg, exam(200, 0, 0, 0.25F), 0);
  EXPECT_TRUE(says(ecg.warnings, "aVL, aVF and aVR stand in that order"));
}

TEST_F(CodeHdf5, AFileInMemoryIsReadToo) {
  const auto one = exam(50, 0, 0, 1);
  const std::string bytes = test::read_bytes(made({one}, {5}));
  const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  expect_frames(read_recording(copy, "memory"), one, 0);
}

TEST_F(CodeHdf5, OtherHdf5IsRefusedAndNamed) {
  const auto one = exam(50, 0, 0, 1);
  const auto error = [&](const std::vector<Table>& tables, const std::vector<std::int64_t>& ids) {
    write_hdf5(folder / "other.h5", tables, ids);
    return error_of(folder / "other.h5");
  };
  EXPECT_NE(error({{"x", {600}, one}}, {}).find("without a data set 'tracings'"),
            std::string::npos);
  EXPECT_NE(error({{"tracings", {60, 10}, one}}, {}).find("have the shape 60 x 10"),
            std::string::npos);
  EXPECT_NE(error({{"tracings", {1, 60, 10}, one}}, {}).find("have the shape 1 x 60 x 10"),
            std::string::npos);
  EXPECT_NE(error({{"tracings", {1, 50, 12}, one}}, {1, 2}).find("1 exams and ids of the shape 2"),
            std::string::npos);
  EXPECT_NE(error({{"tracings", {1, 50, 12}, std::vector<float>(600)}}, {1})
                .find("exam 1: holds nothing but zeros"),
            std::string::npos);
}

TEST_F(CodeHdf5, SamplesInAnotherFileAreNotFollowed) {
  const fs::path file = made({exam(50, 0, 0, 1)}, {5});
  const hid_t out =
      H5Fcreate((folder / "link.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_external(file.c_str(), "tracings", out, "tracings", H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(out);
  EXPECT_NE(error_of(folder / "link.h5").find("without a data set"), std::string::npos);
}

TEST_F(CodeHdf5, AHugeClaimIsRefusedBeforeItIsMade) {
  const hid_t out =
      H5Fcreate((folder / "huge.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hsize_t shape[] = {hsize_t{1} << 40, 4096, 12}, chunk[] = {1, 4096, 12};
  const hid_t space = H5Screate_simple(3, shape, nullptr), plan = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(plan, 3, chunk);
  H5Dclose(H5Dcreate2(out, "tracings", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, plan, H5P_DEFAULT));
  H5Fclose(out);
  EXPECT_NE(error_of(folder / "huge.h5").find("says it holds 1099511627776 exams"),
            std::string::npos);
}

TEST_F(CodeHdf5, ThreadsReadAtTheSameTime) {
  const auto one = exam(400, 0, 0, 1), two = exam(400, 0, 0, 2);
  const fs::path file = made({one, two}, {1, 2});
  const auto read_often = [&](const char* id, const std::vector<float>& frames) {
    for (int i = 0; i < 50; ++i) expect_frames(read_recording(file / id), frames, 0);
  };
  std::thread other([&] { read_often("2", two); });
  read_often("1", one);
  other.join();
}

TEST_F(CodeHdf5, WhatH5pyWritesIsReadHoweverItIsStored) {
  if (test::run_python("code_h5py.py", folder.string()) == 77) GTEST_SKIP() << "needs h5py";
  const auto files = find_recordings(folder);
  ASSERT_EQ(files.size(), 14u * 5u);
  for (const fs::path& file : files) {
    const Recording ecg = read_recording(file);
    ASSERT_EQ(ecg.samples, 3900u) << file;
    const auto number = std::stoul(ecg.name) - 1000;
    const bool half = file.string().find("half") != std::string::npos;
    for (std::size_t lead = 0; lead < 12; ++lead) {
      for (std::size_t t = 0; t < ecg.samples; ++t) {
        const auto value = static_cast<double>((7 * number + 3 * (t + 100) + 11 * lead) % 1000);
        ASSERT_NEAR(ecg.lead(lead)[t], (value - 500) / 1000, half ? 3e-4 : 1e-7) << file;
      }
    }
  }
}

TEST_F(CodeHdf5, DamageIsReadOrRefusedInBoundedTime) {
  const std::string bytes =
      test::read_bytes(made({exam(100, 3, 3, 1), exam(100, 0, 0, 2)}, {1, 2}));
  const fs::path file = folder / "damaged.hdf5";
  const auto begin = std::chrono::steady_clock::now();
  const int refused = test::refused_of_damaged(bytes, 1500, file, [&] {
    const Recording ecg = read_recording(file / "1");
    EXPECT_GT(ecg.samples, 0u);
    EXPECT_EQ(ecg.mv.size(), ecg.samples * 12);
  });
  EXPECT_GT(refused, 50);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

}  // namespace
}  // namespace liteheart
