// Setup of `rewrite`; source: dns.md section 2.1 (coredns, plugin/rewrite/setup.go).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "models/dns/name.hpp"
#include "models/dns/pattern.hpp"
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

bool check_pattern(const CorefileToken& pattern, std::string_view replacement,
                   const Report& report) {
  constexpr std::size_t kLongest = 10'000;
  if (pattern.text.size() > kLongest) {
    report.error(pattern, fmt::format("regex pattern exceeds {} characters", kLongest));
    return false;
  }
  const dns::Pattern compiled{pattern.text};
  if (!compiled.error().empty()) {
    report.error(pattern,
                 fmt::format("invalid regex pattern: {} ({})", pattern.text, compiled.error()));
    return false;
  }
  if (groups_used(replacement) > compiled.groups()) {
    report.error(pattern, fmt::format("the rewrite regex pattern ({}) uses more subexpressions "
                                      "than its corresponding matching regex pattern ({})",
                                      replacement, pattern.text));
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
bool read_answers(const Words& words, std::size_t at, const Report& report,
                  dns::RewriteRule& rule) {
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
      continue;
    }
    const std::string_view kind = at + 1 < words.size() ? words[at + 1].text : std::string_view{};
    if (at + 3 >= words.size() || (kind != "name" && kind != "value")) {
      report.error(words[at], "'answer' needs 'auto', or 'name' or 'value' with FROM and TO");
      return false;
    }
    if (!check_pattern(words[at + 2], words[at + 3].text, report)) return false;
    rule.answers.push_back(
        {kind == "value", words[at + 2].text, dns::absolute(dns::lower(words[at + 3].text))});
    named |= kind == "name";
    at += 4;
  }
  if (rule.answer_auto && named) {
    report.error(words.back(),
                 "auto name answer rule cannot be combined with explicit name anwer rules");
    return false;
  }
  return true;
}

// FROM (and its match type before it, if `words` has more than `plain` words). False: an error.
bool read_match(const Words& words, std::size_t plain, std::string_view field, const Report& report,
                dns::RewriteRule& rule, std::size_t& at) {
  at = 0;
  if (words.size() > plain) {
    const auto match = match_type(words[0].text);
    if (!match) {
      report.error(words[0], fmt::format("{} rule supports only exact, prefix, suffix, substring, "
                                         "and regex name matching, received: {}",
                                         field, words[0].text));
      return false;
    }
    rule.match = *match;
    at = 1;
  }
  if (at >= words.size()) {
    report.error(words.back(), fmt::format("too few arguments for a {} rule", field));
    return false;
  }
  const CorefileToken& from = words[at];
  if (rule.match != dns::NameMatch::Regex) {
    rule.from = dns::absolute(dns::lower(from.text));
    return true;
  }
  rule.from = from.text;
  return check_pattern(from, {}, report);
}

bool read_name(const Words& words, const Report& report, dns::RewriteRule& rule) {
  std::size_t at = 0;
  if (!read_match(words, 2, "name", report, rule, at)) return false;
  if (at + 1 >= words.size()) {
    report.error(words.back(), "too few arguments for a name rule");
    return false;
  }
  const CorefileToken& to = words[at + 1];
  rule.to = dns::absolute(dns::lower(to.text));
  if (rule.match == dns::NameMatch::Regex && !check_pattern(words[at], to.text, report)) {
    return false;
  }
  return read_answers(words, at + 2, report, rule);
}

bool read_type_or_class(const Words& words, bool is_type, const Report& report,
                        dns::RewriteRule& rule) {
  const auto number = [&](const CorefileToken& word, std::uint16_t& value) {
    if (is_type) {
      const auto type = dns::parse_type(word.text);
      if (type) value = static_cast<std::uint16_t>(*type);
      if (!type) report.error(word, fmt::format("invalid type {}", dns::lower(word.text)));
      return type.has_value();
    }
    const auto record_class = dns::parse_class(word.text);
    if (record_class) value = static_cast<std::uint16_t>(*record_class);
    if (!record_class) report.error(word, fmt::format("invalid class {}", dns::lower(word.text)));
    return record_class.has_value();
  };
  return number(words[0], rule.old_number) && number(words[1], rule.new_number);
}

