#include "data/simulator_dipole.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace liteheart::simulator {
namespace {

constexpr std::array<Dipole, kMeasured> kDower = {{
    {0.632, -0.235, 0.059},
    {0.235, 1.066, -0.132},
    {-0.515, 0.157, -0.917},
    {0.044, 0.164, -1.387},
    {0.882, 0.098, -1.277},
    {1.213, 0.127, -0.601},
    {1.125, 0.127, -0.086},
    {0.831, 0.076, 0.230},
}};
constexpr double kReach = 4.5;  // s.d. after which a lobe of 2 mV is below 0.1 uV
constexpr double kDegree = std::numbers::pi / 180;

Dipole net_area(std::span<const Lobe> lobes) {
  Dipole area;
  for (const Lobe& lobe : lobes) area = area + (lobe.rise_s + lobe.fall_s) * lobe.mv;
  return area;
}

double lobe_at(const Lobe& lobe, double seconds) {
  const double deviation =
      (seconds - lobe.peak_s) / (seconds < lobe.peak_s ? lobe.rise_s : lobe.fall_s);
  return std::exp(-0.5 * deviation * deviation);
}

}  // namespace

Dipole operator+(const Dipole& a, const Dipole& b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
Dipole operator*(double factor, const Dipole& dipole) {
  return {factor * dipole.x, factor * dipole.y, factor * dipole.z};
}

Torso draw_torso(Random& random) {
  constexpr double kPlacement = 0.06;  // s.d. of a coefficient
  Torso torso{kDower};
  for (std::size_t lead = 2; lead < kMeasured; ++lead) {
    torso.vectors[lead].x += kPlacement * random.normal();
    torso.vectors[lead].y += kPlacement * random.normal();
    torso.vectors[lead].z += kPlacement * random.normal();
  }
  return torso;
}

void turn_to_axis(const Torso& torso, double axis_deg, std::span<Lobe> lobes) {
  // With z and the length of (x, y) given, find the (x, y) that leads I and aVF see at the axis:
  // (x, y) = size * towards - offset, where the leads see `towards` there and z as `offset`.
  const Dipole area = net_area(lobes);
  const Dipole i = torso.vectors[0], avf = torso.vectors[1] + -0.5 * i;
  const double determinant = i.x * avf.y - i.y * avf.x;
  const auto seen_as = [&](double i_mv, double avf_mv) {
    return Dipole{(avf.y * i_mv - i.y * avf_mv) / determinant,
                  (i.x * avf_mv - avf.x * i_mv) / determinant, 0};
  };
  const Dipole towards =
      seen_as(std::cos(kDegree * axis_deg), std::sin(kDegree * axis_deg) * std::numbers::sqrt3 / 2);
  const Dipole offset = seen_as(i.z * area.z, avf.z * area.z);
  const double a = towards.x * towards.x + towards.y * towards.y;
  const double b = towards.x * offset.x + towards.y * offset.y;
  const double c = offset.x * offset.x + offset.y * offset.y - area.x * area.x - area.y * area.y;
  const double size = (b + std::sqrt(std::max(0.0, b * b - a * c))) / a;
  const Dipole wanted = size * towards + -1 * offset;

  const double angle = std::atan2(wanted.y, wanted.x) - std::atan2(area.y, area.x);
  const double cosine = std::cos(angle), sine = std::sin(angle);
  for (Lobe& lobe : lobes)
    lobe.mv = {cosine * lobe.mv.x - sine * lobe.mv.y, sine * lobe.mv.x + cosine * lobe.mv.y,
               lobe.mv.z};
}

void turn_horizontally(double angle_deg, std::span<Lobe> lobes) {
  const double cosine = std::cos(kDegree * angle_deg), sine = std::sin(kDegree * angle_deg);
  for (Lobe& lobe : lobes)
    lobe.mv = {cosine * lobe.mv.x - sine * lobe.mv.z, lobe.mv.y,
               sine * lobe.mv.x + cosine * lobe.mv.z};
}

Voltages measure_voltages(const Torso& torso, std::span<const Lobe> qrs) {
  std::array<double, 6> limb_low{}, limb_high{};
  double s_v1 = 0, r_lateral = 0;
  for (double t = -0.02; t < 0.2; t += 0.002) {
    Dipole dipole;
    for (const Lobe& lobe : qrs) dipole = dipole + lobe_at(lobe, t) * lobe.mv;
    const double i = torso.project(0, dipole), ii = torso.project(1, dipole);
    const std::array<double, 6> limb = {i, ii, ii - i, -(i + ii) / 2, i - ii / 2, ii - i / 2};
    for (std::size_t lead = 0; lead < limb.size(); ++lead) {
      limb_low[lead] = std::min(limb_low[lead], limb[lead]);
      limb_high[lead] = std::max(limb_high[lead], limb[lead]);
    }
    s_v1 = std::max(s_v1, -torso.project(2, dipole));
    r_lateral = std::max({r_lateral, torso.project(6, dipole), torso.project(7, dipole)});
  }
  Voltages voltages;
  for (std::size_t lead = 0; lead < limb_low.size(); ++lead)
    voltages.limb_mv = std::max(voltages.limb_mv, limb_high[lead] - limb_low[lead]);
  voltages.sokolow_lyon_mv = s_v1 + r_lateral;
  return voltages;
}

void DipoleTrack::add(const Lobe& lobe, double origin_s, double stretch, double gain) {
  const Dipole peak = gain * lobe.mv;
  const double peak_s = origin_s + stretch * lobe.peak_s;
  const auto last = static_cast<std::ptrdiff_t>(mv.size()) - 1;
  const auto centre = static_cast<std::ptrdiff_t>(std::ceil(peak_s * rate_hz));
  // Samples of a Gaussian outward from its peak are products of two geometric series, which spares
  // exp().
  const auto half = [&](std::ptrdiff_t first, std::ptrdiff_t step, double sd_s) {
    const double distance = std::abs(static_cast<double>(first) / rate_hz - peak_s) / sd_s;
    const double stride = 1 / (rate_hz * sd_s);
    double value = std::exp(-0.5 * distance * distance);
    double ratio = std::exp(-distance * stride - 0.5 * stride * stride);
    const double ratio_step = std::exp(-stride * stride);
    const auto count = static_cast<std::ptrdiff_t>(kReach / stride);
    for (std::ptrdiff_t n = 0; n <= count; ++n) {
      const std::ptrdiff_t sample = first + n * step;
      if (sample >= 0 && sample <= last) mv[sample] = mv[sample] + value * peak;
      value *= ratio;
      ratio *= ratio_step;
    }
  };
  half(centre - 1, -1, stretch * lobe.rise_s);
  half(centre, 1, stretch * lobe.fall_s);
}

}  // namespace liteheart::simulator
