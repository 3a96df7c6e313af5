#include "experiment/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <csignal>

#include "ecg/error.h"

namespace liteheart {
namespace {

sigset_t held_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) sigaddset(&set, signal);
  return set;
}

/// In the child: becomes the program.
[[noreturn]] void become(char** argv, int log, pid_t parent) {
  // SIGKILL, not SIGTERM: whoever starts the experiment again at once must find the folder free.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // died before it was asked for
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  const sigset_t set = held_signals();
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
  ::execv(argv[0], argv);
  ::_exit(127);
}

}  // namespace

pid_t start_child(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                  const std::filesystem::path& log) {
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0) throw Error(log.string(), "cannot be written", "choose another --out");
  const pid_t parent = ::getpid(), child = ::fork();
  if (child == 0) become(argv.data(), file, parent);
  ::close(file);
  if (child < 0) throw Error(program.string(), "cannot be started", "try fewer --jobs");
  return child;
}

std::optional<int> ended_child(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, WNOHANG) != child) return std::nullopt;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

HeldSignals::HeldSignals() {
  const sigset_t set = held_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

HeldSignals::~HeldSignals() {
  const sigset_t set = held_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

bool HeldSignals::wait(double seconds) {
  const sigset_t set = held_signals();
  timespec time{};
  time.tv_sec = static_cast<time_t>(seconds);
  time.tv_nsec = static_cast<long>((seconds - std::floor(seconds)) * 1e9);
  const int signal = ::sigtimedwait(&set, nullptr, &time);
  return signal == SIGINT || signal == SIGTERM;
}

}  // namespace liteheart
