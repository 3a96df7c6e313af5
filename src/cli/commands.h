// The subcommands of `liteheart`. Each adds its options and help to the program and, when it is the
// one the user called, does its work as the command line is parsed; failures are thrown as Error.
#pragma once

namespace CLI {
class App;
}

namespace liteheart {

void add_prepare(CLI::App& app);
void add_simulate(CLI::App& app);
void add_train(CLI::App& app);
void add_distil(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_experiment(CLI::App& app);
void add_info(CLI::App& app);
void add_convert(CLI::App& app);
void add_draw(CLI::App& app);
void add_diagnose(CLI::App& app);
void add_export(CLI::App& app);
void add_bench(CLI::App& app);
void add_check(CLI::App& app);
void add_describe(CLI::App& app);
void add_import(CLI::App& app);

}  // namespace liteheart
