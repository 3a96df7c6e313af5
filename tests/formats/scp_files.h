// SCP-ECG files made by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/scp_reader.h"
#include "little_endian.h"

namespace liteheart::test {

/// CRC-CCITT, bit by bit.
inline std::uint16_t scp_checksum(const std::string& bytes) {
  unsigned crc = 0xFFFF;
  for (const char c : bytes) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool carry = ((crc >> 15) ^ (static_cast<unsigned char>(c) >> bit)) & 1U;
      crc = (crc << 1 & 0xFFFFU) ^ (carry ? 0x1021U : 0U);
    }
  }
  return static_cast<std::uint16_t>(crc);
}

inline std::string with_checksum(const std::string& bytes) {
  return little(scp_checksum(bytes), 2) + bytes;
}

/// Text of ones and zeros as bytes, the last padded with zeros.
inline std::string bits(const std::string& ones_and_zeros) {
  std::string bytes((ones_and_zeros.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < ones_and_zeros.size(); ++i)
    if (ones_and_zeros[i] == '1') bytes[i / 8] = static_cast<char>(bytes[i / 8] | 0x80 >> i % 8);
  return bytes;
}

struct ScpLead {
  unsigned first, last, number;
  std::string data;
};

/// A file under construction; every part can be put wrong.
struct ScpFile {
  std::vector<ScpLead> leads;
  unsigned unit_nv = 5000, interval_us = 2000, encoding = 0, bimodal = 0, flags = 4;
  std::map<int, std::string> others = {};  // sections but 0, 3 and 6
  bool marked = true;                      // section 0 has the letters SCPECG

  static std::string section(int id, const std::string& data, const std::string& reserved) {
    return with_checksum(little(static_cast<std::uint64_t>(id), 2) + little(data.size() + 16, 4) +
                         std::string(2, 20) + reserved + data);
  }

  std::string lead_section() const {
    std::string data = little(leads.size(), 1) + little(flags, 1);
    for (const ScpLead& lead : leads)
      data += little(lead.first, 4) + little(lead.last, 4) + little(lead.number, 1);
    return data;
  }

  std::string rhythm_section() const {
    std::string data =
        little(unit_nv, 2) + little(interval_us, 2) + little(encoding, 1) + little(bimodal, 1);
    for (const ScpLead& lead : leads) data += little(lead.data.size(), 2);
    for (const ScpLead& lead : leads) data += lead.data;
    return data;
  }

  std::string bytes() const {
    std::map<int, std::string> sections = others;
    if (!sections.contains(3)) sections[3] = lead_section();
    if (!sections.contains(6)) sections[6] = rhythm_section();
    constexpr std::size_t kPointers = 16 + 120;
    std::string pointers = little(0, 2) + little(kPointers, 4) + little(7, 4), rest;
    for (int id = 1; id < 12; ++id) {
      const auto found = sections.find(id);
      const std::string whole =
          found == sections.end() ? "" : section(id, found->second, std::string(6, '\0'));
      pointers += little(static_cast<std::uint64_t>(id), 2) + little(whole.size(), 4) +
                  little(whole.empty() ? 0 : 7 + kPointers + rest.size(), 4);
      rest += whole;
    }
    const std::string body = section(0, pointers, marked ? "SCPECG" : std::string(6, '\0')) + rest;
    return with_checksum(little(body.size() + 6, 4) + body);
  }

  Recording read() const { return read_bytes(bytes()); }

  static Recording read_bytes(const std::string& bytes) {
    InputFile file({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "made");
    return read_scp(file);
  }
};

/// Samples as section 6 has them without Huffman codes.
inline std::string int16s(const std::vector<int>& samples) {
  std::string bytes;
  for (const int sample : samples) bytes += little(static_cast<std::uint64_t>(sample), 2);
  return bytes;
}

}  // namespace liteheart::test
