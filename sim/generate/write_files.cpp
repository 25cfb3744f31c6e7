// Writes beside the folder and renames: whoever looks sees all files or none.
#include "sim/generate/write_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "meshsim/base/check.hpp"

namespace meshsim {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream stream{path, std::ios::binary};
  stream << text;
  stream.close();
  if (!stream) throw IoError(fmt::format("cannot write '{}'", path.string()));
}

}  // namespace

std::string in_the_way(const std::string& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (status.type() == fs::file_type::not_found) return "";
  if (!fs::is_directory(status)) {
    return fmt::format("'{}' exists and is no folder; name a new one", folder);
  }
  if (fs::is_empty(folder, error) && !error) return "";
  return fmt::format("'{}' exists and is not empty; name a new folder, nothing is overwritten",
                     folder);
}

void write_files(const std::string& folder, const std::vector<GeneratedFile>& files) {
  fs::path target = fs::path{folder}.lexically_normal();
  if (!target.has_filename()) target = target.parent_path();  // "mesh/"
  const fs::path beside = fmt::format("{}.{}.partial", target.string(), getpid());
  try {
    for (const GeneratedFile& file : files) write(beside / file.path, file.text);
    fs::rename(beside, target);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(beside, ignored);
    try {
      throw;
    } catch (const fs::filesystem_error& failure) {
      throw IoError(fmt::format("cannot write '{}': {}", folder, failure.code().message()));
    }
  }
}

}  // namespace meshsim
