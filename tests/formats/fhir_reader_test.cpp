// FHIR Observations: HL7's example against a script, and every quirk in documents made here.
#include "formats/fhir_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "formats/registry.h"
#include "scratch.h"
#include "shared.h"

namespace liteheart {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Recording read(const std::string& text, const ReadOptions& options = {}) {
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  return read_recording(bytes, "memory", options);
}
std::string error_of(const std::string& text) {
  return test::error_of([&] { read(text); });
}
bool says(const std::vector<std::string>& lines, const std::string& part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

std::string mdc(int code) {
  return R"({"coding":[{"system":"urn:oid:2.16.840.1.113883.6.24","code":")" +
         std::to_string(code) + R"("}]})";
}
std::string sampled(const std::string& data, const std::string& unit = "mV",
                    const std::string& more = R"("period":2)") {
  return R"({"origin":{"value":0)" + (unit.empty() ? "" : R"(,"code":")" + unit + "\"") + "}," +
         more + R"(,"dimensions":1,"data":")" + data + "\"}";
}
std::string component(int code, const std::string& values) {
  return R"({"code":)" + mdc(code) + R"(,"valueSampledData":)" + values + "}";
}
std::string observation(const std::string& components, const std::string& more = "") {
  return R"({"resourceType":"Observation","status":"final","code":)" + mdc(131328) + more +
         R"(,"component":[)" + components + "]}";
}
std::string bundle(const std::string& entries) {
  return R"({"resourceType":"Bundle","type":"collection","entry":[)" + entries + "]}";
}

void expect_mv(const Recording& recording, const std::vector<float>& expected) {
  ASSERT_EQ(recording.mv.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i]))
      EXPECT_TRUE(std::isnan(recording.mv[i])) << i;
    else
      EXPECT_FLOAT_EQ(recording.mv[i], expected[i]) << i;
  }
}

TEST(FhirReader, TheExampleOfHl7AgreesWithAScript) {
  LITEHEART_NEEDS_SHARED();
  const auto file = test::shared() / "formats/fhir/observation-example-sample-data.json";
  EXPECT_NE(test::error_of([&] { read_recording(file); }).find("no unit; name it (--unit)"),
            std::string::npos);
  const Recording ecg = read_recording(file, {0, "uV"});
  EXPECT_EQ(ecg.leads, (std::vector<std::string>{"I", "II", "III"}));
  EXPECT_DOUBLE_EQ(ecg.rate_hz, 100);
  ASSERT_EQ(ecg.samples, 116u);
  for (std::size_t lead = 0; lead < 3; ++lead) {  // golden_fhir.py
    const auto mv = ecg.lead(lead);
    EXPECT_NEAR(mv.front(), 5.338092, 1e-6);
    EXPECT_NEAR(mv.back(), 5.389676, 1e-6);
    EXPECT_NEAR(*std::min_element(mv.begin(), mv.end()), 5.085008, 1e-6);
    EXPECT_NEAR(*std::max_element(mv.begin(), mv.end()), 5.539592, 1e-6);
    EXPECT_NEAR(std::accumulate(mv.begin(), mv.end(), 0.0), 623.219656, 1e-3);
  }
  EXPECT_EQ(ecg.start, "2015-02-19T09:30:35+01:00");
  EXPECT_EQ(ecg.device, "12 lead EKG Device Metric");
  EXPECT_EQ(ecg.patient_id, "f001");
  EXPECT_EQ(ecg.patient_name, "P. van de Heuvel");
}

TEST(FhirReader, AValueIsDataTimesFactorPlusOriginInItsUnit) {
  const std::string values =
      R"({"origin":{"value":5,"unit":"microvolt","code":"uV"},"period":4,"factor":0.5,)"
      R"("dimensions":1,"data":"10 -20.5 1e1"})";
  const Recording ecg = read(observation(component(131330, values)));
  EXPECT_EQ(ecg.leads, std::vector<std::string>{"II"});
  EXPECT_DOUBLE_EQ(ecg.rate_hz, 250);
  expect_mv(ecg, {0.01F, -0.00525F, 0.01F});
}

