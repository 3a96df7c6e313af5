#include "deploy/c_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "eval/report.h"

namespace liteheart {
namespace {

/// {0}: array, {1}: reads, {2}: gives, {3}: licence, {4}: provenance, {5}: disclaimer, {6}: include
/// guard, {7}: size.
constexpr const char* kFront =
    R"(/* {0}: a model for LiteHeart's edge library, the bytes of an .lhm file.

Reads {1}.
Gives {2}.
Licence: {3}.
Provenance: {4}

{5}

Written by liteheart export. Include it in one source file only. */
#ifndef {6}
#define {6}

enum {{ {0}_size = {7} }};

#if defined(__cplusplus)
alignas(64)
#elif defined(_MSC_VER)
__declspec(align(64))
#else
__attribute__((aligned(64)))
#endif
static const unsigned char {0}[{0}_size] = {{
)";

constexpr std::size_t kColumns = 100;

/// `text` as it may stand in a comment.
std::string comment(std::string text) {
  for (auto at = text.find("*/"); at != std::string::npos; at = text.find("*/", at))
    text.insert(at + 1, 1, ' ');
  return text;
}

std::string array_name(const std::filesystem::path& file) {
  std::string name = file.stem().string() + "_lhm";
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return std::isdigit(static_cast<unsigned char>(name[0])) ? fmt::format("model_{}", name) : name;
}

}  // namespace

std::string c_header(std::span<const std::uint8_t> bytes, const ModelCard& card,
                     const std::filesystem::path& file) {
  const std::string name = array_name(file);
  std::string guard = name + "_H";
  std::transform(guard.begin(), guard.end(), guard.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const auto stated = card.provenance.find("licence");
  const std::string licence = stated != card.provenance.end() && stated->is_string()
                                  ? stated->get<std::string>()
                                  : "not stated in the model; see its model card";
  std::string text =
      fmt::format(kFront, name, reads_text(card), gives_text(card), comment(licence),
                  comment(card.provenance.dump(2)), kDisclaimer, guard, bytes.size());
  text.reserve(text.size() + 4 * bytes.size() + 100);
  std::size_t line = text.size();
  for (const std::uint8_t byte : bytes) {
    fmt::format_to(std::back_inserter(text), "{},", byte);
    if (text.size() - line < kColumns - 4) continue;
    text += '\n';
    line = text.size();
  }
  return text + "\n};\n\n#endif\n";
}

}  // namespace liteheart
