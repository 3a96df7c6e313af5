#include "formats/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "ecg/error.h"

namespace liteheart {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

/// What goes through the pipe before the text: of an Error, its three parts end in NUL.
struct Head {
  std::uint64_t is_error = 0, length = 0;
};

class Pipe {
 public:
  explicit Pipe(const std::string& place) {
    if (::pipe2(ends_, O_CLOEXEC) != 0)
      throw Error(place, fmt::format("cannot be read apart: {}", std::strerror(errno)));
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(int end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }
  bool write(const void* from, std::size_t count) const {
    const char* at = static_cast<const char*>(from);
    while (count > 0) {
      const ssize_t done = ::write(ends_[1], at, count);
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return false;
      at += done, count -= static_cast<std::size_t>(done);
    }
    return true;
  }
  bool read(void* to, std::size_t count) const {
    char* at = static_cast<char*>(to);
    while (count > 0) {
      const ssize_t done = ::read(ends_[0], at, count);
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return false;
      at += done, count -= static_cast<std::size_t>(done);
    }
    return true;
  }

 private:
  int ends_[2] = {-1, -1};
};

std::uint64_t memory_of_this_process() {
  unsigned long pages = 0;
  if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return std::uint64_t{pages} * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void limit(int resource, std::uint64_t most) {
  const rlimit value = {most, most};
  ::setrlimit(resource, &value);
}

/// Dies at once and in silence of whatever goes wrong.
void confine(const ChildLimits& limits) {
  for (const int deadly : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGPIPE})
    std::signal(deadly, SIG_DFL);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.seconds);
  const std::uint64_t now = memory_of_this_process();
  if (!kSanitized && now > 0) limit(RLIMIT_AS, now + limits.memory);
}

void answer(const Pipe& pipe, bool is_error, const std::string& text) {
  const Head head = {is_error, text.size()};
  if (pipe.write(&head, sizeof head)) pipe.write(text.data(), text.size());
}

[[noreturn]] void be_the_child(const Pipe& pipe, const std::function<std::string()>& work,
                               const ChildLimits& limits) {
  confine(limits);
  try {
    answer(pipe, false, work());
  } catch (const Error& error) {
    // what() is "place: problem; remedy".
    const std::string what = error.what(),
                      front = error.place() + (error.place().empty() ? "" : ": ") + error.problem();
    const std::string remedy = what.size() > front.size() ? what.substr(front.size() + 2) : "";
    answer(pipe, true, error.place() + '\0' + error.problem() + '\0' + remedy + '\0');
  } catch (...) {  // no answer tells it
  }
  ::_exit(0);
}

std::string take_part(std::string& parts) {
  const std::size_t end = parts.find('\0');
  std::string part = parts.substr(0, end);
  parts.erase(0, end == std::string::npos ? end : end + 1);
  return part;
}

}  // namespace

std::string in_child_process(const std::string& place, const std::string& program,
                             const std::function<std::string()>& work, const ChildLimits& limits) {
  Pipe pipe(place);
  const pid_t child = ::fork();
  if (child < 0) throw Error(place, fmt::format("cannot be read apart: {}", std::strerror(errno)));
  if (child == 0) {
    pipe.close_end(0);
    be_the_child(pipe, work, limits);
  }
  pipe.close_end(1);
  Head head;
  std::string text;
  bool whole = pipe.read(&head, sizeof head) && head.length <= limits.answer;
  if (whole) {
    text.resize(head.length);
    whole = pipe.read(text.data(), text.size());
  }
  pipe.close_end(0);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (!whole)
    throw Error(place, "makes " + program + " crash, or want too much memory or time",
                "it is damaged: get a whole, sound copy of it");
  if (!head.is_error) return text;
  const std::string where = take_part(text), problem = take_part(text);
  throw Error(where, problem, take_part(text));
}

}  // namespace liteheart
