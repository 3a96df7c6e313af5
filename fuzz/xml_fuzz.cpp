// Fuzzes the XML formats: what the beginning is recognised as reads the rest. A first byte of 1
// sends the others to the XLI decoder, which they rarely reach through base64.
#include <algorithm>
#include <cstdlib>
#include <span>
#include <string_view>

#include "formats/hl7_aecg.h"
#include "formats/muse_xml.h"
#include "formats/philips_xli.h"
#include "formats/philips_xml.h"
#include "reading.h"

namespace {

using namespace liteheart;

void decode(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kChannels = 12, kMostSamples = 5500;
  try {
    auto channels = decode_xli(bytes, kChannels, kMostSamples, "fuzz");
    if (channels.size() != kChannels) std::abort();
    for (auto& channel : channels) {
      if (channel.size() > kMostSamples) std::abort();
      channel.resize(kMostSamples);
    }
    restore_limb_leads(
        {channels[0], channels[1], channels[2], channels[3], channels[4], channels[5]});
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0 && data[0] == 1) {
    decode({data + 1, size - 1});
    return 0;
  }
  InputFile file({data, size}, "fuzz");
  return fuzzing::check_reading(size, [&] {
    if (looks_like_hl7_aecg(file.beginning())) return read_hl7_aecg(file, {});
    if (looks_like_muse_xml(file.beginning())) return read_muse_xml(file);
    if (looks_like_philips_xml(file.beginning())) return read_philips_xml(file);
    throw Error("fuzz", "no XML format");
  });
}
