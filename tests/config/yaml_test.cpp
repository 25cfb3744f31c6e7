// YAML documents become trees whose positions can be trusted, and broken ones say where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sim/config/node.hpp"

namespace meshsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Parsed {
  Sources sources;
  Diagnostics diagnostics;
  std::vector<Node> documents;

  explicit Parsed(std::string_view text, const YamlLimits& limits = {}) {
    documents = parse_yaml(text, sources.add("in.yaml"), diagnostics, limits);
  }
  std::string errors() const { return diagnostics.text(sources); }
  const Node& root() const { return documents.at(0); }
};

std::string where(Pos pos) { return std::to_string(pos.line) + ":" + std::to_string(pos.column); }

TEST(Yaml, KeysAndValuesKnowTheirPlace) {
  const Parsed parsed("a: 1\nlist:\n  - x\n  -   'y'\nmap: {k: v}\n");
  ASSERT_TRUE(parsed.diagnostics.ok()) << parsed.errors();
  const Node& root = parsed.root();
  EXPECT_EQ(where(root.entries[1].pos), "2:1");
  EXPECT_EQ(where(root.find("list")->pos), "3:3");
  EXPECT_EQ(where(root.find("list")->items[1].pos), "4:7");
  EXPECT_TRUE(root.find("list")->items[1].quoted);
  EXPECT_FALSE(root.find("a")->quoted);
  EXPECT_EQ(where(root.find("map")->find("k")->pos), "5:10");
  EXPECT_EQ(root.find("nothing"), nullptr);
}

TEST(Yaml, MissingValuesStandAtTheirKeyOrDash) {
  const Parsed parsed("a:\n\n\nb: ~\nc:\n  -\n  # why\n  - 2\n");
  ASSERT_TRUE(parsed.diagnostics.ok()) << parsed.errors();
  EXPECT_TRUE(parsed.root().find("a")->is_null());
  EXPECT_EQ(where(parsed.root().find("a")->pos), "1:1");
  EXPECT_EQ(where(parsed.root().find("b")->pos), "4:4");
  EXPECT_TRUE(parsed.root().find("c")->items[0].is_null());
  EXPECT_EQ(where(parsed.root().find("c")->items[0].pos), "6:3");
}

TEST(Yaml, TextOfBlockScalarsKeepsItsPlace) {
  const Parsed parsed(
      "data:\n  c2.server: |\n    c2.local:53 {\n        forward . 10.2.2.7\n    }\n");
  const Node& text = *parsed.root().find("data")->find("c2.server");
  EXPECT_EQ(text.scalar, "c2.local:53 {\n    forward . 10.2.2.7\n}\n");
  EXPECT_EQ(text.text_line, 3U);
  EXPECT_EQ(where(text_pos(text, 2, 5)), "4:9");
}

TEST(Yaml, BlockScalarsMayStartBlankAndCarryIndicators) {
  const Parsed parsed("a: &x |2-\n\n     deep\nb: \"quoted\"\n");
  ASSERT_TRUE(parsed.diagnostics.ok()) << parsed.errors();
  const Node& a = *parsed.root().find("a");
  EXPECT_EQ(a.scalar, "\n   deep");
  EXPECT_EQ(where(text_pos(a, 2, 4)), "3:6");
  EXPECT_EQ(where(text_pos(*parsed.root().find("b"), 1, 1)), "4:5");
}

TEST(Yaml, AllDocumentsAreReadAndEmptyOnesSkipped) {
  const Parsed parsed("---\na: 1\n---\n---\n# nothing\n---\nb: 2\n");
  ASSERT_EQ(parsed.documents.size(), 2U);
  EXPECT_NE(parsed.documents[1].find("b"), nullptr);
}

TEST(Yaml, AByteOrderMarkIsNoPartOfTheFirstKey) {
  const Parsed parsed(
      "\xEF\xBB\xBF"
      "a: 1\n");
  ASSERT_TRUE(parsed.diagnostics.ok()) << parsed.errors();
  EXPECT_EQ(where(parsed.root().entries[0].pos), "1:1");
  EXPECT_EQ(parsed.root().entries[0].key, "a");
}

