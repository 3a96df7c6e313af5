// What broken, odd and unusual EDF and BDF files are read as.
#include "formats/edf_reader.h"

#include <gtest/gtest.h>

#include <cmath>

#include "edf_files.h"
#include "formats/registry.h"
#include "matching.h"
#include "scratch.h"

namespace liteheart {
namespace {

using test::annotations;
using test::EdfChannel;
using test::EdfFile;
using test::error_of;
using test::has;
using test::only;
using test::read_edf;
using test::same_samples;
using test::Strings;
using test::tal;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

EdfFile eight_samples() {
  EdfFile file;
  file.channels[0].values = {1000, 2000, -3000, 0, 5, 6, 7, -32768};
  return file;
}
const std::vector<float> kEightMillivolts = {1, 2, -3, 0, 0.005f, 0.006f, 0.007f, -32.768f};

std::vector<std::string> leads_of(const std::vector<EdfChannel>& channels) {
  EdfFile file;
  file.channels = channels;
  return read_edf(file.bytes()).leads;
}
std::string refusal_of(const std::vector<EdfChannel>& channels) {
  EdfFile file;
  file.channels = channels;
  return error_of([&] { read_edf(file.bytes()); });
}
EdfChannel labelled(const std::string& label, const std::string& dimension = "uV",
                    int samples = 4) {
  EdfChannel channel;
  channel.label = label;
  channel.dimension = dimension;
  channel.samples = samples;
  return channel;
}

TEST(EdfReader, SamplesAreMillivoltsByTheChannelsScale) {
  const Recording recording = read_edf(eight_samples().bytes());
  EXPECT_EQ(recording.format, "EDF");
  EXPECT_EQ(recording.rate_hz, 4);
  EXPECT_EQ(recording.samples, 8u);
  EXPECT_EQ(recording.leads, (Strings{"I"}));
  EXPECT_TRUE(same_samples(recording.mv, kEightMillivolts));
  EXPECT_TRUE(recording.warnings.empty());
}

TEST(EdfReader, Bdf24BitSamplesKeepTheirSign) {
  EdfFile file;
  file.version = test::kBdfVersion;
  file.channels[0] = {"ECG1",     "uV",      "-8388608", "8388607",
                      "-8388608", "8388607", 2,          {8388607, -8388608, -1, 256}};
  const Recording recording = read_edf(file.bytes());
  EXPECT_EQ(recording.format, "BDF");
  EXPECT_TRUE(same_samples(recording.mv, {8388.607f, -8388.608f, -0.001f, 0.256f}));
}

TEST(EdfReader, AUnitOfVoltsOrMillivoltsIsConverted) {
  EdfFile file = eight_samples();
  file.channels[0].dimension = "mV";
  EXPECT_FLOAT_EQ(read_edf(file.bytes()).mv[0], 1000);
  file.channels[0].dimension = "\xB5V";  // as ISO 8859-1 has it
  EXPECT_FLOAT_EQ(read_edf(file.bytes()).mv[0], 1);
}

TEST(EdfReader, APhysicalMinimumAboveTheMaximumInverts) {
  EdfFile file = eight_samples();
  file.channels[0].physical_min = "32768";
  file.channels[0].physical_max = "-32767";
  EXPECT_FLOAT_EQ(read_edf(file.bytes()).mv[0], -1);
}

TEST(EdfReader, EqualMinimaAndMaximaLeaveStepsOfOneUnitWithAWarning) {
  for (const bool digital : {false, true}) {
    EdfFile file = eight_samples();
    (digital ? file.channels[0].digital_min : file.channels[0].physical_min) = "5";
    (digital ? file.channels[0].digital_max : file.channels[0].physical_max) = "5";
    const Recording recording = read_edf(file.bytes());
    EXPECT_FLOAT_EQ(recording.mv[0], 1);
    EXPECT_TRUE(only(recording.warnings, "not calibrated"));
  }
}

TEST(EdfReader, NumbersMayHaveCommasNulsAndSignsThatAreNoAscii) {
  EdfFile file = eight_samples();
  file.seconds = "0,5";
  file.channels[0].physical_min = "-32,768";
  file.channels[0].physical_max = "32,767\xEC";
  file.channels[0].digital_min = "  -32768";
  file.channels[0].dimension = "mV";
  std::string bytes = file.bytes();
  bytes.replace(bytes.find("32767   "), 8, std::string("32767\0\0\0", 8));
  const Recording recording = read_edf(bytes);
  EXPECT_EQ(recording.rate_hz, 8);
  EXPECT_TRUE(same_samples(recording.mv, kEightMillivolts));
}

TEST(EdfReader, WrongHeaderBytesAreAWarning) {
  std::string bytes = eight_samples().bytes();
  bytes[185] = '\xB1';
  const Recording recording = read_edf(bytes);
  EXPECT_TRUE(same_samples(recording.mv, kEightMillivolts));
  EXPECT_TRUE(only(recording.warnings, "512"));
}

TEST(EdfReader, AnUnknownNumberOfRecordsIsCounted) {
  for (const char* declared : {"-1", "0", "many"}) {
    EdfFile file = eight_samples();
    file.declared_records = declared;
    const Recording recording = read_edf(file.bytes());
    EXPECT_EQ(recording.samples, 8u);
    EXPECT_TRUE(only(recording.warnings, "the file holds 2"));
  }
}

TEST(EdfReader, AFileLongerThanDeclaredReadsAsDeclaredWithAWarning) {
  const Recording recording = read_edf(eight_samples().bytes() + "surplus");
  EXPECT_TRUE(same_samples(recording.mv, kEightMillivolts));
  EXPECT_TRUE(only(recording.warnings, "7 bytes follow"));
}

TEST(EdfReader, ACutFileIsShortenedAndSaysByHowMuch) {
  std::string bytes = eight_samples().bytes();
  bytes.pop_back();
  const Recording recording = read_edf(bytes);
  EXPECT_EQ(recording.samples, 4u);
  EXPECT_TRUE(only(recording.warnings, "1 of 2 data records"));
  const std::string within = error_of([&] { read_edf(bytes.substr(0, 515)); });
  EXPECT_TRUE(has(within, "test.edf byte 515: cut off within the first data record"));
  EXPECT_TRUE(has(error_of([&] { read_edf(bytes.substr(0, 511)); }), "511 of 512 bytes"));
}

TEST(EdfReader, ARecordWithoutDurationNeedsTheRateFromTheUser) {
  EdfFile file = eight_samples();
  file.seconds = "0";
  EXPECT_TRUE(has(error_of([&] { read_edf(file.bytes()); }), "duration"));
  EXPECT_EQ(read_edf(file.bytes(), {250, ""}).rate_hz, 250);
}

TEST(EdfReader, TheStartMayHaveColonsAndBadSecondsAreLeftOut) {
  EdfFile file = eight_samples();
  file.time = "10:20:30";
  file.date = "01/02/85";
  EXPECT_EQ(read_edf(file.bytes()).start, "1985-02-01T10:20:30");
  file.time = "10.20.75";
  const Recording recording = read_edf(file.bytes());
  EXPECT_EQ(recording.start, "1985-02-01");
  EXPECT_TRUE(only(recording.warnings, "10.20.75"));
  file.date = "31.02.20";
  EXPECT_EQ(read_edf(file.bytes()).start, "");
}

TEST(EdfReader, EdfPlusSubfieldsAreTakenApart) {
  EdfFile file = eight_samples();
  file.patient = "MCH_0234567 F 02-MAY-1951 Haagse_Harry";
  file.recording = "Startdate 02-MAR-2002 PSG-1234/2002 NN Telemetry_03";
  const Recording recording = read_edf(file.bytes());
  EXPECT_EQ(recording.patient_id, "MCH_0234567");
  EXPECT_EQ(recording.sex, "female");
  EXPECT_EQ(recording.birth_date, "1951-05-02");
  EXPECT_EQ(recording.patient_name, "Haagse Harry");
  EXPECT_EQ(recording.device, "Telemetry 03");
  EXPECT_EQ(recording.start, "2002-03-02T10:20:30");
}

TEST(EdfReader, PlainEdfTextIsPatientAndDevice) {
  EdfFile file = eight_samples();
  file.patient = "M\xFCller, 17";
  file.recording = "Holter 3000";
  const Recording recording = read_edf(file.bytes());
  EXPECT_EQ(recording.patient_id, "M\xC3\xBCller, 17");
  EXPECT_EQ(recording.device, "Holter 3000");
}

TEST(EdfReader, NothingIsKnownOfAnAnonymousRecording) {
  EdfFile file = eight_samples();
  file.date = "01.01.85";
  const Recording recording = read_edf(file.bytes());
  EXPECT_EQ(recording.patient_id + recording.patient_name + recording.device + recording.sex +
                recording.birth_date + recording.start,
            "");
}

TEST(EdfChannels, LeadsAreChosenByLabel) {
  EXPECT_EQ(leads_of({labelled("ECG I"), labelled("EKG II"), labelled("Lead III"), labelled("V1"),
                      labelled("ECG aVR")}),
            (Strings{"I", "II", "III", "V1", "aVR"}));
  EXPECT_EQ(leads_of({labelled("ECG1"), labelled("EKG1-EKG2"), labelled("ECG 2"),
                      labelled("EEG EKG-REF")}),
            (Strings{"ECG1", "EKG1-EKG2", "ECG 2", "EEG EKG-REF"}));
  EXPECT_EQ(leads_of({labelled("MLII"), labelled("ECG V4R"), labelled("LA-RA")}),
            (Strings{"MLII", "V4R", "LA-RA"}));
}

TEST(EdfChannels, OfASleepRecordingOnlyTheEcgIsRead) {
  EXPECT_EQ(leads_of({labelled("EEG Fpz-Cz", "uV", 8), labelled("ECG"), labelled("SaO2", "%"),
                      labelled("ECG HR", "bpm"), labelled("Status", ""), annotations({"", ""})}),
            (Strings{"ECG"}));
}

TEST(EdfChannels, RatesAreNeverMixed) {
  EdfFile file;
  file.channels = {labelled("ECG I", "uV", 4), labelled("ECG II", "uV", 8),
                   labelled("ECG III", "uV", 4)};
  file.channels[0].values = {1000};
  const Recording recording = read_edf(file.bytes());
  EXPECT_EQ(recording.leads, (Strings{"I", "III"}));
  EXPECT_EQ(recording.rate_hz, 4);
  EXPECT_TRUE(only(recording.warnings, "other rates are left out: 'ECG II'"));
  EXPECT_EQ(leads_of({labelled("ECG I", "uV", 4), labelled("ECG II", "uV", 8)}), (Strings{"II"}))
      << "the fastest of as many";
}

TEST(EdfChannels, VoltagesWhoseLabelsSayNothingAreTakenWithAWarning) {
  EdfFile file;
  file.channels = {labelled("Channel 1"), labelled("2"), labelled("")};
  const Recording recording = read_edf(file.bytes());
  EXPECT_EQ(recording.leads, (Strings{"Channel 1", "2", "channel 3"}));
  EXPECT_TRUE(only(recording.warnings, "no label says"));
  EXPECT_EQ(leads_of({labelled("Heart")}), (Strings{"Heart"})) << "the only signal";
}

TEST(EdfChannels, AFileWithoutAnEcgIsAnErrorThatNamesItsSignals) {
  EXPECT_TRUE(has(refusal_of({labelled("EEG Fpz-Cz"), labelled("Resp", "")}),
                  "EDF without an ECG; its signals are 'EEG Fpz-Cz', 'Resp'"));
  EXPECT_TRUE(has(refusal_of({labelled("EEG Fpz-Cz"), labelled("1")}), "without an ECG"));
  EXPECT_TRUE(has(refusal_of({labelled("EMG chin")}), "without an ECG"));
  EXPECT_TRUE(has(refusal_of({labelled("ECG", "bits")}), "'ECG' is in 'bits', no voltage"));
  EXPECT_TRUE(has(refusal_of({annotations({"", ""})}), "annotations only"));
}

TEST(EdfChannels, AMissingUnitIsGuessedFromTheRangeOrGiven) {
  EdfFile file = eight_samples();
  file.channels[0].dimension = "";
  EXPECT_FLOAT_EQ(read_edf(file.bytes()).mv[0], 1);
  EXPECT_TRUE(only(read_edf(file.bytes()).warnings, "taken for uV"));
  EXPECT_FLOAT_EQ(read_edf(file.bytes(), {0, "nV"}).mv[0], 1e-3f);
  file.channels[0].physical_min = "-5";
  file.channels[0].physical_max = "5";
  EXPECT_TRUE(only(read_edf(file.bytes()).warnings, "taken for mV"));
}

EdfFile two_records_at(const std::string& second_onset) {
  EdfFile file = eight_samples();
  file.reserved = "EDF+D";
  file.channels.push_back(annotations({tal("+0.25", ""), tal(second_onset, "")}));
  return file;
}

TEST(EdfPlus, GapsOfADiscontinuousFileAreMissingSamples) {
  const Recording recording = read_edf(two_records_at("+2").bytes());
  EXPECT_EQ(recording.format, "EDF+D");
  EXPECT_EQ(recording.start, "2020-02-01T10:20:30.250");
  std::vector<float> expected = kEightMillivolts;
  expected.insert(expected.begin() + 4, 3, kNan);
  EXPECT_TRUE(same_samples(recording.mv, expected));
}

TEST(EdfPlus, RecordsThatOverlapFollowEachOtherWithAWarning) {
  const Recording recording = read_edf(two_records_at("+0.5").bytes());
  EXPECT_TRUE(same_samples(recording.mv, kEightMillivolts));
  EXPECT_TRUE(only(recording.warnings, "1 data records begin before"));
}

TEST(EdfPlus, AnAbsurdGapIsRefusedBeforeMemoryIsAskedFor) {
  for (const char* onset : {"+99999999", "+1e300", "+9999999999999999999"}) {
    EXPECT_TRUE(
        has(error_of([&] { read_edf(two_records_at(onset).bytes()); }), "too long to fill in"));
  }
}

TEST(EdfPlus, AContinuousFileHasNoGapsWhateverItsAnnotationsSay) {
  EdfFile file = two_records_at("+70");
  file.reserved = "EDF+C";
  EXPECT_EQ(read_edf(file.bytes()).samples, 8u);
}

TEST(EdfPlus, AnnotationsOfTextAreStatementsWithTheirTime) {
  EdfFile file = eight_samples();
  file.reserved = "EDF+C";
  file.channels.push_back(
      annotations({tal("+0", "") + tal("+0", "Sinus rhythm"), tal("+1", "") +
                                                                  tal("+1.5\x15"
                                                                      "0.25",
                                                                      "pause\x14"
                                                                      "caf\xC3\xA9") +
                                                                  tal("+1.75", "VES")}));
  const Recording recording = read_edf(file.bytes());
  EXPECT_EQ(recording.format, "EDF+");
  EXPECT_EQ(recording.statements,
            (Strings{"Sinus rhythm", "pause (at 1.5 s, for 0.25 s)",
                     "caf\xC3\xA9 (at 1.5 s, for 0.25 s)", "VES (at 1.75 s)"}));
  EXPECT_TRUE(recording.beats.empty());
}

TEST(EdfPlus, StatementsAreBounded) {
  EdfFile file = eight_samples();
  std::string many = tal("+0", "");
  for (int i = 0; i < 300; ++i) many += tal("+0", "beat");
  file.channels.push_back(annotations({many, ""}, 4000));
  const Recording recording = read_edf(file.bytes());
  EXPECT_EQ(recording.statements.size(), 100u);
  EXPECT_TRUE(only(recording.warnings, "200 annotations after the first 100"));
}

TEST(EdfPlus, BrokenAnnotationsEndTheirRecordOnly) {
  EdfFile file = eight_samples();
  file.channels.push_back(
      annotations({"+0\x14\x14"
                   "no NUL, garbage \xFF\x15",
                   tal("+1", "x")}));
  EXPECT_EQ(read_edf(file.bytes()).statements, (Strings{"x (at 1 s)"}));
}

TEST(EdfStream, AnyPiecesMakeTheWhole) {
  EdfFile file;
  file.reserved = "EDF+D";
  file.records = 3;
  file.channels = {labelled("ECG I"), labelled("ECG II")};
  for (int i = 0; i < 12; ++i) {
    file.channels[0].values.push_back(i);
    file.channels[1].values.push_back(-i);
  }
  file.channels.push_back(annotations({tal("+0", ""), tal("+1", ""), tal("+3", "")}));
  const std::string bytes = file.bytes();
  const Recording whole = read_edf(bytes);
  ASSERT_EQ(whole.samples, 16u);
  for (std::size_t piece = 1; piece <= 17; ++piece) {
    const auto stream = test::open_edf_bytes(bytes);
    std::vector<float> mv(2 * 16), part(2 * piece);
    for (std::size_t at = 0, got = piece; got == piece; at += got) {
      got = stream->read(part.data(), piece, piece);
      for (std::size_t lead = 0; lead < 2; ++lead)
        std::copy_n(part.data() + lead * piece, got, mv.data() + lead * 16 + at);
    }
    EXPECT_TRUE(same_samples(mv, whole.mv)) << piece;
    EXPECT_EQ(stream->read(part.data(), piece, piece), 0u);
  }
}

TEST(EdfStream, ARecordLargerThanABlockIsReadInParts) {
  EdfFile file;
  file.records = 2;
  file.channels = {labelled("ECG I", "uV", 300000), labelled("ECG II", "uV", 300000)};
  for (int i = 0; i < 600000; ++i) {
    file.channels[0].values.push_back(i % 1000);
    file.channels[1].values.push_back(-(i % 999));
  }
  const Recording recording = read_edf(file.bytes());
  ASSERT_EQ(recording.samples, 600000u);
  int wrong = 0;
  for (std::size_t i = 0; i < recording.samples; ++i) {
    wrong += std::lround(recording.mv[i] * 1000) != static_cast<long>(i % 1000);
    wrong += std::lround(recording.mv[600000 + i] * 1000) != -static_cast<long>(i % 999);
  }
  EXPECT_EQ(wrong, 0);
}

/// Resident memory in MB.
double resident_mb() {
  std::ifstream status("/proc/self/statm");
  double pages = 0;
  status >> pages >> pages;
  return pages * 4096 / 1e6;
}

TEST(EdfStream, ADayOfThreeLeadsIsReadInFewMegabytes) {
  constexpr int kRate = 250, kSeconds = 86400;
  const test::ScratchFolder folder;
  const std::string file = folder / "day.edf";
  {
    EdfFile day;
    day.records = 1;
    day.declared_records = "86400";
    day.channels = {labelled("ECG I", "uV", kRate), labelled("ECG II", "uV", kRate),
                    labelled("ECG V1", "uV", kRate), annotations({tal("+0", "")})};
    for (EdfChannel& channel : day.channels) channel.values.assign(kRate, 42);
    const std::string one = day.bytes(), record = one.substr(256 * 5);
    std::ofstream out(file, std::ios::binary);
    out << one;
    for (int i = 1; i < kSeconds; ++i) out << record;
  }
  const double before = resident_mb();
  const auto stream = open_recording(file);
  ASSERT_EQ(stream->about().samples, static_cast<std::size_t>(kRate) * kSeconds);
  std::vector<float> block(3 * 4096);
  double sum = 0, most = 0;
  for (std::size_t got = 4096; got == 4096;) {
    got = stream->read(block.data(), 4096, 4096);
    for (std::size_t i = 0; i < got; ++i) sum += block[4096 + i];
    most = std::max(most, resident_mb());
  }
  EXPECT_NEAR(sum, 0.042 * kRate * kSeconds, 1);
#ifdef __SANITIZE_ADDRESS__
  constexpr double kMostMegabytes = 100;  // it keeps what was freed
#else
  constexpr double kMostMegabytes = 16;
#endif
  EXPECT_LT(most - before, kMostMegabytes);
}

TEST(EdfHeader, IsRecognisedByContent) {
  EXPECT_TRUE(looks_like_edf(eight_samples().bytes()));
  EXPECT_TRUE(looks_like_edf(test::kBdfVersion));
  EXPECT_FALSE(looks_like_edf("0       1 2"));
  std::string table;
  for (int i = 0; i < 100; ++i) table += "0       1 2\n";
  EXPECT_FALSE(looks_like_edf(table));
  EXPECT_FALSE(looks_like_edf(std::string(300, '0')));
}

TEST(EdfHeader, SignalsAndSamplesThatMakeNoSenseAreErrors) {
  std::string none = eight_samples().bytes();
  none.replace(252, 4, "0   ");
  EXPECT_TRUE(has(error_of([&] { read_edf(none); }), "declares '0' signals"));
  EdfFile file = eight_samples();
  file.records = 0;
  file.channels[0].samples = -4;
  EXPECT_TRUE(has(error_of([&] { read_edf(file.bytes()); }), "'-4' samples a record"));
  std::string many = eight_samples().bytes();
  many.replace(252, 4, "9999");
  EXPECT_TRUE(has(error_of([&] { read_edf(many); }), "header is cut off"));
}

TEST(EdfHeader, ManySignalsWithoutSamplesCostNoTimeForEachRecord) {
  EdfFile file;
  file.records = 1;
  file.declared_records = "200000";
  file.channels.assign(2000, labelled("x", "", 0));
  file.channels.push_back(labelled("ECG I", "uV", 1));
  file.channels.push_back(annotations({}, 0));
  const std::string bytes = file.bytes() + std::string(2 * 199999, '\0');
  const double start = test::processor_seconds();
  EXPECT_EQ(read_edf(bytes).samples, 200000u);
  EXPECT_LT(test::processor_seconds() - start, 2);
}

}  // namespace
}  // namespace liteheart
