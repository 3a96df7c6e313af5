// What every subcommand that draws ECG paper lets a user choose.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "report/ecg_paper.h"

namespace liteheart {

struct PaperArguments {
  std::string layout = "auto", paper = "a4";
  double speed = 25, gain = 10;

  PaperOptions options() const;
  PaperSize size() const;
};

void add_paper_options(CLI::App& command, PaperArguments& arguments);

}  // namespace liteheart
