#include "ecg/leads.h"

#include <gtest/gtest.h>

namespace liteheart {
namespace {

TEST(LeadIndex, KnowsEveryStandardNameInAnyCase) {
  for (int i = 0; i < kLeads; ++i) {
    std::string upper(kLeadNames[i]), lower(kLeadNames[i]);
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    for (char& c : lower) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(lead_index(kLeadNames[i]), i);
    EXPECT_EQ(lead_index(upper), i);
    EXPECT_EQ(lead_index(lower), i);
  }
}

TEST(LeadIndex, StripsWhatFilesWriteAroundTheName) {
  for (const char* name : {"Lead I", "lead_i", "MDC_ECG_LEAD_I", "DI", "I ", " i", "ECG I", "EKG I",
                           "ECG Lead I", "LEAD:I"}) {
    EXPECT_EQ(lead_index(name), 0) << name;
  }
  EXPECT_EQ(lead_index("MDC_ECG_LEAD_AVR"), 3);
  EXPECT_EQ(lead_index("DIII"), 2);
  EXPECT_EQ(lead_index("Lead aVF"), 5);
  EXPECT_EQ(lead_index("ECG V6\r"), 11);
}

TEST(LeadIndex, RefusesOtherLeads) {
  for (const char* name : {"MLII", "-aVR", "V1-V2", "V", "V7", "V3R", "ECG", "ECG 1", "vx", "C3",
                           "", " ", "IV", "DaVR", "lead", "MCL1"}) {
    EXPECT_EQ(lead_index(name), std::nullopt) << name;
  }
  EXPECT_EQ(lead_index(std::string(1 << 20, ' ') + "I"), std::nullopt);
}

TEST(LeadIndex, KnowsWhichLeadAModifiedOneStandsFor) {
  for (const char* name : {"MLII", "ml2", "ML II", "mlii "})
    EXPECT_EQ(modified_lead_index(name), 1);
  EXPECT_EQ(modified_lead_index("MV5"), 10);
  for (const char* name : {"II", "CM5", "MCL1", "MLIV", "MV7", "mV", ""})
    EXPECT_EQ(modified_lead_index(name), std::nullopt) << name;
}

}  // namespace
}  // namespace liteheart
