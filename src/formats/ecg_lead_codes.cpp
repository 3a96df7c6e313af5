#include "formats/ecg_lead_codes.h"

#include <algorithm>
#include <array>

#include "formats/text.h"

namespace liteheart {
namespace {

struct LeadCode {
  int code;
  std::string_view lead;
};

constexpr std::array kCodes = {
    LeadCode{1, "I"},    LeadCode{2, "II"},   LeadCode{3, "V1"},    LeadCode{4, "V2"},
    LeadCode{5, "V3"},   LeadCode{6, "V4"},   LeadCode{7, "V5"},    LeadCode{8, "V6"},
    LeadCode{9, "V7"},   LeadCode{10, "V2R"}, LeadCode{11, "V3R"},  LeadCode{12, "V4R"},
    LeadCode{13, "V5R"}, LeadCode{14, "V6R"}, LeadCode{15, "V7R"},  LeadCode{16, "X"},
    LeadCode{17, "Y"},   LeadCode{18, "Z"},   LeadCode{61, "III"},  LeadCode{62, "aVR"},
    LeadCode{63, "aVL"}, LeadCode{64, "aVF"}, LeadCode{65, "-aVR"}, LeadCode{66, "V8"},
    LeadCode{67, "V9"},  LeadCode{68, "V8R"}, LeadCode{69, "V9R"}};

}  // namespace

std::string_view lead_of_code(int code) {
  const auto found = std::find_if(kCodes.begin(), kCodes.end(),
                                  [&](const LeadCode& known) { return known.code == code; });
  return found == kCodes.end() ? std::string_view{} : found->lead;
}

std::optional<int> code_of_lead(std::string_view lead) {
  const auto found = std::find_if(kCodes.begin(), kCodes.end(), [&](const LeadCode& known) {
    return same_word(known.lead, lead);
  });
  if (found == kCodes.end()) return std::nullopt;
  return found->code;
}

}  // namespace liteheart
