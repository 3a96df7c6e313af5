#include "ecg/recording.h"

#include "ecg/error.h"

namespace liteheart {

void require_measured(const Recording& recording) {
  if (recording.estimated.empty()) return;
  const std::string what = recording.estimated.substr(0, recording.estimated.find(". "));
  throw Error(recording.name, "holds no measurements (" + what + ")",
              "use the recording that its leads were estimated from");
}

}  // namespace liteheart
