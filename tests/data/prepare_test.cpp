#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

#include "data/simulator.h"
#include "formats/registry.h"
#include "prepare_fixture.h"
#include "shared.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
using test::kAf;
using test::kNsr;
using test::Prepare;
using test::small_recording;
using test::write_bytes;

std::vector<std::string> abbreviations(const PreparedDataset& data) {
  std::vector<std::string> names;
  for (const Diagnosis& d : data.classes()) names.push_back(d.abbreviation);
  return names;
}

TEST_F(Prepare, PacksRecordingsInTheOrderOfTheirPathsWithTheirLabels) {
  add_some(40);
  const PrepareSummary summary = run();
  EXPECT_EQ(summary.read, 40u);
  EXPECT_EQ(summary.kept, 40u);
  const PreparedDataset data(options.out);
  ASSERT_EQ(data.size(), 40u);
  EXPECT_EQ(abbreviations(data), (std::vector<std::string>{"AF", "NSR"}));
  EXPECT_TRUE(std::ranges::is_sorted(records()));
  for (std::size_t i = 0; i < data.size(); ++i) {
    EXPECT_EQ(data.labels(i)[0], i % 2 == 0);
    EXPECT_EQ(data.labels(i)[1], i % 2 == 1);
    EXPECT_EQ(data.rows()[i].samples, 1000);
    EXPECT_EQ(data.rows()[i].source_hz, 100);
  }
}

TEST_F(Prepare, StoresWhatTheEdgeLibraryWouldFeedANetwork) {
  add(small_recording("A", 1, {kAf}, 5200, 500));
  run();
  const Recording r = read_recording(folder / "source/A.hea");
  const edge::Conditioning& c = options.conditioning;
  const std::size_t samples = edge::filtered_samples(c, r.rate_hz, r.samples);
  std::vector<float> filtered(kLeads * samples), window(kLeads * 1024);
  std::vector<float> scratch(edge::filter_scratch(c, r.rate_hz, r.samples, kLeads));
  ASSERT_EQ(edge::filter_recording(c, r.rate_hz, r.mv.data(), r.samples, kLeads, filtered.data(),
                                   filtered.size(), scratch.data(), scratch.size()),
            edge::Status::kOk);
  ASSERT_EQ(edge::cut_window(c, filtered.data(), samples, kLeads, 0, window.data()),
            edge::Status::kOk);
  const PreparedDataset data(options.out);
  for (std::size_t i = 0; i < window.size(); ++i)
    ASSERT_NEAR(static_cast<float>(data.signal(0)[i]) * data.scale(), window[i], 0.00051f) << i;
  EXPECT_EQ(data.rows()[0].samples, 1024);
  EXPECT_EQ(data.rows()[0].source_hz, 500);
}

TEST_F(Prepare, AShortRecordingIsPaddedWithZeros) {
  add(small_recording("A", 1, {kAf}, 400));
  run();
  const PreparedDataset data(options.out);
  EXPECT_EQ(data.rows()[0].samples, 400);
  const auto lead = data.signal(0).subspan(1024, 1024);
  EXPECT_TRUE(std::ranges::any_of(lead.first(400), [](int v) { return v != 0; }));
  EXPECT_TRUE(std::ranges::all_of(lead.subspan(400), [](int v) { return v == 0; }));
}

TEST_F(Prepare, FixedGainKeepsMillivoltsAndSaturates) {
  Recording loud = small_recording("A", 1, {kAf});
  for (std::size_t t = 0; t < loud.samples; ++t) {
    const double sine = std::sin(2 * std::numbers::pi * 5 * static_cast<double>(t) / 100);
    loud.mv[t] = static_cast<float>(2 * sine);                                            // I: 2 mV
    loud.mv[loud.samples + t] = static_cast<float>(32 * sine + (sine > 0 ? 0.7 : -0.7));  // II
  }
  add(loud);
  options.conditioning.normalization = edge::Normalization::kFixedGain;
  run();
  const PreparedDataset data(options.out);
  EXPECT_EQ(data.conditioning().normalization, edge::Normalization::kFixedGain);
  const auto peak = [&](std::size_t lead) {
    return *std::ranges::max_element(data.signal(0).subspan(lead * 1024 + 200, 600));
  };
  EXPECT_NEAR(static_cast<float>(peak(0)) * data.scale(), 2, 0.02);
  EXPECT_EQ(peak(1), 32767);
}

