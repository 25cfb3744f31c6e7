// Files that meshsim writes beside its answer: whole, or not there.
#pragma once

#include <string>
#include <string_view>

namespace meshsim::tools {

// Writes the text to `path`, or throws IoError and leaves what was there. "-" is standard output.
void write_file(const std::string& path, std::string_view text);

}  // namespace meshsim::tools
