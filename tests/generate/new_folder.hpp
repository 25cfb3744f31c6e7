// A folder for generated files that goes when the test ends.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

namespace meshsim {

class NewFolder {
 public:
  explicit NewFolder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              ("meshsim-" + std::to_string(getpid()) + "-" + name)) {}
  ~NewFolder() { std::filesystem::remove_all(path_); }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace meshsim
