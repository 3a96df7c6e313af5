// A small study from simulation to distilled model, made by the program itself, once for all tests.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "cli/process.h"
#include "scratch.h"

namespace liteheart::test {

inline const char* const kNotAMedicalDevice = "not a medical device";

class Study {
  ScratchFolder folder_;  // before the paths in it

 public:
  const std::string recordings = folder_ / "recordings", data = folder_ / "data";
  const std::string student = folder_ / "student", teacher = folder_ / "teacher",
                    distilled = folder_ / "distilled";
  /// The distilled model before it had thresholds, and before the diagnoses that lead I cannot
  /// judge were set apart: it judges all.
  const std::string judges_all = distilled + "/best.safetensors";

  static const Study& get() {
    static const Study study;
    return study;
  }

  /// `arguments` of a training with the settings that make it short and each time the same.
  static std::vector<std::string> quick(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--threads", "1", "--epochs", "1"});
    return arguments;
  }

  /// One of the forty 12-lead recordings of the first centre (10 s, 500 Hz), without extension.
  std::string recording(int number = 1) const {
    const std::string digits = std::to_string(number);
    return recordings + "/alpha/alpha" + std::string(5 - digits.size(), '0') + digits;
  }

 private:
  Study() {
    step({"simulate", "--records", "40", "--seed", "1", "--out", recordings});
    step({"prepare", recordings, "--out", data, "--preset", "compact-100", "--normalization",
          "fixed-gain", "--min-positives", "3", "--split", "patient", "--quiet"});
    step(quick({"train", "--data", data, "--out", student, "--lead", "I"}));
    step(quick({"train", "--data", data, "--out", teacher, "--lead", "all"}));
    // A student that ends on restored leads, as with the usual number of epochs.
    step(quick({"distil", "--data", data, "--out", distilled, "--lead", "I", "--teacher", teacher,
                "--true_leads_epochs", "0.5"}));
  }

  static void step(const std::vector<std::string>& arguments) {
    const Outcome outcome = liteheart(arguments);
    if (outcome.exit_code != 0)
      throw std::runtime_error("liteheart " + arguments[0] + " failed: " + outcome.err);
  }
};

}  // namespace liteheart::test
