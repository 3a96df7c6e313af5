#include "formats/text_roles.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "ecg/error.h"
#include "formats/input_file.h"
#include "formats/table_columns.h"
#include "formats/text.h"

namespace liteheart {
namespace {

/// A column of the beginning, for its looks.
std::vector<double> first_values(std::string_view beginning, const TableLayout& layout,
                                 std::size_t column) {
  const std::size_t end = beginning.rfind('\n');
  const std::string_view whole_lines =
      beginning.size() < InputFile::kBeginning ? beginning : beginning.substr(0, end);
  try {
    return std::move(read_columns(whole_lines, layout, {}, {column}, {}).stamps[0]);
  } catch (const Error&) {
    return {};
  }
}

bool counts_up(const std::vector<double>& values) {
  for (std::size_t i = 1; i < values.size(); ++i)
    if (values[i] != values[i - 1] + 1) return false;
  return values.size() > 1;
}

bool rises_evenly(const std::vector<double>& values) {
  if (values.size() < 3) return false;
  const double span = values.back() - values.front();
  const double step = span / static_cast<double>(values.size() - 1);
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double here = values[i] - values[i - 1];
    if (!(here > 0) || here > 3 * step) return false;
  }
  return step > 0;
}

/// What unnamed columns are, by their numbers: a counter or even clock may lead.
void judge_unnamed(std::string_view beginning, const TableLayout& layout, TableRoles& roles) {
  for (std::size_t i = 0; i < layout.columns; ++i) {
    ColumnMeaning& meaning = roles.meaning[i];
    const bool may_lead = meaning.role == ColumnRole::kUnnamed ||
                          meaning.role == ColumnRole::kTime ||
                          (meaning.role == ColumnRole::kEcg && lower(meaning.name) == "i");
    if (!may_lead || layout.columns == 1) continue;
    const std::vector<double> values = first_values(beginning, layout, i);
    if (counts_up(values) && meaning.seconds == 0) {
      meaning.role = ColumnRole::kIndex;
    } else if (i == 0 && meaning.role == ColumnRole::kUnnamed && rises_evenly(values)) {
      meaning.role = ColumnRole::kTime;
    }
  }
}

bool has_numbers(std::string_view beginning, const TableLayout& layout, std::size_t column) {
  const std::vector<double> values = first_values(beginning, layout, column);
  return std::any_of(values.begin(), values.end(), [](double value) { return !std::isnan(value); });
}

/// Neighbours are alike, and it goes up and down: so moves an ECG, and no list, label or noise.
bool moves_as_a_signal(const std::vector<double>& values) {
  constexpr std::size_t kEnough = 50;
  constexpr double kAlike = 0.3;  // correlation of neighbours
  if (values.size() < kEnough) return false;
  double mean = 0;
  std::size_t present = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    mean += value;
    ++present;
  }
  if (present * 10 < values.size() * 9) return false;
  mean /= static_cast<double>(present);
  double variance = 0, covariance = 0;
  std::size_t up = 0, down = 0;
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    const double here = values[i] - mean, next = values[i + 1] - mean;
    if (std::isnan(here) || std::isnan(next)) continue;
    variance += here * here;
    covariance += here * next;
    up += next > here;
    down += next < here;
  }
  const std::size_t turns = std::min(up, down);
  return variance > 0 && covariance > kAlike * variance && turns * 20 > up + down;
}

}  // namespace

TableRoles roles_of(std::string_view beginning, const TableLayout& layout) {
  TableRoles roles;
  for (std::size_t i = 0; i < layout.columns; ++i) {
    const std::string name = i < layout.names.size() ? layout.names[i] : std::string();
    const std::string unit = i < layout.units.size() ? layout.units[i] : std::string();
    roles.meaning.push_back(column_meaning(name, unit));
  }
  judge_unnamed(beginning, layout, roles);
  const auto take = [&](ColumnRole role) {
    for (std::size_t i = 0; i < layout.columns; ++i)
      if (roles.meaning[i].role == role && has_numbers(beginning, layout, i))
        roles.values.push_back(i);
  };
  take(ColumnRole::kEcg);
  if (roles.values.empty()) take(ColumnRole::kSamples);
  const bool named = !layout.names.empty();
  const bool strange = std::any_of(roles.meaning.begin(), roles.meaning.end(),
                                   [](const auto& m) { return m.role == ColumnRole::kOther; });
  constexpr std::size_t kMostUnnamed = 16;
  if (roles.values.empty() && !strange && layout.columns <= kMostUnnamed)
    take(ColumnRole::kUnnamed);
  if (roles.values.empty() && named && layout.columns == 1 && !strange) take(ColumnRole::kIndex);
  for (std::size_t i = 0; i < layout.columns; ++i) {
    const ColumnMeaning& meaning = roles.meaning[i];
    if (meaning.role == ColumnRole::kTime) roles.times.push_back(i);
    roles.left_out +=
        meaning.role == ColumnRole::kOther ||
        (meaning.role == ColumnRole::kSamples &&
         std::find(roles.values.begin(), roles.values.end(), i) == roles.values.end());
  }
  std::stable_sort(roles.times.begin(), roles.times.end(), [&](std::size_t a, std::size_t b) {
    const auto fineness = [&](std::size_t i) {
      const double seconds = roles.meaning[i].seconds;
      return seconds > 0 ? seconds : 2;
    };
    return fineness(a) < fineness(b);
  });
  return roles;
}

bool holds_ecg(std::string_view beginning, const TableLayout& layout, const TableRoles& roles) {
  const auto any = [&](auto&& holds) {
    return std::any_of(roles.values.begin(), roles.values.end(),
                       [&](std::size_t i) { return holds(roles.meaning[i]); });
  };
  if (any([](const ColumnMeaning& m) { return m.says_ecg && m.millivolts; })) return true;
  const bool named = any([](const ColumnMeaning& m) { return m.says_ecg; });
  const bool all_numbers =
      std::find(layout.numeric.begin(), layout.numeric.end(), false) == layout.numeric.end();
  if (!named && !all_numbers) return false;
  return std::any_of(roles.values.begin(), roles.values.end(), [&](std::size_t i) {
    return moves_as_a_signal(first_values(beginning, layout, i));
  });
}

}  // namespace liteheart
