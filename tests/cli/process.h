// Runs the program under test as a user's shell would, and keeps what it says.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace liteheart::test {

struct Outcome {
  int exit_code = 0;  // 128 + signal where a signal ended it, as a shell has it
  std::string out, err;
  long most_kilobytes = 0;  // of memory, resident
};

/// A `liteheart` under way. Killed when it runs longer than any test may or is no longer of
/// interest.
class Process {
 public:
  /// `largest_file`: bytes that no file it writes may exceed; 0: no limit.
  explicit Process(const std::vector<std::string>& arguments, rlim_t largest_file = 0)
      : out_(std::tmpfile()), err_(std::tmpfile()) {
    if (out_ == nullptr || err_ == nullptr) throw std::runtime_error("no temporary files");
    std::vector<std::string> words = {LITEHEART_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    id_ = ::fork();
    if (id_ < 0) throw std::runtime_error("cannot fork");
    if (id_ > 0) return;
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(::fileno(out_), STDOUT_FILENO);
    ::dup2(::fileno(err_), STDERR_FILENO);
    if (largest_file > 0) {
      const rlimit limit{largest_file, largest_file};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      std::signal(SIGXFSZ, SIG_IGN);  // so that write() fails as it does on a full disk
    }
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ~Process() {
    if (!ended_) {
      ::kill(id_, SIGKILL);
      ::waitpid(id_, nullptr, 0);
    }
    std::fclose(out_);
    std::fclose(err_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Whether it prints `text` on stdout before it ends.
  bool prints(const std::string& text) {
    while (!poll()) {
      if (text_of(out_).find(text) != std::string::npos) return true;
    }
    return text_of(out_).find(text) != std::string::npos;
  }

  void send(int signal) const { ::kill(id_, signal); }

  Outcome wait() {
    while (!poll()) {
    }
    const int code = WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_);
    return {code, text_of(out_), text_of(err_), used_.ru_maxrss};
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kLongest{300};

  /// Waits a little; true once it has ended.
  bool poll() {
    if (ended_) return true;
    ended_ = ::wait4(id_, &status_, WNOHANG, &used_) == id_;
    if (ended_) return true;
    if (Clock::now() - start_ > kLongest) {
      ADD_FAILURE() << "still running after " << kLongest.count() << " s";
      ::kill(id_, SIGKILL);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return false;
  }

  static std::string text_of(std::FILE* file) {
    std::string text;
    char block[4096];
    for (ssize_t got;
         (got = ::pread(::fileno(file), block, sizeof block, static_cast<off_t>(text.size()))) > 0;)
      text.append(block, static_cast<std::size_t>(got));
    return text;
  }

  std::FILE *out_, *err_;
  pid_t id_ = -1;
  int status_ = 0;
  rusage used_{};
  bool ended_ = false;
  Clock::time_point start_ = Clock::now();
};

inline Outcome liteheart(const std::vector<std::string>& arguments, rlim_t largest_file = 0) {
  return Process(arguments, largest_file).wait();
}

inline std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    all.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return all;
}

/// The lines of `text` that contain `part`.
inline std::vector<std::string> lines_with(const std::string& text, const std::string& part) {
  std::vector<std::string> all;
  for (std::string& line : lines(text)) {
    if (line.find(part) != std::string::npos) all.push_back(std::move(line));
  }
  return all;
}

/// Whether it failed as a program should: code 1 and exactly one line that begins "liteheart: " and
/// holds all of `parts`.
inline testing::AssertionResult fails_clearly(const Outcome& outcome,
                                              const std::vector<std::string>& parts) {
  const auto said = lines_with(outcome.err, "liteheart: ");
  bool clear = outcome.exit_code == 1 && said.size() == 1 && said[0].starts_with("liteheart: ");
  for (const std::string& part : parts) clear = clear && said[0].find(part) != std::string::npos;
  if (clear) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "exit code " << outcome.exit_code << ", stderr:\n"
                                     << outcome.err;
}

}  // namespace liteheart::test
