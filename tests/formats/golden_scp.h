// Written by golden_scp.py.
#pragma once

#include "golden_lead.h"

namespace liteheart::test {

// clang-format off
inline constexpr GoldenLead kGoldenScp[] = {
    {"scp/Example.scp", "I", 2500, 5000, 0x61d6c980ad43d719ULL, -2, -13, -122, 166},
    {"scp/Example.scp", "II", 2500, 5000, 0xb3c00305df865f06ULL, -7, -7, -267, 134},
    {"scp/Example.scp", "V1", 2500, 5000, 0x59371030fe8af75aULL, 43, 11, -586, 69},
    {"scp/Example.scp", "V2", 2500, 5000, 0xe752d261fdc10e1eULL, 55, 8, -771, 162},
    {"scp/Example.scp", "V3", 2500, 5000, 0x6219714987f2b866ULL, 40, 13, -652, 161},
    {"scp/Example.scp", "V4", 2500, 5000, 0x49d534a9a5cab066ULL, 28, 6, -355, 112},
    {"scp/Example.scp", "V5", 2500, 5000, 0x9461d3ea1bb29f2aULL, 23, -20, -187, 235},
    {"scp/Example.scp", "V6", 2500, 5000, 0xf43cc5a86ff27997ULL, -9, -15, -124, 389},
    {"scp/Example.scp", "III", 2500, 5000, 0xff9f8b3acb0c48eULL, -5, 6, -363, 181},
    {"scp/Example.scp", "aVR", 2500, 5000, 0xbd053159670bd133ULL, 4, 10, -102, 136},
    {"scp/Example.scp", "aVL", 2500, 5000, 0x474b6674333aec2bULL, 1, -9, -126, 253},
    {"scp/Example.scp", "aVF", 2500, 5000, 0x87b1a9eca2b4b78aULL, -6, 0, -310, 145},
    {"scp/ECG_20070321_110542_ANON000004.SCP", "I", 3750, 6000, 0x76302050df2cbf01ULL, 5, 2, -90, 380},
    {"scp/ECG_20070321_110542_ANON000004.SCP", "II", 3750, 6000, 0xf6924043f728aed2ULL, -11, 4, -250, 613},
    {"scp/ECG_20070321_110542_ANON000004.SCP", "V1", 3750, 6000, 0x6750de9a86f6cb24ULL, 22, -4, -561, 178},
    {"scp/ECG_20070321_110542_ANON000004.SCP", "V2", 3750, 6000, 0x4325fe3dfad54887ULL, -15, -1, -166, 42},
    {"scp/ECG_20070321_110542_ANON000004.SCP", "V3", 3750, 6000, 0x9a6e41a654763660ULL, -6, 2, -74, 299},
    {"scp/ECG_20070321_110542_ANON000004.SCP", "V4", 3750, 6000, 0xe5addcb24242727aULL, -26, 4, -135, 546},
    {"scp/ECG_20070321_110542_ANON000004.SCP", "V5", 3750, 6000, 0x3895c86cf3ffa302ULL, -22, 3, -113, 448},
    {"scp/ECG_20070321_110542_ANON000004.SCP", "V6", 3750, 6000, 0x1c7daf59b4bbc11bULL, -27, 3, -102, 367},
    {"scp/ECG_20170504_163507_ANON000009.SCP", "I", 3750, 6000, 0xf7f645d12fe38b39ULL, -12, 0, -38, 172},
    {"scp/ECG_20170504_163507_ANON000009.SCP", "II", 3750, 6000, 0x5c6947df6cc16a1dULL, -29, 0, -73, 257},
    {"scp/ECG_20170504_163507_ANON000009.SCP", "V1", 3750, 6000, 0x30f0316c3cc7c113ULL, -5, 0, -16, 91},
    {"scp/ECG_20170504_163507_ANON000009.SCP", "V2", 3750, 6000, 0x317b5d2e0d090d54ULL, -12, 0, -36, 181},
    {"scp/ECG_20170504_163507_ANON000009.SCP", "V3", 3750, 6000, 0x986ffda2feff11e6ULL, -24, 0, -66, 253},
    {"scp/ECG_20170504_163507_ANON000009.SCP", "V4", 3750, 6000, 0xc9efe35913be941bULL, -31, 0, -90, 374},
    {"scp/ECG_20170504_163507_ANON000009.SCP", "V5", 3750, 6000, 0x5925d5d24d753d06ULL, -22, 0, -62, 255},
    {"scp/ECG_20170504_163507_ANON000009.SCP", "V6", 3750, 6000, 0x7eebea05c846ee2fULL, -15, 0, -41, 177},
    {"scp/demo.scp", "I", 183, 10000, 0x719f3464489d9d33ULL, 254, 4089, -4696, 4089},
    {"scp/demo.scp", "II", 183, 10000, 0x909866f84d42935cULL, 429, -1078, -7831, 2883},
    {"scp/demo.scp", "V1", 183, 10000, 0x5dfd4c129a122536ULL, 152, -1047, -2839, 1066},
    {"scp/demo.scp", "V2", 183, 10000, 0x9d7769417e1eefb7ULL, 100, 566, -2106, 778},
    {"scp/demo.scp", "V3", 183, 10000, 0x32ba4c9cd64bbd7bULL, 195, 879, -3696, 1383},
    {"scp/demo.scp", "V4", 183, 10000, 0x80fcf5cbf110975aULL, 199, 4674, -3672, 4674},
    {"scp/demo.scp", "V5", 183, 10000, 0xa515541a9c058736ULL, 337, -1733, -6159, 2279},
    {"scp/demo.scp", "V6", 183, 10000, 0x89fbe0320306f33eULL, 253, 1921, -4663, 1921},
    {"scp_healforce/62.SCP", "I", 9524, 4500, 0xa922d9829430074dULL, 1, -1, -80, 56},
    {"scp_healforce/62.SCP", "II", 9524, 4500, 0x850c2791c0b5ec5dULL, 0, 0, -13, 114},
    {"scp_healforce/62.SCP", "III", 9524, 4500, 0x6f91deef5b7c4cd8ULL, 1, 0, -25, 156},
    {"scp_healforce/63.SCP", "I", 9524, 4500, 0x8a5046fc76ba5d3bULL, -2, 13, -83, 58},
    {"scp_healforce/63.SCP", "II", 9524, 4500, 0xfaf31181819abc12ULL, 0, 5, -15, 112},
    {"scp_healforce/63.SCP", "III", 9524, 4500, 0x75d0fa82cbcca40aULL, 0, -3, -24, 154},
};
// clang-format on

}  // namespace liteheart::test
