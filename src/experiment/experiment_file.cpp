#include "experiment/experiment_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ecg/error.h"
#include "experiment/toml_fields.h"
#include "train/config_toml.h"

namespace liteheart {
namespace {

template <class T>
std::vector<std::string> names(const std::vector<T>& items) {
  std::vector<std::string> all;
  all.reserve(items.size());
  for (const T& item : items) all.push_back(item.name);
  return all;
}

/// Keys that the experiment gives every training itself, and what to write instead.
void refuse_own_key(const std::string& place, const std::string& key) {
  const char* const remedy =
      key == "seed"      ? "list them as seeds = [1, 2]"
      : key == "data"    ? "name the data set in the protocol, or beside the method's settings"
      : key == "teacher" ? "describe it as the protocol's teacher"
      : key == "start"   ? "write it beside the method's settings: start = \"METHOD\""
      : key == "threads" ? "every training has one; --jobs says how many run"
      : key == "out"     ? "every training has its own, under --out"
                         : nullptr;
  if (remedy != nullptr)
    throw Error(place, fmt::format("'{}' is not a setting of an experiment", key), remedy);
}

void read_setting(const std::string& place, const std::string& key, const toml::node& node,
                  Settings& into) {
  refuse_own_key(place, key);
  TrainConfig scratch;
  assign_setting(place, key, node, scratch);
  into.set(key, value_in(scratch, key));
}

Settings read_settings(const TomlFields& table) {
  Settings all;
  for (const auto& [key, node] : table.entries()) read_setting(table.place(key), key, *node, all);
  return all;
}

/// Throws Error where one is listed twice.
std::vector<std::uint64_t> read_seeds(const TomlFields& table) {
  auto seeds = table.numbers("seeds");
  for (std::size_t i = 0; i < seeds.size(); ++i)
    if (std::find(seeds.begin(), seeds.begin() + static_cast<std::ptrdiff_t>(i), seeds[i]) !=
        seeds.begin() + static_cast<std::ptrdiff_t>(i))
      throw Error(table.place("seeds"), fmt::format("seed {} is listed twice", seeds[i]),
                  "the second would be the same training: list each once");
  return seeds;
}

/// [data.*] or [test.*].
std::vector<DataSpec> read_data(const TomlFields& file, const char* key) {
  std::vector<DataSpec> all;
  for (const auto& [name, table] : file.tables(key)) {
    table.allow({"source", "prepare"});
    if (!table.has("source"))
      throw Error(table.place(), fmt::format("'{}.source' is missing", table.name()),
                  "name what the data set is made of; --source NAME=FOLDER says where it is");
    all.push_back({name, table.texts("source"), table.texts("prepare")});
  }
  return all;
}

/// What a teacher's table holds beside settings.
TeacherSpec read_teacher(const TomlFields& table, const std::string& data,
                         const std::vector<std::string>& known_data) {
  TeacherSpec teacher;
  teacher.data = table.text("data", data);
  require_known(table.place("data"), "data set", teacher.data, known_data);
  teacher.seed = table.number("seed", 1);
  for (const auto& [key, node] : table.entries()) {
    if (key == "data" || key == "seed") continue;
    if (key == "lead" || key == "restoration" || is_distil_only(key))
      throw Error(table.place(key), fmt::format("'{}' is no setting of a teacher", key),
                  "a teacher sees all twelve leads and learns from labels");
    read_setting(table.place(key), key, *node, teacher.settings);
  }
  return teacher;
}

std::vector<Protocol> read_protocols(const TomlFields& file,
                                     const std::vector<std::string>& known_data) {
  std::vector<Protocol> all;
  for (const auto& [name, table] : file.tables("protocols")) {
    table.allow({"data", "settings", "teacher"});
    Protocol p{name, table.required_text("data", "name one of the data sets"), {}, {}};
    require_known(table.place("data"), "data set", p.data, known_data);
    p.settings = read_settings(table.table("settings"));
    if (table.has("teacher")) p.teacher = read_teacher(table.table("teacher"), p.data, known_data);
    all.push_back(std::move(p));
  }
  if (all.empty())
    throw Error(file.place(), "describes no protocol", "write [protocols.NAME] and its data");
  return all;
}

/// Reads methods after those that they are like.
class MethodReader {
 public:
  MethodReader(const TomlFields& file, std::vector<std::string> protocols,
               std::vector<std::string> data)
      : tables_(file.tables("methods")), protocols_(std::move(protocols)), data_(std::move(data)) {
    for (const auto& [name, table] : tables_) names_.push_back(name);
  }

