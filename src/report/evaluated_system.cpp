#include "report/evaluated_system.h"

#include "ecg/leads.h"

namespace liteheart {

std::string system_title(const EvaluatedSystem& system) {
  const auto& leads = system.evaluation.card.leads;
  if (leads.size() == kLeads) return system.role + ", 12 leads";
  return system.role + (leads.size() == 1 ? ", lead " : ", leads ") + lead_text(leads);
}

}  // namespace liteheart
