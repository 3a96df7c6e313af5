#include "formats/edf_annotations.h"

#include <algorithm>

#include "formats/text.h"

namespace liteheart {
namespace {

constexpr char kEndOfText = 20, kDurationFollows = 21;

/// "+12.5" or "+12.5<21>3", with a sign always.
bool parse_time(std::string_view stamp, EdfAnnotation& annotation) {
  if (!stamp.starts_with('+') && !stamp.starts_with('-')) return false;
  const std::size_t end = stamp.find(kDurationFollows);
  if (!whole_number(trim(stamp.substr(0, end)), annotation.onset)) return false;
  if (end == std::string_view::npos) return true;
  return whole_number(trim(stamp.substr(end + 1)), annotation.seconds);
}

}  // namespace

void visit_edf_annotations(std::string_view bytes,
                           const std::function<void(const EdfAnnotation&)>& visit) {
  while (!bytes.empty() && bytes.front() != '\0') {
    std::string_view list = bytes.substr(0, bytes.find('\0'));
    bytes.remove_prefix(std::min(bytes.size(), list.size() + 1));
    std::size_t end = list.find(kEndOfText);
    EdfAnnotation annotation;
    if (end == std::string_view::npos || !parse_time(list.substr(0, end), annotation)) return;
    for (list.remove_prefix(end + 1); (end = list.find(kEndOfText)) != std::string_view::npos;
         list.remove_prefix(end + 1)) {
      annotation.text = list.substr(0, end);
      visit(annotation);
    }
  }
}

}  // namespace liteheart
