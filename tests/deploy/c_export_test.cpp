// The C header, as a C and a C++ compiler read it.
#include "deploy/c_export.h"

#include <gtest/gtest.h>

#include "deploy/edge_export.h"
#include "deploy/exported.h"
#include "eval/report.h"
#include "scratch.h"

namespace liteheart {
namespace {

using CExport = test::Scratch;

TEST_F(CExport, gives_a_c_and_a_cpp_program_the_bytes_of_the_edge_model) {
  ModelCard card = test::card_of({"", "student-tiny", "none", "I", false, false});
  card.backbone.width = 16;
  const auto bytes = edge_bytes(test::worn(card));
  test::write_bytes(folder / "2-leads.h", c_header(bytes, card, "2-leads.h"));
  test::write_bytes(folder / "program.c", R"(
    #include "2-leads.h"
    #include <stddef.h>
    #include <stdio.h>
    int main(void) {
      if ((size_t)model_2_leads_lhm % 64 != 0) return 1;
      return fwrite(model_2_leads_lhm, model_2_leads_lhm_size, 1, stdout) == 1 ? 0 : 2;
    })");
  for (const char* language : {"c -std=c99", "c++ -std=c++11"}) {
    const std::string command = fmt::format(
        "cd {} && {} -x {} -Wall -Wextra -Wpedantic -Werror program.c -o program && "
        "./program > bytes",
        folder.string(), LITEHEART_COMPILER, language);
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    EXPECT_EQ(test::read_bytes(folder / "bytes"), std::string(bytes.begin(), bytes.end()))
        << language;
  }
}

TEST_F(CExport, says_what_the_model_is_in_a_comment_that_nothing_ends_early) {
  ModelCard card = test::card_of(test::kExported[0]);
  card.provenance = {{"data", "*/ #error */"}, {"licence", "Apache-2.0"}};
  const std::string text = c_header({}, card, "model.h");
  const std::string comment = text.substr(0, text.find("*/"));
  EXPECT_TRUE(text.starts_with("/*"));
  for (const std::string& part :
       {std::string("lead I at 100 Hz, 1024 samples"), std::string("19 diagnoses"),
        std::string("Licence: Apache-2.0."), std::string("#error"), std::string(kDisclaimer)})
    EXPECT_NE(comment.find(part), std::string::npos) << part;
}

}  // namespace
}  // namespace liteheart
