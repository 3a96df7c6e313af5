// Whether the maps point where the simulator has put what a diagnosis is about, and whether that is
// the network's doing: with its weights drawn anew they must not.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/optim/adamw.h>
#include <torch/types.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "data/conditioner.h"
#include "data/random.h"
#include "data/simulator_heart.h"
#include "data/simulator_recording.h"
#include "deploy/edge_export.h"
#include "deploy/engine.h"
#include "deploy/model_bytes.h"
#include "ecg/leads.h"
#include "explain/regions.h"

namespace liteheart {
namespace {

/// A simulated recording as a network is given it, and its truth.
struct Truth {
  std::vector<float> leads;   // [12, window]
  double recorded_s = 0;      // of the window
  std::vector<double> pvc_s;  // onsets of premature ventricular beats
  std::array<double, kLeads> st_mv{};
};

Truth simulated(const std::vector<std::string>& wanted, std::uint64_t seed,
                const edge::Conditioning& conditioning) {
  const SimulatedCentre centre = simulated_centres()[0];
  simulator::Findings findings = simulator::parse_findings(wanted);
  Random seeds(seed);
  const std::uint64_t heart_seed = seeds.next(), moment_seed = seeds.next();
  const Recording recording = simulator::record(centre, findings, heart_seed, moment_seed);

  Truth truth;
  std::vector<std::int16_t> stored(static_cast<std::size_t>(kLeads * conditioning.window));
  truth.recorded_s = Conditioner(conditioning).condition(recording, stored) / conditioning.rate_hz;
  for (const std::int16_t x : stored) truth.leads.push_back(x * kStoredScale);
  for (const auto& beat : simulator::moment_rhythm(findings, centre.seconds, moment_seed).beats) {
    if (beat.kind == simulator::BeatKind::kPrematureVentricular)
      truth.pvc_s.push_back(beat.onset_s);
  }
  const simulator::Heart heart = simulator::draw_heart(findings, heart_seed);
  auto& st = truth.st_mv;
  for (const simulator::Lobe& lobe : heart.st) {
    constexpr std::size_t kPlace[simulator::kMeasured] = {0, 1, 6, 7, 8, 9, 10, 11};
    for (std::size_t i = 0; i < simulator::kMeasured; ++i)
      st[kPlace[i]] += heart.torso.project(i, lobe.mv);
  }
  st[2] = st[1] - st[0], st[3] = -(st[0] + st[1]) / 2;
  st[4] = st[0] - st[1] / 2, st[5] = st[1] - st[0] / 2;
  return truth;
}

/// How often maps point to the truth, and would by chance.
struct Pointing {
  int maps = 0, hits = 0;
  double chances = 0;

  void count(bool hit, double chance) { ++maps, hits += hit, chances += chance; }
  double rate() const { return static_cast<double>(hits) / maps; }
  double chance() const { return chances / maps; }
  /// 95 %, by Wilson's score.
  double low() const { return middle() - half(); }
  double high() const { return middle() + half(); }
  std::string text() const {
    return fmt::format("{} of {}: {:.2f} [{:.2f}, {:.2f}], by chance {:.2f}", hits, maps, rate(),
                       low(), high(), chance());
  }

 private:
  static constexpr double kZ2 = 1.96 * 1.96;
  double middle() const { return (rate() + kZ2 / (2 * maps)) / (1 + kZ2 / maps); }
  double half() const {
    return std::sqrt(kZ2 * (rate() * (1 - rate()) / maps + kZ2 / (4.0 * maps * maps))) /
           (1 + kZ2 / maps);
  }
};

/// Draws the student's weights anew: around 0, biases and norms around their mean, as far as
/// before.
void draw_anew(Model& model) {
  torch::NoGradGuard no_grad;
  for (auto& p : model.backbone->parameters()) {
    const double centre = p.dim() == 1 ? p.mean().item<double>() : 0;
    p.normal_(centre, p.std(/*unbiased=*/false).item<double>());
  }
}

/// Another network for each map: one alone might point anywhere, always the same way.
class Redrawn {
 public:
  explicit Redrawn(const Model& model) : original_(model), model_(Model::create(model.card, 0)) {
    torch::manual_seed(11);
    model_.train(false);
  }
  Explainer next() {
    assign_state(model_.state(), original_.state(), "test");
    draw_anew(model_);
    return Explainer(edge_bytes(model_), "redrawn");
  }