TEST(Yaml, AliasesRepeatTheValueWithItsOwnPosition) {
  const Parsed parsed("a: &x {k: 1}\nb: *x\n");
  EXPECT_EQ(where(parsed.root().find("b")->find("k")->pos), "1:11");
}

TEST(Yaml, CoreTagsDecideWhatATextIs) {
  const Parsed parsed("a: !!str 12\nb: !!int 12\n");
  ASSERT_TRUE(parsed.diagnostics.ok()) << parsed.errors();
  EXPECT_TRUE(parsed.root().find("a")->quoted);
  EXPECT_FALSE(parsed.root().find("b")->quoted);
}

TEST(Yaml, ARepeatedKeyKeepsTheFirstValue) {
  const Parsed parsed("a: 1\nb: 2\na: [3, {x: 4}]\nc: 5\n");
  EXPECT_THAT(parsed.errors(),
              HasSubstr("in.yaml:3:1: error: key 'a' is given twice; first at 1:1"));
  EXPECT_EQ(parsed.root().find("a")->scalar, "1");
  EXPECT_EQ(parsed.root().find("c")->scalar, "5");
}

struct Broken {
  std::string name;
  std::string text;
  std::string expected;
};

std::string alias_bomb() {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    const std::string name = "a" + std::to_string(i);
    text += name + ": &" + name + " [";
    for (int n = 0; n < 10; ++n) text += (n == 0 ? "" : ", ") + below;
    text += "]\n";
  }
  return text;
}

std::string long_text_bomb() {
  std::string text = "a: &a " + std::string(1 << 20, 'x') + "\nb: [";
  for (int n = 0; n < 1000; ++n) text += "*a, ";
  return text + "]\n";
}

std::string dashes(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "- ";
  return text + "x\n";
}

class BrokenYaml : public testing::TestWithParam<Broken> {};

TEST_P(BrokenYaml, IsAnErrorWithItsPlace) {
  const Parsed parsed(GetParam().text);
  EXPECT_THAT(parsed.errors(), HasSubstr(GetParam().expected));
  EXPECT_LE(parsed.errors().size(), 2000U);
}