TEST_F(Prepare, LeadsAreReorderedFromAnyOrderInTheFile) {
  Recording r = small_recording("A", 3, {kAf});
  add(r);
  Recording reversed = r;
  reversed.name = "B";
  std::ranges::reverse(reversed.leads);
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    std::ranges::copy(r.lead(kLeads - 1 - lead),
                      reversed.mv.begin() + static_cast<std::ptrdiff_t>(lead * r.samples));
  add(reversed);
  run();
  const PreparedDataset data(options.out);
  ASSERT_EQ(data.size(), 2u);
  EXPECT_TRUE(std::ranges::equal(data.signal(0), data.signal(1)));
}

TEST_F(Prepare, BadRecordingsAreSkippedWithTheirReasonsAndCounted) {
  add_some(3);
  Recording no_v1 = small_recording("B_no_v1_v4", 1);
  no_v1.leads[6] = "X";
  no_v1.leads[9] = "Y";
  add(no_v1);
  Recording flat = small_recording("C_flat", 1);
  std::ranges::fill(flat.mv, 0.25f);
  add(flat);
  add(small_recording("D_short", 1, {}, 5));
  write_bytes(folder / "source/E_no_signal.hea",
              "E_no_signal 1 100 1000\nnone.dat 16 1000/mV 16 0 0 0 0 I\n");
  const PrepareSummary summary = run();
  EXPECT_EQ(summary.read, 7u);
  EXPECT_EQ(summary.kept, 3u);
  ASSERT_EQ(summary.skipped.size(), 4u);
  const auto& [file, reason] = summary.skipped[0];
  EXPECT_TRUE(file.ends_with("source/B_no_v1_v4.hea")) << file;
  EXPECT_NE(reason.find("has no lead V1, V4;"), std::string::npos) << reason;
  EXPECT_NE(summary.skipped[1].second.find("has no signal"), std::string::npos);
  EXPECT_NE(summary.skipped[2].second.find("too short"), std::string::npos)
      << summary.skipped[2].second;
  EXPECT_NE(summary.skipped[3].second.find("none.dat"), std::string::npos)
      << summary.skipped[3].second;
  const std::string csv = test::read_bytes(options.out / "skipped.csv");
  EXPECT_EQ(std::ranges::count(csv, '\n'), 5);
  EXPECT_NE(csv.find("has no lead V1, V4"), std::string::npos);
  EXPECT_EQ(records(), (std::vector<std::string>{"A00", "A01", "A02"}));
  options.overwrite = true;
  options.min_positives = 1000;
  EXPECT_NE(error().find("no class has 1000 positives among 3"), std::string::npos) << error();
  EXPECT_NE(error().find("4 of 7 recordings were skipped, the first: "), std::string::npos)
      << error();
}

TEST_F(Prepare, AnUnreadableLeadIsADoubt) {
  Recording r = simulate(simulated_centres().front(), {"AF"}, 1);
  r.name = "A";
  std::ranges::fill(std::span(r.mv).subspan(0, r.samples), 0.25f);
  add(r);
  const PrepareSummary summary = run();
  ASSERT_EQ(summary.doubts.size(), 1u);
  EXPECT_TRUE(summary.doubts[0].first.ends_with("A.hea")) << summary.doubts[0].first;
  EXPECT_NE(summary.doubts[0].second.find("unreadable"), std::string::npos);
  EXPECT_NE(summary.doubts[0].second.find("noise): I,"), std::string::npos)
      << summary.doubts[0].second;  // those that are made of it may be flat, too
}

TEST_F(Prepare, StrictStopsAtTheFirstBadRecordingInOrder) {
  add_some(3);
  Recording flat = small_recording("B_flat", 1);
  std::ranges::fill(flat.mv, 0.25f);
  add(flat);
  write_bytes(folder / "source/C.hea", "C 1 100 1000\nnone.dat 16 1000/mV 16 0 0 0 0 I\n");
  options.strict = true;
  EXPECT_TRUE(error().starts_with((folder / "source/B_flat.hea").string() + ": has no signal"))
      << error();
  EXPECT_FALSE(fs::exists(options.out));
  EXPECT_FALSE(fs::exists(folder / "out.partial"));
}