// SECONDS, MIN-MAX, MIN- or -MAX.
bool read_ttl(const CorefileToken& word, const Report& report, dns::RewriteRule& rule) {
  constexpr std::int64_t kLongest = 2'147'483'647;
  const std::size_t dash = word.text.find('-');
  const auto part = [&](std::string_view text, std::int64_t otherwise) {
    return text.empty() ? std::optional{otherwise} : integer(text);
  };
  const std::string_view text = word.text;
  const auto low = part(text.substr(0, dash), 0);
  const auto high = dash == text.npos ? low : part(text.substr(dash + 1), kLongest);
  const bool is_range = low && high && *low >= 0 && *high >= *low && *high <= kLongest;
  if (!is_range || text == "-" || text.empty()) {
    report.error(word, fmt::format("ttl must be a number or a range, received: {}", text));
    return false;
  }
  rule.ttl_min = static_cast<std::uint32_t>(*low);
  rule.ttl_max = static_cast<std::uint32_t>(*high);
  return true;
}

bool read_rcode(const Words& words, std::size_t at, const Report& report, dns::RewriteRule& rule) {
  if (at + 2 >= words.size()) {
    report.error(words.back(), "too few arguments for a rcode rule");
    return false;
  }
  const auto number = [&](const CorefileToken& word, std::uint16_t& value) {
    const auto code = dns::parse_rcode(word.text);
    const auto digits = integer(word.text);
    if (code) value = static_cast<std::uint16_t>(*code);
    if (!code && digits) value = static_cast<std::uint16_t>(*digits);
    if (!code && !digits) report.error(word, fmt::format("invalid RCODE name: {}", word.text));
    return code || digits;
  };
  return number(words[at + 1], rule.old_number) && number(words[at + 2], rule.new_number);
}

std::optional<std::string> bytes_of(std::string_view text) {
  if (!text.starts_with("0x")) return std::string{text};
  std::string bytes;
  for (std::size_t at = 2; at < text.size(); at += 2) {
    unsigned value = 0;
    const auto digits = text.substr(at, 2);
    for (const char c : digits) {
      const std::string_view kHex = "0123456789abcdef";
      const std::size_t digit = kHex.find(static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c));
      if (digit == kHex.npos) return std::nullopt;
      value = value * 16 + static_cast<unsigned>(digit);
    }
    bytes += static_cast<char>(value);
  }
  return bytes;
}

// `edns0 local ACTION CODE DATA`, `edns0 nsid ACTION`, `edns0 subnet ACTION V4 V6`; then `revert`.
bool read_edns(const Words& words, const CorefileInput& input, const Report& report,
               dns::RewriteRule& rule) {
  using Kind = dns::EdnsRule::Kind;
  using Action = dns::EdnsRule::Action;
  dns::EdnsRule& edns = rule.edns;
  const auto wrong = [&](const CorefileToken& at, const std::string& message) {
    report.error(at, message);
    return false;
  };
  const std::string kind = dns::lower(words[0].text);
  const std::string action = words.size() > 1 ? dns::lower(words[1].text) : std::string{};
  constexpr std::array<std::pair<std::string_view, Action>, 4> kActions{
      {{"set", Action::Set},
       {"append", Action::Append},
       {"replace", Action::Replace},
       {"unset", Action::Unset}}};
  const auto* known = std::find_if(kActions.begin(), kActions.end(),
                                   [&](const auto& one) { return one.first == action; });
  const bool has_unset = dns::at_least(input.version, 1, 13, 0);
  if (known == kActions.end() || (known->second == Action::Unset && !has_unset)) {
    return wrong(words.back(), fmt::format("invalid action: \"{}\"", action));
  }
  edns.action = known->second;
  std::size_t count = words.size();
  if (words.back().text == "revert") {
    edns.reverts = true;
    --count;
  }
  if (kind == "nsid") {
    edns.kind = Kind::Nsid;
    edns.code = 3;
    return count == 2 || wrong(words.back(), "EDNS0 NSID rules do not accept args");
  }
  if (kind == "subnet") {
    edns.kind = Kind::Subnet;
    edns.code = 8;
    if (edns.action == Action::Unset) return true;
    const auto v4 = count == 4 ? integer(words[2].text) : std::nullopt;
    const auto v6 = count == 4 ? integer(words[3].text) : std::nullopt;
    if (!v4 || !v6 || *v4 < 0 || *v4 > 32 || *v6 < 0 || *v6 > 128) {
      return wrong(words.back(), "EDNS0 subnet rules require exactly three args");
    }
    edns.v4_bits = static_cast<std::uint8_t>(*v4);
    edns.v6_bits = static_cast<std::uint8_t>(*v6);
    return true;
  }
  if (kind != "local") return wrong(words[0], fmt::format("invalid rule type \"{}\"", kind));
  const bool is_unset = edns.action == Action::Unset;
  if (count != (is_unset ? 3U : 4U)) {
    return wrong(words.back(), "EDNS0 local rules require exactly three args");
  }
  std::size_t used = 0;
  try {
    edns.code = static_cast<std::uint16_t>(std::stoul(words[2].text, &used, 0));
  } catch (const std::exception&) {
    used = 0;
  }
  if (used != words[2].text.size()) {
    return wrong(words[2], fmt::format("'{}' is no option code", words[2].text));
  }
  if (is_unset) return true;
  const std::string& data = words[3].text;
  if (data.starts_with('{') && data.ends_with('}')) {
    edns.variable = data;
    return true;
  }
  const auto bytes = bytes_of(data);
  if (!bytes) return wrong(words[3], fmt::format("'{}' is no hexadecimal number", data));
  edns.data = *bytes;
  return true;
}

}  // namespace

