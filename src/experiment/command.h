// From a job's words to the command that runs it here. In the words is left open where --out and
// the sources are, and which classes a data set has: a job is the same wherever it runs.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace liteheart {

using SourceFolders = std::map<std::string, std::filesystem::path>;

/// `below` in the folder of --out.
std::string open_out(const std::string& below);
/// The folder that --source gives for `name`.
std::string open_source(const std::string& name);
/// The codes of the classes of a data set below --out.
std::string open_classes(const std::string& data);

/// The words with all that was left open filled in, with absolute paths. Throws Error where a
/// source is not given or the data set whose classes are wanted is not there.
std::vector<std::string> closed_words(const std::vector<std::string>& words,
                                      const std::filesystem::path& out,
                                      const SourceFolders& sources);

/// As a shell takes it.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace liteheart
