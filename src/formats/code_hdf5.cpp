#include "formats/code_hdf5.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <utility>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "ecg/units.h"
#include "formats/child_process.h"
#include "formats/hdf5_library.h"
#include "formats/text.h"

namespace liteheart {
namespace {

constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
constexpr hsize_t kMostSamples = 1 << 18, kMostExams = 1'000'000, kMostChunk = 64 << 20;
constexpr unsigned kReadOnly = 0;  // H5F_ACC_RDONLY calls into the library
constexpr std::size_t kLeadCount = kLeads;

/// An id of HDF5 that is closed.
class Handle {
 public:
  Handle() = default;
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  hid_t id() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_ = -1;
  herr_t (*close_)(hid_t) = nullptr;
};

struct Dataset {
  Handle handle;
  std::vector<hsize_t> shape;
};

class CodeFile {
 public:
  explicit CodeFile(InputFile& file) : h5_(hdf5_library()), place_(file.place()) {
    file_size_ = file.size();
    open(file);
    find_tracings();
    find_ids();
  }

  const std::vector<std::string>& ids() const { return ids_; }

  /// [sample, lead] of one exam.
  std::vector<float> frames(const std::string& exam) const {
    const auto found = std::find(ids_.begin(), ids_.end(), exam);
    if (found == ids_.end())
      fail(fmt::format("holds no exam '{}'", exam), fmt::format("it holds {}", some_ids()));
    return read_frames(rows_[static_cast<std::size_t>(found - ids_.begin())]);
  }

  std::string some_ids() const {
    constexpr std::size_t kShown = 3;
    std::string shown;
    for (std::size_t i = 0; i < std::min(kShown, ids_.size()); ++i)
      shown += (i > 0 ? ", " : "") + ids_[i];
    return ids_.size() > kShown ? fmt::format("{}, ... ({} exams)", shown, ids_.size()) : shown;
  }

 private:
  [[noreturn]] void fail(const std::string& problem, std::string_view remedy) const {
    throw Error(place_, problem, remedy);
  }
  [[noreturn]] void damaged(std::string_view what) const {
    fail(fmt::format("its {} cannot be read", what), "get a whole, sound copy of it");
  }

  void open(InputFile& file) {
    if (!file.path().empty()) {
      file_ = Handle(h5_.H5Fopen(file.path().c_str(), kReadOnly, H5P_DEFAULT), h5_.H5Fclose);
    } else {
      const auto bytes = file.bytes();
      const Handle access(h5_.H5Pcreate(h5_.file_access), h5_.H5Pclose);
      constexpr std::size_t kIncrement = 1 << 16;
      constexpr bool kOnDisk = false;
      if (access && h5_.H5Pset_fapl_core(access.id(), kIncrement, kOnDisk) >= 0 &&
          // The bytes are copied, not changed.
          h5_.H5Pset_file_image(access.id(), const_cast<std::uint8_t*>(bytes.data()),
                                bytes.size()) >= 0)
        file_ = Handle(h5_.H5Fopen("memory", kReadOnly, access.id()), h5_.H5Fclose);
    }
    if (!file_) fail("is HDF5 that is cut off or damaged", "get a whole, sound copy of it");
  }

