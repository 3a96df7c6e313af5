// The shared door to XML: encodings, recognition, and what hostile files may not do.
#include "formats/xml_document.h"

#include <gtest/gtest.h>

#include <chrono>

#include "formats/base64.h"
#include "xml_files.h"

namespace liteheart {
namespace {

using test::utf16;

XmlDocument parse(const std::string& text) {
  InputFile file({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "test");
  return XmlDocument(file);
}

std::string parse_error(const std::string& text) {
  return test::error_of([&] { parse(text); });
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

TEST(XmlRoot, IsFoundBehindWhateverMayPrecedeIt) {
  for (const char* text :
       {"<root/>", "<root>", "<root a='1'>", "\xEF\xBB\xBF<root>", " \r\n\t<root>",
        "<?xml version='1.0'?><root>", "<!-- <other> --><root>",
        "<?xml version=\"1.0\"?>\n<!-- a --><!-- b -->\n<!DOCTYPE root SYSTEM \"r>.dtd\">\n<root>",
        "<!DOCTYPE root [<!ENTITY a \"<x>\"> <!ELEMENT b (c)>]><root>", "<hl7:root xmlns:hl7='u'>"})
    EXPECT_EQ(xml_root(text), "root") << text;
}

TEST(XmlRoot, IsFoundInUtf16OfEitherOrderWithAndWithoutMark) {
  for (const bool big : {false, true})
    for (const bool mark : {false, true})
      EXPECT_EQ(xml_root(utf16("<?xml version='1.0'?>\r\n<root a=''>", big, mark)), "root");
}

TEST(XmlRoot, IsEmptyForWhatIsNoXmlOrCutBeforeIt) {
  for (const char* text : {"", "text", "{\"root\": 1}", "<", "<roo", "<!-- <root>", "<?xml <root>",
                           "<!DOCTYPE root [ <root>", "I,II\n1,2"})
    EXPECT_EQ(xml_root(text), "") << text;
}

TEST(XmlDocument, ReadsEachEncodingAsUtf8) {
  const std::string declared = "<?xml version='1.0' encoding='ISO-8859-1'?><r>M\xFCller</r>";
  const std::string lies = "<?xml version='1.0' encoding='UTF-8'?><r>M\xFCller</r>";
  EXPECT_EQ(xml_text(parse("<r>M\xC3\xBCller</r>").root()), "M\xC3\xBCller");
  EXPECT_EQ(xml_text(parse(declared).root()), "M\xC3\xBCller");
  EXPECT_TRUE(parse(declared).warnings().empty());
  EXPECT_EQ(xml_text(parse(lies).root()), "M\xC3\xBCller");
  EXPECT_EQ(parse(lies).warnings().size(), 1u);
  for (const bool big : {false, true})
    for (const bool mark : {false, true})
      EXPECT_EQ(xml_text(parse(utf16("<r>abc</r>", big, mark)).root()), "abc");
  // Declared as UTF-16 by a writer that then wrote bytes.
  EXPECT_EQ(xml_text(parse("<?xml version='1.0' encoding='utf-16'?><r>abc</r>").root()), "abc");
}

TEST(XmlDocument, TellsNamesWithoutPrefixAndTextAsOneLine) {
  const XmlDocument document = parse(
      "<h:r xmlns:h='u'>\n <h:a x:t=' v '>one<!-- no -->\n\t two<![CDATA[ & three]]></h:a></h:r>");
  const pugi::xml_node a = xml_child(document.root(), "a");
  EXPECT_EQ(xml_name(document.root()), "r");
  EXPECT_EQ(xml_text(a), "one two & three");
  EXPECT_EQ(xml_attribute(a, "t"), "v");
  EXPECT_EQ(xml_attribute(a, "none"), "");
}

TEST(XmlDocument, ACutOrBrokenFileIsAnErrorWithItsPlace) {
  EXPECT_EQ(parse_error("<r><a>text</a>").substr(0, 12), "test byte 13");
  EXPECT_NE(parse_error("<r><a></r>").find("cut off or damaged"), std::string::npos);
  EXPECT_NE(parse_error("").find("cut off or damaged"), std::string::npos);
  EXPECT_NE(parse_error(utf16("<r><a>", false, true)).find("near sign"), std::string::npos);
}

TEST(XmlDocument, EntitiesAreNotExpanded) {
  const std::string bomb =
      "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><r>&b;</r>";
  EXPECT_EQ(xml_text(parse(bomb).root()), "&b;");
}

TEST(XmlDocument, ReferencesToNoCharacterLeaveNoBrokenText) {
  EXPECT_EQ(xml_text(parse("<r>&#xD800;</r>").root()), "");
  EXPECT_EQ(xml_attribute(parse("<r a='&#xDFFF;'/>").root(), "a"), "");
}

TEST(XmlDocument, NestingBeyondTheLimitIsRefusedWithoutRecursion) {
  const auto nested = [](std::size_t depth) {
    return repeated("<a>", depth) + "x" + repeated("</a>", depth);
  };
  EXPECT_EQ(parse_error(nested(200)), "");
  EXPECT_NE(parse_error(nested(300)).find("nested deeper than 256"), std::string::npos);
  const std::string deep = nested(5'000) + std::string(2'000'000, ' ');
  EXPECT_NE(parse_error(deep).find("nested deeper than 256"), std::string::npos);
}

TEST(XmlDocument, FilesOfNothingButTagsAreRefused) {
  for (const char* part : {"<a/>", "a<a/>", "<a b=''/>", "<a/> x "}) {
    const std::string text = "<r>" + repeated(part, 300'000) + "</r>";
    EXPECT_NE(parse_error(text).find("nothing but tags"), std::string::npos) << part;
    EXPECT_NE(parse_error(utf16(text.substr(0, 200), true, true)).find("cut off"),
              std::string::npos);
  }
  const std::string attributes = "<r " + repeated("a='' ", 1'000'000) + "/>";
  EXPECT_EQ(parse_error(attributes), "");  // eight times its size, as promised
}

TEST(XmlDocument, HugeFilesAreRefusedBeforeTheyAreRead) {
  test::ScratchFolder folder;
  const std::string file = folder / "huge.xml";
  test::write_bytes(file, "<AnnotatedECG>");
  std::filesystem::resize_file(file, XmlDocument::kMostBytes + 1);
  EXPECT_NE(test::error_of([&] { read_recording(file); }).find("at most 64 MB"), std::string::npos);
}

TEST(Base64, DecodesAcrossLinesWithOrWithoutPadding) {
  using Bytes = std::vector<std::uint8_t>;
  EXPECT_EQ(decode_base64("", "p"), Bytes{});
  EXPECT_EQ(decode_base64("AAH/", "p"), (Bytes{0, 1, 255}));
  EXPECT_EQ(decode_base64("\n A A\r\nH/\t+w==\n", "p"), (Bytes{0, 1, 255, 251}));
  EXPECT_EQ(decode_base64("AAH/+w", "p"), (Bytes{0, 1, 255, 251}));
  EXPECT_EQ(decode_base64("AAE=", "p"), (Bytes{0, 1}));
  for (std::uint8_t length = 0; length < 120; ++length) {
    Bytes bytes;
    for (std::uint8_t i = 0; i < length; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37));
    EXPECT_EQ(decode_base64(test::base64(bytes), "p"), bytes) << int{length};
  }
}

TEST(Base64, RefusesOtherSignsAndHalfBytes) {
  for (const char* text : {"AAH*", "A", "AAAAA", "AA=A", "A-H/", "\xC3\xA4"})
    EXPECT_NE(test::error_of([&] { decode_base64(text, "place"); }).find("place: "),
              std::string::npos)
        << text;
}

}  // namespace
}  // namespace liteheart