TEST(FhirReader, ErrorsAndValuesBeyondTheLimitsAreMissing) {
  const Recording ecg = read(observation(component(131329, sampled("1 E U L 2"))));
  expect_mv(ecg, {1, kNaN, kNaN, kNaN, 2});
  EXPECT_TRUE(says(ecg.warnings, "'I': 2 samples beyond the limits"));
  EXPECT_NE(error_of(observation(component(131329, sampled("1 x 2")))).find("value 2 'x'"),
            std::string::npos);
}

TEST(FhirReader, TheIntervalOfR5IsAPeriod) {
  for (const char* more :
       {R"("interval":0.004,"intervalUnit":"s")", R"("interval":4,"intervalUnit":"ms")",
        R"("interval":4000,"intervalUnit":"us")"})
    EXPECT_DOUBLE_EQ(read(observation(component(131329, sampled("1 2", "mV", more)))).rate_hz, 250);
  EXPECT_NE(error_of(observation(component(131329, sampled("1 2", "mV", R"("period":0)"))))
                .find("no period"),
            std::string::npos);
  EXPECT_NE(error_of(observation(component(
                         131329, sampled("1 2", "mV", R"("offsets":"0 3","intervalUnit":"ms")"))))
                .find("irregular offsets"),
            std::string::npos);
}

TEST(FhirReader, TheObservationsOwnValueIsALead) {
  const Recording ecg =
      read(R"({"resourceType":"Observation","code":{"coding":[{"code":"11524-6"}],)"
           R"("text":"Lead II"},"valueSampledData":)" +
           sampled("1 2") + "}");
  EXPECT_EQ(ecg.leads, std::vector<std::string>{"II"});
  expect_mv(ecg, {1, 2});
}

TEST(FhirReader, SeveralDimensionsAreInterleaved) {
  std::string values = sampled("1 10 2 20 3 30 4");
  values.replace(values.find("\"dimensions\":1"), 14, "\"dimensions\":2");
  const Recording ecg = read(observation(component(131328, values)));
  EXPECT_EQ(ecg.leads.size(), 2u);
  expect_mv(ecg, {1, 2, 3, 10, 20, 30});
  EXPECT_TRUE(says(ecg.warnings, "lacks some of its 2 dimensions"));
}

TEST(FhirReader, LeadsOfOtherRateLengthOrUnitAreToldApart) {
  const Recording ecg = read(observation(
      component(131329, sampled("1 2 3 4")) + "," + component(131330, sampled("5 6 7")) + "," +
      component(131331, sampled("1 2 3", "mV", R"("period":4)")) + "," +
      component(131332, sampled("1")) + "," + component(131333, sampled("1 2 3 4", "mm[Hg]"))));
  EXPECT_EQ(ecg.leads, (std::vector<std::string>{"I", "II"}));
  expect_mv(ecg, {1, 2, 3, 4, 5, 6, 7, kNaN});
  EXPECT_TRUE(says(ecg.warnings, "'II': 1 samples at the end are missing"));
  EXPECT_TRUE(says(ecg.warnings, "'V1' is left out: it has 250 Hz"));
  EXPECT_TRUE(says(ecg.warnings, "'V2' is left out: it has 1 samples of 4"));
  EXPECT_TRUE(says(ecg.warnings, "'V3' is left out: its unit is 'mm[Hg]'"));
}

