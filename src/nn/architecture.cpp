#include "nn/architecture.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ecg/error.h"
#include "ecg/leads.h"

namespace liteheart {

BackboneShape backbone_preset(std::string_view name) {
  struct Preset {
    std::string_view name;
    int width, layers;
  };
  static constexpr Preset kPresets[] = {
      {"student-tiny", 64, 1},  {"student-small", 128, 1},   {"student-base", 128, 4},
      {"teacher-base", 256, 8}, {"teacher-medium", 512, 12}, {"teacher-large", 768, 12},
  };
  std::string names;
  for (const Preset& preset : kPresets) {
    if (preset.name == name) {
      BackboneShape shape;
      shape.width = preset.width;
      shape.layers = preset.layers;
      return shape;
    }
    names.append(names.empty() ? "" : ", ").append(preset.name);
  }
  throw Error("network", "no preset is called '" + std::string(name) + "'",
              "choose one of " + names);
}

RestorationShape restoration_preset(std::string_view name) {
  RestorationShape shape;
  if (name == "tiny") {
    shape.width = 32;
  } else if (name == "small") {
    shape.width = 64;
  } else if (name == "base") {
    shape.width = 128;
  } else {
    throw Error("restoration", "no preset is called '" + std::string(name) + "'",
                "choose one of tiny, small, base or none");
  }
  return shape;
}

std::array<int, 3> preset_strides(const edge::Conditioning& c) {
  return c.window >= 4096 ? std::array{4, 4, 4} : std::array{2, 2, 4};
}

std::vector<int> parse_leads(std::string_view text) {
  std::vector<int> leads;
  if (text == "all") {
    leads.resize(kLeads);
    std::iota(leads.begin(), leads.end(), 0);
    return leads;
  }
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find(',', from), text.size());
    const std::string_view name = text.substr(from, to - from);
    const auto index = lead_index(name);
    if (!index) {
      throw Error("lead", "'" + std::string(name) + "' is not one of the twelve leads",
                  "use names such as I, aVF or V1, several joined by commas, or all");
    }
    leads.push_back(*index);
    from = to + 1;
  }
  std::sort(leads.begin(), leads.end());
  leads.erase(std::unique(leads.begin(), leads.end()), leads.end());
  return leads;
}

std::string lead_text(const std::vector<int>& leads) {
  if (leads.size() == kLeads) return "all";
  std::string text;
  for (const int lead : leads) {
    text.append(text.empty() ? "" : ",").append(kLeadNames[static_cast<std::size_t>(lead)]);
  }
  return text;
}

}  // namespace liteheart