  std::vector<Method> read() {
    std::vector<Method> all;
    for (const std::string& name : names_) all.push_back(method(name));
    return all;
  }

 private:
  Method method(const std::string& name) {
    const TomlFields& table =
        tables_[static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) -
                                         names_.begin())]
            .second;
    table.allow({"distil", "like", "settings", "teacher", "start", "data", "seeds", "protocols"});
    Method m;
    if (table.has("like")) {
      const std::string like = table.text("like", {});
      require_known(table.place("like"), "method", like, names_);
      if (!under_way_.insert(name).second)
        throw Error(table.place("like"), fmt::format("method '{}' is like itself", name),
                    "take one 'like' out of the circle");
      m = method(like);
      under_way_.erase(name);
    }
    m.name = name;
    m.distil = table.has("distil") ? table.flag("distil") : m.distil;
    if (table.has("seeds")) m.seeds = read_seeds(table);
    if (table.has("protocols")) {
      m.protocols = table.texts("protocols");
      for (const std::string& protocol : m.protocols)
        require_known(table.place("protocols"), "protocol", protocol, protocols_);
    }
    if (table.has("teacher")) {
      m.teachers = table.texts("teacher");
      for (const std::string& teacher : m.teachers)
        if (teacher != kTeacherMethod)
          require_known(table.place("teacher"), "method", teacher, names_);
      if (!m.distil)
        throw Error(table.place("teacher"), fmt::format("method '{}' does not distil", name),
                    "write distil = true, or take its teacher out");
    }
    if (table.has("data")) {
      m.data = table.text("data", {});
      require_known(table.place("data"), "data set", m.data, data_);
    }
    if (table.has("start")) {
      m.start = table.text("start", {});
      require_known(table.place("start"), "method", m.start, names_);
    }
    const TomlFields settings = table.table("settings");
    m.settings = m.settings.with(read_settings(settings));
    for (const auto& [key, node] : settings.entries()) {
      if (!m.distil && is_distil_only(key))
        throw Error(settings.place(key), fmt::format("'{}' needs a teacher", key),
                    fmt::format("write distil = true in [methods.{}], or take it out", name));
    }
    return m;
  }

  std::vector<std::pair<std::string, TomlFields>> tables_;
  std::vector<std::string> names_, protocols_, data_;
  std::set<std::string> under_way_;
};

/// lead = ["I", "II"].
GridAxis read_value_axis(const std::string& place, const std::string& key,
                         const toml::array& list) {
  GridAxis axis{key, {}};
  for (const toml::node& item : list) {
    GridValue value;
    read_setting(place, key, item, value.settings);
    value.name = text_of(value.settings.values().at(key));
    axis.values.push_back(std::move(value));
  }
  return axis;
}

std::vector<GridAxis> read_axes(const TomlFields& file) {
  const TomlFields grid = file.table("grid");
  std::vector<GridAxis> all;
  for (const auto& [key, node] : grid.entries()) {
    if (const toml::array* list = node->as_array()) {
      all.push_back(read_value_axis(grid.place(key), key, *list));
    } else if (node->is_table()) {
      GridAxis axis{key, {}};
      for (const auto& [name, bundle] : grid.tables(key))
        axis.values.push_back({name, read_settings(bundle)});
      all.push_back(std::move(axis));
    } else {
      throw Error(grid.place(key), fmt::format("'grid.{}' wants a list of values", key),
                  "or tables [grid.NAME.VALUE] of settings");
    }
    if (all.back().values.empty())
      throw Error(grid.place(key), fmt::format("'grid.{}' holds no value", key));
  }
  return all;
}

/// Keeps the items that `table` lists under `key`; all where it lists none.
template <class T>
void keep_listed(const TomlFields& table, const char* key, const char* kind,
                 std::vector<T>& items) {
  if (!table.has(key)) return;
  const auto kept = table.texts(key);
  for (const std::string& name : kept) require_known(table.place(key), kind, name, names(items));
  std::erase_if(items, [&](const T& item) {
    return std::find(kept.begin(), kept.end(), item.name) == kept.end();
  });
}