TEST_F(Prepare, NothingUsableIsAnErrorThatGivesTheFirstReason) {
  Recording flat = small_recording("A", 1);
  std::ranges::fill(flat.mv, 0.25f);
  add(flat);
  EXPECT_NE(error().find("none of 1 recordings can be used"), std::string::npos) << error();
  EXPECT_NE(error().find("has no signal"), std::string::npos) << error();
}

TEST_F(Prepare, SourcesThatAreMissingOrEmptyAreNamed) {
  EXPECT_NE(error().find("source"), std::string::npos);
  fs::create_directories(folder / "source");
  EXPECT_NE(error().find("holds no recording"), std::string::npos) << error();
}

TEST_F(Prepare, EquivalentDiagnosesAreOneClass) {
  add(small_recording("A", 1, {"713427006"}));              // CRBBB
  add(small_recording("B", 2, {"59118001", "713427006"}));  // RBBB is counted as CRBBB
  add(small_recording("C", 3, {"59118001"}));
  options.min_positives = 3;
  run();
  const PreparedDataset data(options.out);
  EXPECT_EQ(abbreviations(data), std::vector<std::string>{"CRBBB"});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(data.labels(i)[0], 1);
}

TEST_F(Prepare, ClassesWithTooFewPositivesAreDroppedAndTheirRecordsStay) {
  add_some(5);  // 3 AF, 2 NSR
  options.min_positives = 3;
  run();
  const PreparedDataset data(options.out);
  EXPECT_EQ(abbreviations(data), std::vector<std::string>{"AF"});
  EXPECT_EQ(data.size(), 5u);
  EXPECT_EQ(data.labels(1)[0], 0);
  options.min_positives = 4;
  options.out = folder / "none";
  EXPECT_NE(error().find("no class has 4 positives among 5 recordings"), std::string::npos)
      << error();
  EXPECT_FALSE(fs::exists(options.out));
}

TEST_F(Prepare, UnscoredClassesAreKeptOnlyWhereAskedFor) {
  add(small_recording("A", 1, {kAf, "164884008"}));  // VEB
  run();
  EXPECT_EQ(abbreviations(PreparedDataset(options.out)), std::vector<std::string>{"AF"});
  options.all_classes = true;
  options.overwrite = true;
  run();
  EXPECT_EQ(abbreviations(PreparedDataset(options.out)), (std::vector<std::string>{"AF", "VEB"}));
}

TEST_F(Prepare, AListOfClassesIsKeptHoweverRareInTheVocabularysOrder) {
  add_some(2);
  options.min_positives = 100;
  options.classes = {"RBBB", kAf, "713427006"};
  run();
  EXPECT_EQ(abbreviations(PreparedDataset(options.out)), (std::vector<std::string>{"AF", "CRBBB"}));
  options.classes = {"heartbreak"};
  options.out = folder / "other";
  EXPECT_NE(error().find("class 'heartbreak' is not in the vocabulary"), std::string::npos);
}

TEST_F(Prepare, UnknownDiagnosesAreCounted) {
  add(small_recording("A", 1, {kAf, "999999"}));
  add(small_recording("B", 1, {"999999"}));
  EXPECT_EQ(run().unknown_diagnoses, (std::map<std::string, std::size_t>{{"999999", 2}}));
}

TEST_F(Prepare, TakesPatientsFoldsAgeAndSexFromRecordsCsv) {
  add_some(3, "source/deep/er");
  write_bytes(folder / "source/records.csv",
              "record,patient_id,fold,age,sex\nA00,7.0,1,61.0,Female\nA01,8,9,,M\n");
  const PrepareSummary summary = run();
  EXPECT_EQ(summary.unknown_patients, 1u);
  const PreparedDataset data(options.out);
  EXPECT_EQ(data.rows()[0].patient, "source/7");
  EXPECT_EQ(data.rows()[0].centre, "source");
  EXPECT_EQ(data.rows()[0].fold, 1);
  EXPECT_EQ(data.rows()[0].age_years, 61);
  EXPECT_EQ(data.rows()[0].sex, "female");
  EXPECT_EQ(data.rows()[1].sex, "male");
  EXPECT_LT(data.rows()[1].age_years, 0);
  EXPECT_EQ(data.rows()[2].patient, "source/A02");
}

