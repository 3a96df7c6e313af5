// Compares a device's golden run, from standard input, with this machine's:
//   golden_check near|same MODEL.lhm RECORDING [MOST_RAM] < OUTPUT
// near: each value within 1e-5 + 1e-4 of its size; same: each bit. MOST_RAM: bytes that a stream
// may take of a device without an operating system, with stack and static data.
#include <cmath>
#include <cstring>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "devices/hosted.h"

namespace {

struct Line {
  std::string kind, name, value;
};

struct Output {
  std::vector<Line> lines;  // to compare
  std::map<std::string, unsigned long long> counts;
  std::string faults;
};

Output parse(std::istream& in) {
  Output out;
  std::string text;
  while (std::getline(in, text)) {
    std::istringstream words(text);
    Line line;
    words >> line.kind >> line.name >> line.value;
    if (line.kind == "count")
      out.counts[line.name] = std::stoull(line.value);
    else if (line.kind == "value" || line.kind == "hash")
      out.lines.push_back(line);
    else
      out.faults += text + '\n';
  }
  return out;
}

Output run_here(const char* model, const char* recording) {
  static std::string text;
  const liteheart::test::Device device = {[](const char* line) { text += line, text += '\n'; },
                                          []() -> std::uint64_t { return 0; }};
  liteheart::test::golden_files(model, recording, device);
  std::istringstream lines(text);
  return parse(lines);
}

double value_of(const Line& line) {
  const auto bits = static_cast<std::uint32_t>(std::stoul(line.value, nullptr, 16));
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return static_cast<double>(x);
}

/// Whether the outputs agree; says where they do not.
bool agree(const Output& here, const Output& there, bool same) {
  if (here.lines.size() != there.lines.size()) {
    std::cout << there.lines.size() << " values instead of " << here.lines.size() << '\n';
    return false;
  }
  int differ = 0, identical = 0;
  double largest = 0;
  for (std::size_t i = 0; i < here.lines.size(); ++i) {
    const Line &a = here.lines[i], &b = there.lines[i];
    if (a.kind == b.kind && a.name == b.name && a.value == b.value) {
      ++identical;
      continue;
    }
    if (a.kind == "hash" && !same) continue;
    const double by = std::fabs(value_of(a) - value_of(b));
    largest = a.kind == "value" && !(by <= largest) ? by : largest;
    if (a.name == b.name && !same && by <= 1e-5 + 1e-4 * std::fabs(value_of(a))) continue;
    ++differ;
    std::cout << a.kind << ' ' << a.name << ": " << a.value << " here, " << b.name << ' ' << b.value
              << " on the device\n";
  }
  std::cout << here.lines.size() << " lines compared, " << identical
            << " identical, largest difference " << largest << ", " << differ << " at fault\n";
  return differ == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) return 2;
  Output there = parse(std::cin);
  const Output here = run_here(argv[2], argv[3]);
  auto& counts = there.counts;
  const bool bare = counts.count("stack_bytes") != 0;
  if (bare) {
    counts["ram_bytes"] =
        counts["stream_memory_bytes"] + counts["stack_bytes"] + counts["static_bytes"];
  }
  for (const auto& [name, count] : counts) {
    if (count != 0) std::cout << count << ' ' << name << '\n';
  }
  std::cout << here.faults << there.faults;
  if (!here.faults.empty() || !there.faults.empty() ||
      !agree(here, there, std::strcmp(argv[1], "same") == 0))
    return 1;
  if (argc == 5 && bare && counts["ram_bytes"] > std::stoull(argv[4])) {
    std::cout << "more RAM than " << argv[4] << " bytes\n";
    return 1;
  }
  return 0;
}
