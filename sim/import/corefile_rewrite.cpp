// Setup of `rewrite`: the rules for names; source: dns.md section 2.1.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>

#include "models/dns/name.hpp"
#include "sim/import/corefile_setup.hpp"

namespace meshsim::corefile {
namespace {

// How many different groups {0}..{100} a replacement names; CoreDNS compares just the count.
std::size_t groups_used(std::string_view replacement) {
  std::size_t used = 0;
  for (int group = 0; group <= 100; ++group) {
    used += replacement.find(fmt::format("{{{}}}", group)) != replacement.npos ? 1 : 0;
  }
  return used;
}

bool check_pattern(const CorefileToken& pattern, const CorefileToken& replacement,
                   const Report& report) {
  constexpr std::size_t kLongest = 10'000;
  if (pattern.text.size() > kLongest) {
    report.error(pattern, fmt::format("regex pattern exceeds {} characters", kLongest));
    return false;
  }
  for (const std::string_view construct : {"(?", "\\p", "\\P", "\\A", "\\z", "\\Q", "\\C"}) {
    if (pattern.text.find(construct) != std::string::npos) {
      report.warning(pattern, fmt::format("'{}' means something else in RE2, which CoreDNS uses, "
                                          "than in the ECMAScript patterns used here",
                                          construct));
    }
  }
  try {
    const std::regex compiled{pattern.text};
    if (groups_used(replacement.text) > compiled.mark_count()) {
      report.error(pattern, fmt::format("the rewrite regex pattern ({}) uses more subexpressions "
                                        "than its corresponding matching regex pattern ({})",
                                        replacement.text, pattern.text));
      return false;
    }
  } catch (const std::regex_error& error) {
    report.error(pattern, fmt::format("invalid regex pattern: {}", pattern.text));
    return false;
  }
  return true;
}

std::optional<dns::NameMatch> match_type(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, dns::NameMatch>, 5> kTypes{
      {{"exact", dns::NameMatch::Exact},
       {"prefix", dns::NameMatch::Prefix},
       {"suffix", dns::NameMatch::Suffix},
       {"substring", dns::NameMatch::Substring},
       {"regex", dns::NameMatch::Regex}}};
  const std::string lower = dns::lower(word);
  for (const auto& [name, match] : kTypes) {
    if (name == lower) return match;
  }
  return std::nullopt;
}

// `answer auto`, `answer name FROM TO`, `answer value FROM TO`, any number of them.
bool read_answers(const Words& words, std::size_t at, const Report& report, dns::NameRule& rule) {
  bool named = false;
  while (at < words.size()) {
    if (words[at].text != "answer") {
      report.error(words[at], fmt::format("exceeded the number of arguments for a non-regex rule "
                                          "argument at '{}'",
                                          words[at].text));
      return false;
    }
    if (at + 1 < words.size() && words[at + 1].text == "auto") {
      rule.answer_auto = true;
      at += 2;
    } else {
      const bool complete = at + 3 < words.size();
      const std::string_view kind = at + 1 < words.size() ? words[at + 1].text : std::string_view{};
      // Without "name" or "value" it is a rule for names.
      const bool with_kind = kind == "name" || kind == "value";
      if (!complete || !with_kind) {
        report.error(words[at], "'answer' needs 'auto', or 'name' or 'value' with FROM and TO");
        return false;
      }
      if (!check_pattern(words[at + 2], words[at + 3], report)) return false;
      rule.answers.push_back(
          {kind == "value", words[at + 2].text, dns::absolute(dns::lower(words[at + 3].text))});
      named |= kind == "name";
      at += 4;
    }
  }
  if (rule.answer_auto && named) {
    report.error(words.back(),
                 "auto name answer rule cannot be combined with explicit name anwer rules");
    return false;
  }
  return true;
}

}  // namespace

void set_up_rewrite(const CorefileDirective& directive, const Report& report,
                    dns::ServerBlock& block) {
  Words words = directive.arguments;
  if (words.size() < 2) {  // then a block follows, whose words are one rule
    for (const Words& line : directive.block) words.insert(words.end(), line.begin(), line.end());
  }
  dns::NameRule rule;
  rule.pos = directive.name.pos;
  if (!words.empty() && (words[0].text == "continue" || words[0].text == "stop")) {
    rule.stop = words[0].text == "stop";
    words.erase(words.begin());
  }
  if (words.size() < 2) return report.argument_count(words.empty() ? directive.name : words[0]);
  const std::string field = dns::lower(words[0].text);
  if (field == "answer") {
    return report.error(words[0], "no rule type precedes 'answer'");
  }
  if (field != "name") {
    constexpr std::array kFields{"type", "class", "ttl", "edns0", "cname", "rcode"};
    if (std::find(kFields.begin(), kFields.end(), field) != kFields.end()) {
      return report.error(words[0], fmt::format("'rewrite {}' is not modelled yet", field));
    }
    return report.error(words[0], fmt::format("invalid rule type '{}'", words[0].text));
  }
  words.erase(words.begin());
  if (words.size() < 2) return report.error(words[0], "too few arguments for a name rule");
  std::size_t at = 0;
  if (words.size() > 2) {
    const auto match = match_type(words[0].text);
    if (!match) {
      return report.error(words[0], fmt::format("name rule supports only exact, prefix, suffix, "
                                                "substring, and regex name matching, received: {}",
                                                words[0].text));
    }
    rule.match = *match;
    at = 1;
  }
  const CorefileToken& from = words[at];
  const CorefileToken& to = words[at + 1];
  if (rule.match == dns::NameMatch::Regex) {
    if (!check_pattern(from, to, report)) return;
    rule.from = from.text;
  } else {
    rule.from = dns::absolute(dns::lower(from.text));
  }
  rule.to = dns::absolute(dns::lower(to.text));
  if (!read_answers(words, at + 2, report, rule)) return;
  block.rewrites.push_back(std::move(rule));
}

}  // namespace meshsim::corefile
