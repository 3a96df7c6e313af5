#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <string>

#include "nn/weights.h"
#include "scratch.h"

namespace liteheart {
namespace {

using test::error_of;
using test::read_bytes;
using test::write_bytes;

class Safetensors : public test::Scratch {
 protected:
  std::filesystem::path file = folder / "weights.safetensors";
};

WeightFile every_type() {
  at::manual_seed(3);
  const at::Tensor numbers = at::randn({3, 4}) * 50;
  WeightFile weights;
  weights.tensors = {
      {"u8", at::arange(7, at::kByte)},
      {"f32", numbers},
      {"f64", numbers.to(at::kDouble) / 3},
      {"nothing", at::empty({0, 5})},
      {"f16", numbers.to(at::kHalf)},
      {"bf16", numbers.to(at::kBFloat16)},
      {"transposed", numbers.t()},
      {"i64", at::arange(4, at::kLong) * (std::int64_t{1} << 61)},
      {"i32", at::arange(-3, 3, at::kInt).view({2, 1, 3})},
      {"scalar \"quoted\" ½", at::full({}, -0.25)},
  };
  weights.metadata = {{"name", "Herzschwäche ♥ 心電図"}, {"line", "a\nb\t\"c\"\\"}, {"", ""}};
  return weights;
}

TEST_F(Safetensors, round_trip_keeps_order_types_shapes_values_and_metadata) {
  const WeightFile written = every_type();
  write_safetensors(file, written);
  const WeightFile read = read_safetensors(file);

  EXPECT_EQ(read.metadata, written.metadata);
  ASSERT_EQ(read.tensors.size(), written.tensors.size());
  for (std::size_t i = 0; i < read.tensors.size(); ++i) {
    SCOPED_TRACE(written.tensors[i].first);
    const at::Tensor& tensor = read.tensors[i].second;
    EXPECT_EQ(read.tensors[i].first, written.tensors[i].first);
    EXPECT_EQ(tensor.scalar_type(), written.tensors[i].second.scalar_type());
    EXPECT_TRUE(tensor.is_contiguous());
    EXPECT_TRUE(at::equal(tensor, written.tensors[i].second));
  }
}

TEST_F(Safetensors, file_without_tensors_is_a_file) {
  write_safetensors(file, {});
  const WeightFile read = read_safetensors(file);
  EXPECT_TRUE(read.tensors.empty());
  EXPECT_TRUE(read.metadata.empty());
}

TEST_F(Safetensors, same_weights_give_the_same_bytes) {
  write_safetensors(file, every_type());
  const std::string first = read_bytes(file);
  write_safetensors(file, read_safetensors(file));
  EXPECT_EQ(read_bytes(file), first);
}

// A reader written from the format's description; data must be aligned for np.frombuffer's sake.
constexpr const char* kPythonReader = R"(
import json, struct, sys
try:
    import numpy as np
except ImportError:
    sys.exit(77)
raw = open(sys.argv[1], "rb").read()
length, = struct.unpack("<Q", raw[:8])
header = json.loads(raw[8:8 + length])
assert (8 + length) % 8 == 0
types = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "U8": "u1"}
print(json.dumps(header.pop("__metadata__"), sort_keys=True, ensure_ascii=False))
for name, t in header.items():
    begin, end = t["data_offsets"]
    x = np.frombuffer(raw[8 + length + begin:8 + length + end], types[t["dtype"]]).reshape(t["shape"])
    assert begin % x.itemsize == 0
    if t["dtype"] == "BF16":
        x = (x.astype("<u4") << 16).view("<f4")
    print(name, t["dtype"], *x.shape, ":", *(("%d" if x.dtype.kind in "iu" else "%.17g") % v for v in x.ravel()))
)";

std::string python_line(const std::string& name, const char* type, const at::Tensor& tensor) {
  std::string line = name + " " + type;
  for (const std::int64_t size : tensor.sizes()) line += fmt::format(" {}", size);
  line += " :";
  const at::Tensor flat = tensor.flatten();
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    line += at::isIntegralType(flat.scalar_type(), false)
                ? fmt::format(" {}", flat[i].item<std::int64_t>())
                : fmt::format(" {:.17g}", flat[i].item<double>());
  }
  return line + "\n";
}

TEST_F(Safetensors, an_independent_python_reader_sees_the_same) {
  const WeightFile weights = every_type();
  write_safetensors(file, weights);
  write_bytes(folder / "reader.py", kPythonReader);
  const auto printed = folder / "printed";
  const int status =
      std::system(fmt::format("PYTHONIOENCODING=utf-8 /usr/bin/python3 {} {} > {}",
                              (folder / "reader.py").string(), file.string(), printed.string())
                      .c_str());
  if (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127) GTEST_SKIP() << "needs NumPy";
  ASSERT_EQ(status, 0);

  std::string expected = R"({"": "", "line": "a\nb\t\"c\"\\", "name": "Herzschwäche ♥ 心電図"})"
                         "\n";
  const char* const types[] = {"U8",   "F32", "F64", "F32", "F16",
                               "BF16", "F32", "I64", "I32", "F32"};
  for (std::size_t i = 0; i < weights.tensors.size(); ++i) {
    expected += python_line(weights.tensors[i].first, types[i], weights.tensors[i].second);
  }
  EXPECT_EQ(read_bytes(printed), expected);
}

/// A file of this header (its length put before it) and so many data bytes.
std::string with_header(const std::string& header, std::size_t data_bytes) {
  const std::uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header + std::string(data_bytes, '\1');
}

