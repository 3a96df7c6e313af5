// `liteheart-networks`: every subcommand, with libtorch.
#include "cli/commands.h"
#include "cli/program.h"

int main(int argc, char** argv) {
  using namespace liteheart;
  return run_program(argc, argv,
                     {add_simulate, add_prepare, add_info, add_convert, add_draw, add_train,
                      add_distil, add_evaluate, add_experiment, add_diagnose, add_export, add_check,
                      add_describe, add_bench, add_import});
}
