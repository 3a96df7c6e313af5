// Work on many threads whose results are taken in order, with bounded memory.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace liteheart {

/// Runs make(worker, i) for i = 0..count-1 on `threads` threads and take(i, result) for each in
/// ascending order, never two at once. At most 8 results per thread wait. tick(taken) is called
/// about ten times a second on the calling thread. The first exception of any of the three stops
/// the work and is thrown from here.
template <class Result>
class InOrder {
 public:
  using Make = std::function<Result(std::size_t worker, std::size_t i)>;
  using Take = std::function<void(std::size_t i, Result result)>;
  using Tick = std::function<void(std::size_t taken)>;

  static void run(std::size_t count, std::size_t threads, const Make& make, const Take& take,
                  const Tick& tick) {
    InOrder work(count, threads, make, take);
    work.run(threads, tick);
  }

 private:
  InOrder(std::size_t count, std::size_t threads, const Make& make, const Take& take)
      : count_(count), waiting_(8 * threads), make_(make), take_(take) {}

  void run(std::size_t threads, const Tick& tick) {
    {
      std::vector<std::jthread> workers;
      for (std::size_t w = 0; w < threads; ++w) workers.emplace_back([this, w] { work(w); });
      try {
        std::unique_lock lock(mutex_);
        while (taken_ < count_ && !failure_) {
          changed_for_caller_.wait_for(lock, std::chrono::milliseconds(100));
          const std::size_t taken = taken_;
          lock.unlock();
          tick(taken);
          lock.lock();
        }
      } catch (...) {
        fail(std::current_exception());
      }
    }  // joins
    if (failure_) std::rethrow_exception(failure_);
  }

  void work(std::size_t worker) {
    try {
      std::unique_lock lock(mutex_);
      while (true) {
        changed_.wait(lock, [&] {
          return failure_ || claimed_ == count_ || claimed_ < taken_ + waiting_.size();
        });
        if (failure_ || claimed_ == count_) return;
        const std::size_t i = claimed_++;
        lock.unlock();
        Result result = make_(worker, i);
        lock.lock();
        waiting_[i % waiting_.size()] = std::move(result);
        if (!taking_) take_ready(lock);
      }
    } catch (...) {
      fail(std::current_exception());
    }
  }

  // Takes whatever is next in order; called and left with the lock held.
  void take_ready(std::unique_lock<std::mutex>& lock) {
    taking_ = true;
    while (!failure_ && waiting_[taken_ % waiting_.size()]) {
      auto& slot = waiting_[taken_ % waiting_.size()];
      Result result = std::move(*slot);
      slot.reset();
      const std::size_t i = taken_;
      lock.unlock();
      take_(i, std::move(result));
      lock.lock();
      ++taken_;
      changed_.notify_all();
      if (taken_ == count_) changed_for_caller_.notify_all();
    }
    taking_ = false;
  }

  void fail(std::exception_ptr why) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(why);
    changed_.notify_all();
    changed_for_caller_.notify_all();
  }

  const std::size_t count_;
  std::vector<std::optional<Result>> waiting_;  // result i waits in slot i mod size
  const Make& make_;
  const Take& take_;
  std::mutex mutex_;
  std::condition_variable changed_, changed_for_caller_;
  std::size_t claimed_ = 0, taken_ = 0;
  bool taking_ = false;
  std::exception_ptr failure_;
};

}  // namespace liteheart
