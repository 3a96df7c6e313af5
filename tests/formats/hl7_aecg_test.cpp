// HL7 annotated ECG: each quirk in a file that the test writes.
#include "formats/hl7_aecg.h"

#include <gtest/gtest.h>

#include <cmath>

#include "formats/hl7_time.h"
#include "xml_files.h"

namespace liteheart {
namespace {

using test::read_xml;
using test::replaced;
using test::warns;
using test::xml_error;
using Floats = std::vector<float>;

std::string time_sequence(const std::string& head, const std::string& increment = "0.002",
                          const std::string& unit = "s") {
  return "<component><sequence><code code='TIME_ABSOLUTE'/><value xsi:type='GLIST_TS'><head "
         "value='" +
         head + "'/><increment value='" + increment + "' unit='" + unit +
         "'/></value></sequence></component>";
}

std::string lead_sequence(const std::string& code, const std::string& digits,
                          const std::string& scale = "2.5", const std::string& unit = "uV",
                          const std::string& origin = "0") {
  return "<component><sequence><code code='" + code +
         "'/><value xsi:type='SLIST_PQ'><origin value='" + origin + "' unit='" + unit +
         "'/><scale value='" + scale + "' unit='" + unit + "'/><digits>" + digits +
         "</digits></value></sequence></component>";
}

std::string set_of(const std::string& sequences) {
  return "<component><sequenceSet>" + sequences + "</sequenceSet></component>";
}

std::string series_of(const std::string& content, const std::string& code = "RHYTHM") {
  return "<component><series><code code='" + code + "'/>" + content + "</series></component>";
}

std::string aecg(const std::string& content) {
  return "<AnnotatedECG xmlns='urn:hl7-org:v3' xmlns:xsi='x'>" + content + "</AnnotatedECG>";
}

const std::string kTime = time_sequence("20240305101112.5");
const std::string kSimple =
    aecg(series_of(set_of(kTime + lead_sequence("MDC_ECG_LEAD_II", "1 -2 3"))));

TEST(Hl7Aecg, ValueIsOriginPlusScaleTimesDigit) {
  const Recording r = read_xml(aecg(
      series_of(set_of(kTime + lead_sequence("MDC_ECG_LEAD_I", " 10\n-4\t0 ", "2", "uV", "100") +
                       lead_sequence("MDC_ECG_LEAD_V1", "1 2 3", "0.5", "mV", "-1")))));
  EXPECT_EQ(r.format, "HL7 aECG");
  EXPECT_EQ(r.rate_hz, 500);
  EXPECT_EQ(r.leads, (std::vector<std::string>{"I", "V1"}));
  EXPECT_EQ(test::lead_values(r, 0), (Floats{0.12F, 0.092F, 0.1F}));
  EXPECT_EQ(test::lead_values(r, 1), (Floats{-0.5F, 0, 0.5F}));
  EXPECT_EQ(r.start, "2024-03-05T10:11:12.500");
  EXPECT_TRUE(r.warnings.empty());
}

TEST(Hl7Aecg, IsRecognisedWithPrefixesCommentsAndWithoutDeclaration) {
  std::string prefixed = replaced(replaced(kSimple, "<", "<h:"), "<h:/", "</h:");
  prefixed = replaced(prefixed, "xmlns=", "xmlns:h=");
  EXPECT_EQ(read_xml(prefixed).mv, read_xml(kSimple).mv);
  EXPECT_EQ(read_xml("<!-- made by hand -->\n" + kSimple).samples, 3u);
  EXPECT_EQ(read_xml(test::utf16(kSimple, true, false)).mv, read_xml(kSimple).mv);
  EXPECT_FALSE(looks_like_hl7_aecg("<ClinicalDocument>"));
}

TEST(Hl7Aecg, TheRateFollowsFromTheIncrementInItsUnit) {
  const auto rate = [](const std::string& increment, const std::string& unit) {
    return read_xml(aecg(series_of(set_of(time_sequence("20240305", increment, unit) +
                                          lead_sequence("MDC_ECG_LEAD_I", "1")))))
        .rate_hz;
  };
  EXPECT_EQ(rate("0.001", "s"), 1000);
  EXPECT_EQ(rate("4", "ms"), 250);
  EXPECT_EQ(rate("3333.33", "us"), 300);
  EXPECT_NEAR(rate("0.00195", "s"), 512.82, 0.01);
}

TEST(Hl7Aecg, RelativeTimeAndAMissingScaleAreRead) {
  const std::string relative = replaced(
      replaced(time_sequence("0"), "TIME_ABSOLUTE", "TIME_RELATIVE"), "GLIST_TS", "GLIST_PQ");
  const std::string integers =
      "<component><sequence><code code='MDC_ECG_LEAD_I'/><value xsi:type='SLIST_INT'><origin "
      "value='0' unit='mV'/><digits>1 2</digits></value></sequence></component>";
  const Recording r =
      read_xml(aecg("<effectiveTime><low value='202403051011+0100'/></effectiveTime>" +
                    series_of(set_of(relative + integers))));
  EXPECT_EQ(r.mv, (Floats{1, 2}));
  EXPECT_EQ(r.start, "2024-03-05T10:11:00+01:00");
}

TEST(Hl7Aecg, ARepresentativeBeatIsNeverTakenForRhythm) {
  const std::string beat =
      series_of(set_of(kTime + lead_sequence("MDC_ECG_LEAD_I", "9 9")), "REPRESENTATIVE_BEAT");
  EXPECT_NE(xml_error(aecg(beat)).find("representative beats only"), std::string::npos);
  const std::string rhythm = series_of(set_of(kTime + lead_sequence("MDC_ECG_LEAD_I", "1 2 3")));
  EXPECT_EQ(read_xml(aecg(beat + rhythm)).samples, 3u);
}

TEST(Hl7Aecg, ADerivedRhythmIsReadOnlyWhereThereIsNoOther) {
  const std::string set = set_of(kTime + lead_sequence("MDC_ECG_LEAD_I", "7 7"));
  const std::string derived =
      "<derivation><derivedSeries><code code='RHYTHM'/>" + set + "</derivedSeries></derivation>";
  const Recording alone = read_xml(aecg(series_of(derived)));
  EXPECT_EQ(alone.samples, 2u);
  EXPECT_TRUE(warns(alone, "derived series"));
  EXPECT_EQ(
      read_xml(aecg(series_of(set_of(kTime + lead_sequence("MDC_ECG_LEAD_I", "1")) + derived)))
          .samples,
      1u);
}

TEST(Hl7Aecg, SetsThatBeginLaterArePutWhereTheyBelong) {
  const Recording r =
      read_xml(aecg(series_of(set_of(time_sequence("20240305101112.004") +
                                     lead_sequence("MDC_ECG_LEAD_I", "3000 4000", "1")) +
                              set_of(time_sequence("20240305101112.000") +
                                     lead_sequence("MDC_ECG_LEAD_I", "1000 2000", "1")) +
                              set_of(time_sequence("20240305101112.006") +
                                     lead_sequence("MDC_ECG_LEAD_V1", "5000", "1")))));
  EXPECT_EQ(r.start, "2024-03-05T10:11:12");
  EXPECT_EQ(test::lead_values(r, 0), (Floats{1, 2, 3, 4}));
  const Floats v1 = test::lead_values(r, 1);
  EXPECT_TRUE(std::isnan(v1[0]) && std::isnan(v1[2]));
  EXPECT_EQ(v1[3], 5);
  EXPECT_TRUE(warns(r, "lead V1 lacks 3 of 4 samples"));
}

TEST(Hl7Aecg, SetsWithoutTimesFollowEachOtherPerLead) {
  const std::string untimed = replaced(kTime, "20240305101112.5", "");
  const Recording r =
      read_xml(aecg(series_of(set_of(untimed + lead_sequence("MDC_ECG_LEAD_I", "1000", "1")) +
                              set_of(untimed + lead_sequence("MDC_ECG_LEAD_V1", "3000", "1")) +
                              set_of(untimed + lead_sequence("MDC_ECG_LEAD_I", "2000", "1")))));
  EXPECT_EQ(test::lead_values(r, 0), (Floats{1, 2}));
  EXPECT_EQ(test::lead_values(r, 1)[0], 3);
  EXPECT_TRUE(warns(r, "do not tell when they begin"));
}

TEST(Hl7Aecg, SetsThatLieYearsApartDoNotFillTheMemory) {
  const auto until = [](const std::string& head) {
    return xml_error(
        aecg(series_of(set_of(time_sequence("20240101") + lead_sequence("MDC_ECG_LEAD_I", "1")) +
                       set_of(time_sequence(head) + lead_sequence("MDC_ECG_LEAD_I", "1")))));
  };
  EXPECT_NE(until("20240201").find("more than the file can hold"), std::string::npos);
  EXPECT_NE(until("99990101").find("absurdly far apart"), std::string::npos);
}

TEST(Hl7Aecg, SetsOfAnotherRateAreLeftOutWithAWarning) {
  const Recording r = read_xml(aecg(series_of(
      set_of(kTime + lead_sequence("MDC_ECG_LEAD_I", "1 2")) +
      set_of(time_sequence("20240305101112.5", "0.001") + lead_sequence("MDC_ECG_LEAD_V1", "1")))));
  EXPECT_EQ(r.leads, std::vector<std::string>{"I"});
  EXPECT_TRUE(warns(r, "1 sequence sets of other rates"));
}

TEST(Hl7Aecg, EightLeadsBecomeTwelve) {
  std::string sequences = kTime;
  for (const char* lead : {"V6", "V1", "V2", "V3", "V4", "V5", "I", "II"})
    sequences += lead_sequence(std::string("MDC_ECG_LEAD_") + lead, lead[0] == 'I' ? "400" : "8");
  const Recording r = read_xml(aecg(series_of(set_of(sequences))));
  EXPECT_EQ(r.leads, (std::vector<std::string>{"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2",
                                               "V3", "V4", "V5", "V6"}));
  EXPECT_FLOAT_EQ(r.lead(3)[0], -1);
}

TEST(Hl7Aecg, MissingAndDamagedSamples) {
  const auto with = [](const std::string& digits) {
    return aecg(series_of(set_of(kTime + lead_sequence("MDC_ECG_LEAD_I", digits))));
  };
  EXPECT_TRUE(std::isnan(read_xml(with("1 NaN 3")).mv[1]));
  EXPECT_TRUE(std::isnan(read_xml(with("1 1e300 3")).mv[1]));
  EXPECT_NE(xml_error(with("1 2x 3")).find("lead I: sample 2 is no number"), std::string::npos);
  EXPECT_NE(xml_error(with("")).find("no samples"), std::string::npos);
}

TEST(Hl7Aecg, TellsWhatLacks) {
  EXPECT_NE(xml_error(aecg("")).find("without a waveform"), std::string::npos);
  EXPECT_NE(xml_error(aecg(series_of(set_of(kTime)))).find("without a waveform"),
            std::string::npos);
  const std::string untimed = replaced(kSimple, kTime, "");
  EXPECT_NE(xml_error(untimed).find("no time sequence"), std::string::npos);
  ReadOptions known;
  known.rate_hz = 250;
  EXPECT_EQ(read_xml(untimed, known).rate_hz, 250);
  const std::string no_unit = replaced(kSimple, "unit='uV'", "");
  EXPECT_NE(xml_error(no_unit).find("lead II has no unit"), std::string::npos);
  known.unit = "mV";
  EXPECT_FLOAT_EQ(read_xml(no_unit, known).mv[0], 2.5F);
  EXPECT_NE(xml_error(replaced(kSimple, "uV", "mmHg")).find("no voltage"), std::string::npos);
  EXPECT_NE(xml_error(replaced(kSimple, "'0.002'", "'0'")).find("no increment"), std::string::npos);
  EXPECT_NE(xml_error(replaced(kSimple, "'0.002'", "'-1'")).find("no increment"),
            std::string::npos);
}

TEST(Hl7Aecg, SamplesFewerThanTheSeriesLastsAreAWarning) {
  const std::string lasting =
      replaced(kSimple, "<code code='RHYTHM'/>",
               "<code code='RHYTHM'/><effectiveTime><low value='20240305101112'/><high "
               "value='20240305101122'/></effectiveTime>");
  EXPECT_TRUE(warns(read_xml(lasting), "0.006 s of samples, where the series says 10 s"));
}

TEST(Hl7Aecg, SubjectDeviceAndStatementsAreRead) {
  const std::string subject =
      "<componentOf><timepointEvent><componentOf><subjectAssignment><subject><trialSubject>"
      "<id root='1.2' extension='SBJ-1'/><subjectDemographicPerson><name><given>Ann</given>"
      "<family>Lee</family></name><administrativeGenderCode code='F'/><birthTime value='19530508'/>"
      "</subjectDemographicPerson></trialSubject></subject></subjectAssignment></componentOf>"
      "</timepointEvent></componentOf><controlVariable><relatedObservation><code code='21612-7'/>"
      "<value value='46' unit='a'/></relatedObservation></controlVariable>";
  const std::string author =
      "<author><seriesAuthor><manufacturedSeriesDevice><manufacturerModelName>M1"
      "</manufacturerModelName><softwareName>2.0</softwareName></manufacturedSeriesDevice>"
      "<manufacturerOrganization><name>Maker</name></manufacturerOrganization></seriesAuthor>"
      "</author><controlVariable><value xsi:type='ST'>FIR</value></controlVariable>";
  const std::string annotations =
      "<subjectOf><annotationSet><component><annotation><code code='MDC_ECG_RHY'/><value "
      "xsi:type='CE' code='MDC_ECG_RHY_SINUS_RHY' displayName='Sinus "
      "Rhythm'/></annotation></component>"
      "<component><annotation><code code='MDC_ECG_INTERPRETATION'/><component><annotation><code "
      "code='MDC_ECG_INTERPRETATION_STATEMENT'/><value xsi:type='ST'>Normal\n "
      "ECG</value></annotation>"
      "</component></annotation></component><component><annotation><code "
      "code='MDC_ECG_HEART_RATE'/>"
      "<value xsi:type='PQ' value='57' "
      "unit='bpm'/></annotation></component></annotationSet></subjectOf>";
  const Recording r = read_xml(
      aecg(subject +
           series_of(author + set_of(kTime + lead_sequence("MDC_ECG_LEAD_I", "1")) + annotations)));
  EXPECT_EQ(r.patient_id, "SBJ-1");
  EXPECT_EQ(r.patient_name, "Ann Lee");
  EXPECT_EQ(r.sex, "female");
  EXPECT_EQ(r.birth_date, "1953-05-08");
  EXPECT_EQ(r.age_years, 46);
  EXPECT_EQ(r.device, "Maker, M1, 2.0");
  EXPECT_EQ(r.statements, (std::vector<std::string>{"Sinus Rhythm", "Normal ECG"}));
}

TEST(Hl7Time, IsReadAsPreciselyAsItIsWritten) {
  const auto iso = [](std::string_view text) {
    const auto time = parse_hl7_time(text);
    return time ? time->iso : "none";
  };
  EXPECT_EQ(iso("20240229"), "2024-02-29");
  EXPECT_EQ(iso("2024022909"), "2024-02-29T09:00:00");
  EXPECT_EQ(iso("20240229091500.250-0500"), "2024-02-29T09:15:00.250-05:00");
  for (const char* text : {"", "2024", "202402", "20241301", "2024022", "2024022925", "20240229 9",
                           "20240229091", "abcdefgh", "+0240229", "2024022909156x"})
    EXPECT_EQ(iso(text), "none") << text;
  EXPECT_EQ(parse_hl7_time("19700102000001.5")->seconds, 86401.5);
}

}  // namespace
}  // namespace liteheart
