// Checks inputs that a test writes as texts: files of a folder of its own.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/check.hpp"
#include "sim/scenario/input.hpp"

namespace meshsim::checks {

// Removed with everything in it at the end of the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "meshsim-check-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  // The path of the new file.
  std::string write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path} << text;
    return path.string();
  }

 private:
  std::filesystem::path path_;
};

struct Checked {
  Sources sources;
  Diagnostics diagnostics;
  std::optional<Plan> plan;
  CheckReport report;

  std::string wrong() const { return diagnostics.text(sources); }
  std::size_t findings_of(const std::string& rule) const {
    std::size_t count = 0;
    for (const Finding& finding : report.findings) count += finding.rule == rule ? 1 : 0;
    return count;
  }
  const RuleResult* result_of(const std::string& rule) const {
    for (const RuleResult& result : report.rules) {
      if (result.rule->id == rule) return &result;
    }
    return nullptr;
  }
};

inline Checked check_files(const std::vector<std::string>& files, const RuleChoice& choice = {}) {
  Checked checked;
  checked.plan = load_input(files, checked.sources, checked.diagnostics, "", ValidateFor::Look);
  if (checked.plan) checked.report = check_plan(*checked.plan, choice, checked.diagnostics);
  return checked;
}

// Files by name ("topology.yaml", "c1/values.yaml"); those below a folder are of that cluster.
inline Checked check_texts(const std::map<std::string, std::string>& texts,
                           const RuleChoice& choice = {}) {
  const Folder folder;
  std::vector<std::string> files;
  for (const auto& [name, text] : texts) {
    const std::size_t slash = name.find('/');
    const std::string path = folder.write(name, text);
    files.push_back(slash == std::string::npos ? path : name.substr(0, slash) + "=" + path);
  }
  return check_files(files, choice);
}

}  // namespace meshsim::checks
