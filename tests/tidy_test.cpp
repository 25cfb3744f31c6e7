// Reads the source tree and holds it against the style: layers, doors to foreign libraries, banned
// calls, files in no target, opening comments, line lengths. Every message says what to do instead.
// It reads text, not C++: what it cannot see (a call through a macro) it does not report.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace meshsim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using Findings = std::vector<std::string>;

struct SourceFile {
  std::string path;  // from the root of the tree
  std::vector<std::string> lines;
  std::vector<std::string> code;  // the lines without comments and contents of string literals
};

std::string code_of(std::string_view line) {
  std::string code;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!in_text && line.substr(i, 2) == "//") break;
    if (in_text && line[i] == '\\') {
      ++i;
      continue;
    }
    if (line[i] == '"') in_text = !in_text;
    if (!in_text) code += line[i];
  }
  return code;
}

SourceFile source(std::string path, const std::string& text) {
  SourceFile file{std::move(path), {}, {}};
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) {
    file.lines.push_back(line);
    file.code.push_back(code_of(line));
  }
  return file;
}

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

// What belongs to the project, in the order of paths.
const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = [] {
    std::vector<SourceFile> found;
    for (const char* top :
         {".ci", "CMakeLists.txt", "CONTRIBUTING.md", "README.md", "docs", "include", "models",
          "scenarios", "sim", "tests", "tools", "topologies"}) {
      if (fs::is_regular_file(top)) found.push_back(source(top, read(top)));
      if (!fs::is_directory(top)) continue;
      for (const fs::directory_entry& entry : fs::recursive_directory_iterator{top}) {
        if (entry.is_regular_file()) {
          found.push_back(source(entry.path().string(), read(entry.path())));
        }
      }
    }
    std::sort(found.begin(), found.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
    return found;
  }();
  return files;
}

bool is_cpp(const SourceFile& file) {
  return file.path.ends_with(".cpp") || file.path.ends_with(".hpp");
}

// "sim/kernel/executor.cpp:12: TEXT"
std::string at(const SourceFile& file, std::size_t index, std::string_view text) {
  return file.path + ":" + std::to_string(index + 1) + ": " + std::string{text};
}

// The quoted or bracketed name of an include line, or empty.
std::string_view included(std::string_view line) {
  if (!line.starts_with("#include ")) return {};
  const std::string_view name = line.substr(9);
  const std::size_t end = name.find_first_of("\">", 1);
  return name.substr(1, end - 1);
}

bool starts_with_any(std::string_view path, const std::vector<std::string_view>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return path.starts_with(prefix); });
}

// ---- layers

struct Layer {
  std::string_view folder;
  std::vector<std::string_view> may_include;
};

// The first row whose folder begins a file's path is its layer.
const std::vector<Layer>& layers() {
  static const std::vector<Layer> rows{
      {"include/meshsim/base/", {"meshsim/base/"}},
      {"sim/base/", {"meshsim/base/"}},
      {"include/meshsim/kernel/", {"meshsim/base/", "meshsim/kernel/"}},
      {"sim/kernel/", {"meshsim/base/", "meshsim/kernel/", "sim/kernel/"}},
      {"include/meshsim/topology/", {"meshsim/base/", "meshsim/topology/"}},
      {"include/meshsim/", {"meshsim/"}},
      {"models/", {"meshsim/base/", "meshsim/kernel/", "models/"}},
      {"sim/config/", {"meshsim/base/", "sim/config/"}},
      {"sim/topology/", {"meshsim/base/", "meshsim/topology/", "sim/topology/", "sim/config/"}},
      {"sim/generate/",
       {"meshsim/base/", "meshsim/topology/", "sim/config/", "sim/topology/", "sim/generate/"}},
      {"sim/import/",
       {"meshsim/base/", "meshsim/topology/", "models/", "sim/config/", "sim/topology/",
        "sim/import/"}},
      {"sim/resolve/",
       {"meshsim/base/", "meshsim/kernel/", "models/", "sim/import/", "sim/resolve/"}},
      {"sim/scenario/",
       {"meshsim/", "models/", "sim/config/", "sim/topology/", "sim/import/", "sim/scenario/"}},
      {"sim/path/", {"meshsim/", "models/", "sim/topology/", "sim/scenario/", "sim/path/"}},
      {"sim/report/",
       {"meshsim/", "models/", "sim/config/", "sim/scenario/", "sim/path/", "sim/report/"}},
      {"sim/check/",
       {"meshsim/", "models/", "sim/config/", "sim/topology/", "sim/import/", "sim/scenario/",
        "sim/path/", "sim/check/"}},
      {"tools/", {"meshsim/", "models/", "sim/", "tools/"}},
  };
  return rows;
}

