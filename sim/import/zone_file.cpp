// Zone files; source: RFC 1035 section 5.
#include "sim/import/zone_file.hpp"

#include <optional>

#include "models/dns/name.hpp"

namespace meshsim {
namespace {

struct Line {
  bool has_owner = false;  // it does not begin with a blank
  std::vector<std::string> words;
  std::uint32_t number = 0;
};

// Lines without comments; what stands in parentheses is one line.
std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  Line line;
  std::string word;
  int depth = 0;
  bool is_quoted = false;
  bool is_start = true;
  std::uint32_t number = 1;
  const auto end_word = [&] {
    if (!word.empty()) line.words.push_back(std::move(word));
    word.clear();
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (is_start) {
      line.has_owner = c != ' ' && c != '\t';
      line.number = number;
      is_start = false;
    }
    if (is_quoted) {
      word += c;
      if (c == '"') is_quoted = false;
      continue;
    }
    switch (c) {
      case '"':
        is_quoted = true;
        word += c;
        break;
      case ';':
        while (at + 1 < text.size() && text[at + 1] != '\n') ++at;
        break;
      case '(': ++depth; break;
      case ')': --depth; break;
      case '\n':
        ++number;
        end_word();
        if (depth > 0) break;
        if (!line.words.empty()) lines.push_back(std::move(line));
        line = {};
        is_start = true;
        break;
      case ' ':
      case '\t':
      case '\r': end_word(); break;
      default: word += c;
    }
  }
  end_word();
  if (!line.words.empty()) lines.push_back(std::move(line));
  return lines;
}

// Seconds, or "1h30m" as zone files may have it.
std::optional<std::uint32_t> ttl_of(std::string_view text) {
  std::uint64_t total = 0;
  std::uint64_t value = 0;
  bool has_digit = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
      has_digit = true;
      continue;
    }
    const std::string_view units = "smhdw";
    constexpr std::uint64_t kSeconds[] = {1, 60, 3600, 86400, 604800};
    const std::size_t unit = units.find(static_cast<char>(c | 0x20));
    if (unit == units.npos || !has_digit) return std::nullopt;
    total += value * kSeconds[unit];
    value = 0;
  }
  if (!has_digit) return std::nullopt;
  return static_cast<std::uint32_t>(total + value);
}

}  // namespace

ZoneFile read_zone_file(std::string_view text, std::string_view zone) {
  ZoneFile file;
  std::string origin{zone};
  std::string owner = origin;
  std::uint32_t default_ttl = 3600;
  for (const Line& line : lines_of(text)) {
    file.line = line.number;
    std::size_t at = 0;
    const std::vector<std::string>& words = line.words;
    if (words[0] == "$ORIGIN" && words.size() > 1) {
      origin = dns::qualified(words[1], origin);
      continue;
    }
    if (words[0] == "$TTL" && words.size() > 1) {
      default_ttl = ttl_of(words[1]).value_or(default_ttl);
      continue;
    }
    if (words[0].starts_with('$')) {
      file.error = "'" + words[0] + "' is not modelled";
      return file;
    }
    if (line.has_owner) owner = dns::qualified(words[at++], origin);
    dns::Record record{.owner = dns::lower(owner), .ttl = default_ttl};
    std::optional<dns::RecordType> type;
    for (; at < words.size() && !type; ++at) {
      if (const auto ttl = ttl_of(words[at])) {
        record.ttl = *ttl;
      } else if (!dns::parse_class(words[at]) || dns::parse_type(words[at])) {
        type = dns::parse_type(words[at]);
        if (!type) break;
      }
    }
    std::string value;
    for (; at < words.size(); ++at) value += (value.empty() ? "" : " ") + words[at];
    if (type) record.type = *type;
    if (!type || !dns::set_value(record, value, origin)) {
      file.error = "no record: '" + words.back() + "'";
      return file;
    }
    file.records.push_back(std::move(record));
  }
  return file;
}

}  // namespace meshsim
