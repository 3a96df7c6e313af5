// What the program says of itself, and to those who mistype.
#include <gtest/gtest.h>

#include "cli/study.h"

namespace liteheart::test {
namespace {

struct Subcommand {
  std::string name;
  std::vector<std::string> options;
};

class Help : public testing::TestWithParam<Subcommand> {};

TEST_P(Help, NamesTheSubcommandsOptions) {
  const Outcome outcome = liteheart({GetParam().name, "--help"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const std::string& option : GetParam().options) {
    EXPECT_NE(outcome.out.find(option), std::string::npos) << option << " in\n" << outcome.out;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Help,
    testing::Values(Subcommand{"simulate", {"--out", "--centre", "--records", "--seed"}},
                    Subcommand{
                        "prepare",
                        {"SOURCE", "--out", "--preset", "--normalization", "--classes",
                         "--min-positives", "--split", "--train", "--validate", "--test", "--seed",
                         "--strict", "--threads", "--vocabulary", "--force", "--quiet"}},
                    Subcommand{"evaluate",
                               {"--data", "--model", "--baseline", "--teacher", "--split",
                                "--bootstrap", "--seed", "--threads", "--json", "--csv"}},
                    Subcommand{"diagnose",
                               {"FILE", "--model", "--lead", "--json", "--challenge", "--restored",
                                "--threads"}},
                    Subcommand{"import", {"FILE", "--out"}}),
    [](const auto& instance) { return instance.param.name; });

TEST(Help, OfTheProgramNamesEverySubcommandAndWhatItIsNot) {
  const Outcome outcome = liteheart({"--help"});
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* name :
       {"simulate", "prepare", "train", "distil", "evaluate", "diagnose", "import"}) {
    EXPECT_NE(outcome.out.find(name), std::string::npos) << name;
  }
  EXPECT_NE(outcome.out.find(kNotAMedicalDevice), std::string::npos);
}

TEST(Help, OfDistilHasEverySettingOfTheReference) {
  const Outcome help = liteheart({"distil", "--help"}),
                reference = liteheart({"train", "--reference"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_EQ(reference.exit_code, 0);
  const auto rows = lines_with(reference.out, "| `");
  EXPECT_GT(rows.size(), 20u);
  for (const std::string& row : rows) {
    const std::string key = row.substr(3, row.find('`', 3) - 3);
    EXPECT_NE(help.out.find("--" + key + " "), std::string::npos) << key;
  }
}

TEST(Help, OfTrainLeavesOutWhatNeedsATeacher) {
  const Outcome help = liteheart({"train", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.out.find("--learning_rate "), std::string::npos);
  EXPECT_EQ(help.out.find("--weight_logit "), std::string::npos);
}

TEST(Arguments, WithoutASubcommandAskForOne) {
  const Outcome outcome = liteheart({});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(lines_with(outcome.err, "subcommand is required").size(), 1u) << outcome.err;
}

TEST(Arguments, UnknownSubcommandIsNamed) {
  const Outcome outcome = liteheart({"diagnoze", "x.hea"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(lines_with(outcome.err, "'diagnoze' is not a subcommand").size(), 1u) << outcome.err;
}

TEST(Arguments, UnknownAreNamed) {
  const Outcome outcome = liteheart({"train", "--epoch", "3"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(lines_with(outcome.err, "--epoch").size(), 1u) << outcome.err;
}

TEST(Arguments, AreUnderstoodWithDashesAndWithUnderscores) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"train", "--learning-rate", "x"},
        {"train", "--learning_rate=x"},
        {"prepare", "--min_positives=x"},
        {"prepare", "--min-positives", "x"}}) {
    const Outcome outcome = liteheart(words);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(lines_with(outcome.err, "not expected").size(), 0u) << outcome.err;
    EXPECT_EQ(lines_with(outcome.err, "is no option").size(), 0u) << outcome.err;
    EXPECT_EQ(lines_with(outcome.err, "x").size(), 1u) << outcome.err;  // of the value
  }
}

TEST(Arguments, OfAnUnknownKindAreRefused) {
  const Outcome outcome = liteheart({"train", "--epochs", "many"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(lines_with(outcome.err, "--epochs").size(), 1u) << outcome.err;
}

TEST(Arguments, ThatAreNoNumbersOrNoneThatThereAreAreRefused) {
  const ScratchFolder scratch;
  const std::string recording = Study::get().recording(), picture = scratch / "p.svg";
  const std::vector<std::vector<std::string>> wrong = {
      {"draw", recording, picture, "--from", "nan"},
      {"draw", recording, picture, "--seconds", "nan"},
      {"draw", recording, picture, "--speed", "nan"},
      {"draw", recording, picture, "--gain", "inf"},
      {"info", recording, "--rate", "nan"},
      {"diagnose", recording, "--threads", "-1"},
      {"train", "--data", scratch / "d", "--out", scratch / "o", "--threads", "-5"},
      {"simulate", "--out", scratch / "s", "--seed", "-1"},
      {"prepare", scratch / "s", "--out", scratch / "d", "--most", "-1"}};
  for (const std::vector<std::string>& arguments : wrong) {
    const Outcome outcome = liteheart(arguments);
    EXPECT_NE(outcome.exit_code, 0) << arguments.back();
    EXPECT_NE(outcome.err.find(arguments[arguments.size() - 2].substr(2)), std::string::npos)
        << outcome.err;
  }
  EXPECT_FALSE(std::filesystem::exists(picture));
}

TEST(Arguments, ThatAreMisspeltGetTheNearestOne) {
  for (const char* command : {"train", "diagnose"}) {
    const Outcome outcome = liteheart({command, "x", "--thread", "3"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(lines_with(outcome.err, std::string("'--thread' is no option of liteheart ") +
                                          command + "; did you mean '--threads'?")
                  .size(),
              1u)
        << outcome.err;
  }
}

TEST(Configuration, MisspeltKeyIsAnsweredWithFileLineAndTheNearestKey) {
  const ScratchFolder scratch;
  const std::string file = scratch / "misspelt.toml";
  write_bytes(file, "# a comment\nepochs = 2\nlearning_rat = 0.1\n");
  EXPECT_TRUE(fails_clearly(liteheart({"train", "--config", file}),
                            {file + " line 3", "learning_rat'", "did you mean 'learning_rate'?"}));
}

TEST(Configuration, ValueOfAnotherTypeIsAnsweredWithFileAndLine) {
  const ScratchFolder scratch;
  const std::string file = scratch / "mistyped.toml";
  write_bytes(file, "epochs = \"two\"\n");
  EXPECT_TRUE(fails_clearly(liteheart({"train", "--config", file}), {file + " line 1", "epochs"}));
}

}  // namespace
}  // namespace liteheart::test