Findings layer_findings(const SourceFile& file) {
  Findings findings;
  for (const Layer& layer : layers()) {
    if (!file.path.starts_with(layer.folder)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string_view name = included(file.lines[i]);
      if (!starts_with_any(name, {"meshsim/", "models/", "sim/", "tools/", "tests/"})) continue;
      if (starts_with_any(name, layer.may_include)) continue;
      findings.push_back(at(file, i,
                            "includes \"" + std::string{name} + "\", which is not below " +
                                std::string{layer.folder} +
                                "; move what is needed down, or pass it in as a value"));
    }
    break;
  }
  return findings;
}

// ---- doors

struct Door {
  std::string_view library;
  std::vector<std::string_view> doors;  // files or folders
};

const std::vector<Door>& doors() {
  static const std::vector<Door> rows{
      {"yaml-cpp/", {"sim/config/yaml.cpp"}},
      {"CLI/", {"tools/cli.cpp"}},
      {"Random123/", {"sim/kernel/random.cpp"}},
      {"boost/asio", {"sim/base/ip.cpp"}},
      {"boost/graph", {"sim/topology/"}},
      {"re2/", {"models/dns/pattern.cpp"}},
      {"nlohmann/", {"sim/report/", "sim/check/", "sim/config/", "sim/resolve/", "tests/"}},
      {"Eigen/", {"models/fabric/", "sim/sweep/"}},
  };
  return rows;
}

Findings door_findings(const SourceFile& file) {
  Findings findings;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string_view name = included(file.lines[i]);
    if (name.empty()) continue;
    for (const Door& door : doors()) {
      if (!name.starts_with(door.library)) continue;
      if (!starts_with_any(file.path, door.doors)) {
        findings.push_back(at(file, i,
                              "includes <" + std::string{name} + ">, whose door is " +
                                  std::string{door.doors[0]} + "; call that instead"));
      } else if (file.path.ends_with(".hpp") && !name.ends_with("_fwd.hpp")) {
        findings.push_back(at(file, i,
                              "a foreign library stays behind its door: include it in "
                              "the .cpp file and give this header plain types"));
      }
    }
  }
  return findings;
}

// ---- banned words

struct Ban {
  const char* pattern;
  std::vector<std::string_view> folders;  // where it is banned
  std::vector<std::string_view> except;
  const char* instead;
};

const std::vector<Ban>& bans() {
  static const std::vector<std::string_view> cpp{"include/", "models/", "sim/", "tools/"};
  static const std::vector<std::string_view> world{"include/", "models/", "sim/"};
  static const std::vector<Ban> rows{
      {R"(\bs?rand\(|\brandom_device\b|\bmt19937|\bstd::\w+_distribution\b)",
       cpp,
       {},
       "use a named stream: simulation.stream(path, purpose)"},
      {R"(\b(system|steady|high_resolution)_clock\b|\bsleep_for\b|\bgettimeofday\b|\btime\(nullptr\))",
       world,
       {},
       "simulated time is context.now(); clocks of the wall belong to tools"},
      {R"(\bunordered_(map|set)\b)",
       {"models/", "sim/kernel/", "sim/scenario/", "include/"},
       {},
       "use std::map, a sorted vector or a vector by id: their order is the same on any host"},
      {R"(\bset<[^>]*\*>|\bmap<[^,<>]*\*,)",
       world,
       {},
       "order by id or name: pointers differ from run to run"},
      {R"(\bprintf\(|std::cout|std::cerr)",
       world,
       {"sim/base/check.cpp"},
       "return text or diagnostics; only tools print"},
      {R"(\bthrow\b)",
       {"models/", "sim/kernel/", "sim/topology/"},
       {"sim/kernel/snapshot.cpp"},
       "use check() for our own mistakes and Diagnostics for the user's"},
      {R"(\b(class|struct) \w*(Manager|Helper|Util|Utils|Info)\b)",
       cpp,
       {},
       "name it after what it is in the field"},
      {R"(\bget_\w+\()", cpp, {"tools/cli.cpp"}, "a function that answers is a noun: name()"},
      {R"(\b(sim|std)::function\b)",
       {"models/"},
       {},
       "state is plain data: use an enumeration or a message"},
  };
  return rows;
}

