// Reads a file whole, within a limit, and checks that it is UTF-8 without control characters.
#include "sim/config/text_file.hpp"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace meshsim {
namespace {

namespace fs = std::filesystem;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// The number of bytes of the UTF-8 sequence at the start of `text`, 0 if there is none. Overlong
// forms, surrogates and values above U+10FFFF are none (RFC 3629).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
  const bool beyond = lead == 0xF4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

}  // namespace

std::optional<std::string> read_text_file(const std::string& path, std::uint64_t limit,
                                          Sources& sources, Diagnostics& diagnostics, Pos from) {
  const Pos pos = from ? from : Pos{sources.add(path), 0, 0};
  const auto refuse = [&](const std::string& why) {
    diagnostics.error(pos, "", from ? fmt::format("cannot read '{}': {}", path, why) : why);
    return std::nullopt;
  };
  std::error_code error;
  if (fs::is_directory(path, error)) return refuse("this is a directory; name a file in it");
  const bool is_regular = fs::is_regular_file(path, error);
  const std::uint64_t size = is_regular ? fs::file_size(path, error) : 0;
  const auto too_large = [&](const std::string& what) {
    return refuse(fmt::format("the file has {}; at most {} MiB are read", what, limit >> 20));
  };
  if (is_regular && !error && size > limit) return too_large(fmt::format("{} MiB", size >> 20));

  const std::unique_ptr<std::FILE, Close> file{std::fopen(path.c_str(), "rb")};
  if (!file) return refuse(std::strerror(errno));
  std::string content;
  std::array<char, 65536> block;
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), file.get())) {
    content.append(block.data(), count);
    if (content.size() > limit) return too_large("more than that");
  }
  if (std::ferror(file.get()) != 0) return refuse(std::strerror(errno));
  return content;
}

bool check_utf8(std::string_view text, std::uint32_t file, Diagnostics& diagnostics) {
  Pos pos{file, 1, 1};
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text.substr(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    if (length == 0) {
      diagnostics.error(pos, "",
                        fmt::format("byte 0x{:02x} is not UTF-8; save the file as UTF-8", byte));
      return false;
    }
    if (is_control(text[i])) {
      diagnostics.error(pos, "", fmt::format("control character 0x{:02x}; remove it", byte));
      return false;
    }
    pos.column += static_cast<std::uint32_t>(length);
    if (text[i] == '\n') pos = {file, pos.line + 1, 1};
    i += length;
  }
  return true;
}

}  // namespace meshsim