 private:
  const Model& original_;
  Model model_;
};

// Premature ventricular beats, by the shipped model.

bool in_a_pvc(const Truth& truth, double t) {  // QRS and T
  return std::any_of(truth.pvc_s.begin(), truth.pvc_s.end(),
                     [&](double onset) { return t >= onset - 0.1 && t <= onset + 0.5; });
}

std::span<const float> lead_i(const Truth& truth) {
  return {truth.leads.data(), truth.leads.size() / kLeads};
}

std::size_t heaviest(std::span<const float> x) {
  return static_cast<std::size_t>(std::max_element(x.begin(), x.end()) - x.begin());
}

/// Of the premature beats: where the map over time is heaviest, against any bin; and whether the
/// first region holds the middle of a QRS complex, against a stretch as long anywhere.
struct PvcPointing {
  Pointing time, region;

  void count(const Truth& truth, const SaliencyMap& map, std::span<const int> leads) {
    const double per_bin = 10.24 / static_cast<double>(map.bins);
    const auto bins = static_cast<std::size_t>(std::ceil(truth.recorded_s / per_bin));
    const auto hit = [&](std::size_t k) {
      return in_a_pvc(truth, (static_cast<double>(k) + 0.5) * per_bin);
    };
    int hits = 0;
    for (std::size_t k = 0; k < bins; ++k) hits += hit(k);
    time.count(hit(heaviest(std::span(map.time_weight).first(bins))),
               hits / static_cast<double>(bins));
    for (const Region& r : regions_of(map, leads, {per_bin, 0, truth.recorded_s}, 1)) {
      const auto holds = [&](double onset) {
        return onset + 0.08 >= r.from_s && onset + 0.08 <= r.to_s;
      };
      const double share = (r.to_s - r.from_s) / truth.recorded_s;
      region.count(std::any_of(truth.pvc_s.begin(), truth.pvc_s.end(), holds),
                   std::min(1.0, share * static_cast<double>(truth.pvc_s.size())));
    }
  }
};

/// Whether the loudest sixth of a second of lead I lies beside the premature beats: else a network
/// that knows nothing, but answers to whatever is large, would point there too.
bool loudest_elsewhere(const Truth& truth) {
  const auto x = lead_i(truth);
  std::vector<float> power(x.size() / 16);
  for (std::size_t t = 0; t < x.size(); ++t) power[t / 16] += x[t] * x[t];
  const double loudest = (static_cast<double>(heaviest(power)) + 0.5) * 0.16;
  return std::none_of(truth.pvc_s.begin(), truth.pvc_s.end(), [&](double onset) {
    return loudest >= onset - 0.3 && loudest <= onset + 0.7;
  });
}

std::vector<Truth> with_pvc(std::size_t count, const edge::Conditioning& conditioning,
                            bool (*wanted)(const Truth&)) {
  std::vector<Truth> recordings;
  for (std::uint64_t seed = 1000; recordings.size() < count; ++seed) {
    Truth truth = simulated({"PVC"}, seed, conditioning);
    if (wanted(truth)) recordings.push_back(std::move(truth));
  }
  return recordings;
}

class ShippedModel {
 public:
  explicit ShippedModel(const std::string& file)
      : bytes_(ModelBytes::read(file)),
        explainer(bytes_.bytes(), file),
        engine_(edge_engine(bytes_.bytes(), file, edge::best_kernels())) {
    const auto& classes = engine_->card().classes;
    while (classes[veb].abbreviation != "VEB") ++veb;
  }
  bool finds_ectopics(const Truth& truth) {
    const Decision& d = engine_->card().decision;
    const float logit = engine_->run(lead_i(truth), false).logits[veb];
    return 1 / (1 + std::exp(-(d.slope[veb] * logit + d.intercept[veb]))) >= d.threshold[veb];
  }

