#include "nn/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "measured/measurements.h"
#include "scratch.h"

namespace liteheart {
namespace {

using test::error_of;

ModelCard small_card() {
  ModelCard card;
  card.conditioning = edge::compact_100();
  card.conditioning.window = 256;
  card.conditioning.normalization = edge::Normalization::kFixedGain;
  card.leads = {0, 6};
  card.backbone.width = 16;
  card.backbone.layers = 2;
  card.backbone.classes = 3;
  card.backbone.strides = {4, 2, 2};
  card.backbone.causal = true;
  card.restoration = restoration_preset("tiny");
  card.restoration->width = 8;
  card.restoration->measured = card.leads;
  card.restoration->derive_limb_leads = false;
  card.classes = {{"164889003", "AF", "atrial fibrillation", true, {}},
                  {"59118001", "RBBB", "right bundle branch block", true, {}},
                  {"1", "X", "unscored", false, {}}};
  card.decision.threshold = {0.1f, 0.25f, 1.0f / 3};
  card.decision.slope = {1, 2, 3};
  card.decision.intercept = {-1, 0, 0.125f};
  card.not_judged = {"1"};
  card.provenance = {{"data", "made up"}, {"records", 7}};
  return card;
}

/// A model whose running statistics are not those of initialization.
Model worn_model() {
  Model model = Model::create(small_card(), 3);
  model.train(true);
  torch::NoGradGuard no_grad;
  for (int i = 0; i < 3; ++i) model.forward(2 * torch::randn({4, 2, 256}) + 1);
  model.train(false);
  return model;
}

/// Rows that differ in every measurement, with labels that follow from them.
LabelledTable labelled_table(std::size_t classes) {
  LabelledTable table{120, kMeasurements, classes, {}, {}, {}};
  for (std::size_t row = 0; row < table.rows; ++row) {
    for (std::size_t m = 0; m < kMeasurements; ++m)
      table.measured.push_back(static_cast<float>((row * 31 + m * 17) % 29));
    for (std::size_t c = 0; c < table.classes; ++c)
      table.label.push_back(table.measured[row * kMeasurements + 3 + c] > 15 ? 1 : 0);
    table.share.push_back(static_cast<std::uint8_t>(row % BoostedTrees::kShares));
  }
  return table;
}

/// A network of all leads with a teacher's trees beside it, which ask for measurement 3 among
/// others.
Model model_with_trees() {
  ModelCard card = small_card();
  card.leads = parse_leads("all");
  card.restoration.reset();
  card.trees = TreesShape{kMeasurementsVersion, 0.75};
  Model model = Model::create(card, 3);
  model.train(false);
  static const auto trees = std::make_shared<const BoostedTrees>(
      BoostedTrees::fit(labelled_table(card.classes.size()), 1));
  model.trees = trees;
  return model;
}

/// A network of two leads that restores the others, with a student's trees beside it.
Model student_with_trees() {
  Model model = worn_model();
  model.card.trees = TreesShape{kMeasurementsVersion, 0.25};
  model.card.network_decision = {{0.3F, 0.5F, 2.0F / 3}, {3, 2, 1.5F}, {0.25F, -1, 0}};
  static const auto trees = std::make_shared<const BoostedTrees>(
      BoostedTrees::imitate(labelled_table(model.card.classes.size()), 1));
  model.trees = trees;
  return model;
}

class ModelFile : public test::Scratch {
 protected:
  /// The Error of loading a model whose parts `change` has changed.
  std::string error_after(const std::function<void(WeightFile&, nlohmann::json& card)>& change,
                          const Model& model = worn_model()) {
    save_model(file, model);
    WeightFile weights = read_safetensors(file);
    auto card = nlohmann::json::parse(weights.metadata.at("liteheart"));
    change(weights, card);
    if (!weights.metadata.empty()) weights.metadata["liteheart"] = card.dump();
    write_safetensors(file, weights);
    return error_of([&] { load_model(file); });
  }
  void expect_refused(const std::string& error, const std::string& what) {
    EXPECT_NE(error.find(file.string()), std::string::npos) << "names no file: " << error;
    EXPECT_NE(error.find(what), std::string::npos) << error;
  }
  std::filesystem::path file = folder / "model.safetensors";
};

TEST_F(ModelFile, gives_the_same_outputs_bit_for_bit_after_save_and_load) {
  torch::NoGradGuard no_grad;
  Model model = worn_model();
  save_model(file, model);
  Model loaded = load_model(folder);
  const torch::Tensor x = torch::randn({3, 2, 256});
  const ModelOutput a = model.forward(x), b = loaded.forward(x);
  EXPECT_TRUE(torch::equal(a.backbone.logits, b.backbone.logits));
  EXPECT_TRUE(torch::equal(a.restored, b.restored));
  EXPECT_FALSE(
      torch::equal(a.backbone.logits, Model::create(small_card(), 3).forward(x).backbone.logits));
}

TEST_F(ModelFile, keeps_the_whole_card) {
  save_model(file, worn_model());
  const ModelCard card = small_card(), read = load_card(file);
  EXPECT_EQ(card_to_json(read), card_to_json(card));
  EXPECT_EQ(read.conditioning.window, 256);
  EXPECT_EQ(read.conditioning.normalization, edge::Normalization::kFixedGain);
  EXPECT_EQ(read.leads, card.leads);
  EXPECT_EQ(read.backbone.strides, card.backbone.strides);
  EXPECT_TRUE(read.backbone.causal);
  ASSERT_TRUE(read.restoration);
  EXPECT_EQ(read.restoration->measured, card.leads);
  EXPECT_FALSE(read.restoration->derive_limb_leads);
  EXPECT_EQ(read.classes[1].abbreviation, "RBBB");
  EXPECT_EQ(read.decision.threshold, card.decision.threshold);
  EXPECT_EQ(read.decision.intercept, card.decision.intercept);
  EXPECT_EQ(read.not_judged, card.not_judged);
  EXPECT_EQ(read.provenance, card.provenance);
}

TEST_F(ModelFile, keeps_trees) {
  const Model model = model_with_trees();
  ASSERT_FALSE(model.trees->trees().empty());
  save_model(file, model);
  const Model loaded = load_model(file);
  ASSERT_TRUE(loaded.trees);
  EXPECT_EQ(loaded.card.trees->share, 0.75);
  std::vector<float> measured(kMeasurements, 12);
  measured[3] = std::numeric_limits<float>::quiet_NaN();
  const auto of_trees = model.trees->logits(measured);
  EXPECT_EQ(loaded.trees->logits(measured), of_trees);
  EXPECT_EQ(loaded.trees->logits(measured, 4), model.trees->logits(measured, 4));
  const std::vector<float> network = {1, -2, 4};
  std::vector<float> logits = network;
  loaded.add_trees(logits, measured);
  for (std::size_t c = 0; c < 3; ++c)
    EXPECT_NEAR(logits[c], 0.25F * network[c] + 0.75F * of_trees[c], 1e-5);
}

TEST_F(ModelFile, keeps_a_students_trees_and_how_its_network_alone_decides) {
  const Model model = student_with_trees();
  save_model(file, model);
  const Model loaded = load_model(file);
  EXPECT_EQ(card_to_json(loaded.card), card_to_json(model.card));
  ASSERT_TRUE(loaded.card.restoration);
  ASSERT_TRUE(loaded.card.trees);
  EXPECT_EQ(loaded.card.leads, (std::vector<int>{0, 6}));
  EXPECT_EQ(loaded.card.trees->share, 0.25);
  EXPECT_EQ(loaded.card.decision.threshold, small_card().decision.threshold);
  EXPECT_EQ(loaded.card.network_decision.threshold, model.card.network_decision.threshold);
  EXPECT_EQ(loaded.card.network_decision.slope, model.card.network_decision.slope);
  EXPECT_EQ(loaded.card.network_decision.intercept, model.card.network_decision.intercept);
  ASSERT_TRUE(loaded.trees);
  EXPECT_EQ(loaded.trees->shares(), 1u);
  EXPECT_EQ(loaded.trees->count(), model.trees->count());
  for (const float level : {-1.0F, 3.0F, 12.0F, 20.0F}) {
    const std::vector<float> measured(kMeasurements, level);
    EXPECT_EQ(loaded.trees->logits(measured), model.trees->logits(measured));
  }
}

TEST_F(ModelFile,
       whose_trees_were_fitted_before_its_network_alone_was_decided_has_no_such_decision) {
  EXPECT_EQ(error_after([](WeightFile&, auto& card) { card["trees"].erase("network"); },
                        student_with_trees()),
            "");
  EXPECT_TRUE(load_card(file).network_decision.threshold.empty());
}

TEST_F(ModelFile, whose_network_alone_decides_other_classes_is_an_error) {
  for (const char* part : {"threshold", "slope", "intercept"}) {
    for (const nlohmann::json& numbers :
         {nlohmann::json{1, 2}, nlohmann::json{1, 2, 3, 4}, nlohmann::json::array()}) {
      SCOPED_TRACE(part + (" = " + numbers.dump()));
      expect_refused(
          error_after([&](WeightFile&, auto& card) { card["trees"]["network"][part] = numbers; },
                      student_with_trees()),
          "contradicts itself");
    }
    SCOPED_TRACE(part);
    expect_refused(
        error_after([&](WeightFile&, auto& card) { card["trees"]["network"].erase(part); },
                    student_with_trees()),
        "card");
  }
}

TEST_F(ModelFile, whose_trees_are_not_what_the_card_says_is_an_error) {
  const auto refused = [&](const std::string& what, auto change) {
    expect_refused(error_after(change, model_with_trees()), what);
  };
  const auto tensor = [](WeightFile& weights, const std::string& name) -> at::Tensor& {
    return std::ranges::find(weights.tensors, name, &NamedTensors::value_type::first)->second;
  };
  refused("other measurements",
          [](WeightFile&, auto& card) { card["trees"]["measured"] = kMeasurementsVersion + 1; });
  refused("contradicts itself", [](WeightFile&, auto& card) { card["trees"]["share"] = 1.5; });
  refused("contradict each other", [&](WeightFile& w, auto&) {
    tensor(w, "trees.measurement")[0][0] = static_cast<int>(kMeasurements);
  });
  refused("contradict each other",
          [&](WeightFile& w, auto&) { tensor(w, "trees.measurement")[0][6] = -1; });
  refused("contradict each other",
          [&](WeightFile& w, auto&) { tensor(w, "trees.count")[0][0] += 1; });
  refused("trees.value", [&](WeightFile& w, auto&) {
    tensor(w, "trees.value") = tensor(w, "trees.value").slice(0, 1).contiguous();
  });
  refused("another kind of number", [&](WeightFile& w, auto&) {
    tensor(w, "trees.measurement") = tensor(w, "trees.measurement").to(at::kFloat);
  });
  refused("trees.threshold", [](WeightFile& w, auto&) {
    std::erase_if(w.tensors, [](const auto& t) { return t.first == "trees.threshold"; });
  });
  // In one share, or in those of a teacher.
  refused("trees.base", [&](WeightFile& w, auto&) { tensor(w, "trees.base") = at::zeros({2, 3}); });
  refused("trees.count", [&](WeightFile& w, auto&) {
    tensor(w, "trees.base") = at::zeros({1, 3});
  });
}

TEST_F(ModelFile, of_another_version_is_an_error) {
  expect_refused(error_after([](WeightFile&, auto& card) { card["version"] = 2; }), "version 2");
  expect_refused(error_after([](WeightFile&, auto& card) { card.erase("version"); }), "no version");
}

TEST_F(ModelFile, without_one_of_its_tensors_is_an_error_that_names_it) {
  std::string missing;
  const auto error = error_after([&](WeightFile& weights, auto&) {
    missing = weights.tensors[5].first;
    weights.tensors.erase(weights.tensors.begin() + 5);
  });
  expect_refused(error, missing);
}

TEST_F(ModelFile, with_a_tensor_of_another_shape_is_an_error_that_names_it) {
  std::string reshaped;
  const auto error = error_after([&](WeightFile& weights, auto&) {
    auto& [name, tensor] = weights.tensors[0];
    reshaped = name;
    tensor = tensor.flatten();
  });
  expect_refused(error, reshaped);
}

TEST_F(ModelFile, whose_card_asks_for_far_more_than_the_file_holds_is_an_error_before_it_is_made) {
  const auto refused = [&](const char* part, const char* key, int value, const std::string& what) {
    expect_refused(error_after([&](WeightFile&, auto& card) { card[part][key] = value; }), what);
  };
  refused("backbone", "width", 4096, "backbone.encoder.2.conv2.weight");
  refused("backbone", "layers", 64, "backbone.transformer");
  refused("restoration", "width", 4096, "restoration.convolutions.5.weight");
  refused("backbone", "leads", 11, "contradicts itself");
}

TEST_F(ModelFile, cut_off_anywhere_is_an_error) {
  save_model(file, worn_model());
  const std::string bytes = test::read_bytes(file);
  for (const std::size_t left :
       {std::size_t{0}, std::size_t{7}, std::size_t{500}, bytes.size() / 2, bytes.size() - 1}) {
    test::write_bytes(file, bytes.substr(0, left));
    expect_refused(error_of([&] { load_model(file); }), "");
  }
}

TEST_F(ModelFile, that_is_not_there_or_no_model_is_an_error) {
  expect_refused(error_of([&] { load_model(file); }), "");
  expect_refused(error_after([](WeightFile& weights, auto&) { weights.metadata.clear(); }),
                 "no LiteHeart model card");
}

TEST_F(ModelFile, whose_card_lacks_a_key_is_an_error) {
  const auto whole = card_to_json(small_card());
  for (const auto& [key, value] : whole.items()) {
    SCOPED_TRACE(key);
    expect_refused(error_after([&](WeightFile&, auto& card) { card.erase(key); }), "card");
  }
}

TEST_F(ModelFile, whose_card_contradicts_itself_is_an_error) {
  const std::pair<const char*, nlohmann::json> changes[] = {
      {"/backbone/heads", 5},
      {"/backbone/classes", 4},
      {"/backbone/width", -16},
      {"/backbone/layers", 1000000},
      {"/backbone/strides/0", 0},
      {"/conditioning/window", 250},
      {"/decision/slope", {1, 2}},
      {"/leads", "I,V7"},
      {"/leads", "I"},
      {"/backbone/leads", 2},
      {"/conditioning/normalization", "none"},
      {"/conditioning/rate_hz", -100},
      {"/conditioning/high_hz", 0},
  };
  for (const auto& [where, value] : changes) {
    SCOPED_TRACE(where + (" = " + value.dump()));
    expect_refused(error_after([&, &pointer = where, &number = value](WeightFile&, auto& card) {
                     card[nlohmann::json::json_pointer(pointer)] = number;
                   }),
                   "");
  }
}

TEST(Model, of_one_seed_is_always_the_same_and_of_another_seed_another) {
  const auto weights = [](std::uint64_t seed) {
    std::vector<torch::Tensor> flat;
    for (const auto& p : Model::create(small_card(), seed).parameters())
      flat.push_back(p.flatten());
    return torch::cat(flat);
  };
  EXPECT_TRUE(torch::equal(weights(5), weights(5)));
  EXPECT_FALSE(torch::equal(weights(5), weights(6)));
}

TEST(Model, gives_its_backbone_the_share_of_the_true_leads_that_is_asked_for) {
  Model model = worn_model();
  model.train(false);
  const torch::NoGradGuard no_grad;
  const torch::Tensor truth = torch::randn({2, 12, 256}),
                      x = truth.index_select(1, torch::tensor({0, 6}, torch::kLong));
  const ModelOutput restored = model.forward(x), half = model.forward(x, 0.5, truth);
  EXPECT_TRUE(restored.restored.equal(half.restored));
  EXPECT_TRUE(model.backbone->forward((restored.restored + truth) / 2)
                  .logits.allclose(half.backbone.logits, 1e-4, 1e-5));
  EXPECT_TRUE(model.backbone->forward(truth).logits.allclose(
      model.forward(x, 1, truth).backbone.logits, 1e-4, 1e-5));
  EXPECT_FALSE(half.backbone.logits.allclose(restored.backbone.logits, 1e-4, 1e-5));
}

TEST(Model, state_shares_memory_with_the_networks_and_names_every_parameter_once) {
  Model model = Model::create(small_card(), 1);
  const NamedTensors state = model.state();
  std::size_t parameters = 0;
  for (const auto& p : model.parameters()) {
    for (const auto& [name, tensor] : state) parameters += tensor.data_ptr() == p.data_ptr();
  }
  EXPECT_EQ(parameters, model.parameters().size());
}

}  // namespace
}  // namespace liteheart
