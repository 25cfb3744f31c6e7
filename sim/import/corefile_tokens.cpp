// The lexer of the Corefile; source: dns.md section 1.1 (coredns/caddy, lexer.go).
#include "sim/import/corefile_tokens.hpp"

#include <string_view>
#include <utility>

namespace meshsim {
namespace {

class Lexer {
 public:
  Lexer(const CorefileText& origin, const std::string& source)
      : origin_(origin), source_(source), text_(origin.text) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }

  std::vector<CorefileToken> run() {
    while (at_ < text_.size()) step();
    end_word();
    return std::move(tokens_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (quoted_) return step_quoted(c);
    if (c == '\r') return skip();
    if (c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f') {
      end_word();
      return newline_or_skip(c);
    }
    // A comment inside a word hides only the rest of that word.
    if (c == '#') {
      const bool inside_word = in_word_;
      end_word();
      if (inside_word) return skip_word();
      return skip_line();
    }
    if (!in_word_) begin_word();
    if (c == '"' && word_.empty()) {
      quoted_ = true;
      return skip();
    }
    word_ += c;
    skip();
  }

  void step_quoted(char c) {
    if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      word_ += '"';
      skip();
      return skip();
    }
    if (c == '"') {
      quoted_ = false;
      was_quoted_ = true;
      skip();
      return end_word();
    }
    if (c != '\r') word_ += c;
    newline_or_skip(c);
  }

  void begin_word() {
    in_word_ = true;
    start_line_ = line_;
    start_column_ = column_;
  }

  void end_word() {
    if (!in_word_) return;
    Pos pos;
    if (origin_.file != 0 && origin_.one_line) {
      pos = {origin_.file, origin_.first_line, origin_.column_offset + 1};
    } else if (origin_.file != 0) {
      pos = {origin_.file, origin_.first_line + start_line_ - 1,
             origin_.column_offset + start_column_};
    }
    tokens_.push_back({std::move(word_), pos, start_line_, source_, was_quoted_});
    word_.clear();
    in_word_ = false;
    was_quoted_ = false;
  }

  void skip() {
    ++at_;
    ++column_;
  }
  void newline_or_skip(char c) {
    skip();
    if (c == '\n') {
      ++line_;
      column_ = 1;
    }
  }
  void skip_word() {
    while (at_ < text_.size() && std::string_view{" \t\r\n"}.find(text_[at_]) == text_.npos) skip();
  }
  void skip_line() {
    while (at_ < text_.size() && text_[at_] != '\n') skip();
  }

  const CorefileText& origin_;
  const std::string& source_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
  std::uint32_t start_line_ = 1;
  std::uint32_t start_column_ = 1;
  std::string word_;
  bool in_word_ = false;
  bool quoted_ = false;
  bool was_quoted_ = false;
  std::vector<CorefileToken> tokens_;
};

// Replaces `open`NAME`close` throughout; what is not closed stays as it is.
std::string replaced(const std::string& text, std::string_view open, std::string_view close,
                     const std::map<std::string, std::string>& environment) {
  std::string result;
  std::size_t from = 0;
  for (;;) {
    const std::size_t start = text.find(open, from);
    if (start == std::string::npos) break;
    const std::size_t end = text.find(close, start + open.size());
    if (end == std::string::npos) break;
    result.append(text, from, start - from);
    const auto value =
        environment.find(text.substr(start + open.size(), end - start - open.size()));
    if (value != environment.end()) result += value->second;
    from = end + close.size();
  }
  return result.append(text, from);
}

}  // namespace

std::vector<CorefileToken> corefile_tokens(const CorefileText& text, const std::string& source) {
  return Lexer{text, source}.run();
}

std::string with_environment(const std::string& text,
                             const std::map<std::string, std::string>& environment) {
  return replaced(replaced(text, "{$", "}", environment), "{%", "%}", environment);
}

}  // namespace meshsim
