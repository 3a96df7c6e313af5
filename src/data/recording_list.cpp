#include "data/recording_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "data/record_table.h"
#include "ecg/error.h"
#include "formats/registry.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

// A recording with what was found about it, before names are made unique.
struct Candidate {
  std::string path;
  const fs::path* centre = nullptr;  // folder
  const TableRow* row = nullptr;
};

class CandidateFinder {
 public:
  explicit CandidateFinder(RecordTables& tables) : tables_(tables) {}

  void search(const RecordingSource& given) {
    const fs::path source = fs::weakly_canonical(given.root());
    const fs::path folder = fs::is_directory(source) ? source : source.parent_path();
    const std::vector<fs::path> paths = find_recordings(source);
    if (paths.empty()) {
      throw Error(given.in_users_words(given.root().string()),
                  "holds no recording in a known format", "check the folder");
    }
    for (const fs::path& path : paths) {
      if (!seen_.insert(fs::weakly_canonical(path).string()).second) continue;
      const auto found = tables_.find(path, folder, given.beside_archive());
      const fs::path& centre = found ? found->table->folder() : folder;
      candidates_.push_back(
          {path.string(), &*centres_.insert(centre).first, found ? found->row : nullptr});
    }
  }

  std::vector<Candidate>& candidates() { return candidates_; }
  const std::set<fs::path>& centres() const { return centres_; }

 private:
  RecordTables& tables_;
  std::vector<Candidate> candidates_;
  std::set<fs::path> centres_;
  std::unordered_set<std::string> seen_;
};

std::string stem_of(const Candidate& candidate) { return fs::path(candidate.path).stem().string(); }

// Removes the other rate of recordings that PTB-XL's table names twice; returns how many.
std::size_t leave_out_doubles(std::vector<Candidate>& candidates, double rate_hz) {
  std::unordered_map<const TableRow*, int> times;
  for (const Candidate& c : candidates)
    if (c.row && !c.row->name_100hz.empty()) ++times[c.row];
  return std::erase_if(candidates, [&](const Candidate& c) {
    if (!c.row || times[c.row] != 2) return false;
    return stem_of(c) == (rate_hz <= 100 ? c.row->name_500hz : c.row->name_100hz);
  });
}

// The folder's own name, with as many parents as make it unique.
std::string centre_name(const fs::path& folder, const std::set<fs::path>& folders) {
  fs::path name = folder.filename();
  const auto is_shared = [&] {
    return std::ranges::any_of(folders, [&](const fs::path& other) {
      return other != folder && other.string().ends_with(fmt::format("/{}", name.string()));
    });
  };
  for (fs::path above = folder.parent_path(); is_shared() && above.has_filename();
       above = above.parent_path())
    name = above.filename() / name;
  return name.string();
}

ListedRecording list_candidate(Candidate& candidate, const std::string& centre,
                               bool name_is_unique) {
  const fs::path path = candidate.path;
  ListedRecording recording;
  recording.path = std::move(candidate.path);
  RecordRow& row = recording.row;
  row.record =
      name_is_unique
          ? path.stem().string()
          : path.lexically_relative(*candidate.centre).replace_extension().generic_string();
  row.centre = centre;
  std::string_view patient = row.record;
  if (candidate.row) {
    row.fold = candidate.row->fold;
    row.age_years = candidate.row->age_years;
    row.sex = candidate.row->sex;
    recording.statements = candidate.row->statements;
    recording.patient_known = !candidate.row->patient.empty();
    if (recording.patient_known) patient = candidate.row->patient;
  }
  row.patient = fmt::format("{}/{}", centre, patient);
  return recording;
}

}  // namespace

RecordingList list_recordings(std::span<const RecordingSource> sources, double rate_hz) {
  RecordTables tables;
  CandidateFinder finder(tables);
  for (const RecordingSource& source : sources) finder.search(source);
  std::vector<Candidate>& candidates = finder.candidates();
  RecordingList list;
  list.doubles = leave_out_doubles(candidates, rate_hz);

  std::map<const fs::path*, std::string> centre_names;
  for (const fs::path& folder : finder.centres())
    centre_names[&folder] = centre_name(folder, finder.centres());
  std::map<const fs::path*, std::unordered_map<std::string, int>> uses;  // of names in a centre
  for (const Candidate& c : candidates) ++uses[c.centre][stem_of(c)];
  list.recordings.reserve(candidates.size());
  for (Candidate& c : candidates)
    list.recordings.push_back(
        list_candidate(c, centre_names[c.centre], uses[c.centre][stem_of(c)] == 1));
  return list;
}

}  // namespace liteheart