// What std::regex does in seconds here, and under a sanitizer in half a minute, libc does at once.
class Pattern {
 public:
  explicit Pattern(const char* extended) {
    EXPECT_EQ(regcomp(&compiled_, extended, REG_EXTENDED), 0) << extended;
  }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern() { regfree(&compiled_); }

  // The first match, or empty.
  std::string first_in(const std::string& line) const {
    regmatch_t match;
    if (regexec(&compiled_, line.c_str(), 1, &match, 0) != 0) return {};
    return line.substr(static_cast<std::size_t>(match.rm_so),
                       static_cast<std::size_t>(match.rm_eo - match.rm_so));
  }

 private:
  regex_t compiled_{};
};

const Pattern& pattern_of(const Ban& ban) {
  static std::map<std::string_view, Pattern> made;
  return made.try_emplace(ban.pattern, ban.pattern).first->second;
}

Findings ban_findings(const SourceFile& file) {
  Findings findings;
  for (const Ban& ban : bans()) {
    if (!starts_with_any(file.path, ban.folders) || starts_with_any(file.path, ban.except)) {
      continue;
    }
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string match = pattern_of(ban).first_in(file.code[i]);
      if (!match.empty()) {
        findings.push_back(at(file, i, "'" + match + "' is banned here; " + ban.instead));
      }
    }
  }
  return findings;
}

// ---- form

Findings form_findings(const SourceFile& file) {
  Findings findings;
  static const std::string shared = std::string{".."} + "/shared";
  static const std::regex unowned{R"(\bTODO\b(?!\(#\d+\)))"};
  const bool is_code = is_cpp(file) || file.path.ends_with("CMakeLists.txt") ||
                       file.path.ends_with(".sh") || file.path.ends_with(".cmake");
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    // Counts characters: a continuation byte of UTF-8 is none.
    const auto columns =
        std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
    if (is_code && columns > 100 && line.find("R\"") == std::string::npos) {
      findings.push_back(at(file, i, "is longer than 100 columns; wrap it (clang-format does)"));
    }
    if (line.find(shared) != std::string::npos) {
      findings.push_back(at(file, i,
                            "names a folder outside the project; copy what is needed in, "
                            "with its source"));
    }
    if (is_cpp(file) && file.path != "tests/tidy_test.cpp" &&
        line.find("TODO") != std::string::npos && std::regex_search(line, unowned)) {
      findings.push_back(at(file, i, "write TODO(#12) with the number of its issue, or do it"));
    }
  }
  if (is_cpp(file) && (file.lines.empty() || !file.lines[0].starts_with("// "))) {
    findings.push_back(at(file, 0,
                          "open with a comment of one to five lines: what this models or "
                          "holds, and what it leaves out"));
  }
  return findings;
}

// ---- targets

// A source must be named by the CMakeLists.txt of its folder or of one above.
Findings target_findings(const SourceFile& file, const std::vector<SourceFile>& all) {
  if (!file.path.ends_with(".cpp")) return {};
  for (fs::path folder = fs::path{file.path}.parent_path(); !folder.empty();
       folder = folder.parent_path()) {
    const std::string list = (folder / "CMakeLists.txt").string();
    const std::string name = fs::path{file.path}.lexically_relative(folder).string();
    for (const SourceFile& other : all) {
      if (other.path != list && other.path != (folder / "tools/CMakeLists.txt").string()) continue;
      for (const std::string& line : other.lines) {
        if (line.find(name) != std::string::npos) return {};
      }
    }
  }
  return {file.path +
          ": is in no CMake target; name it in its folder's CMakeLists.txt or remove "
          "it"};
}

Findings everywhere(Findings (*look)(const SourceFile&)) {
  Findings findings;
  for (const SourceFile& file : tree()) {
    if (!file.path.ends_with(".cpp") && !file.path.ends_with(".hpp") && look != form_findings) {
      continue;
    }
    for (std::string& finding : look(file)) findings.push_back(std::move(finding));
  }
  return findings;
}

// One finding a line.
std::string listed(const Findings& findings) {
  std::string text;
  for (const std::string& finding : findings) text += finding + "\n";
  return text;
}

