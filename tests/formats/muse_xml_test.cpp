// GE MUSE XML: each quirk in a file that the test writes.
#include "formats/muse_xml.h"

#include <gtest/gtest.h>

#include <cmath>

#include "xml_files.h"

namespace liteheart {
namespace {

using test::read_xml;
using test::replaced;
using test::warns;
using test::xml_error;
using Floats = std::vector<float>;

std::string lead_data(const std::string& id, const std::vector<std::int16_t>& samples,
                      const std::string& more = "") {
  return "<LeadData><LeadSampleCountTotal>" + std::to_string(samples.size()) +
         "</LeadSampleCountTotal><LeadAmplitudeUnitsPerBit>4.88</LeadAmplitudeUnitsPerBit>"
         "<LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits><LeadID>" +
         id + "</LeadID><LeadSampleSize>2</LeadSampleSize>" + more + "<WaveFormData>\n" +
         test::base64(test::little_bytes(samples)) + "\n</WaveFormData></LeadData>";
}

std::string waveform(const std::string& type, const std::string& leads) {
  return "<Waveform><WaveformType>" + type +
         "</WaveformType><SampleType>CONTINUOUS_SAMPLES</SampleType><SampleBase>500</SampleBase>"
         "<SampleExponent>0</SampleExponent>" +
         leads + "</Waveform>";
}

std::string muse(const std::string& content) {
  return "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<!DOCTYPE RestingECG SYSTEM "
         "\"restecg.dtd\">\n<RestingECG>" +
         content + "</RestingECG>";
}

const std::string kSimple = muse(waveform("Rhythm", lead_data("II", {100, -100, 32767, -32768})));

TEST(MuseXml, ReadsLittleEndianSamplesInTheirScale) {
  const Recording r = read_xml(kSimple);
  EXPECT_EQ(r.format, "GE MUSE XML");
  EXPECT_EQ(r.rate_hz, 500);
  EXPECT_EQ(r.leads, std::vector<std::string>{"II"});
  EXPECT_EQ(r.mv, (Floats{0.488F, -0.488F, static_cast<float>(32767 * 0.00488),
                          static_cast<float>(-32768 * 0.00488)}));
  EXPECT_TRUE(r.warnings.empty());
  EXPECT_FLOAT_EQ(read_xml(replaced(kSimple, "MICROVOLTS", "MILLIVOLTS")).mv[0], 488);
}

TEST(MuseXml, TheRhythmIsReadNotTheMedianBeatBeforeIt) {
  const std::string median = waveform("Median", lead_data("I", {1, 2}));
  const Recording r = read_xml(muse(median + waveform("Rhythm", lead_data("I", {1, 2, 3}))));
  EXPECT_EQ(r.samples, 3u);
  EXPECT_NE(xml_error(muse(median)).find("median beat only"), std::string::npos);
  EXPECT_NE(xml_error(muse("")).find("no rhythm waveform"), std::string::npos);
  EXPECT_NE(xml_error(muse(waveform("Rhythm", ""))).find("no samples"), std::string::npos);
}

TEST(MuseXml, TheRateIsBaseTimesTenToTheExponent) {
  const auto with = [](const char* base, const char* exponent) {
    return replaced(replaced(kSimple, "<SampleBase>500", std::string("<SampleBase>") + base),
                    "<SampleExponent>0", std::string("<SampleExponent>") + exponent);
  };
  EXPECT_EQ(read_xml(with("25", "1")).rate_hz, 250);
  EXPECT_DOUBLE_EQ(read_xml(with("2400", "-1")).rate_hz, 240);
  for (const char* exponent : {"999999", "-999999"})
    EXPECT_NE(xml_error(with("1", exponent)).find("are no rate"), std::string::npos);
  EXPECT_NE(xml_error(with("0", "0")).find("are no rate"), std::string::npos);
}

TEST(MuseXml, EightStoredLeadsBecomeTwelve) {
  std::string leads;
  for (const char* id : {"I", "II", "V1", "V2", "V3", "V4", "V5", "V6"})
    leads += lead_data(id, {100, 200});
  const Recording r = read_xml(muse(waveform("Rhythm", leads)));
  ASSERT_EQ(r.leads.size(), 12u);
  EXPECT_EQ(r.leads[3], "aVR");
  EXPECT_FLOAT_EQ(r.lead(3)[1], -0.976F);
}

TEST(MuseXml, AWrongChecksumOrCountIsAWarning) {
  // CRC-32 of the bytes 01 00 02 00, by zlib.
  const auto with_crc = [](const char* crc) {
    return muse(waveform(
        "Rhythm",
        lead_data("I", {1, 2}, std::string("<LeadDataCRC32>") + crc + "</LeadDataCRC32>")));
  };
  EXPECT_TRUE(read_xml(with_crc("2882460411")).warnings.empty());
  EXPECT_TRUE(warns(read_xml(with_crc("1")), "checksum does not fit"));
  const Recording r =
      read_xml(replaced(kSimple, "<LeadSampleCountTotal>4", "<LeadSampleCountTotal>40"));
  EXPECT_TRUE(warns(r, "40 samples declared, 4 there"));
  EXPECT_TRUE(warns(
      read_xml(muse(waveform("Rhythm", "<NumberofLeads>8</NumberofLeads>" + lead_data("I", {1})))),
      "8 leads declared, 1 there"));
  EXPECT_TRUE(
      warns(read_xml(muse(waveform("Rhythm", lead_data("I", {1}, "<LeadOff>TRUE</LeadOff>")))),
            "an electrode was off"));
}

TEST(MuseXml, AShorterOrLaterLeadHasGaps) {
  const Recording r = read_xml(muse(waveform(
      "Rhythm", lead_data("V1", {1, 2, 3}) +
                    lead_data("V2", {4}, "<LeadOffsetFirstSample>1</LeadOffsetFirstSample>"))));
  const Floats v2 = test::lead_values(r, 1);
  EXPECT_TRUE(std::isnan(v2[0]) && std::isnan(v2[2]));
  EXPECT_FLOAT_EQ(v2[1], 4 * 0.00488F);
  EXPECT_TRUE(warns(r, "lead V2 lacks 2 of 3 samples"));
}

TEST(MuseXml, UnsupportedVariantsAreNamed) {
  const auto error = [](std::string_view from, std::string_view to) {
    return xml_error(replaced(kSimple, from, to));
  };
  EXPECT_NE(error("CONTINUOUS_SAMPLES", "OTHER").find("samples of type 'OTHER'"),
            std::string::npos);
  EXPECT_NE(error("Size>2", "Size>4").find("samples of 4 bytes"), std::string::npos);
  EXPECT_NE(error("MICROVOLTS", "MMHG").find("'MMHG', no voltage"), std::string::npos);
  EXPECT_NE(error("4.88", "0").find("UnitsPerBit is '0'"), std::string::npos);
  EXPECT_NE(error("<LeadID>II", "<LeadID>").find("without LeadID"), std::string::npos);
  EXPECT_NE(error("ZACc", "ZA*c").find("lead II: sign"), std::string::npos);
}

TEST(MuseXml, PatientTimeDeviceAndStatementsAreRead) {
  const Recording r = read_xml(muse(
      "<MuseInfo><MuseVersion>9.0</MuseVersion></MuseInfo><PatientDemographics><PatientID>42"
      "</PatientID><PatientAge>18</PatientAge><AgeUnits>MONTHS</AgeUnits><DateofBirth>02-29-2024"
      "</DateofBirth><Gender>FEMALE</Gender><PatientLastName>M\xFCller</PatientLastName>"
      "<PatientFirstName>Eva</PatientFirstName></PatientDemographics><TestDemographics>"
      "<AcquisitionTime>15:21:27</AcquisitionTime><AcquisitionDate>11-20-2018</AcquisitionDate>"
      "<AcquisitionDevice>MAC55</AcquisitionDevice><AcquisitionSoftwareVersion>010A"
      "</AcquisitionSoftwareVersion></TestDemographics><Diagnosis><Modality>RESTING</Modality>"
      "<DiagnosisStatement><StmtText>Sinus rhythm</StmtText></DiagnosisStatement>"
      "<DiagnosisStatement><StmtFlag>ENDSLINE</StmtFlag><StmtText>with PVCs</StmtText>"
      "</DiagnosisStatement><DiagnosisStatement><StmtFlag>USERINSERT</StmtFlag><StmtFlag>ENDSLINE"
      "</StmtFlag><StmtText>Abnormal ECG</StmtText></DiagnosisStatement><DiagnosisStatement>"
      "<StmtText>no end</StmtText></DiagnosisStatement></Diagnosis>" +
      waveform("Rhythm", lead_data("I", {1}))));
  EXPECT_EQ(r.patient_id, "42");
  EXPECT_EQ(r.patient_name, "Eva M\xC3\xBCller");
  EXPECT_EQ(r.age_years, 1.5);
  EXPECT_EQ(r.birth_date, "2024-02-29");
  EXPECT_EQ(r.sex, "female");
  EXPECT_EQ(r.start, "2018-11-20T15:21:27");
  EXPECT_EQ(r.device, "MAC55, 010A, GE MUSE 9.0");
  EXPECT_EQ(r.statements,
            (std::vector<std::string>{"Sinus rhythm with PVCs", "Abnormal ECG", "no end"}));
}

TEST(MuseXml, ADayBeyondTwelveInFrontIsADayWithAWarning) {
  const Recording r = read_xml(
      muse("<TestDemographics><AcquisitionDate>20-11-2018</AcquisitionDate></TestDemographics>" +
           waveform("Rhythm", lead_data("I", {1}))));
  EXPECT_EQ(r.start, "2018-11-20");
  EXPECT_TRUE(warns(r, "DD-MM-YYYY"));
}

TEST(MuseXml, BeatsAreThoseInsideTheRecording) {
  const Recording r = read_xml(
      muse("<QRSTimesTypes><QRS><Type>0</Type><Time>4</Time></QRS><QRS><Type>1</Type><Time>2</Time>"
           "</QRS><QRS><Time>8</Time></QRS><QRS><Time>-2</Time></QRS><QRS/></QRSTimesTypes>" +
           waveform("Rhythm", lead_data("I", {1, 2, 3, 4}))));
  ASSERT_EQ(r.beats.size(), 2u);
  EXPECT_EQ(r.beats[0].sample, 1u);
  EXPECT_EQ(r.beats[1].sample, 2u);
}

}  // namespace
}  // namespace liteheart
