// A short round of a fuzz target without libFuzzer, for ctest: every sample of shared/formats as it
// is and changed a few times, always in the same way, for some seconds. The target aborts where
// something is wrong; exit code 77 where there are no samples.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;
constexpr std::chrono::seconds kLongest{4};
constexpr std::size_t kMostBytes = 256 << 10;
constexpr int kChanges = 2000;  // of each file, most of them near its beginning

fs::path samples() {
  const char* const set = std::getenv("LITEHEART_SHARED");
  const fs::path shared =
      set && *set ? fs::path(set) : fs::path(LITEHEART_SOURCE_DIR).parent_path() / "shared";
  return shared / "formats";
}

Bytes beginning(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  Bytes bytes{std::istreambuf_iterator<char>(in), {}};
  if (bytes.size() > kMostBytes) bytes.resize(kMostBytes);
  return bytes;
}

Bytes changed(Bytes bytes, std::mt19937_64& random) {
  if (bytes.empty()) return bytes;
  const std::size_t busy =
      random() % 3 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 2048);
  for (std::uint64_t left = 1 + random() % 8; left > 0; --left)
    bytes[random() % busy] = static_cast<std::uint8_t>(random());
  if (random() % 4 == 0) bytes.resize(random() % bytes.size());
  return bytes;
}

}  // namespace

int main() {
  if (!fs::is_directory(samples())) return 77;
  std::vector<Bytes> corpus;
  for (const auto& entry : fs::recursive_directory_iterator(samples()))
    if (entry.is_regular_file()) corpus.push_back(beginning(entry.path()));
  std::mt19937_64 random(1);
  const auto end = std::chrono::steady_clock::now() + kLongest;
  std::size_t runs = 0;
  const auto run = [&](const Bytes& bytes) {
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++runs;
    return std::chrono::steady_clock::now() < end;
  };
  bool time_left = true;
  for (int round = 0; round <= kChanges && time_left; ++round)
    for (std::size_t i = 0; i < corpus.size() && time_left; ++i)
      time_left = run(round == 0 ? corpus[i] : changed(corpus[i], random));
  std::printf("%zu inputs\n", runs);
  return 0;
}
