#include "nn/torch_pickle.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <deque>
#include <set>
#include <unordered_map>
#include <utility>
#include <variant>

#include "ecg/error.h"
#include "nn/weight_checks.h"

namespace liteheart {
namespace {

static_assert(std::endian::native == std::endian::little, "pickles are read without byte swaps");

constexpr std::size_t kMaxDimensions = 64;  // libtorch's own limit
constexpr std::size_t kMaxDepth = 32;       // dicts in dicts
constexpr std::size_t kLongestName = 1024;

enum class Callable { kOrderedDict, kRebuildTensor, kRebuildParameter };
struct StorageType {
  std::string_view name;
};
struct StorageRef {
  std::string_view type, key;
  std::int64_t elements;
};
struct Sequence;
struct Dict;

// Strings are views into the pickle and containers live in the walker's arenas, so that a memo
// fetched a million times costs no memory and a container that holds itself does not leak.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string_view, Callable,
                           StorageType, StorageRef, const PickledTensor*, Sequence*, Dict*>;
struct Sequence {
  std::vector<Value> items;
};
struct Dict {
  std::vector<std::pair<Value, Value>> items;
};

/// The pickle machine: a stack, marks and a memo.
class Walker {
 public:
  Walker(std::string_view pickle, const std::string& file) : pickle_(pickle), file_(file) {}

  Value run();
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(fmt::format("{} data.pkl byte {}", file_, opcode_at_), problem,
                "save model.state_dict() with torch.save and import that");
  }

 private:
  void step(unsigned char opcode);
  void call();
  void set_items(const std::vector<Value>& keys_and_values);
  void append(const std::vector<Value>& values);
  Value find_global(std::string_view module, std::string_view name) const;
  Value make_storage(const Value& persistent_id) const;
  const PickledTensor* rebuild_tensor(const Sequence& arguments);
  std::vector<std::int64_t> integers(const Value& tuple) const;

