#include "train/predict.h"

#include <ATen/ATen.h>

#include "nn/model.h"
#include "train/training.h"

namespace liteheart {
namespace {

using test::error_of;
using test::Training;

TEST_F(Training, model_predicts_the_same_in_batches_of_any_size_and_knows_its_data) {
  Model model = load_model(teacher());
  const PreparedDataset set(data());
  const auto records = set.indices(Split::kValidate);
  PredictOptions options;
  options.batch = 5;
  std::size_t seen = 0;
  options.each = [&](std::size_t done, const at::Tensor& signal, const ModelOutput& output) {
    EXPECT_EQ(static_cast<std::size_t>(signal.size(0)), done - seen);
    EXPECT_EQ(output.backbone.logits.size(0), signal.size(0));
    EXPECT_FALSE(output.restored.defined());
    seen = done;
  };
  const Predictions small = predict(model, set, records, options);
  EXPECT_EQ(seen, records.size());
  options.each = {};
  options.batch = 128;
  const Predictions large = predict(model, set, records, options);
  ASSERT_EQ(small.logit.size(), records.size() * set.classes().size());
  for (std::size_t i = 0; i < small.logit.size(); ++i)
    EXPECT_NEAR(small.logit[i], large.logit[i], 1e-4);
  for (std::size_t r = 0; r < records.size(); ++r) {
    for (std::size_t c = 0; c < small.classes; ++c) {
      EXPECT_EQ(small.label[r * small.classes + c], set.labels(records[r])[c]);
    }
  }
  model.card.classes[0].code = "0";
  EXPECT_NE(error_of([&] { predict(model, set, records, options); }).find(set.classes()[0].code),
            std::string::npos);
  model = load_model(teacher());
  model.card.conditioning.low_hz = 0.5;
  EXPECT_NE(error_of([&] { predict(model, set, records, options); }).find("conditioning"),
            std::string::npos);
}

}  // namespace
}  // namespace liteheart