TEST_F(Safetensors, header_that_lies_is_an_error_that_says_how) {
  const std::string good = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  const std::string too_long("\x01\xe1\xf5\x05\0\0\0\0", 8);  // 100 000 001
  struct Case {
    std::string bytes, message;
  };
  const Case cases[] = {
      {"", "byte 0: the file has no header"},
      {"1234567", "byte 0: the file has no header"},
      {std::string(8, '\xff'), "byte 0: a header of 18446744073709551615 bytes does not fit"},
      {too_long + "{}", "byte 0: a header of 100000001 bytes does not fit"},
      {with_header(good, 8).substr(0, 40), "does not fit the file"},
      {with_header(good, 7), "byte 69: the file ends inside tensor 'a', 1 bytes short"},
      {with_header(good, 9), "byte 70: 1 bytes belong to no tensor"},
      {with_header("", 0), "byte 9: the header is not JSON"},
      {with_header("{]", 0), "byte 10: the header is not JSON"},
      {with_header("{\"\xff\":1}", 0), "the header is not JSON"},
      {with_header("[1]", 0), "the header is not a JSON object"},
      {with_header(std::string(5000, '['), 0), "nested too deep"},
      {with_header(R"({"__metadata__":[]})", 0), "the metadata is not a JSON object"},
      {with_header(R"({"__metadata__":{"epoch":3}})", 0), "the metadata 'epoch' is not a text"},
      {with_header(R"({"a":7})", 0), "tensor 'a': has no shape"},
      {with_header(R"({"a":{"shape":[2],"data_offsets":[0,8]}})", 8), "has no dtype"},
      {with_header(R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", 8), "has no shape"},
      {with_header(R"({"a":{"dtype":"F32","shape":[2]}})", 8), "has no data_offsets"},
      {with_header(R"({"a":{"dtype":"F8","shape":[8],"data_offsets":[0,8]}})", 8), "dtype 'F8' is"},
      {with_header(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8),
       "its shape is not a list of sizes"},
      {with_header(R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", 8),
       "its shape is not a list of sizes"},
      {with_header(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8),
       "its shape and dtype do not fill"},
      {with_header(
           R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0]}})", 0),
       "its shape is impossible"},
      {with_header(R"({"a":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,0]}})",
                   0),
       "its shape is impossible"},
      {with_header(R"({"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,8]}})",
                   8),
       "its shape is impossible"},
      {with_header(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8), "are no range"},
      {with_header(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}})", 8),
       "are no range"},
      {with_header(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})", 16),
       "leaves a gap before it"},
      {with_header(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                   R"("b":{"dtype":"U8","shape":[8],"data_offsets":[4,12]}})",
                   12),
       "tensor 'b' overlaps another"},
      {with_header(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                   R"("a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                   2),
       "the header names 'a' twice"},
  };
  write_bytes(file, with_header(good, 8));
  EXPECT_EQ(error_of([&] { read_safetensors(file); }), "");
  for (const Case& lie : cases) {
    write_bytes(file, lie.bytes);
    const std::string message = error_of([&] { read_safetensors(file); });
    EXPECT_TRUE(message.find(lie.message) != std::string::npos)
        << "expected: " << lie.message << "\n  actual: " << message;
    EXPECT_EQ(message.find(file.string()), 0u);
  }
}

TEST_F(Safetensors, missing_file_and_folder_are_errors) {
  EXPECT_NE(error_of([&] { read_safetensors(file); }), "");
  EXPECT_NE(error_of([&] { read_safetensors(folder); }), "");
}

TEST_F(Safetensors, damaged_files_are_read_or_refused_but_never_crash) {
  write_safetensors(file, every_type());
  const std::string bytes = read_bytes(file);
  const int refused =
      test::refused_of_damaged(bytes, bytes.size() / 2, file, [&] { read_safetensors(file); });
  EXPECT_GE(refused, 50 + 60);  // every cut, and most changes of the header
}

TEST_F(Safetensors, tensors_that_the_format_cannot_hold_are_refused) {
  const auto refusal = [&](const NamedTensors& tensors) {
    return error_of([&] { write_safetensors(file, {tensors, {}}); });
  };
  const at::Tensor one = at::ones({1});
  EXPECT_NE(refusal({{"mask", at::ones({2}, at::kBool)}}).find("'mask'"), std::string::npos);
  EXPECT_NE(refusal({{"a", at::Tensor()}}).find("'a'"), std::string::npos);
  EXPECT_NE(refusal({{"a", one}, {"a", one}}).find("its name is taken"), std::string::npos);
  EXPECT_NE(refusal({{"__metadata__", one}}).find("its name is taken"), std::string::npos);
  EXPECT_NE(refusal({{"\xff", one}}).find("not UTF-8"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

/// While it lives, no file of this process can grow past `bytes`, as if the disk were full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(Safetensors, full_disk_is_one_error_and_the_earlier_file_stays_whole) {
  write_safetensors(file, every_type());
  const std::string before = read_bytes(file);
  std::string message;
  {
    const FullDisk full(4096);
    message = error_of([&] { write_safetensors(file, {{{"big", at::ones({100'000})}}, {}}); });
  }
  EXPECT_NE(message.find(file.string()), std::string::npos) << message;
  EXPECT_NE(message.find("space"), std::string::npos) << message;
  EXPECT_EQ(read_bytes(file), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST_F(Safetensors, refused_rename_leaves_no_temporary) {
  std::filesystem::create_directory(file);
  EXPECT_NE(error_of([&] { write_safetensors(file, every_type()); }), "");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

}  // namespace
}  // namespace liteheart
