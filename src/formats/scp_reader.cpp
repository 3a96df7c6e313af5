#include "formats/scp_reader.h"

#include "ecg/derived_leads.h"
#include "formats/scp_healforce.h"
#include "formats/scp_patient.h"
#include "formats/scp_rhythm.h"

namespace liteheart {

Recording read_scp(InputFile& file) {
  Recording recording;
  recording.name = file.path().stem().string();
  const ScpSections sections = find_scp_sections(file.bytes(), file.place(), recording.warnings);
  const bool healforce = sections.dialect == ScpDialect::kHealforce;
  recording.format = healforce ? "SCP-ECG (Healforce)" : "SCP-ECG";
  const std::uint64_t first_sample =
      healforce ? read_healforce_rhythm(sections, recording)
                : read_scp_rhythm(sections, file.bytes().size(), recording);
  read_scp_patient(sections, first_sample, recording);
  derive_limb_leads(recording);
  return recording;
}

}  // namespace liteheart
