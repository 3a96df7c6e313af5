// liteheart_measure RUNS STDIN COMMAND...: runs the commands (words split at blanks) in turns with
// their standard input from the file STDIN. Prints a line of JSON a command: {"wall": [s of each
// run], "processor": [s], "resident": [most bytes]}. A program of its own, for a process's most
// resident memory counts what it was forked from.
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Runs {
  std::vector<double> wall, processor;
  std::vector<long> resident;
};

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
}

[[noreturn]] void become(std::vector<std::string> words, const char* input) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::dup2(::open(input, O_RDONLY), STDIN_FILENO);
  ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
  ::execv(arguments[0], arguments.data());
  std::_Exit(127);
}

/// Whether the command succeeded.
bool run_once(const std::string& command, const char* input, Runs& runs) {
  std::istringstream text(command);
  const std::vector<std::string> words{std::istream_iterator<std::string>(text), {}};
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) become(words, input);
  int status = 0;
  rusage used = {};
  if (child < 0 || ::wait4(child, &status, 0, &used) != child || status != 0) return false;
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  runs.wall.push_back(passed.count());
  runs.processor.push_back(seconds(used.ru_utime) + seconds(used.ru_stime));
  runs.resident.push_back(used.ru_maxrss * 1024);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const std::vector<std::string> commands(argv + 3, argv + argc);
  std::vector<Runs> all(commands.size());
  for (int run = std::atoi(argv[1]); run-- > 0;) {
    for (std::size_t c = 0; c < commands.size(); ++c) {
      if (run_once(commands[c], argv[2], all[c])) continue;
      fmt::print(stderr, "failed: {}\n", commands[c]);
      return 1;
    }
  }
  for (const Runs& runs : all) {
    fmt::print("{{\"wall\": {}, \"processor\": {}, \"resident\": {}}}\n", runs.wall, runs.processor,
               runs.resident);
  }
}
