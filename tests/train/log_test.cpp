#include "train/log.h"

#include "scratch.h"

namespace liteheart {
namespace {

using test::error_of;
using test::read_bytes;

TEST(TrainingLog, continues_without_lines_of_later_steps_or_a_half_written_one) {
  const test::ScratchFolder folder;
  const auto file = folder.path() / "log.jsonl";
  test::write_bytes(file,
                    "{\"step\":50}\n{\"step\":100,\"epoch\":1}\n{\"step\":150}\n3\n{\"step\":2");
  {
    TrainLog log(file, 100);
    log.line({{"step", 120}});
    log.flush();
  }
  EXPECT_EQ(read_bytes(file), "{\"step\":50}\n{\"step\":100,\"epoch\":1}\n{\"step\":120}\n");
  TrainLog anew(file, 0);
  EXPECT_EQ(read_bytes(file), "");
  const auto nowhere = folder.path() / "none" / "log.jsonl";
  EXPECT_NE(error_of([&] { TrainLog(nowhere, 0); }).find(nowhere.string()), std::string::npos);
}

}  // namespace
}  // namespace liteheart