void expect_none(const Findings& findings) {
  if (!findings.empty()) ADD_FAILURE() << "\n" << listed(findings);
}

TEST(Tidy, LayersPointDown) { expect_none(everywhere(layer_findings)); }

TEST(Tidy, ForeignLibrariesStayBehindTheirDoors) { expect_none(everywhere(door_findings)); }

TEST(Tidy, NothingBannedIsUsed) { expect_none(everywhere(ban_findings)); }

TEST(Tidy, FilesHaveTheRightForm) { expect_none(everywhere(form_findings)); }

TEST(Tidy, EverySourceIsInATarget) {
  Findings findings;
  for (const SourceFile& file : tree()) {
    for (std::string& finding : target_findings(file, tree())) {
      findings.push_back(std::move(finding));
    }
  }
  expect_none(findings);
}

// The checks themselves: each finds its case, and says what to do.
struct Case {
  const char* path;
  const char* text;
  Findings (*look)(const SourceFile&);
  const char* says;  // empty: nothing is found
};

TEST(TidyChecks, FindWhatTheyAreFor) {
  for (const Case& c : {
           Case{"models/dns/a.cpp", "#include \"sim/config/node.hpp\"", layer_findings,
                "a.cpp:1: includes \"sim/config/node.hpp\", which is not below models/"},
           Case{"models/dns/a.cpp", "#include \"models/fabric/packet.hpp\"", layer_findings, ""},
           Case{"sim/kernel/a.cpp", "// x\n#include \"models/a.hpp\"", layer_findings, "a.cpp:2:"},
           Case{"sim/report/a.cpp", "#include <yaml-cpp/yaml.h>", door_findings,
                "whose door is sim/config/yaml.cpp"},
           Case{"sim/topology/a.hpp", "#include <boost/graph/x.hpp>", door_findings, ".cpp file"},
           Case{"models/dns/a.cpp", "int x = rand();", ban_findings, "named stream"},
           Case{"models/dns/a.cpp", "int brand(); // rand()", ban_findings, ""},
           Case{"models/dns/a.cpp", "auto t = steady_clock::now();", ban_findings, "context.now()"},
           Case{"tools/a.cpp", "auto t = std::chrono::steady_clock::now();", ban_findings, ""},
           Case{"models/dns/a.hpp", "std::unordered_map<int, int> m;", ban_findings, "std::map"},
           Case{"models/dns/a.hpp", "std::map<Pod*, int> m;", ban_findings, "by id"},
           Case{"models/dns/a.cpp", "log(\"throw rand() away\");", ban_findings, ""},
           Case{"sim/a.hpp", "class PodManager {", ban_findings, "in the field"},
           Case{"sim/a.cpp", "#include <vector>", form_findings, "open with a comment"},
           Case{"sim/a.cpp", "// A.\n// TODO later", form_findings, "number of its issue"},
           Case{"sim/a.cpp", "// A.\n// TODO(#12) later", form_findings, ""},
       }) {
    const Findings findings = c.look(source(c.path, c.text));
    if (*c.says == '\0') {
      EXPECT_THAT(findings, IsEmpty()) << c.text;
    } else {
      EXPECT_THAT(listed(findings), HasSubstr(c.says)) << c.text;
    }
  }
}

TEST(TidyChecks, ALineOf101ColumnsIsTooLongAndAccentsCountOnce) {
  const std::string comment = "// A.\n// ";
  std::string accents;
  for (int i = 0; i < 97; ++i) accents += "é";
  EXPECT_THAT(form_findings(source("sim/a.cpp", comment + accents)), IsEmpty());
  EXPECT_THAT(listed(form_findings(source("sim/a.cpp", comment + accents + "x"))),
              HasSubstr("sim/a.cpp:2: is longer"));
}

TEST(TidyChecks, ASourceNamedByNoCMakeListsIsFound) {
  const SourceFile list = source("sim/x/CMakeLists.txt", "add_library(x STATIC named.cpp)");
  EXPECT_THAT(target_findings(source("sim/x/named.cpp", ""), {list}), IsEmpty());
  EXPECT_THAT(listed(target_findings(source("sim/x/lost.cpp", ""), {list})),
              HasSubstr("sim/x/lost.cpp: is in no CMake target"));
}

}  // namespace
}  // namespace meshsim
