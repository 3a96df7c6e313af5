// Made by golden_dicom.py with pydicom; do not edit.
#pragma once

#include <cstdint>

namespace liteheart::test {

struct GoldenLead {
  const char* source;
  double first_uv, last_uv, sum_uv;
  std::uint64_t hash;
};
inline constexpr int kGoldenDicomSamples = 10000;
inline constexpr GoldenLead kGoldenDicom[] = {
    {"Lead I (Einthoven)", 100.0, 25.0, 926613.75, 0x6ba7471c181e75ea},
    {"Lead II", 112.5, 137.5, 908587.5, 0x728ab338c287532d},
    {"Lead III", 12.5, 112.5, -18026.25, 0x60cba6704f1a71ff},
    {"Lead aVR", -106.25, -81.25, -914497.5, 0xa929b6421149d166},
    {"Lead aVL", 43.75, -43.75, 469263.75, 0x1833424da590b66},
    {"Lead aVF", 62.5, 125.0, 442162.5, 0xd08d766f33edad90},
    {"Lead V1", 50.0, 25.0, 357775.0, 0xeb1231f7db48d5b5},
    {"Lead V2", 18.75, -12.5, 396443.75, 0x57c9b42e3a0efeba},
    {"Lead V3", -12.5, -112.5, 367325.0, 0xb289772ef26a231},
    {"Lead V4", -25.0, -137.5, 381043.75, 0x4a3583798e0a026b},
    {"Lead V5", -68.75, -150.0, 386181.25, 0x451dc19993472ba3},
    {"Lead V6", -50.0, -112.5, 384187.5, 0x4820e8940910e952},
};

}  // namespace liteheart::test
