#include "explain/network_gradient.h"

#include <algorithm>
#include <cstddef>

#include "ecg/error.h"
#include "edge/model_generated.h"
#include "edge/network.h"
#include "edge/quantize.h"

namespace liteheart {
namespace {

namespace file = edge::file;

// Activations and weights of any model that fits a file of its size stay far below.
constexpr std::size_t kMostFloats = std::size_t{1} << 26, kMostFloatsPerByte = 4;

[[noreturn]] void refuse(const std::string& name, const char* why) {
  throw Error(name, std::string("cannot be explained: ") + why,
              "make it again with liteheart export");
}

}  // namespace

NetworkGradient::NetworkGradient(std::span<const std::uint8_t> bytes, const std::string& name) {
  // As aligned as the edge library wants it.
  std::vector<std::max_align_t> copy(bytes.size() / sizeof(std::max_align_t) + 1);
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(copy.data()));
  edge::EdgeModel verified;
  const auto status = edge::EdgeModel::open(copy.data(), bytes.size(), verified);
  if (status != edge::ModelStatus::kOk) refuse(name, edge::status_text(status));

  const file::Model& model = *file::GetModel(copy.data());
  const file::Network& network = *model.network();
  window_ = model.window();
  diagnoses_ = verified.diagnoses();
  given_.assign(model.leads()->begin(), model.leads()->end());
  input_ = network.input();
  student_input_ = network.restored() >= 0 ? network.restored() : input_;
  logits_ = network.logits();

  std::size_t floats = 0;
  const std::size_t most = kMostFloats + kMostFloatsPerByte * bytes.size();
  const auto count = [&](std::size_t more) {
    if (more > most - floats) refuse(name, "it is too large");
    floats += more;
  };
  for (const auto* s : *network.slots()) {
    shapes_.push_back({s->time(), s->channels(), s->halo(), s->element() == file::Element_Byte,
                       s->scale(), s->zero()});
    count((2 * std::size_t{s->time()} + 2 * std::size_t{s->halo()}) * s->channels());
  }
  for (const auto* step : *network.steps()) {
    count(explain::floats_needed(model, *step));
    operations_.push_back(explain::make_operation(model, *step));
    count(operations_.back()->kept());
    if (step->op_type() != file::Op_Positions) continue;
    if (features_ >= 0) refuse(name, "it adds positions twice");
    features_ = step->op_as_Positions()->slot();
    positions_ = operations_.size() - 1;
  }
  if (features_ < 0) refuse(name, "it adds no positions");
  if (window_ % shapes_[static_cast<std::size_t>(features_)].time != 0)
    refuse(name, "its features are not a fraction of the window");
  require_in_order(name);
}

/// The way back takes each slot as its readers found it.
void NetworkGradient::require_in_order(const std::string& name) {
  std::vector<bool> written(shapes_.size()), read(shapes_.size());
  const auto of = [](int slot) { return static_cast<std::size_t>(slot); };
  written[of(input_)] = true;
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const explain::Operation& operation = *operations_[i];
    const std::size_t to = of(operation.writes());
    if (i == positions_ ? read[to] : written[to])
      refuse(name, "it writes over what it has written");
    for (const int slot : operation.reads()) read[of(slot)] = i != positions_;
    written[to] = true;
  }
  if (!written[of(logits_)] || !written[of(student_input_)])
    refuse(name, "it does not write what it is to give");
}

NetworkGradient::Pass NetworkGradient::run(std::span<const float> window) const {
  Pass pass;
  for (const Shape& s : shapes_)
    pass.tape.slots.push_back({s.time, s.channels, s.halo,
                               std::vector<float>((s.time + 2 * s.halo) * s.channels),
                               std::vector<float>(s.time * s.channels)});
  explain::Activation& in = pass.tape.slots[static_cast<std::size_t>(input_)];
  for (std::size_t lead = 0; lead < in.channels; ++lead) {
    for (std::size_t t = 0; t < in.time; ++t) in.row(t)[lead] = window[lead * in.time + t];
  }
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const explain::Operation& operation = *operations_[i];
    const auto to = static_cast<std::size_t>(operation.writes());
    explain::Activation& out = pass.tape.slots[to];
    if (i == positions_) pass.features.assign(out.row(0), out.row(0) + out.size());
    pass.tape.kept.emplace_back(operation.kept());
    operation.run(pass.tape, pass.tape.kept.back().data());
    const Shape& s = shapes_[to];
    if (!s.bytes) continue;
    for (float *y = out.row(0), *end = y + out.size(); y != end; ++y)
      *y = edge::from_byte(edge::to_byte(*y, 1 / s.scale, s.zero), s.scale, s.zero);
  }
  return pass;
}

std::span<const float> NetworkGradient::logits(const Pass& pass) const {
  return traced(pass, logits_).values.first(diagnoses_);
}

void NetworkGradient::trace(Pass& pass, std::size_t diagnosis, Depth depth) const {
  for (auto& slot : pass.tape.slots) std::fill(slot.gradient.begin(), slot.gradient.end(), 0.0F);
  pass.tape.slots[static_cast<std::size_t>(logits_)].gradient[diagnosis] = 1;
  for (std::size_t i = operations_.size(); i-- > 0;) {
    if (depth == Depth::kStudentInput && operations_[i]->writes() == student_input_) return;
    operations_[i]->trace(pass.tape, pass.tape.kept[i].data());
  }
}

TracedActivation NetworkGradient::features(const Pass& pass) const {
  TracedActivation features = traced(pass, features_);
  features.values = pass.features;
  return features;
}

TracedActivation NetworkGradient::traced(const Pass& pass, int slot) const {
  const explain::Activation& a = pass.tape.slots[static_cast<std::size_t>(slot)];
  return {a.time, a.channels, {a.row(0), a.size()}, a.gradient};
}

}  // namespace liteheart
