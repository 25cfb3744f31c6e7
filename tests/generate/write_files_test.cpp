// A new folder is whole or not there; nothing is overwritten.
#include "sim/generate/write_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "meshsim/base/check.hpp"
#include "tests/generate/new_folder.hpp"

namespace meshsim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(WriteFiles, PutsFilesAndFoldersThere) {
  const NewFolder folder{"write"};
  ASSERT_EQ(in_the_way(folder.path()), "");
  write_files(folder.path() + "/", {{"a.yaml", "a: 1\n"}, {"c1/b.yaml", "b: 2\n"}});
  std::ifstream stream{folder.file("c1/b.yaml")};
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>{stream}, {}}), "b: 2\n");
  EXPECT_THAT(in_the_way(folder.path()), HasSubstr("is not empty; name a new folder"));
}

TEST(WriteFiles, TakesAnEmptyFolderButNoFile) {
  const NewFolder folder{"empty"};
  fs::create_directory(folder.path());
  EXPECT_EQ(in_the_way(folder.path()), "");
  write_files(folder.path(), {{"a.yaml", "a: 1\n"}});
  EXPECT_TRUE(fs::exists(folder.file("a.yaml")));
  EXPECT_THAT(in_the_way(folder.file("a.yaml")), HasSubstr("is no folder"));
}

TEST(WriteFiles, LeavesNothingBehindWhenItFails) {
  const NewFolder folder{"fails"};
  fs::create_directory(folder.path());
  // A file where a folder is needed.
  EXPECT_THROW(write_files(folder.file("new"), {{"a", "1"}, {"a/b", "2"}}), IoError);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace meshsim
