#include "eval/restoration.h"

#include <gtest/gtest.h>

#include "ecg/error.h"
#include "golden.h"

namespace liteheart {
namespace {

TEST(Restoration, AgreesWithNumpyOverRecordsOfDifferentLength) {
  const auto& g = test::golden()["restoration"];
  RestorationError error;
  for (std::size_t r = 0; r < g["valid"].size(); ++r) {
    error.add(g["restored"][r].get<std::vector<float>>(), g["truth"][r].get<std::vector<float>>(),
              g["samples"], g["valid"][r]);
  }
  const auto leads = error.per_lead();
  for (std::size_t lead = 0; lead < leads.size(); ++lead) {
    EXPECT_NEAR(leads[lead].mse.value(), g["mse"][lead], test::kGoldenTolerance) << lead;
    EXPECT_NEAR(leads[lead].pearson.value(), g["pearson"][lead], test::kGoldenTolerance) << lead;
    EXPECT_EQ(leads[lead].records, 3u);
    EXPECT_EQ(leads[lead].pearson_records, lead == 4 || lead == 7 ? 2u : 3u);
  }
}

TEST(Restoration, PaddingDoesNotCount) {
  std::vector<float> truth(12 * 4, 0), restored(12 * 4, 0);
  for (std::size_t lead = 0; lead < 12; ++lead) {
    truth[lead * 4] = restored[lead * 4] = 1;
    restored[lead * 4 + 3] = 100;
  }
  RestorationError error;
  error.add(restored, truth, 4, 3);
  EXPECT_EQ(error.per_lead()[0].mse, 0.0);
  EXPECT_NEAR(error.per_lead()[0].pearson.value(), 1, 1e-12);
}

TEST(Restoration, WithoutRecordsNumbersAreUndefined) {
  RestorationError error;
  error.add(std::vector<float>(24, 1), std::vector<float>(24, 1), 2, 0);
  EXPECT_FALSE(error.per_lead()[3].mse);
  EXPECT_FALSE(error.per_lead()[3].pearson);
}

TEST(Restoration, JsonNamesTheLeadsAndHoldsNullForTheUndefined) {
  RestorationError error;
  std::vector<float> truth(24, 1);
  truth[2] = 2;  // lead II is not flat
  error.add(truth, truth, 2, 2);
  const auto out = to_json(error.per_lead());
  EXPECT_EQ(out["II"]["pearson"], 1.0);
  EXPECT_TRUE(out["V6"]["pearson"].is_null());
  EXPECT_EQ(out["V6"]["mse"], 0.0);
  EXPECT_EQ(out["V6"]["records"], 1);
}

TEST(Restoration, RefusesArraysThatDoNotFit) {
  RestorationError error;
  const std::vector<float> eleven(22), twelve(24);
  EXPECT_THROW(error.add(eleven, twelve, 2, 2), Error);
  EXPECT_THROW(error.add(twelve, twelve, 2, 3), Error);
}

}  // namespace
}  // namespace liteheart
