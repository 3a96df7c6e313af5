// What jobs cost on this machine: from those that are done, or else from a table of speeds.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "experiment/command.h"
#include "experiment/grid.h"

namespace liteheart {

class CostModel {
 public:
  /// Learns the speed of each kind of training from the logs below `out`.
  CostModel(const Grid& grid, const std::filesystem::path& out, const SourceFolders& sources);

  /// Seconds of one core that the job takes from its beginning; nullopt where the data set is not
  /// prepared and its sources are not known.
  std::optional<double> seconds(const Job& job);
  /// Seconds that a training that has begun still takes: its log is some minutes old at most.
  std::optional<double> seconds_left(const Job& job);
  /// Learns from a job that ended: how fast a training was, how many records a data set has.
  void learn(const Job& job);

 private:
  struct Records {
    std::size_t train = 0, test = 0, all = 0;
  };
  struct Speed {
    double records = 0, seconds = 0;
  };
  std::optional<Records> records(const std::string& data);
  double training_speed(const Job& job);

  const Grid& grid_;
  std::filesystem::path out_;
  SourceFolders sources_;
  std::map<std::string, std::optional<Records>> records_;
  std::map<std::string, Speed> measured_;  // by kind of training
};

/// Multiply-adds of one window of 1024 samples through what the configuration trains, once exported
/// (nn/network_cost.h): trainings take time in proportion to them.
double multiply_adds(const TrainConfig& config);

}  // namespace liteheart