TEST_F(Prepare, OneFoldOfADataSetFindsTheTableAboveIt) {
  add_some(2, "source/fold1");
  write_bytes(folder / "source/records.csv", "record,patient_id\nA00,7\nA01,7\n");
  options.sources = {folder / "source/fold1"};
  EXPECT_EQ(run().unknown_patients, 0u);
  EXPECT_EQ(PreparedDataset(options.out).rows()[1].patient, "source/7");
}

TEST_F(Prepare, EqualNamesAndPatientIdsOfTwoCentresDoNotCollide) {
  for (const char* centre : {"north/data", "south/data"}) {
    add_some(2, centre);
    write_bytes(folder / centre / "records.csv", "record,patient_id\nA00,1\nA01,2\n");
  }
  options.sources = {folder / "north/data", folder / "south/data", folder / "south"};
  run();
  const PreparedDataset data(options.out);
  ASSERT_EQ(data.size(), 4u);  // the overlapping source adds nothing twice
  EXPECT_EQ(data.rows()[0].patient, "north/data/1");
  EXPECT_EQ(data.rows()[2].patient, "south/data/1");
}

TEST_F(Prepare, EqualRecordNamesWithinACentreAreToldApartByTheirFolders) {
  add_some(1, "source/x");
  add_some(1, "source/y");
  run();
  EXPECT_EQ(records(), (std::vector<std::string>{"x/A00", "y/A00"}));
}

TEST_F(Prepare, ADamagedPatientTableStopsRatherThanLeakPatients) {
  add_some(1);
  write_bytes(folder / "source/records.csv", "record,patient_id\nA00\n");
  EXPECT_NE(error().find("records.csv line 2: 1 fields"), std::string::npos) << error();
  write_bytes(folder / "source/records.csv", "name,patient_id\nA00,1\n");
  EXPECT_NE(error().find("records.csv: has no column 'record'"), std::string::npos) << error();
}

TEST_F(Prepare, KeepsSoManyAtMostEvenlySpread) {
  add_some(6);
  options.most = 3;
  run();
  std::vector<std::string> kept;
  const PreparedDataset data(options.out);
  for (const RecordRow& row : data.rows()) kept.push_back(row.record);
  EXPECT_EQ(kept, (std::vector<std::string>{"A00", "A02", "A04"}));
}

TEST_F(Prepare, ThreadsDoNotChangeTheDataSet) {
  add_some(30);
  options.threads = 1;
  run();
  const fs::path single = options.out;
  options.threads = 5;
  options.out = folder / "many";
  run();
  for (const auto file : {kSignalsFile, kLabelsFile, kRecordsFile, kDescriptionFile})
    EXPECT_EQ(test::read_bytes(single / file), test::read_bytes(options.out / file)) << file;
}

TEST_F(Prepare, ProgressCountsUpToTheTotal) {
  add_some(7);
  std::vector<std::pair<std::size_t, std::size_t>> seen;
  prepare(options, Vocabulary::standard(),
          [&](std::size_t done, std::size_t total) { seen.emplace_back(done, total); });
  ASSERT_FALSE(seen.empty());
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(seen.back(), std::pair(std::size_t{7}, std::size_t{7}));
}

// PTB-XL as it is published: no diagnoses in the headers, both rates, one table.
class PreparePtbxl : public Prepare {
 protected:
  PreparePtbxl() {
    add(small_recording("00001_lr", 1), "source/records100/00000");
    add(small_recording("00001_hr", 1, {}, 5000, 500), "source/records500/00000");
    add(small_recording("00002_lr", 2), "source/records100/00000");
    write_bytes(
        folder / "source/ptbxl_database.csv",
        "ecg_id,patient_id,age,sex,report,scp_codes,heart_axis,strat_fold,filename_lr,filename_hr\n"
        "1,15709.0,300.0,1,\"two,\nlines\",\"{'PVC': 100.0, 'SR': 0.0}\",ALAD,3,"
        "records100/00000/00001_lr,records500/00000/00001_hr\n"
        "2,13243.0,19.0,0,,\"{'AFIB': 0.0}\",MID,9,"
        "records100/00000/00002_lr,records500/00000/00002_hr\n");
    options.all_classes = true;
  }
};

