// The search for input files. It looks at names only; reading, and what is wrong with a file that
// is there (a folder, no permission), belongs to the loader.
#include "tools/find_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace meshsim::tools {
namespace {

namespace fs = std::filesystem;

// The folder that holds `scenarios` and `topologies`; empty if the system does not say.
fs::path data_folder() {
  const char* given = std::getenv("MESHSIM_DATA");
  if (given != nullptr && *given != '\0') return given;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path{} : program.parent_path().parent_path() / "share" / "meshsim";
}

std::string shown(const fs::path& folder) { return folder.empty() ? "." : folder.string(); }

// The YAML files of a folder, sorted; none if it cannot be read.
std::vector<std::string> yaml_files(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at{folder.empty() ? "." : folder, error}, end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".yaml") names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string not_found(const fs::path& name, const std::vector<fs::path>& folders) {
  std::string text = fmt::format("there is no file '{}' in", name.string());
  std::vector<std::string> names;
  const char* separator = " ";
  for (const fs::path& folder : folders) {
    text += fmt::format("{}{}", separator, shown(folder));
    separator = ", ";
    for (std::string& file : yaml_files(folder)) names.push_back(std::move(file));
  }
  const std::string wanted = name.filename().string();
  const std::string_view near = nearest(wanted, {names.begin(), names.end()});
  if (!near.empty()) return text + fmt::format("; did you mean '{}'?", near);
  const std::vector<std::string> offered = yaml_files(folders.back());
  if (offered.empty()) return text;
  text += "; the last of these has ";
  for (const std::string& file : offered) {
    text += fmt::format("{}{}", file, file == offered.back() ? "" : ", ");
  }
  return text;
}

}  // namespace

std::optional<std::string> find_file(std::string_view name, std::string_view folder,
                                     Diagnostics& diagnostics) {
  const fs::path path{name};
  std::error_code error;
  // What exists but cannot be looked at is the loader's to report.
  if (fs::exists(path, error) || error) return path.string();
  std::vector<fs::path> tried{path.parent_path()};
  const fs::path data = data_folder();
  if (path.is_relative() && !data.empty()) {
    for (const fs::path& candidate : {data / folder / path, data / path}) {
      if (fs::exists(candidate, error)) return candidate.string();
    }
    tried.push_back(data / folder);
  }
  diagnostics.error({}, "", not_found(path, tried));
  return std::nullopt;
}

}  // namespace meshsim::tools
