// Writes beside the target first, so that a full disk never leaves half a report.
#include "tools/output_file.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "meshsim/base/check.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {

void write_file(const std::string& path, std::string_view text) {
  if (path == "-") return print(text);
  std::error_code error;
  // A device or a pipe takes the text as it comes.
  const bool is_special =
      std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error);
  const std::string target = is_special ? path : path + ".new";
  std::ofstream stream{target, std::ios::binary};
  stream << text;
  stream.close();
  if (!stream.fail() && !is_special) std::filesystem::rename(target, path, error);
  if (stream.fail() || error) {
    if (!is_special) std::remove(target.c_str());
    throw IoError{fmt::format("cannot write '{}'", path)};
  }
}

}  // namespace meshsim::tools