  /// A data set that lies in this file itself; none where there is none of the name.
  Dataset dataset(const char* name) const {
    Dataset found;
    if (h5_.H5Lexists(file_.id(), name, H5P_DEFAULT) <= 0) return found;
    H5L_info_t link;
    if (h5_.H5Lget_info(file_.id(), name, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD)
      return found;
    Handle opened(h5_.H5Dopen2(file_.id(), name, H5P_DEFAULT), h5_.H5Dclose);
    if (!opened) return found;
    const Handle space(h5_.H5Dget_space(opened.id()), h5_.H5Sclose);
    const int rank = space ? h5_.H5Sget_simple_extent_ndims(space.id()) : -1;
    constexpr int kMostRank = 8;
    if (rank < 1 || rank > kMostRank) damaged(name);
    found.shape.resize(static_cast<std::size_t>(rank));
    if (h5_.H5Sget_simple_extent_dims(space.id(), found.shape.data(), nullptr) != rank)
      damaged(name);
    hsize_t values = 1;
    for (const hsize_t extent : found.shape) {
      if (extent > 0 && values > (hsize_t{1} << 62) / extent) damaged(name);
      values *= extent;
    }
    check_storage(opened, values, name);
    found.handle = std::move(opened);
    return found;
  }

  /// libhdf5 believes what a file says of its numbers and where they lie, and crashes on some lies:
  /// only what CODE files need is let through to it.
  void check_storage(const Handle& opened, hsize_t values, const char* name) const {
    const Handle type(h5_.H5Dget_type(opened.id()), h5_.H5Tclose);
    if (!type || !is_plain_number(type))
      fail(fmt::format("'{}' is no table of numbers", name), "it is no CODE file");
    const std::size_t width = h5_.H5Tget_size(type.id());
    const Handle plan(h5_.H5Dget_create_plist(opened.id()), h5_.H5Pclose);
    const H5D_layout_t layout = plan ? h5_.H5Pget_layout(plan.id()) : H5D_LAYOUT_ERROR;
    if ((layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) ||
        h5_.H5Pget_external_count(plan.id()) != 0)
      fail(fmt::format("'{}' lies in other files or within its header", name),
           "store it in one file, in a piece or in chunks");
    if (layout == H5D_CHUNKED) {
      check_chunks(plan, width, name);
      check_filters(plan, name);
      return;
    }
    const haddr_t at = h5_.H5Dget_offset(opened.id());
    if (at == HADDR_UNDEF || at > file_size_ || values > (file_size_ - at) / width ||
        h5_.H5Dget_storage_size(opened.id()) != values * width)
      damaged(name);
  }

  /// Integers, and IEEE floats of 2, 4 and 8 bytes.
  bool is_plain_number(const Handle& type) const {
    const H5T_class_t kind = h5_.H5Tget_class(type.id());
    const std::size_t width = h5_.H5Tget_size(type.id());
    const bool usual = width == 1 || width == 2 || width == 4 || width == 8;
    if (!usual || h5_.H5Tget_precision(type.id()) != 8 * width || h5_.H5Tget_offset(type.id()) != 0)
      return false;
    if (kind != H5T_FLOAT) return kind == H5T_INTEGER;
    std::size_t sign = 0, exponent_at = 0, exponent = 0, mantissa_at = 0, mantissa = 0;
    if (width == 1 ||
        h5_.H5Tget_fields(type.id(), &sign, &exponent_at, &exponent, &mantissa_at, &mantissa) < 0)
      return false;
    const std::size_t own_exponent = width == 2 ? 5 : width == 4 ? 8 : 11;
    return sign == 8 * width - 1 && exponent == own_exponent && mantissa_at == 0 &&
           mantissa == sign - exponent && exponent_at == mantissa &&
           h5_.H5Tget_ebias(type.id()) == (std::size_t{1} << (exponent - 1)) - 1;
  }

  void check_filters(const Handle& plan, const char* name) const {
    const int count = h5_.H5Pget_nfilters(plan.id());
    constexpr int kMost = 8;
    if (count < 0 || count > kMost) damaged(name);
    for (int i = 0; i < count; ++i) {
      unsigned flags = 0, config = 0;
      std::size_t values = 0;
      const H5Z_filter_t filter = h5_.H5Pget_filter2(plan.id(), static_cast<unsigned>(i), &flags,
                                                     &values, nullptr, 0, nullptr, &config);
      if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
          filter != H5Z_FILTER_FLETCHER32)
        fail(fmt::format("'{}' is stored with filter {}", name, filter),
             "known are deflate, shuffle and fletcher32: store it with those");
    }
  }

  void check_chunks(const Handle& plan, std::size_t width, const char* name) const {
    constexpr int kMostRank = 8;
    std::array<hsize_t, kMostRank> chunk{};
    const int rank = h5_.H5Pget_chunk(plan.id(), kMostRank, chunk.data());
    if (rank < 1 || rank > kMostRank) damaged(name);
    hsize_t bytes = width;
    for (int i = 0; i < rank; ++i) {
      const hsize_t extent = chunk[static_cast<std::size_t>(i)];
      if (extent == 0 || extent > kMostChunk / bytes)
        fail(fmt::format("'{}' is stored in pieces beyond {} bytes", name, kMostChunk),
             "store it in smaller pieces");
      bytes *= extent;
    }
  }