INSTANTIATE_TEST_SUITE_P(
    Documents, BrokenYaml,
    testing::Values(
        Broken{"Empty", "", "in.yaml:1:1: error: the file is empty"},
        Broken{"OnlyComments", "# a\n\n", "in.yaml:1:1: error: the file is empty"},
        Broken{"NotUtf8", "a: 1\nb: caf\xE9\n", "in.yaml:2:7: error: byte 0xe9 is not UTF-8"},
        Broken{"Utf16",
               std::string("\xFF\xFE"
                           "a\0:\0",
                           6),
               "in.yaml:1:1: error: byte 0xff"},
        Broken{"ControlCharacter", "a: \x04 1\n", "in.yaml:1:4: error: control character 0x04"},
        Broken{"Nul", std::string("a: \0", 4), "in.yaml:1:4: error: control character 0x00"},
        Broken{"Surrogate", "a: \xED\xA0\x80\n", "in.yaml:1:4: error: byte 0xed"},
        Broken{"RepeatedKey", "x:\n  a: 1\n  a: 2\n", "in.yaml:3:3: error: key 'a' is given twice"},
        Broken{"MergeKey", "a: &a {b: 1}\nc:\n  <<: *a\n", "in.yaml:3:3: error: merge keys"},
        Broken{"UnknownTag", "a: !secret x\n", "in.yaml:1:4: error: tag '!secret' is not known"},
        Broken{"ListAsKey", "? [a, b]\n: 1\n", "in.yaml:1:3: error: a list or a mapping cannot"},
        Broken{"NullKey", "~: 1\n", "in.yaml:1:1: error: a key must be a plain text"},
        Broken{"UnknownAnchor", "a: *b\n", "in.yaml:1:4: error: the referenced anchor"},
        Broken{"AliasInsideItself", "a: &a [*a]\n", "in.yaml:1:8: error: this alias stands inside"},
        Broken{"AliasBomb", alias_bomb(), "error: the aliases expand to more than 1000000 values"},
        Broken{"LongTextBomb", long_text_bomb(), "in.yaml:2:"},
        Broken{"DeepFlow", std::string(100'000, '[') + std::string(100'000, ']'),
               "in.yaml:1:65: error: nested deeper than 64"},
        Broken{"OpenDeepFlow", std::string(100'000, '['), "in.yaml:1:1: error: "},
        Broken{"DeepMaps", "a: " + std::string(100'000, '{'),
               "in.yaml:1:5: error: a list or a mapping cannot be a key; is a bracket"},
        Broken{"DeepDashes", dashes(100'000), "in.yaml:1:129: error: nested deeper than 64"},
        Broken{"OpenBracket", "a: [1, 2\nb: 3\n", "in.yaml:2:2: error: "},
        Broken{"Tab", "a:\n\tb: 1\n", "in.yaml:2:3: error: indent with spaces, not with tabs"},
        Broken{"Indentation", "a: 1\n  b: 2\n", "in.yaml:2:4: error: illegal map value"}),
    [](const auto& tested) { return tested.param.name; });

TEST(Yaml, MoreValuesThanTheLimitAreRefused) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "- x\n";
  EXPECT_THAT(Parsed(text, {.nodes = 100}).errors(), HasSubstr("more than 100 values"));
  EXPECT_TRUE(Parsed(text, {.nodes = 201}).diagnostics.ok());
}

class YamlFile : public testing::Test {
 protected:
  YamlFile() {
    std::string name = (std::filesystem::temp_directory_path() / "meshsim-yaml-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~YamlFile() override { std::filesystem::remove_all(folder_); }

  std::string read(const std::string& path, Pos from = {}) {
    documents_ = read_yaml_file(path, sources_, diagnostics_, from);
    return diagnostics_.text(sources_);
  }

  std::string folder_;
  Sources sources_;
  Diagnostics diagnostics_;
  std::vector<Node> documents_;
};

TEST_F(YamlFile, MissingFilesAreNamedWhereTheyWereAskedFor) {
  const Pos from{sources_.add("scenario.yaml"), 4, 7};
  EXPECT_EQ(read(folder_ + "/none.yaml", from), "scenario.yaml:4:7: error: cannot read '" +
                                                    folder_ +
                                                    "/none.yaml': No such file or directory\n");
}

TEST_F(YamlFile, DirectoriesAreRefused) {
  EXPECT_EQ(read(folder_), folder_ + ": error: this is a directory; name a file in it\n");
}

TEST_F(YamlFile, APathBelowAFileIsRefused) {
  std::ofstream(folder_ + "/a.yaml") << "a: 1\n";
  EXPECT_THAT(read(folder_ + "/a.yaml/b.yaml"), HasSubstr("error: Not a directory"));
}

TEST_F(YamlFile, UnreadableFilesAreRefused) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  std::ofstream(folder_ + "/a.yaml") << "a: 1\n";
  std::filesystem::permissions(folder_ + "/a.yaml", std::filesystem::perms::none);
  EXPECT_THAT(read(folder_ + "/a.yaml"), HasSubstr("error: Permission denied"));
}

TEST_F(YamlFile, HugeFilesAreRefusedUnread) {
  const std::string path = folder_ + "/huge.yaml";
  std::ofstream(path) << "a: 1\n";
  std::filesystem::resize_file(path, 100U << 20);
  EXPECT_EQ(read(path), path + ": error: the file has 100 MiB; at most 32 MiB are read\n");
}

TEST_F(YamlFile, EndlessFilesStopAtTheLimit) {
  EXPECT_THAT(read("/dev/zero"), HasSubstr("at most 32 MiB are read"));
}

TEST_F(YamlFile, ReadsAllDocuments) {
  std::ofstream(folder_ + "/a.yaml") << "a: 1\n---\nb: 2\n";
  EXPECT_EQ(read(folder_ + "/a.yaml"), "");
  EXPECT_EQ(documents_.size(), 2U);
}

}  // namespace
}  // namespace meshsim
