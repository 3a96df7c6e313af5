#include "distill/rival.h"

#include "ecg/error.h"

namespace liteheart {

std::shared_ptr<RivalLoss> make_rival(std::string_view name, const RivalSetup& setup) {
  for (const auto maker : {make_feature_rival, make_relation_rival, make_output_rival}) {
    if (auto rival = maker(name, setup)) return rival;
  }
  throw Error("rival", "no rival is called '" + std::string(name) + "'");
}

Head head_of(const Model& model) {
  const BackboneImpl& net = *model.backbone;
  return {net.hidden->weight, net.hidden->bias, net.output->weight, net.output->bias};
}

}  // namespace liteheart