  std::string_view take(std::size_t count) {
    if (count > pickle_.size() - next_) fail("the pickle ends inside an opcode");
    next_ += count;
    return pickle_.substr(next_ - count, count);
  }
  template <class Number>
  Number number() {
    Number value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view line();
  std::int64_t long1();
  double big_endian_double() {
    return std::bit_cast<double>(__builtin_bswap64(number<std::uint64_t>()));
  }

  void push(Value value) { stack_.push_back(value); }
  const Value& top() const {
    if (stack_.size() <= floor()) fail("an opcode needs a value and the stack is empty");
    return stack_.back();
  }
  Value pop() {
    const Value value = top();
    stack_.pop_back();
    return value;
  }
  std::vector<Value> pop(std::size_t count);
  std::vector<Value> pop_to_mark();
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  Sequence* sequence(std::vector<Value> items) {
    return &sequences_.emplace_back(Sequence{std::move(items)});
  }
  Dict* dict() { return &dicts_.emplace_back(); }
  template <class Kind>
  Kind expect(const Value& value, const char* what) const {
    if (const Kind* found = std::get_if<Kind>(&value)) return *found;
    fail(fmt::format("expected {}", what));
  }

  void memoize(std::uint32_t index) { memo_[index] = top(); }
  Value recall(std::uint32_t index) const {
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail(fmt::format("memo {} was never stored", index));
    return found->second;
  }

  std::string_view pickle_;
  const std::string& file_;
  std::size_t next_ = 0;
  std::size_t opcode_at_ = 0;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, Value> memo_;
  std::deque<Sequence> sequences_;
  std::deque<Dict> dicts_;
  std::deque<PickledTensor> tensors_;
};

Value Walker::run() {
  constexpr unsigned char kStop = '.';
  while (true) {
    opcode_at_ = next_;
    const auto opcode = number<unsigned char>();
    if (opcode == kStop) return pop();
    step(opcode);
  }
}

void Walker::step(unsigned char opcode) {
  switch (opcode) {
    case 0x80:  // PROTO
      if (const auto protocol = number<std::uint8_t>(); protocol < 2 || protocol > 5) {
        fail(fmt::format("pickle protocol {} is not between 2 and 5", protocol));
      }
      return;
    case 0x95:  // FRAME
      take(sizeof(std::uint64_t));
      return;

    case 'N':  // NONE
      return push(std::monostate{});
    case 0x88:  // NEWTRUE
      return push(true);
    case 0x89:  // NEWFALSE
      return push(false);
    case 'J':  // BININT
      return push(std::int64_t{number<std::int32_t>()});
    case 'K':  // BININT1
      return push(std::int64_t{number<std::uint8_t>()});
    case 'M':  // BININT2
      return push(std::int64_t{number<std::uint16_t>()});
    case 0x8a:  // LONG1
      return push(long1());
    case 'G':  // BINFLOAT
      return push(big_endian_double());
    case 'X':  // BINUNICODE
      return push(take(number<std::uint32_t>()));
    case 0x8c:  // SHORT_BINUNICODE
      return push(take(number<std::uint8_t>()));

    case '(':  // MARK
      marks_.push_back(stack_.size());
      return;
    case ')':  // EMPTY_TUPLE
    case ']':  // EMPTY_LIST
      return push(sequence({}));
    case 't':  // TUPLE
      return push(sequence(pop_to_mark()));
    case 0x85:  // TUPLE1
    case 0x86:  // TUPLE2
    case 0x87:  // TUPLE3
      return push(sequence(pop(opcode - 0x84)));
    case 'a':  // APPEND
      return append(pop(1));
    case 'e':  // APPENDS
      return append(pop_to_mark());
    case '}':  // EMPTY_DICT
      return push(dict());
    case 's':  // SETITEM
      return set_items(pop(2));
    case 'u':  // SETITEMS
      return set_items(pop_to_mark());

    case 'q':  // BINPUT
      return memoize(number<std::uint8_t>());
    case 'r':  // LONG_BINPUT
      return memoize(number<std::uint32_t>());
    case 0x94:  // MEMOIZE
      return memoize(static_cast<std::uint32_t>(memo_.size()));
    case 'h':  // BINGET
      return push(recall(number<std::uint8_t>()));
    case 'j':  // LONG_BINGET
      return push(recall(number<std::uint32_t>()));

    case 'c': {  // GLOBAL
      const std::string_view module = line();
      return push(find_global(module, line()));
    }
    case 0x93: {  // STACK_GLOBAL
      const auto name = expect<std::string_view>(pop(), "a global's name");
      const auto module = expect<std::string_view>(pop(), "a global's module");
      return push(find_global(module, name));
    }
    case 'Q':  // BINPERSID
      return push(make_storage(pop()));
    case 'R':  // REDUCE
      return call();
    case 'b':  // BUILD gives an OrderedDict its _metadata, which holds only versions
      pop();
      expect<Dict*>(top(), "a dict to give attributes to");
      return;
    default:
      fail(fmt::format("opcode 0x{:02x} does not occur in a state dict", opcode));
  }
}

std::string_view Walker::line() {
  const std::size_t end = pickle_.find('\n', next_);
  if (end == std::string_view::npos) fail("the pickle ends inside a global's name");
  const std::string_view text = take(end - next_);
  take(1);
  return text;
}

std::int64_t Walker::long1() {
  const std::string_view digits = take(number<std::uint8_t>());
  if (digits.size() > sizeof(std::int64_t)) fail("an integer has more than 64 bits");
  const bool negative = !digits.empty() && static_cast<signed char>(digits.back()) < 0;
  std::int64_t value = negative ? -1 : 0;
  std::memcpy(&value, digits.data(), digits.size());
  return value;
}

std::vector<Value> Walker::pop(std::size_t count) {
  if (stack_.size() - floor() < count) fail("an opcode needs more values than the stack holds");
  std::vector<Value> values(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  stack_.resize(stack_.size() - count);
  return values;
}

std::vector<Value> Walker::pop_to_mark() {
  if (marks_.empty()) fail("an opcode needs a mark and there is none");
  std::vector<Value> values = pop(stack_.size() - marks_.back());
  marks_.pop_back();
  return values;
}

void Walker::append(const std::vector<Value>& values) {
  auto& items = expect<Sequence*>(top(), "a list to append to")->items;
  items.insert(items.end(), values.begin(), values.end());
}

void Walker::set_items(const std::vector<Value>& keys_and_values) {
  if (keys_and_values.size() % 2 != 0) fail("a dict's last key has no value");
  Dict& dict = *expect<Dict*>(top(), "a dict to store in");
  for (std::size_t i = 0; i < keys_and_values.size(); i += 2) {
    dict.items.emplace_back(keys_and_values[i], keys_and_values[i + 1]);
  }
}

Value Walker::find_global(std::string_view module, std::string_view name) const {
  if (module == "collections" && name == "OrderedDict") return Callable::kOrderedDict;
  if (module == "torch._utils" && name == "_rebuild_tensor_v2") return Callable::kRebuildTensor;
  if (module == "torch._utils" && name == "_rebuild_parameter") return Callable::kRebuildParameter;
  if (module == "torch" && name.ends_with("Storage")) return StorageType{name};
  fail(fmt::format("the file asks for {}.{}, which is not part of a state dict and is not run",
                   printable(module), printable(name)));
}

void Walker::call() {
  const auto& arguments = *expect<Sequence*>(pop(), "a tuple of arguments");
  switch (expect<Callable>(pop(), "something to call")) {
    case Callable::kOrderedDict:
      if (!arguments.items.empty()) fail("OrderedDict with arguments");
      return push(dict());
    case Callable::kRebuildTensor:
      return push(rebuild_tensor(arguments));
    case Callable::kRebuildParameter:  // (tensor, requires_grad, hooks)
      if (arguments.items.empty()) fail("_rebuild_parameter without a tensor");
      return push(expect<const PickledTensor*>(arguments.items[0], "a parameter's tensor"));
  }
}

// ("storage", type, key, location, elements)
Value Walker::make_storage(const Value& persistent_id) const {
  const auto& id = expect<Sequence*>(persistent_id, "a storage's tuple")->items;
  if (id.size() != 5 || expect<std::string_view>(id[0], "'storage'") != "storage") {
    fail("a persistent object is not a tensor storage");
  }
  return StorageRef{expect<StorageType>(id[1], "a storage type").name,
                    expect<std::string_view>(id[2], "a storage key"),
                    expect<std::int64_t>(id[4], "a storage's number of elements")};
}

// (storage, offset, sizes, strides, requires_grad, hooks[, metadata])
const PickledTensor* Walker::rebuild_tensor(const Sequence& arguments) {
  const auto& items = arguments.items;
  if (items.size() < 4) fail("_rebuild_tensor_v2 needs a storage, an offset, sizes and strides");
  const auto storage = expect<StorageRef>(items[0], "a tensor's storage");
  return &tensors_.emplace_back(PickledTensor{
      .name = {},
      .storage_type = std::string(storage.type),
      .storage_key = std::string(storage.key.substr(0, kLongestName)),
      .storage_elements = storage.elements,
      .offset = expect<std::int64_t>(items[1], "a tensor's offset"),
      .sizes = integers(items[2]),
      .strides = integers(items[3]),
      .opcode = opcode_at_,
  });
}

std::vector<std::int64_t> Walker::integers(const Value& tuple) const {
  const auto& items = expect<Sequence*>(tuple, "a tuple of sizes or strides")->items;
  if (items.size() > kMaxDimensions) fail("a tensor has more than 64 dimensions");
  std::vector<std::int64_t> numbers;
  numbers.reserve(items.size());
  for (const Value& item : items) numbers.push_back(expect<std::int64_t>(item, "an integer"));
  return numbers;
}

/// Gathers the tensors under a value, in file order.
class Collector {
 public:
  Collector(const Walker& walker, std::size_t most_entries)
      : walker_(walker), entries_left_(most_entries) {}

  void visit(const std::string& name, const Value& value, std::size_t depth) {
    if (const auto* tensor = std::get_if<const PickledTensor*>(&value)) return add(name, **tensor);
    if (depth == kMaxDepth) walker_.fail("the dicts are nested too deep");
    if (const auto* dict = std::get_if<Dict*>(&value)) {
      for (const auto& [key, item] : (*dict)->items) {
        if (is_text(key) || is_integer(key)) visit(join(name, text(key)), item, depth + 1);
      }
    } else if (const auto* sequence = std::get_if<Sequence*>(&value)) {
      std::size_t index = 0;
      for (const Value& item : (*sequence)->items) {
        visit(join(name, std::to_string(index++)), item, depth + 1);
      }
    }
  }
  std::vector<PickledTensor> take() { return std::move(found_); }

 private:
  static bool is_text(const Value& key) { return std::holds_alternative<std::string_view>(key); }
  static bool is_integer(const Value& key) { return std::holds_alternative<std::int64_t>(key); }
  static std::string text(const Value& key) {
    return is_text(key) ? std::string(std::get<std::string_view>(key))
                        : std::to_string(std::get<std::int64_t>(key));
  }
  // A dict shared by many others multiplies entries; an honest file has fewer than bytes.
  std::string join(const std::string& outer, const std::string& inner) {
    if (entries_left_-- == 0) walker_.fail("the dicts hold more entries than the file has bytes");
    std::string name = outer.empty() ? inner : outer + "." + inner;
    if (name.size() > kLongestName)
      walker_.fail(fmt::format("the name {} is too long", printable(name)));
    return name;
  }
  void add(const std::string& name, const PickledTensor& tensor) {
    if (!names_.insert(name).second)
      walker_.fail(fmt::format("two tensors are named {}", printable(name)));
    found_.push_back(tensor);
    found_.back().name = name;
  }

  const Walker& walker_;
  std::size_t entries_left_;
  std::set<std::string> names_;
  std::vector<PickledTensor> found_;
};

Dict* nested_model(const Dict& outer) {
  for (const std::string_view wrapper : {"state_dict", "model_state_dict", "model"}) {
    for (const auto& [key, value] : outer.items) {
      const auto* name = std::get_if<std::string_view>(&key);
      const auto* dict = std::get_if<Dict*>(&value);
      if (name && *name == wrapper && dict) return *dict;
    }
  }
  return nullptr;
}

}  // namespace

std::vector<PickledTensor> read_pickled_state_dict(std::string_view pickle,
                                                   const std::string& file) {
  Walker walker(pickle, file);
  const Value root = walker.run();
  const auto* dict = std::get_if<Dict*>(&root);
  if (!dict) walker.fail("the file does not hold a dict");

  Dict* model = *dict;
  std::size_t depth = 0;
  while (Dict* const inner = nested_model(*model)) {
    if (++depth == kMaxDepth) walker.fail("the dicts are nested too deep");
    model = inner;
  }
  Collector collector(walker, pickle.size());
  collector.visit("", model, 0);
  std::vector<PickledTensor> tensors = collector.take();
  if (tensors.empty()) walker.fail("the dict holds no tensors");
  return tensors;
}

}  // namespace liteheart
