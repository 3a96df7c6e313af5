// Trains in a process of its own, which may be killed; libtorch's autograd does not survive a fork,
// so this process itself never trains.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "ecg/error.h"
#include "nn/runtime.h"
#include "train/trainer.h"

namespace liteheart::test {

/// How a training ended.
struct Ended {
  bool killed = false;
  std::string error;
  TrainOutcome outcome;
  bool looked_through_teacher = false;  // computed its view, instead of reading the cache
};

/// Kills a training some time after it has done some steps, told in the time that a step takes.
struct Kill {
  int after_steps = 0;
  double and_steps = 0;
};

struct Interruption {
  std::optional<Kill> kill = std::nullopt;
  int stop_after_steps = 0;        // 0: never
  std::string stop_in_stage = {};  // as soon as it makes progress
};

/// Trains, and calls `each_step` behind every step.
inline nlohmann::json train_here(const TrainConfig& config, const Interruption& interruption,
                                 const std::function<void()>& each_step) {
  bool looked = false;
  int steps = 0;
  std::atomic<bool> stop = false;
  TrainCallbacks callbacks;
  callbacks.stop = &stop;
  callbacks.progress = [&](const std::string& stage, std::size_t, std::size_t,
                           const std::string& note) {
    looked = looked || stage == "teacher";
    if (stage == interruption.stop_in_stage) stop = true;
    if (stage == "teacher" || note.empty()) return;  // or an epoch begins
    stop = ++steps == interruption.stop_after_steps;
    each_step();
  };
  try {
    const TrainOutcome o = train(config, callbacks);
    return {{"finished", o.finished},
            {"was_complete", o.was_complete},
            {"best_epoch", o.best_epoch},
            {"epochs", o.epochs},
            {"best_map", o.best_map},
            {"looked", looked},
            {"error", ""}};
  } catch (const Error& e) {
    return {{"error", e.what()}, {"looked", looked}};
  } catch (const std::exception& e) {
    return {{"error", std::string("not an Error: ") + e.what()}, {"looked", looked}};
  }
}

/// What a training in another process writes: a dot a step, and behind them how it ended.
class Messages {
 public:
  explicit Messages(int descriptor) : descriptor_(descriptor) {}
  ~Messages() { ::close(descriptor_); }
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;

  int steps() const {
    return static_cast<int>(std::min(text_.find_first_not_of('.'), text_.size()));
  }
  /// Waits for the next; false when there are no more.
  bool read_some() {
    char buffer[4096];
    const ssize_t got = ::read(descriptor_, buffer, sizeof buffer);
    if (got > 0) text_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }
  nlohmann::json end() const {
    return nlohmann::json::parse(text_.substr(static_cast<std::size_t>(steps())), nullptr, false);
  }

 private:
  int descriptor_;
  std::string text_;
};

[[noreturn]] inline void train_and_exit(const TrainConfig& config, const Interruption& interruption,
                                        int channel) {
  configure_runtime(1);
  bool sent = true;
  const auto send = [&](const std::string& text) {
    sent = sent && ::write(channel, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  };
  send(train_here(config, interruption, [&] { send("."); }).dump());
  ::_exit(sent ? 0 : 1);
}

inline Ended train_apart(const TrainConfig& config, const Interruption& interruption = {}) {
  int channel[2];
  if (::pipe(channel) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(channel[0]);
    train_and_exit(config, interruption, channel[1]);
  }
  ::close(channel[1]);
  Messages messages(channel[0]);
  if (const auto kill = interruption.kill) {
    const auto start = std::chrono::steady_clock::now();
    while (messages.steps() < kill->after_steps && messages.read_some()) {
    }
    std::this_thread::sleep_for((std::chrono::steady_clock::now() - start) * kill->and_steps /
                                (kill->after_steps + 1));
    ::kill(child, SIGKILL);
  }
  while (messages.read_some()) {
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  Ended ended;
  ended.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  const nlohmann::json said = messages.end();
  if (said.is_discarded()) {
    if (!ended.killed) ended.error = "the training died";
    return ended;
  }
  ended.error = said.at("error");
  ended.looked_through_teacher = said.at("looked");
  if (ended.error.empty()) {
    ended.outcome = {said.at("finished"), said.at("was_complete"), said.at("best_epoch"),
                     said.at("epochs"),   said.at("best_map"),     0};
  }
  return ended;
}

}  // namespace liteheart::test
