// The methods that LiteHeart is compared with, by name, and what each needs. No libtorch here;
// docs/rivals.md has a table of their sources and forms.
#pragma once

#include <array>
#include <string_view>

namespace liteheart {

/// Whose opinion on the weakly augmented view a semi-supervised rival learns from.
enum class WeakView { kNone, kStudent, kMean };

struct Rival {
  std::string_view name;
  bool teacher = true;         // learns from one
  bool blocks = false;         // compares features of all encoder blocks
  bool trains_output = false;  // trains the student's last layer without any other loss
  WeakView weak_view = WeakView::kNone;
};

inline constexpr std::array kRivals = {
    Rival{.name = "fitnets", .blocks = true},
    Rival{.name = "attention-transfer"},
    Rival{.name = "rkd"},
    Rival{.name = "crd"},
    Rival{.name = "vid", .blocks = true},
    Rival{.name = "reviewkd", .blocks = true},
    Rival{.name = "dkd", .trains_output = true},
    Rival{.name = "dist", .trains_output = true},
    Rival{.name = "simkd", .trains_output = true},
    Rival{.name = "l2d", .trains_output = true},
    Rival{.name = "fixmatch", .teacher = false, .weak_view = WeakView::kStudent},
    Rival{.name = "softmatch", .teacher = false, .weak_view = WeakView::kStudent},
    Rival{.name = "mean-teacher", .teacher = false, .weak_view = WeakView::kMean},
};

/// Null where no rival is called that ("none").
constexpr const Rival* find_rival(std::string_view name) {
  for (const Rival& rival : kRivals) {
    if (rival.name == name) return &rival;
  }
  return nullptr;
}

}  // namespace liteheart
