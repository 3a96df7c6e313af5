// How well a restoration net gives back the twelve leads.
#pragma once

#include <array>
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>

#include "ecg/leads.h"

namespace liteheart {

struct LeadRestoration {
  /// Mean over records of the record's mean squared error, in the square of the arrays' unit.
  std::optional<double> mse;
  /// Mean over records of the record's Pearson correlation. Records in which the true or the
  /// restored lead is flat have none and are left out.
  std::optional<double> pearson;
  std::size_t records = 0, pearson_records = 0;
};

using LeadsRestored = std::array<LeadRestoration, kLeads>;

/// Pearson correlation of one record's leads; nullopt where the true or the restored one is flat.
using LeadCorrelations = std::array<std::optional<double>, kLeads>;

/// A row a lead.
std::string to_table(const LeadsRestored& leads);
/// An object a lead, under its name: pearson, mse (null where undefined), records, pearson_records.
nlohmann::json to_json(const LeadsRestored& leads);

/// Collects records one by one.
class RestorationError {
 public:
  /// restored, truth: [12, samples], the same conditioning for both. The first `valid` samples
  /// count; what follows is padding. Gives the record's own correlations. Throws Error where the
  /// sizes do not fit.
  LeadCorrelations add(std::span<const float> restored, std::span<const float> truth,
                       std::size_t samples, std::size_t valid);
  /// nullopt where no record counts.
  LeadsRestored per_lead() const;

 private:
  struct Sums {
    double mse = 0, pearson = 0;
    std::size_t records = 0, pearson_records = 0;
  };
  std::array<Sums, kLeads> sums_;
};

}  // namespace liteheart
