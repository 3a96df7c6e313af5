// EDFlib of Teunis van Beelen (Debian's libedf-dev), another reader of EDF, where it is installed.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#ifdef LITEHEART_EDFLIB
#include <edflib.h>
#endif

namespace liteheart::test {

struct EdfLibFile {
  struct Lead {
    std::string label;
    double rate_hz;
    std::vector<double> uv;  // in the signal's unit
    std::vector<int> digital;
  };
  struct Annotation {
    double onset_s;
    std::string text;
  };
  int error = 0;  // EDFlib's
  std::string patient_name, patient_code, sex, birth_date, equipment, start;
  std::vector<Lead> leads;  // empty if it refuses the file
  std::vector<Annotation> annotations;
};

#ifdef LITEHEART_EDFLIB
#define LITEHEART_NEEDS_EDFLIB()

inline EdfLibFile read_by_edflib(const std::string& file) {
  EdfLibFile result;
  edf_hdr_struct header{};
  if (edfopen_file_readonly(file.c_str(), &header, EDFLIB_READ_ALL_ANNOTATIONS) != 0) {
    result.error = header.filetype;
    return result;
  }
  result.patient_name = header.patient_name;
  result.patient_code = header.patientcode;
  result.sex = header.gender;
  result.birth_date = header.birthdate;
  result.equipment = header.equipment;
  result.start =
      std::to_string(header.startdate_year) + "-" + std::to_string(header.startdate_month) + "-" +
      std::to_string(header.startdate_day) + " " + std::to_string(header.starttime_hour) + ":" +
      std::to_string(header.starttime_minute) + ":" + std::to_string(header.starttime_second) +
      "+" + std::to_string(header.starttime_subsecond);
  for (int signal = 0; signal < header.edfsignals; ++signal) {
    const edf_param_struct& about = header.signalparam[signal];
    EdfLibFile::Lead lead{about.label,
                          static_cast<double>(about.smp_in_datarecord) * EDFLIB_TIME_DIMENSION /
                              static_cast<double>(header.datarecord_duration),
                          std::vector<double>(static_cast<std::size_t>(about.smp_in_file)),
                          std::vector<int>(static_cast<std::size_t>(about.smp_in_file))};
    const int samples = static_cast<int>(about.smp_in_file);
    EXPECT_EQ(edfread_physical_samples(header.handle, signal, samples, lead.uv.data()), samples);
    edfrewind(header.handle, signal);
    EXPECT_EQ(edfread_digital_samples(header.handle, signal, samples, lead.digital.data()),
              samples);
    result.leads.push_back(std::move(lead));
  }
  for (int i = 0; i < header.annotations_in_file; ++i) {
    edf_annotation_struct annotation{};
    edf_get_annotation(header.handle, i, &annotation);
    result.annotations.push_back(
        {static_cast<double>(annotation.onset) / EDFLIB_TIME_DIMENSION, annotation.annotation});
  }
  edfclose_file(header.handle);
  return result;
}
#else
#define LITEHEART_NEEDS_EDFLIB() GTEST_SKIP() << "needs EDFlib; install libedf-dev"
inline EdfLibFile read_by_edflib(const std::string&) { return {}; }
#endif

}  // namespace liteheart::test