TEST(FhirReader, ABundleGivesItsFirstEcgAndThePatient) {
  const std::string ecg = observation(component(131329, sampled("1 2")),
                                      R"(,"subject":{"reference":"Patient/p7"},)"
                                      R"("effectivePeriod":{"start":"2020-05-06T07:08:09Z"})");
  const Recording recording = read(bundle(
      R"({"resource":{"resourceType":"Patient","id":"p7","gender":"male","birthDate":"1950-01-02",)"
      R"("identifier":[{"value":"MRN 7"}],"name":[{"family":"Doe","given":["Jo","B."]}]}},)"
      R"({"resource":{"resourceType":"Observation","code":{"text":"heart rate"}}},)"
      R"({"resource":)" +
      ecg + R"(},{"resource":)" + ecg + "}"));
  expect_mv(recording, {1, 2});
  EXPECT_EQ(recording.patient_id, "MRN 7");
  EXPECT_EQ(recording.patient_name, "Jo B. Doe");
  EXPECT_EQ(recording.birth_date, "1950-01-02");
  EXPECT_EQ(recording.sex, "male");
  EXPECT_EQ(recording.start, "2020-05-06T07:08:09Z");
  EXPECT_TRUE(says(recording.warnings, "1 more ECG Observations"));
}

TEST(FhirReader, InterpretationsAndNotesAreStatements) {
  const Recording ecg =
      read(observation(component(131329, sampled("1 2")),
                       R"(,"interpretation":[{"coding":[{"display":"Abnormal"}]},{"text":"AF"}],)"
                       R"("note":[{"text":"seen by Dr. X"},{"text":")" +
                           std::string(kFhirResearchNote) + R"("}])"));
  EXPECT_EQ(ecg.statements, (std::vector<std::string>{"Abnormal", "AF", "seen by Dr. X"}));
}

TEST(FhirReader, OtherResourcesAreNamed) {
  EXPECT_NE(error_of(R"({"resourceType":"Patient"})").find("a FHIR Patient, not an Observation"),
            std::string::npos);
  EXPECT_NE(error_of(observation("")).find("without SampledData"), std::string::npos);
  EXPECT_NE(error_of(R"({"resourceType":"Observation","code":{"text":"pulse"},)"
                     R"("valueSampledData":)" +
                     sampled("1 2", "%") + "}")
                .find("not of an ECG"),
            std::string::npos);
  EXPECT_NE(error_of(bundle("")).find("without an ECG"), std::string::npos);
}

TEST(FhirReader, AnOrderOfKeysAndAByteOrderMarkDoNotMatter) {
  EXPECT_EQ(read("\xEF\xBB\xBF \n{\"component\":[" + component(131329, sampled("1 2")) +
                 R"(],"code":)" + mdc(131328) + R"(,"resourceType":"Observation"})")
                .samples,
            2u);
}

TEST(FhirReader, DamageTellsItsByte) {
  EXPECT_NE(error_of(observation(component(131329, sampled("1 2"))).substr(0, 200))
                .find("memory byte 201: is no JSON"),
            std::string::npos);
}

TEST(FhirReader, AMillionBracketsAreRefusedAtOnce) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_NE(error_of("{\"resourceType\":" + std::string(1'000'000, '[')).find("too deeply"),
            std::string::npos);
  std::string wide = "{\"resourceType\":[";
  for (int i = 0; i < 1'000'000; ++i) wide += "[],";
  EXPECT_NE(error_of(wide + "[]]}").find("more values than its size"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

class DamagedFhir : public test::Scratch {};

TEST_F(DamagedFhir, ReadsOrIsRefused) {
  LITEHEART_NEEDS_SHARED();
  const std::string bytes =
      test::read_bytes(test::shared() / "formats/fhir/observation-example-sample-data.json");
  const auto file = folder / "damaged.json";
  const auto begin = std::chrono::steady_clock::now();
  const int refused = test::refused_of_damaged(bytes, 1000, file, [&] {
    const Recording ecg = read_recording(file, {0, "uV"});
    EXPECT_GT(ecg.samples, 0u);
    EXPECT_EQ(ecg.mv.size(), ecg.samples * ecg.leads.size());
  });
  EXPECT_GT(refused, 50);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

}  // namespace
}  // namespace liteheart
