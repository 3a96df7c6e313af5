#include "formats/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/recording_source.h"
#include "formats/registry.h"
#include "scratch.h"
#include "wfdb_files.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
using Entries = std::vector<std::pair<std::string, std::string>>;  // name, bytes

constexpr std::string_view kHardLink = "link to ";  // bytes of an entry that is none of its own

enum class Kind { kZip, kTarGz, kSevenZip };

fs::path write_archive(const fs::path& file, Kind kind, const Entries& entries,
                       unsigned type = AE_IFREG) {
  archive* const out = archive_write_new();
  if (kind == Kind::kZip) archive_write_set_format_zip(out);
  if (kind == Kind::kSevenZip) archive_write_set_format_7zip(out);
  if (kind == Kind::kTarGz) {
    archive_write_set_format_pax_restricted(out);
    archive_write_add_filter_gzip(out);
  }
  EXPECT_EQ(archive_write_open_filename(out, file.c_str()), ARCHIVE_OK);
  for (const auto& [name, bytes] : entries) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    if (type == AE_IFLNK) archive_entry_set_symlink(entry, bytes.c_str());
    if (bytes.starts_with(kHardLink))
      archive_entry_set_hardlink(entry, bytes.c_str() + kHardLink.size());
    archive_entry_set_size(entry, type == AE_IFREG ? static_cast<la_int64_t>(bytes.size()) : 0);
    archive_write_header(out, entry);
    if (type == AE_IFREG) archive_write_data(out, bytes.data(), bytes.size());
    archive_entry_free(entry);
  }
  archive_write_close(out);
  archive_write_free(out);
  return file;
}

const std::string kHeader = "rec 1 100 300\nrec.dat 16 200/mV 16 0 0 0 0 I\n";
const std::string kSignal(600, '\1');

class Archive : public test::Scratch {
 protected:
  /// Unpacks into the test's own folder, where only its own left-overs are counted.
  void SetUp() override {
    const char* const set = std::getenv("TMPDIR");
    if (set != nullptr) before_ = set;
    fs::create_directories(unpacked_);
    ::setenv("TMPDIR", unpacked_.c_str(), 1);
  }
  void TearDown() override {
    if (before_.empty())
      ::unsetenv("TMPDIR");
    else
      ::setenv("TMPDIR", before_.c_str(), 1);
  }

  std::string read_error(const fs::path& file) {
    return test::error_of([&] { read_recording(file); });
  }
  /// Temporary folders that unpacking has left behind.
  bool nothing_left() const { return fs::is_empty(unpacked_); }

  const fs::path unpacked_ = folder / "unpacked";

 private:
  std::string before_;
};

TEST_F(Archive, ARecordOfSeveralFilesIsReadOutOfEveryKind) {
  for (const Kind kind : {Kind::kZip, Kind::kTarGz, Kind::kSevenZip}) {
    const auto file = write_archive(folder / "set.archive", kind,
                                    {{"set/rec.hea", kHeader}, {"set/rec.dat", kSignal}});
    const Recording recording = read_recording(file);
    EXPECT_EQ(recording.samples, 300u);
    EXPECT_EQ(recording.leads, std::vector<std::string>{"I"});
    EXPECT_EQ(recording.name, "rec");
  }
}

TEST_F(Archive, AFolderOfManyIsASourceInTheWordsOfItsUser) {
  const auto file = write_archive(folder / "set.zip", Kind::kZip,
                                  {{"a/rec.hea", kHeader},
                                   {"a/rec.dat", kSignal},
                                   {"b/rec.hea", kHeader},
                                   {"b/rec.dat", kSignal}});
  EXPECT_NE(read_error(file).find("an archive of 2 recordings"), std::string::npos);
  {
    const RecordingSource source(file);
    EXPECT_EQ(source.root().filename(), "set");
    const auto recordings = source.recordings();
    ASSERT_EQ(recordings.size(), 2u);
    EXPECT_EQ(source.in_users_words(recordings[1].string()), (file / "b/rec.hea").string());
    EXPECT_EQ(read_recording(recordings[1]).samples, 300u);
  }
  EXPECT_TRUE(nothing_left());
}

TEST_F(Archive, OneCompressedFileNeedsNoArchive) {
  // gzip of a header would lose its signal file: a single file is what one compresses.
  archive* const out = archive_write_new();
  archive_write_set_format_raw(out);
  archive_write_add_filter_gzip(out);
  const fs::path file = folder / "rec.hea.gz";
  ASSERT_EQ(archive_write_open_filename(out, file.c_str()), ARCHIVE_OK);
  archive_entry* const entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_write_header(out, entry);
  archive_write_data(out, kHeader.data(), kHeader.size());
  archive_entry_free(entry);
  archive_write_close(out);
  archive_write_free(out);
  InputFile input(file);
  const UnpackedArchive unpacked(input);
  EXPECT_EQ(test::read_bytes(unpacked.folder() / "rec.hea"), kHeader);
}

