// What the command line looks like: verbs and their options as plain tables. The parser, --help and
// the completion scripts all come from them. CLI11 stays behind parse().
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/units.hpp"
#include "tools/exit_code.hpp"

namespace meshsim::tools {

enum class OptionKind : std::uint8_t {
  Flag,         // given or not
  Choice,       // one of the words of `value`
  Number,       // a whole number, not negative
  Span,         // a time with its unit
  Text,         // anything but nothing; given several times, all of them count
  SpanAndText,  // two words
};

struct Option {
  std::string_view name;  // "--seed"
  char letter = 0;        // 'o' for -o; 0 for none
  OptionKind kind = OptionKind::Flag;
  std::string_view value{};  // as in the help: "N"; of a Choice its words: "table|json"
  std::string_view meaning{};
  std::uint64_t min = 0;  // of a Number, both included
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
};

// The options and operand of one call, checked against the verb's table.
class Arguments {
 public:
  // The first one; empty if not given.
  const std::string& operand() const { return operands_.empty() ? kNone : operands_.front(); }
  const std::vector<std::string>& operands() const { return operands_; }
  bool flag(std::string_view option) const { return values_.contains(option); }
  // The word given, or else the first of the choices.
  std::string_view choice(const Option& option) const;
  std::optional<std::uint64_t> number(std::string_view option) const;
  std::optional<Duration> span(std::string_view option) const;
  // Every text given for the option, those with commas taken apart.
  std::vector<std::string> texts(std::string_view option) const;
  // The last one; empty if none was given.
  std::string text(std::string_view option) const;

 private:
  friend struct CommandLine;
  static inline const std::string kNone;
  std::vector<std::string> operands_;
  std::map<std::string, std::string, std::less<>> values_;            // text that has been checked
  std::map<std::string, std::vector<std::string>, std::less<>> all_;  // texts
};

struct Verb {
  std::string_view name;
  // "FILE"; "FILE..." takes several, "KIND FILE..." at least two; "[TOPIC]" may be left out; "" for
  // none.
  std::string_view operand;
  std::string_view operand_words;  // "bash|zsh": what completion offers; "" offers files
  std::string_view summary;        // one line
  std::string_view text;           // what it does, with examples
  std::span<const Option> options;
  ExitCode (*run)(const Arguments& arguments);

  std::size_t least_operands() const;
  bool takes_files() const { return operand.find("FILE") != std::string_view::npos; }
  bool takes_several() const { return operand.ends_with("..."); }
};

// A command line as understood. With an error, `error` says what is wrong and what to write.
struct CommandLine {
  const Verb* verb = nullptr;  // none: `meshsim`, `meshsim --help`, `meshsim --version`
  Arguments arguments;
  bool help = false;
  bool version = false;
  std::string error;

  static CommandLine parse(int argc, const char* const* argv, std::span<const Verb* const> verbs);

 private:
  void take(const Option& option, std::string text);
  void take_two(const Option& option, const std::vector<std::string>& words);
  void take_rest(const std::vector<std::string>& rest);
};

// "table|wide|json" as words.
std::vector<std::string_view> split_words(std::string_view words);

// The help of meshsim and of one verb.
std::string help_text(std::span<const Verb* const> verbs);
std::string help_text(const Verb& verb);

}  // namespace meshsim::tools
