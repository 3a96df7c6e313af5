// Samples out of JSON, without building its tree: a hostile file costs no more than its size.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

/// The first array of samples of a document, and what stands beside and around it.
struct JsonSignal {
  std::vector<float> samples;                 // as written; NaN for null
  std::map<std::string, std::string> fields;  // text and numbers, the innermost of a key's
  std::size_t signals = 0;                    // arrays of that key in the document
  std::size_t bad = 0;                        // elements that are no number
};

/// Reads the first array whose key is `key`. `place` is the file's name, for errors. Throws Error
/// if the text is no JSON, is nested more than 64 deep, or has no such array.
JsonSignal read_json_signal(std::string_view text, std::string_view key, const std::string& place);

/// Whether `text`, the beginning of a document, has the key.
bool has_json_key(std::string_view text, std::string_view key);
/// Whether its value is an array that begins with a number.
bool has_json_samples(std::string_view text, std::string_view key);
/// Whether it begins as an object or array does.
bool begins_as_json(std::string_view text);

/// The field of any of the `keys`, or empty.
std::string_view json_field(const JsonSignal& signal, std::initializer_list<std::string_view> keys);
/// The field as a number; 0 where there is none.
double json_number(const JsonSignal& signal, std::initializer_list<std::string_view> keys);

}  // namespace liteheart
