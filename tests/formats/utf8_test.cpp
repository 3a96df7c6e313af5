#include "formats/utf8.h"

#include <gtest/gtest.h>

namespace liteheart {
namespace {

TEST(Utf8, ValidTextStays) {
  EXPECT_EQ(to_utf8("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\xAB\x80"),
            "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\xAB\x80");
}

TEST(Utf8, OtherTextIsTakenForIso8859) {
  EXPECT_EQ(to_utf8("M\xFCller"), "M\xC3\xBCller");
  EXPECT_EQ(to_utf8("\xC3"), "\xC3\x83") << "a sequence that is cut off";
  EXPECT_EQ(to_utf8("\xC0\x80"), "\xC3\x80\xC2\x80") << "overlong";
  EXPECT_EQ(to_utf8("\xED\xA0\x80"), "\xC3\xAD\xC2\xA0\xC2\x80") << "a surrogate";
  EXPECT_EQ(to_utf8("\xF5\x80\x80\x80"), "\xC3\xB5\xC2\x80\xC2\x80\xC2\x80") << "beyond Unicode";
}

TEST(Utf8, ControlCharactersAreBlanks) { EXPECT_EQ(to_utf8("a\n\x7F\x01z"), "a   z"); }

}  // namespace
}  // namespace liteheart
