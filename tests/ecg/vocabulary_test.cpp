#include "ecg/vocabulary.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "ecg/error.h"
#include "shared.h"

namespace liteheart {
namespace {

const Vocabulary& standard() { return Vocabulary::standard(); }

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

std::filesystem::path write_table(const std::string& text) {
  const auto file = std::filesystem::path(testing::TempDir()) / "liteheart_vocabulary.csv";
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

std::string error_of_table(const std::string& text) {
  try {
    Vocabulary::extended(write_table(text));
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Vocabulary, CountsEquivalentPairsAsOneClass) {
  EXPECT_EQ(standard().canonical_code("164909002"), "733534002");
  EXPECT_EQ(standard().canonical_code("59118001"), "713427006");
  EXPECT_EQ(standard().canonical_code("63593006"), "284470004");
  EXPECT_EQ(standard().canonical_code("17338001"), "427172004");
  EXPECT_EQ(standard().canonical_code("RBBB"), standard().canonical_code("CRBBB"));
}

TEST(Vocabulary, FindsAnEntryItselfByItsCode) {
  const Diagnosis* rbbb = standard().find("59118001");
  ASSERT_NE(rbbb, nullptr);
  EXPECT_EQ(rbbb->abbreviation, "RBBB");
  EXPECT_EQ(rbbb->name, "right bundle branch block");
  EXPECT_TRUE(rbbb->scored);
  EXPECT_EQ(rbbb->same_as, "713427006");
  EXPECT_EQ(standard().find("AF"), nullptr);
  EXPECT_EQ(standard().find(""), nullptr);
}

TEST(Vocabulary, EveryEntryIsReachedByCodeAbbreviationAndName) {
  for (const Diagnosis& d : standard().diagnoses()) {
    const std::string counted = d.same_as.empty() ? d.code : d.same_as;
    EXPECT_EQ(standard().canonical_code(d.code), counted);
    EXPECT_EQ(standard().canonical_code(d.abbreviation), counted) << d.abbreviation;
    EXPECT_EQ(standard().canonical_code(d.name), counted) << d.name;
  }
}

TEST(Vocabulary, TranslatesTheTextLabelsOfCpsc) {
  const std::map<std::string, std::string> labels = {
      {"Normal", "426783006"}, {"AF", "164889003"},  {"I-AVB", "270492004"},
      {"LBBB", "164909002"},   {"RBBB", "59118001"}, {"PAC", "284470004"},
      {"PVC", "164884008"},    {"STD", "429622005"}, {"STE", "164931005"}};
  for (const auto& [label, code] : labels) {
    const Diagnosis* found = standard().find_label(label);
    ASSERT_NE(found, nullptr) << label;
    EXPECT_EQ(found->code, code) << label;
  }
}

TEST(Vocabulary, LabelsOfDataSetsGoBeforeAbbreviationsOnlyInFindLabel) {
  EXPECT_EQ(standard().canonical_code("PVC"), "427172004");
  EXPECT_EQ(standard().find_label("PVC")->abbreviation, "VEB");
  EXPECT_EQ(standard().canonical_code("AMI"), "57054005");
  EXPECT_EQ(standard().find_label("AMI")->abbreviation, "AnMI");
  EXPECT_EQ(standard().find_label("CLBBB")->abbreviation, "LBBB");
}

TEST(Vocabulary, CaseBlanksAndFillingUnderscoresDoNotCount) {
  EXPECT_EQ(standard().canonical_code(" afib "), "164889003");
  EXPECT_EQ(standard().canonical_code("NST"), standard().canonical_code("NST_"));
  EXPECT_EQ(standard().canonical_code("Atrial Fibrillation"), "164889003");
  EXPECT_EQ(standard().canonical_code("unheard-of"), std::nullopt);
  EXPECT_EQ(standard().canonical_code(""), std::nullopt);
}

TEST(Vocabulary, HoldsTheTablesOfTheChallenge) {
  LITEHEART_NEEDS_SHARED();
  std::size_t rows = 0;
  for (const bool scored : {true, false}) {
    const auto lines = lines_of(test::shared() / "data" /
                                (scored ? "dx_mapping_scored.csv" : "dx_mapping_unscored.csv"));
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const auto fields = split(lines[i], ',');
      const Diagnosis* d = standard().find(fields[1]);
      ASSERT_NE(d, nullptr) << lines[i];
      EXPECT_EQ(d->abbreviation, fields[2]);
      EXPECT_EQ(d->scored, scored) << lines[i];
      ++rows;
    }
  }
  EXPECT_EQ(standard().diagnoses().size(), rows);
}

TEST(Vocabulary, MergesExactlyTheClassesThatTheChallengeWeightsMerge) {
  LITEHEART_NEEDS_SHARED();
  const auto header = lines_of(test::shared() / "data" / "weights.csv").at(0);
  std::set<std::string> counted;
  const auto classes = split(header, ',');
  for (std::size_t i = 1; i < classes.size(); ++i) {
    std::set<std::string> canonical;
    for (const auto& code : split(classes[i], '|')) {
      canonical.insert(standard().canonical_code(code).value());
    }
    EXPECT_EQ(canonical.size(), 1u) << classes[i];
    counted.merge(canonical);
  }
  EXPECT_EQ(counted.size(), classes.size() - 1);
}

TEST(Vocabulary, KnowsEveryScpStatementOfPtbXl) {
  LITEHEART_NEEDS_SHARED();
  const auto lines = lines_of(test::shared() / "data/ptbxl_500hz/scp_statements.csv");
  ASSERT_GT(lines.size(), 70u);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string statement = lines[i].substr(0, lines[i].find(','));
    EXPECT_NE(standard().find_label(statement), nullptr) << statement;
  }
}

TEST(ExtendedVocabulary, AddsAndReplacesRows) {
  const auto vocabulary = Vocabulary::extended(
      write_table("\xEF\xBB\xBF"
                  "code,abbreviation,name,scored,same_as,aliases\r\n"
                  "999000001,MINE,\"my own, finding\",1,,\"my label|other\"\r\n\r\n"
                  "164889003,AF,atrial fibrillation (ours),1,,FLIMMERN\r\n"));
  EXPECT_EQ(vocabulary.diagnoses().size(), standard().diagnoses().size() + 1);
  EXPECT_EQ(vocabulary.find("999000001")->name, "my own, finding");
  EXPECT_EQ(vocabulary.canonical_code("Other"), "999000001");
  EXPECT_EQ(vocabulary.find("164889003")->name, "atrial fibrillation (ours)");
  EXPECT_EQ(vocabulary.canonical_code("flimmern"), "164889003");
  EXPECT_EQ(vocabulary.canonical_code("AFIB"), std::nullopt);
}

TEST(ExtendedVocabulary, OptionalColumnsMayBeAbsentAndInAnyOrder) {
  const auto vocabulary =
      Vocabulary::extended(write_table("name,code,abbreviation\nown,999000001,OWN\n"));
  EXPECT_EQ(vocabulary.canonical_code("own"), "999000001");
  EXPECT_FALSE(vocabulary.find("999000001")->scored);
}

TEST(ExtendedVocabulary, ErrorsNameTheLine) {
  const std::string head = "code,abbreviation,name,scored,same_as,aliases\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "no header line"},
      {"code,name\n", "line 1: no column 'abbreviation'"},
      {"code,abbreviation,name,colour\n", "line 1: unknown column 'colour'"},
      {head + "1,A\n", "line 2: 2 fields, the header has 6"},
      {head + "\nabc,QQ,qq,0,,\n", "line 3: 'abc' is not a SNOMED CT code"},
      {head + "1,,qq,0,,\n", "line 2: no abbreviation or name"},
      {head + "1,QQ,qq,yes,,\n", "line 2: scored is 'yes'"},
      {head + "1,QQ,qq,0,12345,\n", "line 2: same_as is 12345, which is not in the table"},
      {head + "1,QQ,qq,0,164909002,\n",
       "line 2: same_as is 164909002, which is counted as another"},
      {head + "1,QQ,qq,0,1,\n", "line 2: same_as is 1"},
      {head + "1,af,qq,0,,\n", "line 2: 'af' already means 164889003"},
      {head + "1,QQ,qq,0,,AFIB\n", "line 2: 'afib' already means 164889003"},
      {head + "1,QQ,qq,0,,\n1,RR,rr,0,,\n", "line 3: code 1 already stands in"},
      {head + "1,QQ,\"qq,0,,\n", "line 2: a quote is not closed"},
  };
  for (const auto& [table, expected] : cases) {
    EXPECT_NE(error_of_table(table).find(expected), std::string::npos) << table << "\n"
                                                                       << error_of_table(table);
  }
  EXPECT_THROW(Vocabulary::extended("/nowhere/table.csv"), Error);
}

}  // namespace
}  // namespace liteheart
