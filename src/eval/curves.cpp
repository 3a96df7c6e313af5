#include "eval/curves.h"

#include <algorithm>
#include <numeric>

namespace liteheart {
namespace {

/// Values of one curve at rising x: the one it arrives with and the one it leaves with.
class Follower {
 public:
  explicit Follower(const Curve& curve) : curve_(curve) {}
  std::pair<double, double> at(double x) {
    while (next_ < curve_.size() && curve_[next_].x < x) ++next_;
    if (next_ == curve_.size()) return {curve_.back().y, curve_.back().y};
    if (curve_[next_].x > x) {
      const double y = between(curve_[next_ - 1], curve_[next_], x);
      return {y, y};
    }
    const double arriving = curve_[next_].y;
    std::size_t last = next_;
    while (last + 1 < curve_.size() && curve_[last + 1].x == x) ++last;
    return {arriving, curve_[last].y};
  }

 private:
  static double between(const CurvePoint& a, const CurvePoint& b, double x) {
    return a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x);
  }
  const Curve& curve_;
  std::size_t next_ = 0;  // first point not before x
};

}  // namespace

std::optional<ClassCurves> class_curves(std::span<const float> score,
                                        std::span<const std::uint8_t> label) {
  const auto positives =
      static_cast<double>(std::count_if(label.begin(), label.end(), [](auto y) { return y != 0; }));
  const double negatives = static_cast<double>(label.size()) - positives;
  if (positives == 0 || negatives == 0) return std::nullopt;
  std::vector<std::size_t> order(score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return score[a] > score[b]; });

  ClassCurves curves;
  curves.roc.push_back({0, 0});
  double tp = 0, fp = 0, recall = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (label[order[i]] ? tp : fp) += 1;
    if (i + 1 < order.size() && score[order[i + 1]] == score[order[i]]) continue;
    curves.roc.push_back({fp / negatives, tp / positives});
    if (tp / positives == recall) continue;
    const double precision = tp / (tp + fp);
    curves.precision_recall.push_back({recall, precision});
    recall = tp / positives;
    curves.precision_recall.push_back({recall, precision});
  }
  return curves;
}

double area(const Curve& curve) {
  double sum = 0;
  for (std::size_t i = 1; i < curve.size(); ++i)
    sum += (curve[i].x - curve[i - 1].x) * (curve[i].y + curve[i - 1].y) / 2;
  return sum;
}

Curve mean_curve(std::span<const Curve> curves) {
  std::vector<double> bends;
  std::vector<Follower> followers;
  for (const Curve& c : curves) {
    for (const CurvePoint& p : c) bends.push_back(p.x);
    followers.emplace_back(c);
  }
  std::sort(bends.begin(), bends.end());
  bends.erase(std::unique(bends.begin(), bends.end()), bends.end());
  Curve mean;
  const auto count = static_cast<double>(curves.size());
  for (const double x : bends) {
    double arriving = 0, leaving = 0;
    for (Follower& f : followers) {
      const auto [before, after] = f.at(x);
      arriving += before / count;
      leaving += after / count;
    }
    mean.push_back({x, arriving});
    if (leaving != arriving) mean.push_back({x, leaving});
  }
  return mean;
}

}  // namespace liteheart
