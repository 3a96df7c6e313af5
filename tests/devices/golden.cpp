#include "devices/golden.h"

#include <cstring>

#include "edge/liteheart.h"

namespace liteheart::test {
namespace {

/// One line of output; a device has no printf that takes neither heap nor kilobytes of stack.
class Line {
 public:
  Line& operator<<(const char* text) {
    while (*text != '\0' && size_ + 1 < sizeof text_) text_[size_++] = *text++;
    text_[size_] = '\0';
    return *this;
  }
  Line& operator<<(std::uint64_t number) { return digits(number, 10, 1); }
  Line& bits(std::uint32_t bits) { return digits(bits, 16, 8); }
  const char* text() const { return text_; }

 private:
  Line& digits(std::uint64_t number, unsigned base, int least) {
    char reversed[24], *at = reversed + sizeof reversed;
    *--at = '\0';
    for (; number != 0 || least > 0; number /= base, --least)
      *--at = "0123456789abcdef"[number % base];
    return *this << at;
  }
  char text_[120] = {};
  std::size_t size_ = 0;
};

std::uint32_t bits_of(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

/// FNV-1a.
std::uint32_t hash(const float* x, std::size_t count) {
  std::uint32_t hash = 2166136261U;
  for (std::size_t i = 0; i < count; ++i) {
    for (int shift = 0; shift < 32; shift += 8)
      hash = (hash ^ (bits_of(x[i]) >> shift & 0xffU)) * 16777619U;
  }
  return hash;
}

void print_values(const Device& device, const char* name, const float* x, std::size_t count,
                  std::size_t step) {
  for (std::size_t i = 0; i < count; i += step)
    device.print((Line() << "value " << name << "." << i << " ").bits(bits_of(x[i])).text());
  device.print((Line() << "hash " << name << " ").bits(hash(x, count)).text());
}

/// A recording, and a stream of which it is the beginning, through one model.
class Run {
 public:
  Run(const Golden& g, const Device& device)
      : g_(g),
        device_(device),
        rate_(static_cast<double>(g.recording[0])),
        mv_(g.recording + 1),
        samples_(g.recording_floats - 1),
        findings_(static_cast<lh_finding*>(g.memory)),
        restored_(reinterpret_cast<float*>(findings_ + LH_MOST_DIAGNOSES)) {}

  double rate() const { return rate_; }
  lh_status open() { return lh_model_open(&model_, g_.model, g_.model_bytes); }
  lh_status diagnose();
  /// name: of this stream among the lines that are printed.
  lh_status stream(const char* name, double rate_hz);

 private:
  void print_findings(const char* of) const;
  std::size_t bytes_behind(const void* memory) const {
    return g_.memory_bytes - static_cast<std::size_t>(static_cast<const char*>(memory) -
                                                      static_cast<const char*>(g_.memory));
  }

  const Golden& g_;
  const Device& device_;
  double rate_;
  const float* mv_;
  std::size_t samples_;
  lh_finding* findings_;
  float* restored_;
  lh_model model_ = {};
};

void Run::print_findings(const char* of) const {
  for (std::size_t i = 0; i < lh_model_diagnoses(&model_); ++i) {
    Line line;
    line << "value " << of << "." << lh_model_diagnosis(&model_, i).abbreviation << " ";
    device_.print(line.bits(bits_of(findings_[i].probability)).text());
  }
}

lh_status Run::diagnose() {
  const std::size_t leads = 12 * lh_restored_samples(&model_, rate_, samples_);
  float* const memory = restored_ + leads;
  const std::uint64_t begin = device_.instructions();
  const lh_status status = lh_diagnose(&model_, lh_model_leads(&model_), rate_, mv_, samples_,
                                       memory, bytes_behind(memory), findings_, restored_);
  const std::uint64_t end = device_.instructions();
  if (status != LH_OK) return status;
  print_findings("recording");
  print_values(device_, "restored", restored_, leads, 61);
  print_count(device_, "diagnose_memory_bytes", lh_diagnose_memory(&model_, rate_, samples_));
  print_count(device_, "diagnose_instructions", end - begin);
  return LH_OK;
}

lh_status Run::stream(const char* name, double rate_hz) {
  const auto count = [&](const char* what, std::uint64_t number) {
    print_count(device_, (Line() << name << what).text(), number);
  };
  lh_stream* stream = nullptr;
  lh_status status = lh_stream_start(&stream, &model_, lh_model_leads(&model_), rate_hz, 8, 2,
                                     restored_, bytes_behind(restored_));
  std::uint64_t conditioning = 0;
  for (std::size_t at = 0, taken = 0; status == LH_OK && at < samples_; at += taken) {
    const std::size_t tenth_second = static_cast<std::size_t>(rate_hz / 10), left = samples_ - at;
    const std::uint64_t begin = device_.instructions();
    status = lh_stream_push(stream, mv_ + at, left < tenth_second ? left : tenth_second, &taken,
                            findings_, nullptr);
    const std::uint64_t took = device_.instructions() - begin;
    if (status == LH_OK) {
      conditioning += took;
    } else if (status == LH_RESULT) {
      print_findings(name);
      count("_memory_bytes", lh_stream_memory(&model_, rate_hz));
      count("_instructions_a_second", conditioning / 8);
      count("_instructions_a_result", took);
    }
  }
  return status;
}

}  // namespace

void print_count(const Device& device, const char* name, std::uint64_t number) {
  device.print((Line() << "count " << name << " " << number).text());
}

bool golden_run(const Golden& g, const Device& device) {
  Run run(g, device);
  const auto good = [&](lh_status status) {
    if (status >= LH_OK) return true;
    device.print((Line() << "fault " << lh_status_text(status)).text());
    return false;
  };
  if (!good(run.open()) || !good(run.diagnose()) || !good(run.stream("stream", run.rate())))
    return false;
  // As if the samples had come at rates whose ratio to the model's has many phases, and too many to
  // be kept.
  if (!good(run.stream("stream_512", 512)) || !good(run.stream("stream_measured", 513.625)))
    return false;
  print_count(device, "model_bytes", g.model_bytes);
  return true;
}

}  // namespace liteheart::test
