#include <ATen/ATen.h>
#include <caffe2/serialize/inline_container.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>

#include "nn/code_tiny_12lead_golden.h"
#include "nn/weights.h"
#include "scratch.h"
#include "shared.h"

namespace liteheart {
namespace {

using namespace std::string_literals;
using test::error_of;
using test::read_bytes;
using test::write_bytes;

class TorchStateDict : public test::Scratch {
 protected:
  /// Writes a zip file as torch.save does and reads it.
  NamedTensors read(const std::map<std::string, std::string>& records) {
    {
      caffe2::serialize::PyTorchStreamWriter writer(file.string());
      for (const auto& [name, bytes] : records)
        writer.writeRecord(name, bytes.data(), bytes.size());
      writer.writeEndOfFile();
    }
    return read_torch_state_dict(file);
  }
  std::filesystem::path file = folder / "model.pkl";
};

double weighted_sum(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(at::kDouble).flatten();
  return at::dot(flat, at::arange(1, flat.numel() + 1, at::kDouble).remainder(97)).item<double>();
}

TEST_F(TorchStateDict, published_checkpoint_gives_the_numbers_an_independent_reader_finds) {
  LITEHEART_NEEDS_SHARED();
  const NamedTensors tensors =
      read_torch_state_dict(test::shared() / "checkpoints" / "code_tiny_12lead.pkl");
  ASSERT_EQ(tensors.size(), test::kCodeTiny12Lead.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto& [name, tensor] = tensors[i];
    const test::GoldenTensor& golden = test::kCodeTiny12Lead[i];
    SCOPED_TRACE(golden.name);
    EXPECT_EQ(name, golden.name);
    EXPECT_EQ(tensor.sizes().vec(), golden.shape);
    EXPECT_EQ(tensor.scalar_type(), name.ends_with("num_batches_tracked") ? at::kLong : at::kFloat);
    EXPECT_TRUE(tensor.is_contiguous());
    EXPECT_NEAR(weighted_sum(tensor), golden.weighted_sum, 1e-8 * std::abs(golden.weighted_sum));
  }
}

TEST_F(TorchStateDict, damaged_checkpoints_are_read_or_refused_but_never_crash) {
  LITEHEART_NEEDS_SHARED();
  const std::string bytes = read_bytes(test::shared() / "checkpoints" / "code_tiny_12lead.pkl");
  const int refused =
      test::refused_of_damaged(bytes, 10'000, file, [&] { read_torch_state_dict(file); });
  EXPECT_GE(refused, 50 + 20);  // every cut, and many changes of the pickle
}

// Writes what torch.save would, through Python's own pickler; argv: file, protocol.
constexpr const char* kPythonWriter = R"(
import collections, pickle, struct, sys, types, zipfile
torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
sys.modules.update({"torch": torch, "torch._utils": utils})
class Storage:
    def __init__(self, key, kind, count):
        self.id = ("storage", kind, key, "cuda:1", count)
def named(module, name):
    def function(*arguments): pass
    function.__module__, function.__qualname__, function.__name__ = module.__name__, name, name
    setattr(module, name, function)
    return function
class Rebuilt:
    def __init__(self, function, *arguments): self.made = function, arguments
    def __reduce__(self): return self.made
class Pickler(pickle._Pickler):
    def persistent_id(self, thing): return getattr(thing, "id", None)
tensor_v2, parameter = named(utils, "_rebuild_tensor_v2"), named(utils, "_rebuild_parameter")
floats = Storage("0", named(torch, "FloatStorage"), 6)
halves = Storage("1", named(torch, "HalfStorage"), 2)
bytes_ = Storage("2", named(torch, "ByteStorage"), 0)
def tensor(storage, offset, shape, strides):
    return Rebuilt(tensor_v2, storage, offset, shape, strides, False, collections.OrderedDict())
transposed = tensor(floats, 0, (3, 2), (1, 3))
state = collections.OrderedDict([
    ("transposed", transposed), ("tied", transposed), ("tail", tensor(floats, 4, (2,), (1,))),
    ("scale", Rebuilt(parameter, tensor(halves, 1, (), ()), True, collections.OrderedDict())),
    ("empty", tensor(bytes_, 0, (0, 3), (3, 1))), ("version", 2)])
state._metadata = {"": {"version": 1}}
checkpoint = {"epoch": -70000, "big": -2**40, "loss": 0.5, "best": None, "done": [True, False],
              "name": "x" * 300, "optimizer": {"state": {0: {"step": tensor(halves, 0, (2,), (1,))}}},
              "model": {"backbone": state, "heads": [tensor(floats, 0, (1, 6), (6, 1))]}}
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    with archive.open("model/data.pkl", "w") as out:
        Pickler(out, int(sys.argv[2])).dump(checkpoint)
    archive.writestr("model/data/0", struct.pack("<6f", *range(6)))
    archive.writestr("model/data/1", struct.pack("<2e", 1.5, -2.5))
    archive.writestr("model/data/2", b"")
    archive.writestr("model/version", "3\n")
)";

class Protocols : public TorchStateDict, public testing::WithParamInterface<int> {};

TEST_P(Protocols, checkpoint_pickled_by_python_gives_its_model) {
  write_bytes(folder / "writer.py", kPythonWriter);
  const int status =
      std::system(fmt::format("/usr/bin/python3 {} {} {}", (folder / "writer.py").string(),
                              file.string(), GetParam())
                      .c_str());
  if (WEXITSTATUS(status) == 127) GTEST_SKIP() << "needs Python";
  ASSERT_EQ(status, 0);

  const NamedTensors tensors = read_torch_state_dict(file);
  const at::Tensor transposed = at::arange(6, at::kFloat).view({2, 3}).t();
  const NamedTensors expected = {
      {"backbone.transposed", transposed},
      {"backbone.tied", transposed},
      {"backbone.tail", at::arange(4, 6, at::kFloat)},
      {"backbone.scale", at::full({}, -2.5, at::kHalf)},
      {"backbone.empty", at::empty({0, 3}, at::kByte)},
      {"heads.0", at::arange(6, at::kFloat).view({1, 6})},
  };
  ASSERT_EQ(tensors.size(), expected.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(tensors[i].first, expected[i].first);
    EXPECT_EQ(tensors[i].second.scalar_type(), expected[i].second.scalar_type());
    EXPECT_TRUE(tensors[i].second.is_contiguous());
    EXPECT_TRUE(at::equal(tensors[i].second, expected[i].second)) << tensors[i].first;
  }
}

INSTANTIATE_TEST_SUITE_P(Pickle, Protocols, testing::Values(2, 3, 4, 5));

// Pieces of a pickle.
std::string little(std::int64_t value, std::size_t bytes) {
  return {reinterpret_cast<const char*>(&value), bytes};
}
std::string text(const std::string& s) {
  return "X"s + little(static_cast<std::int64_t>(s.size()), 4) + s;
}
std::string integer(std::int64_t value) { return "\x8a\x08"s + little(value, 8); }
std::string integers(const std::vector<std::int64_t>& values) {
  std::string tuple = "(";
  for (const std::int64_t value : values) tuple += integer(value);
  return tuple + "t";
}
struct View {
  std::vector<std::int64_t> sizes = {2}, strides = {1};
  std::int64_t offset = 0, elements = 4;
  std::string type = "FloatStorage", key = "0";
};
std::string tensor(const View& view) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(("s + text("storage") + "ctorch\n" + view.type +
         "\n" + text(view.key) + text("cpu") + integer(view.elements) + "tQ" +
         integer(view.offset) + integers(view.sizes) + integers(view.strides) + "\x89)tR";
}
std::string dict(const std::string& items) { return "\x80\x02}("s + items + "u."; }
std::string only(const View& view) { return dict(text("w") + tensor(view)); }

/// One dict in the next, each entered twice: 2^30 names from under a kilobyte.
std::string doubling() {
  std::string pickle = "\x80\x02}"s + text("w") + tensor({}) + "sq" + little(0, 1);
  for (int level = 1; level < 30; ++level) {
    const std::string inner = "h"s + little(level - 1, 1);
    pickle += "}("s + text("a") + inner + text("b") + inner + "uq" + little(level, 1);
  }
  return pickle + ".";
}

std::string many_transposed() {
  std::string items;
  for (int i = 0; i < 100; ++i) {
    items += text(std::to_string(i)) +
             tensor({.sizes = {100, 100}, .strides = {1, 100}, .elements = 10'000, .key = "big"});
  }
  return dict(items);
}

TEST_F(TorchStateDict, pickle_that_lies_or_asks_for_code_is_an_error_that_says_so) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  struct Case {
    std::string pickle, message;
  };
  const Case cases[] = {
      {"", "byte 0: the pickle ends inside an opcode"},
      {"\x80\x02}", "byte 3: the pickle ends inside an opcode"},
      {"\x80\x01}.", "pickle protocol 1 is not"},
      {"\x80\x02X\xff\xff\xff\xff", "the pickle ends inside an opcode"},
      {"cos\nsystem\n("s + text("true") + "tR.", "byte 0: the file asks for 'os'.'system'"},
      {"\x80\x04"s + text("builtins") + text("eval") + "\x93.", "asks for 'builtins'.'eval'"},
      {"cmodels.ecg\nBackbone\n.", "asks for 'models.ecg'.'Backbone'"},
      {"ctorch", "the pickle ends inside a global's name"},
      {"(ios\nsystem\n.", "byte 1: opcode 0x69 does not occur"},
      {"h\x05.", "memo 5 was never stored"},
      {"t.", "needs a mark"},
      {".", "the stack is empty"},
      {"}(u(q\x01", "the stack is empty"},
      {"}s.", "needs more values than the stack holds"},
      {"}(Nu.", "last key has no value"},
      {"NNNs.", "expected a dict to store in"},
      {"NNa.", "expected a list to append to"},
      {"N)R.", "expected something to call"},
      {"NNb.", "expected a dict to give attributes to"},
      {"ccollections\nOrderedDict\n(NtR.", "OrderedDict with arguments"},
      {"ctorch._utils\n_rebuild_parameter\n)R.", "without a tensor"},
      {"ctorch._utils\n_rebuild_tensor_v2\n)R.", "needs a storage"},
      {"\x8a\x09"s + std::string(9, 'x') + ".", "more than 64 bits"},
      {")Q.", "not a tensor storage"},
      {"].", "does not hold a dict"},
      {"}.", "holds no tensors"},
      {dict(text("w") + tensor({}) + text("w") + tensor({})), "two tensors are named 'w'"},
      {dict(text(std::string(2000, 'w')) + tensor({})), "is too long"},
      {"}q"s + little(0, 1) + text(std::string(200, 'a')) + "Ns" + text("a") + "h" + little(0, 1) +
           "s.",
       "nested too deep"},
      {"}q"s + little(0, 1) + text("model") + "h" + little(0, 1) + "s.", "nested too deep"},
      {doubling(), "more entries than the file has bytes"},
      {many_transposed(), "exceed the file"},
      {only({.sizes = {5}}), "tensor 'w' reaches outside its storage"},
      {only({.offset = 3}), "reaches outside its storage"},
      {only({.offset = -1}), "reaches outside its storage"},
      {only({.strides = {4}}), "reaches outside its storage"},
      {only({.strides = {-1}}), "reaches outside its storage"},
      {only({.sizes = {3}, .strides = {kHuge}}), "reaches outside its storage"},
      {only({.sizes = {0}, .offset = 5}), "reaches outside its storage"},
      {only({.sizes = {8}, .strides = {0}}), "repeats its storage"},
      {only({.sizes = {-2}}), "impossible shape"},
      {only({.sizes = {kHuge}}), "impossible shape"},
      {only({.sizes = {0, kHuge}, .strides = {1, 1}}), "impossible shape"},
      {only({.sizes = {2, 2}}), "impossible shape"},
      {only({.sizes = std::vector<std::int64_t>(65, 1)}), "more than 64 dimensions"},
      {only({.elements = 5}), "needs 5 elements of 4 bytes and record 'data/0' has 16 bytes"},
      {only({.elements = kHuge}), "needs 4611686018427387904 elements"},
      {only({.elements = -1}), "reaches outside its storage"},
      {only({.type = "DoubleStorage"}), "needs 4 elements of 8 bytes"},
      {only({.type = "ComplexFloatStorage"}), "unknown type 'ComplexFloatStorage'"},
      {only({.key = "1"}), "has no record 'data/1'"},
      {only({.key = "../version"}), "has no record"},
  };
  const auto message_of = [&](const std::string& pickle) {
    return error_of([&] {
      read({{"data.pkl", pickle},
            {"data/0", std::string(16, '\0')},
            {"data/big", std::string(40'000, '\0')}});
    });
  };
  EXPECT_EQ(message_of(only({})), "");
  for (const Case& lie : cases) {
    const std::string message = message_of(lie.pickle);
    EXPECT_TRUE(message.find(lie.message) != std::string::npos)
        << "expected: " << lie.message << "\n  actual: " << message;
    EXPECT_EQ(message.find(file.string()), 0u);
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
}

TEST_F(TorchStateDict, other_files_are_errors) {
  const auto message = [&] { return error_of([&] { read_torch_state_dict(file); }); };
  EXPECT_NE(message().find("cannot be read"), std::string::npos);
  write_bytes(file, "\x80\x02\x8a\x0al\xfc");
  EXPECT_NE(message().find("not the zip file"), std::string::npos);
  write_bytes(file, "PK\x03\x04 and no more");
  EXPECT_EQ(message().find(file.string() + ": PytorchStreamReader"), 0u) << message();

  EXPECT_NE(error_of([&] { read({{"other", "x"}}); }).find("no data.pkl"), std::string::npos);
  EXPECT_NE(error_of([&] {
              read({{"byteorder", "big"}, {"data.pkl", only({})}});
            }).find("endian"),
            std::string::npos);
}

}  // namespace
}  // namespace liteheart