TEST_F(PreparePtbxl, LabelsPatientsAndFoldsComeFromItsOwnTable) {
  EXPECT_EQ(run().unknown_patients, 0u);
  const PreparedDataset data(options.out);
  // PVC of PTB-XL is "ventricular ectopics", as in its Challenge form.
  EXPECT_EQ(abbreviations(data), (std::vector<std::string>{"AF", "LAD", "NSR", "VEB"}));
  EXPECT_EQ(std::vector<int>(data.labels(0).begin(), data.labels(0).end()),
            (std::vector{0, 1, 1, 1}));
  EXPECT_EQ(std::vector<int>(data.labels(1).begin(), data.labels(1).end()),
            (std::vector{1, 0, 0, 0}));
  EXPECT_EQ(data.rows()[0].patient, "source/15709");
  EXPECT_EQ(data.rows()[0].fold, 3);
  EXPECT_EQ(data.rows()[0].sex, "female");
  EXPECT_EQ(data.rows()[0].age_years, 90);  // "300" is how PTB-XL hides ages over 89
  EXPECT_EQ(data.rows()[1].split, Split::kTest);
}

TEST_F(PreparePtbxl, ARecordingAtTwoRatesIsTakenOnceAtTheOneThatFits) {
  EXPECT_EQ(run().doubles, 1u);
  EXPECT_EQ(records(), (std::vector<std::string>{"00001_lr", "00002_lr"}));
  options.conditioning = edge::paper_500();
  options.overwrite = true;
  EXPECT_EQ(run().doubles, 1u);
  EXPECT_EQ(records(), (std::vector<std::string>{"00002_lr", "00001_hr"}));
}

TEST_F(Prepare, PtbxlsOwnLayoutGivesTheLabelsOfItsChallengeForm) {
  LITEHEART_NEEDS_SHARED();
  const Vocabulary& vocabulary = Vocabulary::standard();
  std::map<std::string, std::set<std::string>> challenge;  // record -> canonical codes
  for (const auto& entry : fs::directory_iterator(test::shared() / "data/ptbxl")) {
    if (entry.path().extension() != ".csv") continue;
    std::ifstream table(entry.path());
    for (std::string line; std::getline(table, line);) {
      std::stringstream fields(line), codes;
      std::string record, field;
      std::getline(fields, record, ',');
      for (int i = 0; i < 4; ++i) std::getline(fields, field, ',');
      codes << field;
      for (std::string code; std::getline(codes, code, ';');)
        if (const auto canonical = vocabulary.canonical_code(code))
          challenge[record].insert(*canonical);
    }
  }
  options.sources = {test::shared() / "data/ptbxl_500hz"};
  options.all_classes = true;
  const PrepareSummary summary = run();
  EXPECT_EQ(summary.kept, 64u);
  EXPECT_TRUE(summary.unknown_diagnoses.empty());
  const PreparedDataset data(options.out);
  int compared = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto expected = challenge.find("HR" + data.rows()[i].record.substr(0, 5));
    if (expected == challenge.end()) continue;
    std::set<std::string> ours;
    for (std::size_t c = 0; c < data.classes().size(); ++c)
      if (data.labels(i)[c]) ours.insert(data.classes()[c].code);
    EXPECT_EQ(ours, expected->second) << data.rows()[i].record;
    ++compared;
  }
  EXPECT_GE(compared, 50);
}

TEST_F(Prepare, AnArchiveIsACentreWithTheTablesThatLieBesideIt) {
  add_some(40);
  ASSERT_EQ(
      std::system(fmt::format("tar czf '{0}/set.tar.gz' -C '{0}' source && rm -r '{0}/source'",
                              folder.string())
                      .c_str()),
      0);
  std::string table = "record,patient_id,fold\n";
  for (int i = 0; i < 40; ++i) table += fmt::format("A{:02},{},{}\n", i, i / 2, 1 + i / 2 % 9);
  write_bytes(folder / "records.csv", table);
  options.sources = {folder / "set.tar.gz"};
  const PrepareSummary summary = run();
  EXPECT_EQ(summary.kept, 40u);
  EXPECT_EQ(summary.unknown_patients, 0u);
  const PreparedDataset data(options.out);
  EXPECT_EQ(data.rows()[0].patient, data.rows()[1].patient);
  EXPECT_EQ(data.rows()[4].fold, 3);
  EXPECT_EQ(data.rows()[0].quality.size(), 12u);
}

}  // namespace
}  // namespace liteheart
