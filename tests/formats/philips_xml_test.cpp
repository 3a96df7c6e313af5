// Philips Sierra XML and XLI: each quirk in a file that the test writes.
#include "formats/philips_xml.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "ecg/leads.h"
#include "formats/philips_xli.h"
#include "xml_files.h"

namespace liteheart {
namespace {

using test::read_xml;
using test::replaced;
using test::warns;
using test::xml_error;
using Bytes = std::vector<std::uint8_t>;
using Samples = std::vector<std::int16_t>;
using Floats = std::vector<float>;

Bytes packed_codes(const std::vector<int>& codes) {
  Bytes bytes;
  std::uint32_t bits = 0;
  int have = 0;
  for (const int code : codes) {
    bits = bits << 10 | static_cast<std::uint32_t>(code);
    for (have += 10; have >= 8; have -= 8)
      bytes.push_back(static_cast<std::uint8_t>(bits >> (have - 8)));
  }
  if (have > 0) bytes.push_back(static_cast<std::uint8_t>(bits << (8 - have)));
  return bytes;
}

Bytes chunk(const Bytes& packed, std::int16_t first_difference, std::uint16_t kind = 1) {
  Bytes bytes;
  for (int shift = 0; shift < 32; shift += 8)
    bytes.push_back(static_cast<std::uint8_t>(packed.size() >> shift));
  for (const std::int16_t word : {static_cast<std::int16_t>(kind), first_difference})
    for (const std::uint8_t byte : test::little_bytes({word})) bytes.push_back(byte);
  bytes.insert(bytes.end(), packed.begin(), packed.end());
  return bytes;
}

/// A channel in codes of single signs, which any LZW decoder must understand.
Bytes xli(const Samples& x) {
  const auto second_difference = [&](std::size_t i) {
    return i < x.size() ? 2 * x[i - 1] - x[i - 2] - x[i] : 0;
  };
  std::vector<int> high, low;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const int stored = i < 2 ? x[i] : second_difference(i + 1) + 64;
    high.push_back(stored >> 8 & 0xFF);
    low.push_back(stored & 0xFF);
  }
  high.insert(high.end(), low.begin(), low.end());
  high.push_back(1023);
  return chunk(packed_codes(high),
               static_cast<std::int16_t>(x.size() > 2 ? second_difference(2) : 0));
}

std::string sierra(const std::string& attributes, const std::string& data,
                   const std::string& version = "1.04", const std::string& more = "") {
  return "<restingecgdata xmlns='http://www3.medical.philips.com'><documentinfo><documentversion>" +
         version +
         "</documentversion></documentinfo><dataacquisition date='2008-12-23' time='19:44:46'>"
         "<machine machineid='1' detaildescription='Philips:C.01'>PageWriter</machine>"
         "<signalcharacteristics><samplingrate>500</samplingrate><signalresolution>5"
         "</signalresolution><bitspersample>16</bitspersample><signaloffset>0</signaloffset>"
         "<signalsigned>True</signalsigned><numberchannelsvalid>12</numberchannelsvalid>"
         "</signalcharacteristics></dataacquisition>" +
         more + "<waveforms><parsedwaveforms " + attributes + ">" + data +
         "</parsedwaveforms><repbeats><repbeat leadname='I'><waveform>AAAA</waveform></repbeat>"
         "</repbeats></waveforms></restingecgdata>";
}

const std::string kPlain = sierra(
    "dataencoding='Plain' compression='Uncompressed' leadlabels='V1 V2' "
    "durationperchannel='6'",
    " 200 -200 0\n 1 2 3 ");

std::string xli_text(const std::vector<Samples>& channels) {
  Bytes bytes;
  for (const Samples& channel : channels) {
    const Bytes one = xli(channel);
    bytes.insert(bytes.end(), one.begin(), one.end());
  }
  return test::base64(bytes);
}

TEST(Xli, WhatIsEncodedIsDecoded) {
  Samples wild;
  for (std::int64_t i = 0; i < 600; ++i)
    wild.push_back(static_cast<std::int16_t>(i * i * 7919 % 65521 - 32760));
  for (const Samples& x :
       {wild, Samples{}, Samples{5}, Samples{5, -6}, Samples{32767, -32768, 32767}})
    EXPECT_EQ(decode_xli(xli(x), 1, 600, "p"), std::vector<Samples>{x});
}

TEST(Xli, ACodeMayMeanTheStringThatItCompletes) {
  // 0, then 256 = "0 0", then 257 = "0 0 0": six signs, three samples whose stored values are 0.
  const auto decoded = decode_xli(chunk(packed_codes({0, 256, 257, 1023}), 64), 1, 100, "p");
  EXPECT_EQ(decoded[0], (Samples{0, 0, -64}));
}

TEST(Xli, DamageIsRefused) {
  const auto error = [](const Bytes& bytes, std::size_t most = 100) {
    return test::error_of([&] { decode_xli(bytes, 1, most, "p"); });
  };
  EXPECT_NE(error(chunk(packed_codes({256, 1023}), 0)).find("impossible code 256"),
            std::string::npos);
  EXPECT_NE(error(chunk(packed_codes({1, 300, 1023}), 0)).find("impossible code"),
            std::string::npos);
  EXPECT_NE(error(chunk(packed_codes({1, 1023}), 0)).find("odd number"), std::string::npos);
  EXPECT_NE(error(xli(Samples(100)), 99).find("longer than"), std::string::npos);
  EXPECT_NE(error(chunk({}, 0, 2)).find("kind 2"), std::string::npos);
  Bytes cut = xli(Samples(50));
  cut.pop_back();
  EXPECT_NE(error(cut).find("cut off"), std::string::npos);
  EXPECT_NE(error({}).find("cut off"), std::string::npos);
  EXPECT_NE(error({0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0}).find("cut off"), std::string::npos);
}

TEST(Xli, LimbLeadsAreRestoredWithHalvesCutTowardsZero) {
  Samples i = {3, -3, 1, 200}, ii = {4, -4, -4, 200}, iii = {1, 1, 0, -200}, avr = {0, 0, 0, -400},
          avl = {0, 1, 0, -200}, avf = {0, 0, 0, 0};
  restore_limb_leads({i, ii, iii, avr, avl, avf});
  EXPECT_EQ(iii, (Samples{0, -2, -5, 200}));
  EXPECT_EQ(avr, (Samples{-3, 3, 1, 200}));
  EXPECT_EQ(avl, (Samples{1, -1, 3, 200}));
  EXPECT_EQ(avf, (Samples{2, -3, -4, 200}));
}

TEST(PhilipsXml, ReadsPlainAndUncompressedSamplesLeadAfterLead) {
  const Recording plain = read_xml(kPlain);
  EXPECT_EQ(plain.format, "Philips Sierra XML");
  EXPECT_EQ(plain.rate_hz, 500);
  EXPECT_EQ(plain.leads, (std::vector<std::string>{"V1", "V2"}));
  EXPECT_EQ(test::lead_values(plain, 0), (Floats{1, -1, 0}));
  EXPECT_EQ(test::lead_values(plain, 1), (Floats{0.005F, 0.01F, 0.015F}));
  const Recording encoded = read_xml(
      sierra("dataencoding='Base64' compressflag='False' compressmethod='XLI' leadlabels='V1 V2'",
             test::base64(test::little_bytes({200, -200, 0, 1, 2, 3}))));
  EXPECT_EQ(encoded.mv, plain.mv);
  EXPECT_EQ(read_xml(test::utf16(kPlain, false, true)).mv, plain.mv);
}

TEST(PhilipsXml, XliOfTwelveUnnamedChannelsIsTheStandardLeads) {
  std::vector<Samples> channels(16, Samples{0, 0, 0, 0});
  channels[0] = {10, 20, 30, 40};
  channels[1] = {30, 30, 30, 30};
  channels[11] = {7, 7, 7, 7};
  const Recording r =
      read_xml(sierra("dataencoding='Base64' compressflag='True' compressmethod='XLI' "
                      "durationperchannel='8' nbitspersample='16'",
                      xli_text(channels), "1.03"));
  ASSERT_EQ(r.leads, std::vector<std::string>(kLeadNames.begin(), kLeadNames.end()));
  EXPECT_EQ(test::lead_values(r, 2), (Floats{0.1F, 0.05F, 0, -0.05F}));
  EXPECT_EQ(r.lead(11)[3], 0.035F);
  EXPECT_TRUE(r.warnings.empty());
}

TEST(PhilipsXml, LeadsOutsideTheLimbsAreNotRestored) {
  const Recording r = read_xml(sierra("dataencoding='Base64' compression='XLI' leadlabels='I V3R'",
                                      xli_text({{200, 200, 200}, {-200, -200, -200}})));
  EXPECT_EQ(r.leads, (std::vector<std::string>{"I", "V3R"}));
  EXPECT_EQ(r.mv, (Floats{1, 1, 1, -1, -1, -1}));
  EXPECT_NE(xml_error(sierra("dataencoding='Base64' compression='XLI' leadlabels='I II III'",
                             xli_text({{1}, {1}, {1}})))
                .find("six limb leads"),
            std::string::npos);
}

TEST(PhilipsXml, TheCalibrationAtTheEndIsLeftOut) {
  Samples lead(10, 5);
  lead[9] = 0;
  lead.insert(lead.end(), 50, 0);
  lead.insert(lead.end(), 100, 200);
  lead.insert(lead.end(), 50, 0);
  std::string text;
  for (int channel = 0; channel < 2; ++channel)
    for (const std::int16_t sample : lead) text += std::to_string(sample) + " ";
  const auto file = [](const std::string& data) {
    return sierra("dataencoding='Plain' leadlabels='V1 V2' durationperchannel='420'", data);
  };
  const Recording r = read_xml(file(text));
  EXPECT_EQ(r.samples, 10u);
  EXPECT_TRUE(warns(r, "the last 0.4 s are the calibration"));
  // One lead that is different there: no calibration.
  text.replace(text.rfind("200 "), 4, "201 ");
  EXPECT_EQ(read_xml(file(text)).samples, 210u);
}

TEST(PhilipsXml, UnsupportedVariantsAndDamageAreNamed) {
  const auto error = [](std::string_view from, std::string_view to) {
    return xml_error(replaced(kPlain, from, to));
  };
  EXPECT_NE(error(">1.04<", ">1.02<").find("version '1.02'"), std::string::npos);
  EXPECT_NE(error(">1.04<", ">1.041<").find("version '1.041'"), std::string::npos);
  EXPECT_EQ(error(">1.04<", ">1.04.01<"), "");
  EXPECT_NE(error("Uncompressed", "ZIP").find("'ZIP'"), std::string::npos);
  EXPECT_NE(error("'Plain'", "'Hex'").find("'Hex'"), std::string::npos);
  EXPECT_NE(error(">16<", ">24<").find("samples of '24' bits"), std::string::npos);
  EXPECT_NE(error(">True<", ">False<").find("unsigned"), std::string::npos);
  EXPECT_NE(error(">500<", ">0<").find("the rate is '0'"), std::string::npos);
  EXPECT_NE(error("-200", "-40000").find("sample 2"), std::string::npos);
  EXPECT_NE(error("1 2 3", "1 2").find("cut off"), std::string::npos);
  EXPECT_NE(error("parsedwaveforms", "otherwaveforms").find("without its rhythm"),
            std::string::npos);
  EXPECT_NE(error(" 200 -200 0\n 1 2 3 ", "").find("cut off"), std::string::npos);
  EXPECT_NE(xml_error(sierra("dataencoding='Plain'", "")).find("no samples"), std::string::npos);
  EXPECT_TRUE(warns(read_xml(replaced(kPlain, "'6'", "'4'")), "calibration") == false);
}

TEST(PhilipsXml, PatientTimeDeviceAndStatementsAreRead) {
  const Recording r = read_xml(sierra(
      "dataencoding='Plain' leadlabels='V1'", "1 2", "1.04",
      "<patient><generalpatientdata><patientid>---</patientid><MRN>9999</MRN><name><lastname>Lee"
      "</lastname><firstname>Ann</firstname></name><age defaultage='50'><dateofbirth>1976-01-01"
      "</dateofbirth><years>32</years></age><sex>Female</sex></generalpatientdata></patient>"
      "<interpretations><interpretation><severity code='ON'>- OTHERWISE NORMAL ECG -</severity>"
      "<statement><leftstatement>SINUS BRADYCARDIA</leftstatement><rightstatement>V-rate&lt;60"
      "</rightstatement></statement><statement><leftstatement>OTHER</"
      "leftstatement><rightstatement>\n"
      "</rightstatement></statement><statement/></interpretation></interpretations>"));
  EXPECT_EQ(r.patient_id, "9999");
  EXPECT_EQ(r.patient_name, "Ann Lee");
  EXPECT_EQ(r.birth_date, "1976-01-01");
  EXPECT_EQ(r.age_years, 32);
  EXPECT_EQ(r.sex, "female");
  EXPECT_EQ(r.start, "2008-12-23T19:44:46");
  EXPECT_EQ(r.device, "PageWriter, Philips:C.01");
  EXPECT_EQ(r.statements, (std::vector<std::string>{"SINUS BRADYCARDIA (V-rate<60)", "OTHER",
                                                    "- OTHERWISE NORMAL ECG -"}));
}

}  // namespace
}  // namespace liteheart
