#include "formats/bounded_json.h"

#include <fmt/format.h>

#include "ecg/error.h"
#include "formats/text.h"

namespace liteheart {

nlohmann::json parse_bounded_json(std::string_view text, const std::string& place) {
  using nlohmann::json;
  // A member of an object takes some 100 bytes of memory.
  constexpr std::size_t kAllowance = 200'000, kTextAValue = 10;
  constexpr int kDeepest = 64;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::size_t most = kAllowance + text.size() / kTextAValue;
  std::size_t values = 0;
  const auto guard = [&](int depth, json::parse_event_t, json&) {
    if (depth > kDeepest)
      throw Error(place, "its JSON is nested too deeply", "it is no ECG that can be read");
    if (++values > most)
      throw Error(place, "its JSON has more values than its size warrants",
                  "it is no ECG that can be read");
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), guard);
  } catch (const json::parse_error& error) {
    throw Error(fmt::format("{} byte {}", place, error.byte), "is no JSON",
                "get a whole, sound copy of it");
  } catch (const json::exception& error) {
    throw Error(place, fmt::format("is no JSON: {}", error.what()),
                "get a whole, sound copy of it");
  }
}

}  // namespace liteheart
