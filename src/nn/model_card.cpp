#include "nn/model_card.h"

#include <fmt/format.h>

#include <algorithm>

#include "ecg/error.h"
#include "ecg/leads.h"

namespace liteheart {
namespace {

using nlohmann::json;

json decision_json(const Decision& d) {
  return {{"threshold", d.threshold}, {"slope", d.slope}, {"intercept", d.intercept}};
}

Decision decision_from(const json& j) {
  return {j.at("threshold").get<std::vector<float>>(), j.at("slope").get<std::vector<float>>(),
          j.at("intercept").get<std::vector<float>>()};
}

json conditioning_json(const edge::Conditioning& c) {
  return {{"rate_hz", c.rate_hz},
          {"window", c.window},
          {"low_hz", c.low_hz},
          {"high_hz", c.high_hz},
          {"normalization",
           c.normalization == edge::Normalization::kZScore ? "z-score" : "fixed-gain"}};
}

edge::Conditioning conditioning_of(const json& j) {
  edge::Conditioning c;
  c.rate_hz = j.at("rate_hz");
  c.window = j.at("window");
  c.low_hz = j.at("low_hz");
  c.high_hz = j.at("high_hz");
  const json& normalization = j.at("normalization");
  if (normalization != "z-score" && normalization != "fixed-gain")
    c.rate_hz = 0;  // refused by check
  c.normalization =
      normalization == "z-score" ? edge::Normalization::kZScore : edge::Normalization::kFixedGain;
  return c;
}

json classes_json(const std::vector<Diagnosis>& classes) {
  json all = json::array();
  for (const Diagnosis& d : classes) {
    all.push_back({{"code", d.code},
                   {"abbreviation", d.abbreviation},
                   {"name", d.name},
                   {"scored", d.scored}});
  }
  return all;
}

ModelCard parse(const json& j) {
  ModelCard card;
  card.conditioning = conditioning_of(j.at("conditioning"));
  card.leads = parse_leads(j.at("leads").get<std::string>());
  const json& b = j.at("backbone");
  card.backbone.leads = b.at("leads");
  card.backbone.width = b.at("width");
  card.backbone.layers = b.at("layers");
  card.backbone.heads = b.at("heads");
  card.backbone.classes = b.at("classes");
  card.backbone.strides = b.at("strides");
  card.backbone.causal = b.at("causal");
  if (const json& r = j.at("restoration"); !r.is_null()) {
    card.restoration.emplace();
    card.restoration->measured = card.leads;
    card.restoration->width = r.at("width");
    card.restoration->derive_limb_leads = r.at("derive_limb_leads");
  }
  if (j.contains("trees")) {
    const json& t = j.at("trees");
    card.trees = TreesShape{t.at("measured"), t.at("share")};
    if (t.contains("network")) card.network_decision = decision_from(t.at("network"));
  }
  for (const json& c : j.at("classes")) {
    card.classes.push_back({c.at("code"), c.at("abbreviation"), c.at("name"), c.at("scored"), {}});
  }
  card.decision = decision_from(j.at("decision"));
  card.not_judged = j.at("not_judged").get<std::vector<std::string>>();
  card.provenance = j.at("provenance");
  return card;
}

void check(const ModelCard& card, const std::string& place) {
  const auto in = [](int value, int low, int high) { return value >= low && value <= high; };
  const BackboneShape& b = card.backbone;
  bool sane = in(b.leads, 1, 12) && in(b.width, 1, 4096) && in(b.layers, 0, 64) &&
              in(b.heads, 1, 64) && b.width % b.heads == 0 && in(b.classes, 1, 4096) &&
              static_cast<std::size_t>(b.classes) == card.classes.size();
  int product = 1;
  for (const int stride : b.strides) sane = sane && in(stride, 1, 16), product *= stride;
  sane = sane && in(card.conditioning.window, product, 1 << 20) &&
         card.conditioning.window % product == 0;
  const int wanted = card.restoration ? kLeads : static_cast<int>(card.leads.size());
  sane = sane && b.leads == wanted;
  if (card.restoration)
    sane = sane && in(card.restoration->width, 1, 4096) && card.conditioning.window % 64 == 0;
  if (card.trees) sane = sane && card.trees->share > 0 && card.trees->share < 1;
  const edge::Conditioning& c = card.conditioning;
  sane = sane && c.rate_hz >= 1 && c.rate_hz <= 100'000 && 0 < c.low_hz && c.low_hz < c.high_hz &&
         c.high_hz < c.rate_hz / 2;
  for (const Decision& d : {card.decision, card.network_decision}) {
    const std::size_t decided = d.threshold.size();
    sane = sane && (decided == 0 || decided == card.classes.size()) && d.slope.size() == decided &&
           d.intercept.size() == decided;
  }
  if (!sane)
    throw Error(place, "the model card contradicts itself", "the file is damaged: copy it again");
}

}  // namespace

std::string reads_text(const ModelCard& card) {
  const edge::Conditioning& c = card.conditioning;
  return fmt::format(
      "{} at {} Hz, {} samples, {} to {} Hz, {}",
      card.leads.size() == kLeads ? "12 leads" : "lead " + lead_text(card.leads), c.rate_hz,
      c.window, c.low_hz, c.high_hz,
      c.normalization == edge::Normalization::kZScore ? "z-score" : "fixed gain (mV)");
}

std::string gives_text(const ModelCard& card) {
  return fmt::format("{} diagnoses{}{}", card.classes.size(),
                     card.restoration ? " and the 12 leads, estimated" : "",
                     card.trees ? ", by its network and by trees on what is measured" : "");
}

bool ModelCard::judges(std::size_t c) const {
  return std::find(not_judged.begin(), not_judged.end(), classes[c].code) == not_judged.end();
}

Decision ModelCard::decision_or_plain() const {
  if (!decision.threshold.empty()) return decision;
  const std::size_t count = classes.size();
  return {std::vector<float>(count, 0.5F), std::vector<float>(count, 1.0F),
          std::vector<float>(count, 0.0F)};
}

json card_to_json(const ModelCard& card) {
  const BackboneShape& b = card.backbone;
  json j = {{"version", ModelCard::kVersion},
            {"conditioning", conditioning_json(card.conditioning)},
            {"leads", lead_text(card.leads)},
            {"backbone",
             {{"leads", b.leads},
              {"width", b.width},
              {"layers", b.layers},
              {"heads", b.heads},
              {"classes", b.classes},
              {"strides", b.strides},
              {"causal", b.causal}}},
            {"restoration", nullptr},
            {"classes", classes_json(card.classes)},
            {"decision", decision_json(card.decision)},
            {"not_judged", card.not_judged},
            {"provenance", card.provenance}};
  if (card.restoration) {
    j["restoration"] = {{"width", card.restoration->width},
                        {"derive_limb_leads", card.restoration->derive_limb_leads}};
  }
  if (card.trees) {
    j["trees"] = {{"measured", card.trees->measured},
                  {"share", card.trees->share},
                  {"network", decision_json(card.network_decision)}};
  }
  return j;
}

ModelCard card_from_json(const json& j, const std::string& place) {
  if (!j.is_object() || !j.contains("version")) {
    throw Error(place, "the model card has no version", "give a model written by liteheart");
  }
  if (j.at("version") != ModelCard::kVersion) {
    throw Error(place,
                "the model is of version " + j.at("version").dump() +
                    ", this program reads version " + std::to_string(ModelCard::kVersion),
                "use the liteheart that wrote it, or train the model again");
  }
  try {
    ModelCard card = parse(j);
    check(card, place);
    return card;
  } catch (const Error& e) {
    if (e.place() == place) throw;
    throw Error(place, std::string("the model card is damaged: ") + e.what());
  } catch (const json::exception& e) {
    throw Error(place, std::string("the model card is incomplete: ") + e.what(),
                "the file is damaged: copy it again");
  }
}

}  // namespace liteheart
