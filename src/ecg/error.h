// The one exception of LiteHeart outside edge/: what is wrong, where, and the way out.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace liteheart {

/// Thrown for every failure a user can cause or mend. what() is one line: "place: problem; remedy".
class Error : public std::runtime_error {
 public:
  /// `place`: file, and byte, line or key where known ("rec/A0001.hea line 3"); may be empty.
  /// `problem`: what is wrong there. `remedy`: what the user can do; may be empty.
  Error(std::string_view place, std::string_view problem, std::string_view remedy = {})
      : std::runtime_error(join(place, problem, remedy)), place_(place), problem_(problem) {}

  const std::string& place() const { return place_; }
  const std::string& problem() const { return problem_; }

 private:
  static std::string join(std::string_view place, std::string_view problem,
                          std::string_view remedy) {
    std::string line;
    if (!place.empty()) line.append(place).append(": ");
    line.append(problem);
    if (!remedy.empty()) line.append("; ").append(remedy);
    return line;
  }
  std::string place_, problem_;
};

}  // namespace liteheart
