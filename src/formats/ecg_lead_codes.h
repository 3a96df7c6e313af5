// The codes of ECG leads in ISO/IEEE 11073-10101, as DICOM and FHIR use them. The low part is that
// of SCP-ECG (EN 1064 table of leads).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace liteheart {

/// MDC_ECG_ELEC_POTL in FHIR: (2 << 16) + 256; that of lead code c is greater by c.
inline constexpr int kMdcPotential = 131328;
/// In DICOM, MDC codes of leads are "2:c".

/// The lead of code `code` (1: I, 2: II, 3: V1, ... 61: III); empty where it is not known here.
std::string_view lead_of_code(int code);
/// The code of a lead spelled as in kLeadNames, or of V7 to V9, right chest or Frank leads.
std::optional<int> code_of_lead(std::string_view lead);

}  // namespace liteheart
