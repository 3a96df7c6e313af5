// Fuzzes every reader of ECGs in text: of wearables in lines, tables and JSON, and of any table.
// Each gets the input whether it recognises it or not.
#include <span>

#include "formats/apple_watch_csv.h"
#include "formats/movesense_csv.h"
#include "formats/polar_log.h"
#include "formats/text_reader.h"
#include "formats/wearable_csv.h"
#include "formats/wearable_json.h"
#include "reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liteheart;
  const ReadOptions options{250, size % 2 == 0 ? "mV" : ""};
  const auto file = [&] { return InputFile(std::span(data, size), "fuzz"); };
  for (const auto recognise :
       {looks_like_apple_watch, looks_like_fitbit, looks_like_withings_csv,
        looks_like_withings_json, looks_like_samsung_csv, looks_like_samsung_json,
        looks_like_polar_log, looks_like_polar_samples, looks_like_movesense, looks_like_text_ecg})
    recognise(file());
  for (const auto read :
       {read_apple_watch, read_fitbit, read_withings_csv, read_withings_json, read_samsung_csv,
        read_samsung_json, read_polar_log, read_movesense, read_text_ecg}) {
    fuzzing::check_reading(size, [&] {
      InputFile opened = file();
      return read(opened, options);
    });
  }
  return 0;
}