TEST_F(Archive, NothingLeavesItsFolder) {
  for (const char* const name : {"../rec.hea", "a/../../rec.hea", "/tmp/rec.hea"}) {
    const auto file = write_archive(folder / "bad.tar.gz", Kind::kTarGz, {{name, kHeader}});
    const std::string error = read_error(file);
    EXPECT_NE(error.find("would leave its folder"), std::string::npos) << error;
  }
  // A link is not followed, for it is never made.
  const auto file =
      write_archive(folder / "link.tar.gz", Kind::kTarGz, {{"rec.hea", "/etc/passwd"}}, AE_IFLNK);
  EXPECT_NE(read_error(file).find("an archive of 0 recordings"), std::string::npos);
}

TEST_F(Archive, AFileThatIsOnlyALinkToAnotherIsNamed) {
  const auto file =
      write_archive(folder / "links.tar.gz", Kind::kTarGz,
                    {{"rec.hea", kHeader}, {"rec.dat", kSignal}, {"b/rec.dat", "link to rec.dat"}});
  EXPECT_NE(read_error(file).find("holds 'b/rec.dat' as a link"), std::string::npos)
      << read_error(file);
}

TEST_F(Archive, NamesMayBeInAnyLanguage) {
  const auto file = write_archive(
      folder / "es.zip", Kind::kZip,
      {{"exportaci\xC3\xB3n/a\xC3\xB1o.hea", kHeader}, {"exportaci\xC3\xB3n/rec.dat", kSignal}});
  EXPECT_EQ(read_recording(file).samples, 300u);
}

TEST_F(Archive, ABombIsRefusedAndLeavesNothingBehind) {
  const auto file =
      write_archive(folder / "bomb.zip", Kind::kZip, {{"zeros.dat", std::string(150 << 20, '\0')}});
  ASSERT_LT(fs::file_size(file), 400u << 10);
  const std::string error = read_error(file);
  EXPECT_NE(error.find("bomb.zip: unpacks to more than 200 times its size"), std::string::npos)
      << error;
  EXPECT_TRUE(nothing_left());
}

TEST_F(Archive, WhatAKilledProcessLeftGoesWithTheNextAndWhatALivingOneHoldsStays) {
  const auto file =
      write_archive(folder / "set.zip", Kind::kZip, {{"rec.hea", kHeader}, {"rec.dat", kSignal}});
  const auto make = [this](const char* name, int minutes_old) {
    const fs::path left = unpacked_ / name;
    fs::create_directories(left / "set");
    fs::permissions(left, fs::perms::owner_all);
    fs::last_write_time(left, fs::file_time_type::clock::now() - std::chrono::minutes(minutes_old));
    return left;
  };
  const fs::path left = make("liteheart_unpacked_killed", 60),
                 fresh = make("liteheart_unpacked_fresh1", 0),
                 other = make("liteheart_my_results", 60),
                 longer = make("liteheart_unpacked_results", 60),
                 held = make("liteheart_unpacked_held11", 60),
                 shown = make("liteheart_unpacked_shown1", 60);
  fs::permissions(shown, fs::perms::owner_all | fs::perms::group_read);
  const int holding = ::open(held.c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(holding, LOCK_EX), 0);
  EXPECT_EQ(read_recording(file).samples, 300u);
  ::close(holding);
  EXPECT_FALSE(fs::exists(left));
  for (const fs::path& stays : {fresh, other, longer, held, shown})
    EXPECT_TRUE(fs::exists(stays)) << stays;
}

TEST_F(Archive, HiddenFilesAndTheTablesOfAHealthExportAreLeftOut) {
  const auto file = write_archive(
      folder / "export.zip", Kind::kZip,
      {{"apple_health_export/export.xml",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE HealthData [\n]>\n<HealthData></HealthData>"},
       {"__MACOSX/._rec.hea", kHeader},
       {"rec.hea", kHeader},
       {"rec.dat", kSignal}});
  EXPECT_EQ(RecordingSource(file).recordings().size(), 1u);
}

TEST_F(Archive, DamagedOnesAreErrors) {
  const auto file =
      write_archive(folder / "set.zip", Kind::kZip, {{"rec.hea", kHeader}, {"rec.dat", kSignal}});
  const std::string bytes = test::read_bytes(file);
  const fs::path damaged = folder / "damaged.zip";
  EXPECT_GT(test::refused_of_damaged(bytes, 64, damaged, [&] { read_recording(damaged); }), 50);
}

}  // namespace
}  // namespace liteheart
