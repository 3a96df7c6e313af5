#include "data/same_conditioning.h"

#include "ecg/error.h"

namespace liteheart {

void require_same_conditioning(const edge::Conditioning& model, const PreparedDataset& data,
                               const std::string& place) {
  const edge::Conditioning& d = data.conditioning();
  if (model.rate_hz != d.rate_hz || model.window != d.window || model.low_hz != d.low_hz ||
      model.high_hz != d.high_hz || model.normalization != d.normalization) {
    throw Error(
        place,
        "the model was trained with another conditioning than " + data.folder().string() + " has",
        "prepare the recordings with the model's preset and normalization");
  }
}

}  // namespace liteheart
