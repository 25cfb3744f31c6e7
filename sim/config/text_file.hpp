// Reads a file whole, within a limit, and checks that it is text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "meshsim/base/diagnostics.hpp"

namespace meshsim {

// The content of `path`. A file that is missing, unreadable, a directory or larger than `limit` is
// a diagnostic at `from` (the line that names the file), or at the file itself if there is none; a
// file that is too large is not read.
std::optional<std::string> read_text_file(const std::string& path, std::uint64_t limit,
                                          Sources& sources, Diagnostics& diagnostics,
                                          Pos from = {});

// True if the text is UTF-8 without control characters; else an error at the first wrong byte.
bool check_utf8(std::string_view text, std::uint32_t file, Diagnostics& diagnostics);

}  // namespace meshsim