void set_up_rewrite(const CorefileDirective& directive, const CorefileInput& input,
                    const Report& report, dns::ServerBlock& block) {
  Words words = directive.arguments;
  if (words.size() < 2) {  // then a block follows, whose words are one rule
    for (const Words& line : directive.block) words.insert(words.end(), line.begin(), line.end());
  }
  dns::RewriteRule rule;
  rule.pos = directive.name.pos;
  if (!words.empty() && (words[0].text == "continue" || words[0].text == "stop")) {
    rule.stop = words[0].text == "stop";
    words.erase(words.begin());
  }
  if (words.size() < 2) return report.argument_count(words.empty() ? directive.name : words[0]);
  const std::string field = dns::lower(words[0].text);
  const CorefileToken first = words[0];
  words.erase(words.begin());
  std::size_t at = 0;
  bool is_read = false;
  if (field == "answer") return report.error(first, "no rule type precedes 'answer'");
  if (field == "name") {
    if (words.size() < 2) return report.error(first, "too few arguments for a name rule");
    rule.field = dns::RewriteField::Name;
    is_read = read_name(words, report, rule);
  } else if (field == "type" || field == "class") {
    if (words.size() != 2) {
      return report.error(first, fmt::format("{} rules must have exactly two arguments", field));
    }
    rule.field = field == "type" ? dns::RewriteField::Type : dns::RewriteField::Class;
    is_read = read_type_or_class(words, field == "type", report, rule);
  } else if (field == "ttl") {
    if (words.size() < 2) return report.error(first, "too few arguments for a ttl rule");
    rule.field = dns::RewriteField::Ttl;
    is_read = read_match(words, 2, "ttl", report, rule, at) && at + 1 < words.size() &&
              read_ttl(words[at + 1], report, rule);
  } else if (field == "rcode") {
    rule.field = dns::RewriteField::Rcode;
    is_read =
        read_match(words, 3, "rcode", report, rule, at) && read_rcode(words, at, report, rule);
  } else if (field == "cname") {
    rule.field = dns::RewriteField::Cname;
    if (words.size() < 2) return report.error(first, "too few arguments for a cname rule");
    is_read = read_match(words, 2, "cname", report, rule, at) && at + 1 < words.size();
    if (is_read) {
      rule.to = dns::absolute(dns::lower(words[at + 1].text));
      // Names of rules that are not exact stand as they are written.
      if (rule.match != dns::NameMatch::Exact) rule.from = words[at].text;
    }
  } else if (field == "edns0") {
    rule.field = dns::RewriteField::Edns0;
    is_read = read_edns(words, input, report, rule);
  } else {
    return report.error(first, fmt::format("invalid rule type '{}'", first.text));
  }
  if (is_read) block.rewrites.push_back(std::move(rule));
}

}  // namespace meshsim::corefile