  void find_tracings() {
    for (const char* name : {"tracings", "signal"}) {
      tracings_ = dataset(name);
      if (tracings_.handle) break;
    }
    if (!tracings_.handle)
      fail("is HDF5 without a data set 'tracings' or 'signal'", "known is the layout of CODE-15%");
    const auto& shape = tracings_.shape;
    if (shape.size() != 3 || shape[2] != kLeadCount)
      fail(fmt::format("its tracings have the shape {}", fmt::join(shape, " x ")),
           "known is exams x samples x 12");
    // An exam's id takes some 50 bytes of memory.
    constexpr std::uint64_t kAllowance = 100'000, kBytesAnExam = 5;
    const std::uint64_t most =
        std::min<std::uint64_t>(kMostExams, kAllowance + file_size_ / kBytesAnExam);
    if (shape[0] == 0 || shape[1] == 0) fail("holds no samples", "get a whole copy of it");
    if (shape[0] > most || shape[1] > kMostSamples)
      fail(fmt::format("says it holds {} exams of {} samples", shape[0], shape[1]),
           "get a sound copy of it");
  }

  void find_ids() {
    const hsize_t count = tracings_.shape[0];
    for (const char* name : {"exam_id", "exam_ids", "id_exam"}) {
      const Dataset table = dataset(name);
      if (!table.handle) continue;
      if (table.shape != std::vector<hsize_t>{count})
        fail(fmt::format("has {} exams and ids of the shape {}", count,
                         fmt::join(table.shape, " x ")),
             "get a sound copy of it");
      std::vector<std::int64_t> ids(count);
      if (h5_.H5Dread(table.handle.id(), h5_.native_int64, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                      ids.data()) < 0)
        damaged(name);
      for (hsize_t row = 0; row < count; ++row)
        if (ids[row] != 0) add(std::to_string(ids[row]), row);
      break;
    }
    if (ids_.empty())
      for (hsize_t row = 0; row < count; ++row) add(std::to_string(row), row);
  }

  void add(std::string id, hsize_t row) {
    ids_.push_back(std::move(id));
    rows_.push_back(row);
  }

  std::vector<float> read_frames(hsize_t row) const {
    const hsize_t samples = tracings_.shape[1];
    std::vector<float> frames(samples * kLeadCount);
    const std::array<hsize_t, 3> start = {row, 0, 0}, count = {1, samples, kLeadCount};
    const Handle from(h5_.H5Dget_space(tracings_.handle.id()), h5_.H5Sclose),
        to(h5_.H5Screate_simple(3, count.data(), nullptr), h5_.H5Sclose);
    if (!from || !to ||
        h5_.H5Sselect_hyperslab(from.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(),
                                nullptr) < 0 ||
        h5_.H5Dread(tracings_.handle.id(), h5_.native_float, to.id(), from.id(), H5P_DEFAULT,
                    frames.data()) < 0)
      damaged("samples");
    return frames;
  }

