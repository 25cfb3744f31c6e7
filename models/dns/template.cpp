// The template plugin: the first of its templates that matches writes the reply.
#include <algorithm>
#include <sstream>

#include "models/dns/answerers.hpp"
#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

struct Match {
  const Pattern* pattern = nullptr;
  std::vector<std::string> groups;
  std::string zone;
};

std::string filled(const TemplateText& text, const DnsMessage& query, const Asker& asker,
                   const Match& match) {
  std::string result;
  for (const TemplatePiece& piece : text) {
    switch (piece.kind) {
      case TemplatePiece::Kind::Text: result += piece.text; break;
      case TemplatePiece::Kind::Name: result += lower(query.name); break;
      case TemplatePiece::Kind::Zone: result += match.zone; break;
      case TemplatePiece::Kind::Type: result += to_string(query.type); break;
      case TemplatePiece::Kind::Class: result += to_string(query.record_class); break;
      case TemplatePiece::Kind::Remote: result += to_string(asker.address); break;
      case TemplatePiece::Kind::Match:
      case TemplatePiece::Kind::Group: {
        const bool is_number = piece.text.find_first_not_of("0123456789") == std::string::npos;
        const auto number = is_number ? std::optional<std::size_t>{std::stoul(piece.text)}
                                      : match.pattern->group(piece.text);
        if (number && *number < match.groups.size()) result += match.groups[*number];
        break;
      }
    }
  }
  return result;
}

// "name ttl class type data", as in a zone file.
std::optional<Record> parsed(const std::string& text) {
  std::istringstream words{text};
  Record record;
  std::string word;
  words >> word;
  record.owner = absolute(word);
  record.ttl = 3600;
  while (words >> word) {
    if (word.find_first_not_of("0123456789") == std::string::npos) {
      record.ttl = static_cast<std::uint32_t>(std::stoul(word));
    } else if (const auto record_class = parse_class(word); record_class && !parse_type(word)) {
      record.record_class = *record_class;
    } else if (const auto type = parse_type(word)) {
      record.type = *type;
      std::string rest;
      std::getline(words >> std::ws, rest);
      if (!set_value(record, rest)) return std::nullopt;
      return record;
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

bool add(std::vector<Record>& section, const std::vector<TemplateText>& texts,
         const DnsMessage& query, const Asker& asker, const Match& match) {
  for (const TemplateText& text : texts) {
    auto record = parsed(filled(text, query, asker, match));
    if (!record) return false;
    section.push_back(std::move(*record));
  }
  return true;
}

}  // namespace

Templates::Templates(const std::vector<TemplateConfig>& configs) {
  for (const TemplateConfig& config : configs) {
    Compiled compiled{config, {}};
    for (const std::string& text : config.matches) compiled.patterns.emplace_back(text);
    templates_.push_back(std::move(compiled));
  }
}

MaybeAnswered Templates::answer(const DnsMessage& query, const Asker& asker) const {
  const std::string name = lower(query.name);
  for (const Compiled& one : templates_) {
    const TemplateConfig& config = one.config;
    const std::string* const zone = matching_zone(config.zones, name);
    const bool is_asked =
        zone != nullptr &&
        (config.record_class == query.record_class || config.record_class == RecordClass::Any ||
         query.record_class == RecordClass::Any) &&
        (config.type == query.type || config.type == RecordType::Any ||
         query.type == RecordType::Any);
    if (!is_asked) continue;
    Match match;
    match.zone = *zone;
    for (const Pattern& pattern : one.patterns) {
      const auto groups = pattern.find(name);
      if (!groups) continue;
      match.pattern = &pattern;
      match.groups = *groups;
      break;
    }
    if (match.pattern == nullptr) {
      if (config.falls_through.applies_to(name)) continue;
      return Answered{reply_to(query, Rcode::ServFail), false};
    }
    if (config.rcode == Rcode::ServFail) return Answered{reply_to(query, Rcode::ServFail), false};
    Answered answered{reply_to(query, config.rcode)};
    answered.message.authoritative = true;
    if (!add(answered.message.answer, config.answers, query, asker, match) ||
        !add(answered.message.authority, config.authorities, query, asker, match) ||
        !add(answered.message.additional, config.additionals, query, asker, match)) {
      return Answered{reply_to(query, Rcode::ServFail), false};
    }
    const bool follows = query.type == RecordType::A || query.type == RecordType::Aaaa;
    for (const Record& record : answered.message.answer) {
      if (follows && record.type == RecordType::Cname) answered.chase = record.target;
    }
    return answered;
  }
  return std::nullopt;
}

}  // namespace meshsim::dns
