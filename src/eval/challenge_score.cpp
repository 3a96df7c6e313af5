#include "eval/challenge_score.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "ecg/error.h"

namespace liteheart {

namespace embedded {
extern const std::string_view challenge_weights;
}

namespace {

constexpr std::string_view kSinusRhythm = "426783006";

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end; (end = text.find(separator)) != text.npos; text.remove_prefix(end + 1)) {
    parts.push_back(text.substr(0, end));
  }
  parts.push_back(text);
  return parts;
}

[[noreturn]] void bad_table(const std::string& problem) {
  throw Error("src/eval/challenge_weights.csv", problem, "restore the file and build again");
}

double number(std::string_view cell) {
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc{} || end != cell.data() + cell.size()) {
    bad_table(fmt::format("\"{}\" is not a number", cell));
  }
  return value;
}

ChallengeWeights parse(std::string_view csv) {
  ChallengeWeights w;
  std::vector<std::string_view> header;
  for (std::string_view line : split(csv, '\n')) {
    if (line.empty() || line.front() == '#') continue;
    const auto cells = split(line, ',');
    if (header.empty()) {
      header = cells;
      continue;
    }
    if (cells.size() != header.size()) bad_table("rows differ in length");
    if (w.codes.size() + 1 >= header.size() || cells[0] != header[w.codes.size() + 1]) {
      bad_table("rows and columns are not the same classes");
    }
    w.codes.push_back(split(cells[0], '|'));
    for (std::size_t k = 1; k < cells.size(); ++k) w.reward.push_back(number(cells[k]));
  }
  w.classes = w.codes.size();
  if (w.classes + 1 != header.size()) bad_table("rows and columns are not the same classes");
  const auto inactive = w.class_of(kSinusRhythm);
  if (!inactive) bad_table("sinus rhythm is missing");
  w.inactive_class = *inactive;
  return w;
}

/// [class] -> 1 where any of `classes`' entries that map to it is set.
void gather(std::span<const std::uint8_t> row,
            const std::vector<std::optional<std::size_t>>& scored_as,
            std::vector<std::uint8_t>& out) {
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (row[c] && scored_as[c]) out[*scored_as[c]] = 1;
  }
}

double reward(const ChallengeWeights& w, const std::vector<std::uint8_t>& truth,
              const std::vector<std::uint8_t>& decision) {
  double sum = 0;
  int either = 0;
  for (std::size_t j = 0; j < w.classes; ++j) {
    either += truth[j] || decision[j];
    if (!truth[j]) continue;
    for (std::size_t k = 0; k < w.classes; ++k) {
      if (decision[k]) sum += w.reward[j * w.classes + k];
    }
  }
  return sum / std::max(either, 1);
}

}  // namespace

const ChallengeWeights& ChallengeWeights::official() {
  static const ChallengeWeights weights = parse(embedded::challenge_weights);
  return weights;
}

std::optional<std::size_t> ChallengeWeights::class_of(std::string_view code) const {
  for (std::size_t k = 0; k < codes.size(); ++k) {
    if (std::find(codes[k].begin(), codes[k].end(), code) != codes[k].end()) return k;
  }
  return std::nullopt;
}

ChallengeScore::ChallengeScore(const std::vector<Diagnosis>& classes,
                               std::span<const std::uint8_t> label,
                               std::span<const std::uint8_t> decided,
                               const ChallengeWeights& weights) {
  std::vector<std::optional<std::size_t>> scored_as;
  std::vector<std::uint8_t> present(weights.classes), truth(weights.classes),
      decision(weights.classes), inactive(weights.classes);
  for (const Diagnosis& d : classes) {
    scored_as.push_back(weights.class_of(d.code));
    if (scored_as.back()) present[*scored_as.back()] = 1;
  }
  scored_classes_ = static_cast<std::size_t>(std::count(present.begin(), present.end(), 1));
  inactive[weights.inactive_class] = 1;

  for (std::size_t at = 0; at < label.size(); at += classes.size()) {
    gather(label.subspan(at, classes.size()), scored_as, truth);
    gather(decided.subspan(at, classes.size()), scored_as, decision);
    rewards_.push_back({reward(weights, truth, decision), reward(weights, truth, truth),
                        reward(weights, truth, inactive)});
  }
}

std::optional<double> ChallengeScore::value(std::span<const std::uint32_t> weight) const {
  if (!scored_classes_) return std::nullopt;
  double observed = 0, correct = 0, inactive = 0;
  for (std::size_t r = 0; r < rewards_.size(); ++r) {
    observed += weight[r] * rewards_[r].observed;
    correct += weight[r] * rewards_[r].correct;
    inactive += weight[r] * rewards_[r].inactive;
  }
  return correct == inactive ? 0 : (observed - inactive) / (correct - inactive);
}

}  // namespace liteheart
