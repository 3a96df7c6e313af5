#include "cli/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "ecg/error.h"
#include "ecg/leads.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

struct ShippedModel {
  std::string_view lead;
  const char* file;
};
constexpr std::array<ShippedModel, 2> kShipped = {
    {{"I", "liteheart-lead-i.lhm"}, {"II", "liteheart-lead-ii.lhm"}}};

const ShippedModel& chosen(const Recording& recording, const std::string& lead) {
  if (!lead.empty()) {
    const auto model = std::ranges::find(kShipped, lead_name(lead), &ShippedModel::lead);
    if (model != kShipped.end()) return *model;
    if (!lead_index(lead))
      throw Error("--lead", "'" + lead + "' is not one of the twelve leads",
                  "use a name such as I");
    throw Error("--lead", fmt::format("no model for lead {} comes with LiteHeart", lead),
                "give one with --model (liteheart distil --lead makes it), or use I or II");
  }
  for (const auto index_of : {lead_index, modified_lead_index})
    for (const ShippedModel& model : kShipped)
      if (std::ranges::find(recording.leads, lead_index(model.lead), index_of) !=
          recording.leads.end())
        return model;
  return kShipped.front();
}

}  // namespace

fs::path shipped_model(const Recording& recording, const std::string& lead) {
  const char* const name = chosen(recording, lead).file;
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  for (const char* const folder : {"models", "../share/liteheart"}) {
    fs::path file = program.parent_path() / folder / name;
    if (fs::exists(file, ignored)) return file;
  }
  throw Error(name, "the shipped model is not where it should be", "give a model with --model");
}

std::unique_ptr<Engine> open_engine(const fs::path& model, int threads) {
  return is_edge_model(model) ? open_edge_engine(model, threads)
                              : open_torch_engine(model, threads);
}

}  // namespace liteheart
