#include "data/csv.h"

#include "small_data.h"

namespace liteheart {
namespace {

using Csv = test::Scratch;

TEST_F(Csv, QuotedFieldsMayHoldCommasQuotesAndLineBreaks) {
  test::write_bytes(
      folder / "t.csv",
      "\xEF\xBB\xBFname,note\r\na,\"one, two\"\r\nb,\"say \"\"hi\"\"\nagain\"\r\n\r\nc,");
  CsvReader table(folder / "t.csv");
  const int name = table.column("name"), note = table.column("note");
  ASSERT_TRUE(table.next());
  EXPECT_EQ(table.field(note), "one, two");
  ASSERT_TRUE(table.next());
  EXPECT_EQ(table.field(note), "say \"hi\"\nagain");
  ASSERT_TRUE(table.next());
  EXPECT_EQ(table.field(name), "c");
  EXPECT_EQ(table.field(note), "");
  EXPECT_EQ(table.field(table.column("elsewhere")), "");
  EXPECT_FALSE(table.next());
}

TEST_F(Csv, WhatIsWrittenAsAFieldIsReadBack) {
  for (const std::string text : {"plain", "a,b", "\"", "line\nbreak", ""}) {
    test::write_bytes(folder / "t.csv", "x,y\n" + csv_field(text) + ",end\n");
    CsvReader table(folder / "t.csv");
    ASSERT_TRUE(table.next());
    EXPECT_EQ(table.field(0), text);
    EXPECT_EQ(table.field(1), "end");
  }
}

TEST_F(Csv, ARowOfAnotherLengthIsNamedByFileAndLine) {
  test::write_bytes(folder / "t.csv", "a,b\n\"1\n2\",3\n4\n");
  CsvReader table(folder / "t.csv");
  ASSERT_TRUE(table.next());
  EXPECT_EQ(
      test::error_of([&] { table.next(); }),
      (folder / "t.csv").string() +
          " line 4: 1 fields where the header has 2; quote fields that hold commas or line breaks");
}

TEST_F(Csv, AnUnclosedQuoteAnEmptyFileAndAMissingColumnAreErrors) {
  test::write_bytes(folder / "open.csv", "a\n\"1\n");
  CsvReader open(folder / "open.csv");
  EXPECT_NE(test::error_of([&] { open.next(); }).find("line 2: a quote is never closed"),
            std::string::npos);
  EXPECT_NE(
      test::error_of([&] { open.required_column("b", "add it"); }).find("no column 'b'; add it"),
      std::string::npos);
  test::write_bytes(folder / "empty.csv", "\n");
  EXPECT_THROW(CsvReader(folder / "empty.csv"), Error);
  EXPECT_THROW(CsvReader(folder / "absent.csv"), Error);
  EXPECT_THROW(CsvReader{folder}, Error);
}

}  // namespace
}  // namespace liteheart
