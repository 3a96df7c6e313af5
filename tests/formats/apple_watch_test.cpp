// Exports of Apple's Health app, as phones of many languages write them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "text_files.h"

namespace liteheart {
namespace {

using test::error_of_text;
using test::read_text;
using test::replaced;

struct Language {
  const char* name;
  std::string_view head;  // up to the line of the unit
  const char* classification;
  const char* birth_date;
  double rate;
};

constexpr Language kLanguages[] = {
    {"English",
     "Name,Jo Doe\nDate of Birth,\"Feb 5, 1952\"\nRecorded Date,2021-12-17 12:58:58 +0800\n"
     "Classification,Sinus Rhythm\nSymptoms,\nSoftware Version,1.90\nDevice,\"Watch5,1\"\n"
     "Sample Rate,513.625 hertz\n\n\nLead,Lead I\nUnit,µV\n\n",
     "Sinus Rhythm", "1952-02-05", 513.625},
    {"German",
     "Name,Jo Doe\nGeburtsdatum,05.02.1952\nAufzeichnungsdatum,2021-12-17 12:58:58 +0800\n"
     "Klassifizierung,Sinusrhythmus\nSymptome,\nSoftwareversion,1.90\nGerät,\"Watch5,1\"\n"
     "Messrate,\"513,625 Hertz\"\n\n\nAbleitung,Ableitung I\nEinheit,µV\n\n",
     "Sinusrhythmus", "1952-02-05", 513.625},
    {"Spanish",
     "Nombre,Jo Doe\nFecha de nacimiento,5 feb 1952\nFecha de registro,2021-12-17 12:58:58 +0800\n"
     "Clasificación,Ritmo sinusal\nSíntomas,\nVersión de software,1.90\nDispositivo,\"Watch5,1\"\n"
     "Frecuencia de muestreo,\"513,625 hercios\"\n\n\nDerivación,Derivación I\nUnidad,µV\n\n",
     "Ritmo sinusal", "1952-02-05", 513.625},
    {"French",
     "Nom,Jo Doe\nDate de naissance,5 févr. 1952\nEnregistré le,2021-12-17 12:58:58 +0800\n"
     "Classification,Rythme sinusal\nSymptômes,\nVersion du logiciel,1.90\nAppareil,\"Watch5,1\"\n"
     "Fréquence d’échantillonnage,\"513,625\u00A0hertz\"\n\n\nDérivation,Dérivation "
     "I\nUnité,\u00A0µV\n\n",
     "Rythme sinusal", "1952-02-05", 513.625},
    {"Italian",
     "Nome,Jo Doe\nData di nascita,5 feb 1952\nData registrazione,2021-12-17 12:58:58 +0800\n"
     "Classificazione,Ritmo sinusale\nSintomi,\nVersione software,1.90\nDispositivo,\"Watch5,1\"\n"
     "Frequenza,\"513,625 hertz\"\n\n\nDerivazione,Derivazione I\nUnità,μV\n\n",
     "Ritmo sinusale", "1952-02-05", 513.625},
    {"Portuguese",
     "Nome,Jo Doe\nData de Nascimento,5 de fev. de 1952\nData da Gravação,2021-12-17 12:58:58 "
     "+0800\nClassificação,Ritmo Sinusal\nSintomas,\nVersão do Software,1.90\n"
     "Dispositivo,\"Watch5,1\"\nTaxa de Amostragem,\"513,625 hertz\"\n\n\n"
     "Derivação,Derivação I\nUnidade,µV\n\n",
     "Ritmo Sinusal", "1952-02-05", 513.625},
    {"Dutch",
     "Naam,Jo Doe\nGeboortedatum,5 feb. 1952\nDatum van opname,2021-12-17 12:58:58 +0800\n"
     "Classificatie,Sinusritme\nSymptomen,\nSoftwareversie,1.90\nApparaat,\"Watch5,1\"\n"
     "Samplefrequentie,\"513,625 hertz\"\n\n\nAfleiding,Afleiding I\nEenheid,µV\n\n",
     "Sinusritme", "1952-02-05", 513.625},
    {"Swedish",
     "Namn,Jo Doe\nFödelsedatum,1952-02-05\nInspelat datum,2021-12-17 12:58:58 +0800\n"
     "Klassificering,Sinusrytm\nSymptom,\nProgramvaruversion,1.90\nEnhet,\"Watch5,1\"\n"
     "Samplingsfrekvens,\"513,625 hertz\"\n\n\nAvledning,Avledning I\nEnhet,µV\n\n",
     "Sinusrytm", "1952-02-05", 513.625},
    {"Danish",
     "Navn,Jo Doe\nFødselsdato,5. feb. 1952\nOptaget den,2021-12-17 12:58:58 +0800\n"
     "Klassificering,Sinusrytme\nSymptomer,\nSoftwareversion,1.90\nEnhed,\"Watch5,1\"\n"
     "Samplingsfrekvens,\"513,625 hertz\"\n\n\nAfledning,Afledning I\nEnhed,µV\n\n",
     "Sinusrytme", "1952-02-05", 513.625},
    {"Japanese",
     "名前,Jo Doe\n生年月日,\"1952年2月5日\"\n記録日時,2021-12-17 12:58:58 +0800\n分類,洞調律\n"
     "症状,\nソフトウェアバージョン,1.90\nデバイス,\"Watch5,1\"\nサンプルレート,512ヘルツ\n\n\n"
     "誘導,第I誘導\n単位,µV\n\n",
     "洞調律", "1952-02-05", 512},
    {"Chinese",
     "姓名,Jo Doe\n出生日期,\"1952年2月5日\"\n记录日期,2021-12-17 12:58:58 +0800\n分类,窦性心律\n"
     "症状,\n软件版本,1.90\n设备,\"Watch5,1\"\n采样率,513.625 赫兹\n\n\n导联,I 导联\n单位,微伏\n\n",
     "窦性心律", "1952-02-05", 513.625},
};

constexpr int kSamples = 15400;

std::string text_of(std::string_view head, std::string_view values) {
  return fmt::format("{}{}", head, values);
}

std::string values(const char* decimal = ".", const char* end = "\n", const char* minus = "-") {
  std::string text;
  for (int i = 0; i < kSamples; ++i) {
    std::string value = fmt::format("{}", test::microvolts(i));
    value = replaced(value, ".", decimal);
    text += replaced(value, "-", minus) + end;
  }
  return text;
}

class AppleWatch : public testing::TestWithParam<Language> {};

void expect_whole(const Recording& recording, const Language& language) {
  EXPECT_EQ(recording.format, "Apple Watch CSV");
  EXPECT_DOUBLE_EQ(recording.rate_hz, language.rate);
  EXPECT_EQ(recording.leads, std::vector<std::string>{"I"});
  EXPECT_EQ(recording.patient_name, "Jo Doe");
  EXPECT_EQ(recording.birth_date, language.birth_date);
  EXPECT_EQ(recording.start, "2021-12-17T12:58:58+08:00");
  EXPECT_EQ(recording.statements, std::vector<std::string>{language.classification});
  EXPECT_EQ(recording.device, "Apple Watch5,1, software 1.90");
  EXPECT_TRUE(recording.warnings.empty()) << recording.warnings.front();
  test::expect_formula(recording, kSamples);
}

TEST_P(AppleWatch, IsReadInItsLanguageWithEitherDecimalMark) {
  expect_whole(read_text(text_of(GetParam().head, values("."))), GetParam());
  expect_whole(read_text(text_of(GetParam().head, values(","))), GetParam());
}

TEST_P(AppleWatch, MarkLineEndsAndForeignMinusDoNotMatter) {
  const std::string head = replaced(GetParam().head, "\n", "\r\n");
  expect_whole(read_text(text_of(text_of("\xEF\xBB\xBF", head), values(",", "\r\n"))), GetParam());
  expect_whole(read_text(text_of(GetParam().head, values(",", "\n", "\u2212"))), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Languages, AppleWatch, testing::ValuesIn(kLanguages),
                         [](const auto& language) { return language.param.name; });

const std::string kEnglish(kLanguages[0].head);

TEST(AppleWatchCsv, QuotedValuesWithACommaAreNumbers) {
  std::string text = kEnglish;
  for (int i = 0; i < kSamples; ++i) {
    const std::string value = replaced(fmt::format("{}", test::microvolts(i)), ".", ",");
    text += fmt::format("\"{}\"\n", value);
  }
  test::expect_formula(read_text(text), kSamples);
}

TEST(AppleWatchCsv, GroupsOfThousandsAreNotTakenForFractions) {
  const Recording recording =
      read_text(kEnglish + "1.234,5\n\"1,234.5\"\n1\u00A0234,5\n1 234,5\n" + values());
  EXPECT_FLOAT_EQ(recording.mv[0], 1.2345f);
  EXPECT_FLOAT_EQ(recording.mv[1], 1.2345f);
  EXPECT_FLOAT_EQ(recording.mv[2], 1.2345f);
  EXPECT_TRUE(std::isnan(recording.mv[3]));  // a plain blank may separate two values
}

TEST(AppleWatchCsv, LinesOfFactsMayFollowTheValues) {
  const std::size_t lead = kEnglish.find("Lead,");
  const std::string text =
      kEnglish.substr(0, lead) + "\n" + values() + "\n" + kEnglish.substr(lead);
  expect_whole(read_text(text), kLanguages[0]);
}

TEST(AppleWatchCsv, SymptomsAreStatementsToo) {
  const Recording recording =
      read_text(replaced(kEnglish, "Symptoms,", "Symptoms,\"Dizziness, Fainting\"") + values());
  EXPECT_EQ(recording.statements,
            (std::vector<std::string>{"Sinus Rhythm", "Dizziness, Fainting"}));
}

TEST(AppleWatchCsv, ADateOfBirthThatCouldBeTwoIsLeftOut) {
  const std::string head = replaced(kEnglish, "\"Feb 5, 1952\"", "02/05/1952");
  EXPECT_EQ(read_text(head + values()).birth_date, "");
}

TEST(AppleWatchCsv, MillivoltsWhereTheExportSaysSo) {
  const std::string head = replaced(kEnglish, "Unit,µV", "Unit,mV");
  test::expect_formula(read_text(head + values()), kSamples, 0, 1000);
}

TEST(AppleWatchCsv, AFewLinesThatAreNoNumbersAreMissingAndCounted) {
  std::string text = kEnglish + values();
  text.replace(text.rfind("\n-20") + 1, 3, "???");
  const Recording recording = read_text(text);
  EXPECT_EQ(recording.samples, static_cast<std::size_t>(kSamples));
  EXPECT_TRUE(test::warns_of(recording, "1 values are no numbers"));
}

TEST(AppleWatchCsv, ManyAreAnError) {
  std::string text = kEnglish + "1\n2\n3\n";
  for (int i = 0; i < 100; ++i) text += "1\nwhat\n";
  EXPECT_NE(error_of_text(text).find("are no numbers"), std::string::npos);
}

TEST(AppleWatchCsv, AShortRecordingIsSaidToBeShort) {
  const std::string all = kEnglish + values();
  const Recording recording = read_text(all.substr(0, all.size() / 2));
  EXPECT_TRUE(test::warns_of(recording, "of the 30 s that the watch records"));
}

TEST(AppleWatchCsv, AHeadWithoutValuesIsNoRecording) {
  EXPECT_NE(error_of_text(kEnglish).find("not a recording"), std::string::npos);
}

}  // namespace
}  // namespace liteheart