 private:
  ModelBytes bytes_;

 public:
  Explainer explainer;
  std::size_t veb = 0;  // the class

 private:
  std::unique_ptr<Engine> engine_;
};

PvcPointing of_shipped(ShippedModel& model, const std::vector<Truth>& recordings) {
  PvcPointing pointing;
  for (const Truth& truth : recordings) {
    if (!model.finds_ectopics(truth)) continue;
    const std::size_t classes[] = {model.veb};
    pointing.count(truth, model.explainer.explain(lead_i(truth), classes)[0],
                   model.explainer.leads());
  }
  return pointing;
}

PvcPointing of_redrawn(const Model& model, std::size_t veb, const std::vector<Truth>& recordings) {
  Redrawn redrawn(model);
  PvcPointing pointing;
  for (const Truth& truth : recordings) {
    const Explainer explainer = redrawn.next();
    const std::size_t classes[] = {veb};
    pointing.count(truth, explainer.explain(lead_i(truth), classes)[0], explainer.leads());
  }
  return pointing;
}

TEST(SimulatedTruth, MapsOfTheShippedModelPointToThePrematureBeatsAndThoseOfRedrawnWeightsDoNot) {
  at::set_num_threads(1);
  const std::string file = LITEHEART_SHIPPED_EDGE_MODEL;
  ShippedModel floats(file), bytes(file.substr(0, file.size() - 4) + ".int8.lhm");
  const Model model = load_model(LITEHEART_SOURCE_DIR "/models/liteheart-lead-i.safetensors");
  const auto recordings = with_pvc(200, model.card.conditioning, loudest_elsewhere);
  const PvcPointing redrawn = of_redrawn(model, floats.veb, recordings);
  fmt::print("redrawn: time {}; region {}\n", redrawn.time.text(), redrawn.region.text());
  for (ShippedModel* shipped : {&floats, &bytes}) {
    const PvcPointing pointing = of_shipped(*shipped, recordings);
    fmt::print("shipped: time {}; region {}\n", pointing.time.text(), pointing.region.text());
    EXPECT_GT(pointing.time.maps, 180);
    EXPECT_GT(pointing.time.low(), 0.9);
    EXPECT_GT(pointing.region.low(), 0.9);
  }
  EXPECT_LE(redrawn.time.low(), redrawn.time.chance());
  EXPECT_LT(redrawn.time.high(), 3 * redrawn.time.chance());
  EXPECT_LT(redrawn.region.high(), 3 * redrawn.region.chance());
}

// Where the premature beat is also the loudest, loudness alone tells something: no less than the
// above is asked of the model, and less of the redrawn.
TEST(SimulatedTruth, MapsPointToPrematureBeatsOfAnyLoudness) {
  at::set_num_threads(1);
  ShippedModel shipped(LITEHEART_SHIPPED_EDGE_MODEL);
  const Model model = load_model(LITEHEART_SOURCE_DIR "/models/liteheart-lead-i.safetensors");
  const auto recordings = with_pvc(100, model.card.conditioning, [](const Truth&) { return true; });
  const PvcPointing pointing = of_shipped(shipped, recordings),
                    redrawn = of_redrawn(model, shipped.veb, recordings);
  fmt::print("shipped: time {}; region {}\nredrawn: time {}; region {}\n", pointing.time.text(),
             pointing.region.text(), redrawn.time.text(), redrawn.region.text());
  EXPECT_GT(pointing.time.low(), 0.9);
  EXPECT_GT(pointing.region.low(), 0.9);
  EXPECT_LT(redrawn.time.high(), 0.5);
}

// ST elevation in known leads, by a small network of 12 leads that is trained here.

constexpr std::int64_t kTraining = 800, kSteps = 400, kBatch = 16;
constexpr double kElevatedMv = 0.1;

Model trained_on_st(const edge::Conditioning& conditioning) {
  ModelCard card;
  card.conditioning = conditioning;
  card.leads = parse_leads("all");
  card.backbone.width = 32;
  card.backbone.strides = {4, 4, 4};
  card.backbone.classes = 1;
  card.classes.push_back({"164931005", "STE", "ST elevation", true, {}});
  Model model = Model::create(card, 1);
  std::vector<torch::Tensor> windows, labels;
  for (std::int64_t i = 0; i < kTraining; ++i) {
    const bool elevated = i % 2 != 0;
    const Truth truth =
        simulated(elevated ? std::vector<std::string>{"STE"} : std::vector<std::string>{"NSR"},
                  static_cast<std::uint64_t>(5000 + i), conditioning);
    windows.push_back(torch::tensor(truth.leads).view({kLeads, conditioning.window}));
    labels.push_back(torch::tensor(elevated ? 1.0F : 0.0F));
  }
  const torch::Tensor x = torch::stack(windows), y = torch::stack(labels);
  torch::optim::AdamW optimizer(model.parameters(), torch::optim::AdamWOptions(1e-3));
  model.train(true);
  for (std::int64_t step = 0; step < kSteps; ++step) {
    const torch::Tensor rows = torch::randint(kTraining, {kBatch}, torch::kLong);
    const torch::Tensor logits = model.forward(x.index_select(0, rows)).backbone.logits.squeeze(1);
    optimizer.zero_grad();
    torch::binary_cross_entropy_with_logits(logits, y.index_select(0, rows)).backward();
    optimizer.step();
  }
  model.train(false);
  return model;
}

std::size_t heaviest_lead(const Explainer& explainer, const Truth& truth) {
  const std::size_t classes[] = {0};
  const SaliencyMap map = explainer.explain(truth.leads, classes)[0];
  std::vector<float> weight(map.leads);
  for (std::size_t i = 0; i < map.lead_weight.size(); ++i)
    weight[i / map.bins] += map.lead_weight[i];
  return heaviest(weight);
}

/// Leads differ in loudness and in how often they are elevated, so chance is how often these same
/// leads are elevated in the other recordings.
Pointing at_elevated_leads(const std::vector<std::size_t>& leads,
                           const std::vector<Truth>& recordings) {
  Pointing pointing;
  for (std::size_t i = 0; i < leads.size(); ++i) {
    double chance = 0;
    for (const Truth& other : recordings)
      chance += (other.st_mv[leads[i]] >= kElevatedMv) / static_cast<double>(recordings.size());
    pointing.count(recordings[i].st_mv[leads[i]] >= kElevatedMv, chance);
  }
  return pointing;
}

TEST(SimulatedTruth, MapsOfATrainedModelPointToTheElevatedLeadsAndThoseOfRedrawnWeightsDoNot) {
  at::set_num_threads(1);
  const edge::Conditioning conditioning = edge::compact_100();
  const Model model = trained_on_st(conditioning);
  std::vector<Truth> recordings;
  for (std::uint64_t seed = 90'000; seed < 90'200; ++seed)
    recordings.push_back(simulated({"STE"}, seed, conditioning));

  const Explainer explainer(edge_bytes(model), "trained");
  Redrawn redrawn(model);
  std::vector<std::size_t> by_model, by_redrawn;
  for (const Truth& truth : recordings) {
    by_model.push_back(heaviest_lead(explainer, truth));
    by_redrawn.push_back(heaviest_lead(redrawn.next(), truth));
  }
  const Pointing pointing = at_elevated_leads(by_model, recordings),
                 chance = at_elevated_leads(by_redrawn, recordings);
  fmt::print("trained: {}\nredrawn: {}\n", pointing.text(), chance.text());
  EXPECT_GT(pointing.low(), pointing.chance() + 0.15);
  EXPECT_LE(chance.low(), chance.chance());
  EXPECT_LT(chance.high(), pointing.low());
}

}  // namespace
}  // namespace liteheart
