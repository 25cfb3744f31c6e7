// Reads the command line with CLI11, the only file that includes it. CLI11 splits words into
// options and operands; what is unknown or ill-formed is answered here, with the nearest name.
#include "tools/cli.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <deque>

#include "meshsim/base/check.hpp"
#include "meshsim/base/diagnostics.hpp"
#include "sim/config/quantities.hpp"

namespace meshsim::tools {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view near = nearest(word, known);
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

std::vector<std::string_view> split(std::string_view words, char separator) {
  std::vector<std::string_view> list;
  while (!words.empty()) {
    const std::size_t end = words.find(separator);
    list.push_back(words.substr(0, end));
    words = end == std::string_view::npos ? "" : words.substr(end + 1);
  }
  return list;
}

// "-o,--output", as CLI11 wants its names.
std::string names_of(const Option& option) {
  if (option.letter == 0) return std::string{option.name};
  return fmt::format("-{},{}", option.letter, option.name);
}

// What is wrong with the text given for an option, and what to write; empty if nothing is.
std::string wrong_with(const Option& option, std::string_view text) {
  if (option.kind == OptionKind::Choice) {
    const std::vector<std::string_view> words = split_words(option.value);
    if (std::find(words.begin(), words.end(), text) != words.end()) return "";
    return fmt::format("'{}' is none of {}{}", text, option.value, did_you_mean(text, words));
  }
  if (option.kind == OptionKind::Number) {
    const std::optional<std::uint64_t> number = parse_number(text);
    if (!number) return fmt::format("'{}' is no whole number", text);
    if (*number >= option.min && *number <= option.max) return "";
    return fmt::format("{} is not from {} to {}", *number, option.min, option.max);
  }
  if (option.kind == OptionKind::Text) return text.empty() ? "is empty" : "";
  std::string error;
  Duration span{};
  if (option.kind == OptionKind::Span) ScalarText<Duration>::parse(text, span, error);
  return error;
}

}  // namespace

std::vector<std::string_view> split_words(std::string_view words) { return split(words, '|'); }

std::size_t Verb::least_operands() const {
  return operand.empty() || operand.front() == '[' ? 0 : split(operand, ' ').size();
}

std::string_view Arguments::choice(const Option& option) const {
  const auto found = values_.find(option.name);
  return found == values_.end() ? split_words(option.value).front() : found->second;
}

std::optional<std::uint64_t> Arguments::number(std::string_view option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::nullopt : parse_number(found->second);
}

std::optional<Duration> Arguments::span(std::string_view option) const {
  const auto found = values_.find(option);
  if (found == values_.end()) return std::nullopt;
  Duration span{};
  std::string error;
  check(ScalarText<Duration>::parse(found->second, span, error), "options were checked when read");
  return span;
}

std::vector<std::string> Arguments::texts(std::string_view option) const {
  std::vector<std::string> list;
  const auto found = all_.find(option);
  if (found == all_.end()) return list;
  for (const std::string& given : found->second) {
    for (const std::string_view part : split(given, ',')) {
      if (!part.empty()) list.emplace_back(part);
    }
  }
  return list;
}

std::string Arguments::text(std::string_view option) const {
  const auto found = all_.find(option);
  return found == all_.end() ? std::string{} : found->second.back();
}

void CommandLine::take(const Option& option, std::string text) {
  const std::string wrong = wrong_with(option, text);
  if (!wrong.empty()) error = fmt::format("{}: {}", option.name, wrong);
  if (option.kind == OptionKind::Text) arguments.all_[std::string{option.name}].push_back(text);
  arguments.values_[std::string{option.name}] = std::move(text);
}

void CommandLine::take_two(const Option& option, const std::vector<std::string>& words) {
  if (words.size() != 2) {
    error = fmt::format("{} takes {}, once", option.name, option.value);
    return;
  }
  Option part = option;
  part.kind = OptionKind::Text;
  take(part, words[1]);
  part.kind = OptionKind::Span;
  if (error.empty()) take(part, words[0]);
}

// What CLI11 could not place: the operand, and what should not be there.
void CommandLine::take_rest(const std::vector<std::string>& rest) {
  std::vector<std::string_view> known{"--help"};
  for (const Option& option : verb->options) known.push_back(option.name);
  bool only_operands = false;
  for (const std::string& word : rest) {
    if (word == "--" && !only_operands) {
      only_operands = true;
    } else if (word.size() > 1 && word.front() == '-' && !only_operands) {
      error = fmt::format("unknown option '{}'{}", word,
                          did_you_mean(word.substr(0, word.find('=')), known));
    } else if (verb->operand.empty() || (!arguments.operands_.empty() && !verb->takes_several())) {
      error = fmt::format("'{}' is one word too many", word);
    } else {
      arguments.operands_.push_back(word);
    }
    if (!error.empty()) return;
  }
  const std::size_t count = arguments.operands_.size();
  if (count < verb->least_operands()) {
    const std::vector<std::string_view> names = split(verb->operand, ' ');
    error = fmt::format("{} is missing",
                        fmt::join(names.begin() + std::ptrdiff_t(count), names.end(), " "));
  }
}

CommandLine CommandLine::parse(int argc, const char* const* argv,
                               std::span<const Verb* const> verbs) {
  CommandLine line;
  CLI::App app;
  app.set_help_flag("");
  app.add_flag("-h,--help", line.help);
  app.add_flag("--version", line.version);
  app.allow_extras();
  app.require_subcommand(0, 1);  // the words behind the verb are never verbs

  std::deque<std::vector<std::string>> lists;
  std::deque<std::string> texts;  // CLI11 keeps references to them
  for (const Verb* verb : verbs) {
    CLI::App* sub = app.add_subcommand(std::string{verb->name});
    sub->set_help_flag("");
    sub->add_flag("-h,--help", line.help);
    sub->allow_extras();
    for (const Option& option : verb->options) {
      if (option.kind == OptionKind::Flag) {
        sub->add_flag(names_of(option));
      } else if (option.kind == OptionKind::Text) {
        sub->add_option(names_of(option), lists.emplace_back())->allow_extra_args(false);
      } else if (option.kind == OptionKind::SpanAndText) {
        sub->add_option(names_of(option), lists.emplace_back())->expected(2);
      } else {
        sub->add_option(names_of(option), texts.emplace_back());
      }
    }
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    line.error = wrong.what();
  }
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (chosen.empty()) {
    if (const std::vector<std::string> rest = app.remaining(); !rest.empty()) {
      std::vector<std::string_view> names{"--help", "--version"};
      for (const Verb* verb : verbs) names.push_back(verb->name);
      line.error = fmt::format("unknown {} '{}'{}", rest[0].starts_with('-') ? "option" : "verb",
                               rest[0], did_you_mean(rest[0], names));
    }
    return line;
  }
  for (const Verb* verb : verbs) {
    if (verb->name == chosen[0]->get_name()) line.verb = verb;
  }
  if (line.help || !line.error.empty()) return line;
  for (const Option& option : line.verb->options) {
    const CLI::Option* given = chosen[0]->get_option(std::string{option.name});
    if (given->count() == 0) continue;
    // Of most options the last one counts.
    const std::vector<std::string>& words = given->results();
    if (option.kind == OptionKind::SpanAndText) {
      line.take_two(option, words);
      continue;
    }
    for (std::size_t i = option.kind == OptionKind::Text ? 0 : words.size() - 1; i < words.size();
         ++i) {
      if (line.error.empty()) line.take(option, words[i]);
    }
  }
  if (line.error.empty()) line.take_rest(chosen[0]->remaining());
  return line;
}

}  // namespace meshsim::tools