  const Hdf5& h5_;
  std::string place_;
  std::uint64_t file_size_ = 0;
  Handle file_;
  Dataset tracings_;
  std::vector<std::string> ids_;
  std::vector<hsize_t> rows_;
};

/// Whether the sixth column, not the fourth, is aVR = -(I + II) / 2.
bool avr_is_last(std::span<const float> frames) {
  double fourth = 0, sixth = 0;
  for (std::size_t at = 0; at < frames.size(); at += kLeadCount) {
    const double avr = -(double{frames[at]} + frames[at + 1]) / 2;
    if (!std::isfinite(avr)) continue;
    fourth += std::abs(frames[at + 3] - avr);
    sixth += std::abs(frames[at + 5] - avr);
  }
  constexpr double kClearly = 0.1;
  return sixth < kClearly * fourth;
}

Recording recording_of(std::span<const float> frames, const std::string& place,
                       const std::string& exam, const ReadOptions& options) {
  Recording recording;
  recording.name = exam;
  recording.format = "CODE HDF5";
  constexpr double kRate = 400;
  recording.rate_hz = options.rate_hz > 0 ? options.rate_hz : kRate;
  const auto millivolts = millivolts_in(options.unit.empty() ? "mV" : options.unit);
  if (!millivolts) throw Error(options.unit, "is no unit of voltage", "name mV, uV or V (--unit)");
  if (options.unit.empty())
    recording.warnings.push_back(
        "CODE files do not say their unit: the values are taken as mV (--unit tells another)");

  std::size_t begin = 0, end = frames.size() / kLeadCount;
  const auto zero = [&](std::size_t t) {
    const auto frame = frames.subspan(t * kLeadCount, kLeadCount);
    return std::all_of(frame.begin(), frame.end(), [](float value) { return value == 0; });
  };
  while (begin < end && zero(begin)) ++begin;
  while (end > begin && zero(end - 1)) --end;
  if (begin == end)
    throw Error(fmt::format("{} exam {}", place, exam), "holds nothing but zeros",
                "choose another exam");
  recording.samples = end - begin;
  for (const std::string_view name : kLeadNames) recording.leads.emplace_back(name);

  // Where each lead stands in a frame.
  std::array<std::size_t, kLeadCount> column;
  for (std::size_t lead = 0; lead < kLeadCount; ++lead) column[lead] = lead;
  const auto rhythm = frames.subspan(begin * kLeadCount, recording.samples * kLeadCount);
  constexpr std::size_t kAvr = 3, kAvl = 4, kAvf = 5;
  if (avr_is_last(rhythm)) {
    column[kAvr] = 5, column[kAvl] = 3, column[kAvf] = 4;
    recording.warnings.push_back("aVL, aVF and aVR stand in that order, as -(I + II)/2 tells");
  }
  recording.mv.reserve(rhythm.size());
  for (const std::size_t from : column)
    for (std::size_t t = 0; t < recording.samples; ++t)
      recording.mv.push_back(
          static_cast<float>(double{rhythm[t * kLeadCount + from]} * *millivolts));
  return recording;
}

/// Does something with a file in a process of its own: libhdf5 1.10.8 crashes on some damaged
/// files.
std::string apart(InputFile& file, const std::function<std::string(const CodeFile&)>& work) {
  hdf5_library();
  return in_child_process(file.place(), "libhdf5", [&] { return work(CodeFile(file)); });
}

/// Copies frames to and from bytes.
std::string bytes_of(std::span<const float> frames) {
  return {reinterpret_cast<const char*>(frames.data()), frames.size_bytes()};
}
std::vector<float> frames_of(std::string_view bytes) {
  std::vector<float> frames(bytes.size() / sizeof(float));
  std::memcpy(frames.data(), bytes.data(), frames.size() * sizeof(float));
  return frames;
}

}  // namespace

bool looks_like_hdf5(std::string_view beginning) {
  // Behind a block of the user's of 0, 512, 1024, ... bytes.
  for (std::size_t at = 0; at < beginning.size(); at = at == 0 ? 512 : 2 * at)
    if (beginning.substr(at, kSignature.size()) == kSignature) return true;
  return false;
}

std::vector<std::string> code_exams(InputFile& file) {
  const std::string lines = apart(
      file, [](const CodeFile& code) { return fmt::format("{}", fmt::join(code.ids(), "\n")); });
  std::vector<std::string> exams;
  for (std::string_view left = lines; !left.empty();) exams.emplace_back(next_line(left));
  return exams;
}

Recording read_code_exam(InputFile& file, const std::string& exam, const ReadOptions& options) {
  const std::string bytes =
      apart(file, [&](const CodeFile& code) { return bytes_of(code.frames(exam)); });
  return recording_of(frames_of(bytes), file.place(), exam, options);
}

Recording read_code_hdf5(InputFile& file, const ReadOptions& options) {
  const std::string bytes = apart(file, [&](const CodeFile& code) {
    if (code.ids().size() != 1)
      throw Error(file.place(), fmt::format("holds {} exams", code.ids().size()),
                  fmt::format("name one as {}/EXAM_ID: {}", file.place(), code.some_ids()));
    return code.ids().front() + '\n' + bytes_of(code.frames(code.ids().front()));
  });
  const std::size_t end = bytes.find('\n');
  return recording_of(frames_of(std::string_view(bytes).substr(end + 1)), file.place(),
                      bytes.substr(0, end), options);
}

}  // namespace liteheart
