// Written by golden_atc.py.
#pragma once

#include "golden_lead.h"

namespace liteheart::test {

// clang-format off
inline constexpr GoldenLead kGoldenAtc[] = {
    {"alivecor_atc/1_lead.atc", "I", 500, 9000, 0x35d76948fde7c7b5ULL, 995, -179, -744, 1220},
    {"alivecor_atc/broken_checksum.atc", "I", 500, 9000, 0x88165bbb9d3808faULL, 995, -179, -4674, 1220},
    {"alivecor_atc/normal-v2.atc", "I", 500, 9000, 0xa5207074650dae2eULL, -82, -213, -1137, 1468},
    {"alivecor_atc/test_NSR_ef.atc", "I", 500, 8999, 0x8ee8927242495feeULL, 52, -33, -331, 607},
    {"alivecor_atc/6_lead.atc", "I", 500, 9000, 0xd65b413fe948b554ULL, -632, -218, -1224, 2084},
    {"alivecor_atc/6_lead.atc", "II", 500, 9000, 0xcf8d8c5ea5aab34fULL, 1416, -248, -3446, 7010},
    {"alivecor_atc/6_lead.atc", "III", 500, 9000, 0xbe064e632afb425ULL, 2048, -30, -3362, 6098},
    {"alivecor_atc/6_lead.atc", "aVR", 500, 9000, 0x2910dfc67ff8d717ULL, -392, 233, -4115, 2026},
    {"alivecor_atc/6_lead.atc", "aVL", 500, 9000, 0xe5a7d3059a587fc1ULL, -1340, -94, -3477, 1689},
    {"alivecor_atc/6_lead.atc", "aVF", 500, 9000, 0x87527b7b03bba52eULL, 1732, -139, -3371, 6400},
    {"alivecor_atc/6_lead_ab.atc", "I", 500, 9000, 0xd65b413fe948b554ULL, -632, -218, -1224, 2084},
    {"alivecor_atc/6_lead_ab.atc", "II", 500, 9000, 0xcf8d8c5ea5aab34fULL, 1416, -248, -3446, 7010},
    {"alivecor_atc/6_lead_ab.atc", "III", 500, 9000, 0xbe064e632afb425ULL, 2048, -30, -3362, 6098},
    {"alivecor_atc/6_lead_ab.atc", "aVR", 500, 9000, 0x2910dfc67ff8d717ULL, -392, 233, -4115, 2026},
    {"alivecor_atc/6_lead_ab.atc", "aVL", 500, 9000, 0xe5a7d3059a587fc1ULL, -1340, -94, -3477, 1689},
    {"alivecor_atc/6_lead_ab.atc", "aVF", 500, 9000, 0x87527b7b03bba52eULL, 1732, -139, -3371, 6400},
};
// clang-format on

}  // namespace liteheart::test