void reduce(const TomlFields& file, Experiment& e) {
  if (!file.has("quick"))
    throw Error(file.place(), "has no reduced form",
                "describe it in a table [quick], or leave --quick out");
  const TomlFields quick = file.table("quick");
  quick.allow({"seeds", "protocols", "methods", "tests", "settings", "prepare", "grid"});
  e.name += "-quick";
  if (quick.has("seeds")) {
    e.seeds = read_seeds(quick);
    for (Method& m : e.methods) m.seeds.clear();
  }
  keep_listed(quick, "protocols", "protocol", e.protocols);
  keep_listed(quick, "methods", "method", e.methods);
  keep_listed(quick, "tests", "test set", e.tests);
  const TomlFields grid = quick.table("grid");
  for (const auto& [key, node] : grid.entries()) {
    require_known(grid.place(key), "axis of the grid", key, names(e.axes));
    for (GridAxis& axis : e.axes)
      if (axis.name == key) keep_listed(grid, key.c_str(), "value", axis.values);
  }
  e.last = read_settings(quick.table("settings"));
  const auto more = quick.texts("prepare");
  for (DataSpec& d : e.data) d.prepare.insert(d.prepare.end(), more.begin(), more.end());
}

/// Throws Error where methods learn from each other in a circle, or a reduced form has lost one
/// that others learn from.
class TeacherChecks {
 public:
  TeacherChecks(const TomlFields& file, const Experiment& e) : file_(file), methods_(e.methods) {}

  void check() {
    for (const Method& m : methods_) check(m);
  }

 private:
  void check(const Method& m) {
    if (!under_way_.insert(m.name).second)
      throw Error(file_.table("methods").place(m.name),
                  fmt::format("method '{}' needs itself", m.name),
                  "take one 'teacher' or 'start' out of the circle");
    std::vector<std::string> needed = m.teachers;
    if (!m.start.empty()) needed.push_back(m.start);
    for (const std::string& name : needed) {
      if (name == kTeacherMethod) continue;
      const auto teacher =
          std::ranges::find_if(methods_, [&](const Method& other) { return other.name == name; });
      if (teacher == methods_.end())
        throw Error(file_.place("quick"),
                    fmt::format("leaves out '{}', which '{}' needs", name, m.name),
                    "list it among its methods");
      check(*teacher);
    }
    under_way_.erase(m.name);
  }

  const TomlFields& file_;
  const std::vector<Method>& methods_;
  std::set<std::string> under_way_;
};

void check_methods(const TomlFields& file, const Experiment& e) {
  if (e.methods.empty()) throw Error(file.place(), "describes no method", "write [methods.NAME]");
  for (const Protocol& p : e.protocols) {
    const auto distilled =
        std::find_if(e.methods.begin(), e.methods.end(), [](const Method& m) { return m.distil; });
    if (!p.teacher && distilled != e.methods.end())
      throw Error(file.table("protocols").place(p.name),
                  fmt::format("protocol '{}' has no teacher, which method '{}' learns from", p.name,
                              distilled->name),
                  R"(give it teacher = { network = "student-base" })");
  }
}

/// The methods that the statistics name. A reduced form may be without them.
void read_roles(const TomlFields& file, Experiment& e) {
  e.compare = file.text("compare", {});
  const auto plain =
      std::find_if(e.methods.begin(), e.methods.end(), [](const Method& m) { return !m.distil; });
  e.baseline = file.text("baseline", plain == e.methods.end() ? "" : plain->name);
  for (const char* role : {"compare", "baseline"})
    if (file.has(role))
      require_known(file.place(role), "method", file.text(role, {}), names(e.methods));
}

}  // namespace

Experiment read_experiment(const std::filesystem::path& path, bool quick) {
  const toml::table table = parse_toml(path);
  const TomlFields file(table, path.string(), "");
  file.allow({"title", "seeds", "baseline", "compare", "pooled", "data", "settings", "protocols",
              "methods", "grid", "test", "quick"});
  Experiment e;
  e.name = path.stem().string();
  e.title = file.text("title", e.name);
  if (file.has("seeds")) e.seeds = read_seeds(file);
  e.data = read_data(file, "data");
  e.tests = read_data(file, "test");
  e.settings = read_settings(file.table("settings"));
  e.protocols = read_protocols(file, names(e.data));
  e.methods = MethodReader(file, names(e.protocols), names(e.data)).read();
  e.axes = read_axes(file);
  check_methods(file, e);
  read_roles(file, e);
  e.pooled = file.text("pooled", {});
  if (const auto known = names(e.protocols);
      std::find(known.begin(), known.end(), e.pooled) != known.end())
    throw Error(file.place("pooled"), fmt::format("'{}' is a protocol's name", e.pooled),
                "give the table of all protocols a name of its own");
  if (quick) reduce(file, e);
  TeacherChecks(file, e).check();
  return e;
}

}  // namespace liteheart
