// The words of a Corefile, each with its place; source: dns.md section 1.1.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "meshsim/base/diagnostics.hpp"
#include "sim/import/corefile.hpp"

namespace meshsim {

struct CorefileToken {
  std::string text;
  Pos pos;
  std::uint32_t line = 0;  // within its own text: tells where a line ends
  std::string source;      // path of that text
  bool quoted = false;
};

std::vector<CorefileToken> corefile_tokens(const CorefileText& text, const std::string& source);

// Replaces {$NAME} and {%NAME%}; an unset variable is the empty string.
std::string with_environment(const std::string& text,
                             const std::map<std::string, std::string>& environment);

// One line (or block) of a directive: its words, and the lines of its brace block.
struct CorefileDirective {
  CorefileToken name;
  std::vector<CorefileToken> arguments;
  std::vector<std::vector<CorefileToken>> block;
};

struct CorefileBlock {
  std::vector<CorefileToken> keys;
  std::vector<CorefileDirective> directives;
};

}  // namespace meshsim
