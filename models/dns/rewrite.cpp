// Name rules and their reversal; source: dns.md section 2.1 (coredns, plugin/rewrite).
#include "models/dns/rewrite.hpp"

#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

// `replacement` with {0}..{n} replaced by the groups of the match.
std::string filled(const std::string& replacement, const std::smatch& match) {
  std::string result;
  for (std::size_t at = 0; at < replacement.size();) {
    const std::size_t close = replacement[at] == '{' ? replacement.find('}', at) : replacement.npos;
    std::size_t group = 0;
    bool is_group = close != replacement.npos && close > at + 1 && close < at + 4;
    for (std::size_t digit = at + 1; is_group && digit < close; ++digit) {
      is_group = replacement[digit] >= '0' && replacement[digit] <= '9';
      group = group * 10 + static_cast<std::size_t>(replacement[digit] - '0');
    }
    if (is_group && group < match.size()) {
      result += match[group].str();
      at = close + 1;
    } else {
      result += replacement[at++];
    }
  }
  return result;
}

std::string replaced_all(const std::string& text, const std::string& from, const std::string& to) {
  std::string result;
  std::size_t at = 0;
  for (std::size_t hit = text.find(from); hit != text.npos; hit = text.find(from, at)) {
    result.append(text, at, hit - at).append(to);
    at = hit + from.size();
  }
  return result.append(text, at);
}

}  // namespace

Rewriter::Rewriter(const std::vector<NameRule>& rules) {
  for (const NameRule& rule : rules) {
    Rule compiled{rule, {}, static_cast<std::uint32_t>(answers_.size())};
    if (rule.match == NameMatch::Regex) compiled.pattern = std::regex{rule.from};
    for (const AnswerRule& answer : rule.answers) {
      answers_.push_back({answer.of_value, std::regex{answer.pattern}, answer.replacement});
    }
    rules_.push_back(std::move(compiled));
  }
}

Rewritten Rewriter::apply(std::string_view name) const {
  Rewritten result;
  result.name = name;
  for (const Rule& rule : rules_) {
    const std::string before = lower(result.name);
    std::string after;
    if (!rewrite(rule, before, after)) continue;
    result.matched = true;
    result.name = after;
    result.rule = rule.rule.decision;
    result.illegal = !is_legal(after);
    if (result.illegal) return result;
    add_reversals(rule, before, after, result.reversals);
    if (!rule.rule.stop) continue;
    result.stopped = true;
    break;
  }
  return result;
}

bool Rewriter::rewrite(const Rule& rule, const std::string& name, std::string& changed) const {
  const std::string& from = rule.rule.from;
  const std::string& to = rule.rule.to;
  switch (rule.rule.match) {
    case NameMatch::Exact:
      if (name != from) return false;
      changed = to;
      return true;
    case NameMatch::Prefix:
      if (!name.starts_with(from)) return false;
      changed = to + name.substr(from.size());
      return true;
    case NameMatch::Suffix:  // no boundary on the left: ".c2." needs its dot
      if (!name.ends_with(from)) return false;
      changed = name.substr(0, name.size() - from.size()) + to;
      return true;
    case NameMatch::Substring:
      if (name.find(from) == name.npos) return false;
      changed = replaced_all(name, from, to);
      return true;
    case NameMatch::Regex: {
      std::smatch match;
      if (!std::regex_search(name, match, rule.pattern)) return false;
      changed = filled(to, match);
      return true;
    }
  }
  return false;
}

void Rewriter::add_reversals(const Rule& rule, const std::string& before, const std::string& after,
                             std::vector<Reversal>& reversals) const {
  using Kind = Reversal::Kind;
  if (rule.rule.match == NameMatch::Exact) {
    reversals.push_back({Kind::Below, after, before, 0});
  } else if (rule.rule.answer_auto && rule.rule.match == NameMatch::Suffix) {
    reversals.push_back({Kind::Suffix, rule.rule.to, rule.rule.from, 0});
  } else if (rule.rule.answer_auto) {
    reversals.push_back({Kind::Below, after, before, 0});
  }
  for (std::uint32_t index = 0; index < rule.rule.answers.size(); ++index) {
    const std::uint32_t pattern = rule.first_answer + index;
    const Kind kind = answers_[pattern].of_value ? Kind::Value : Kind::Owner;
    reversals.push_back({kind, {}, {}, pattern});
  }
}

void Rewriter::map(const Reversal& reversal, std::string& name, bool is_owner) const {
  switch (reversal.kind) {
    case Reversal::Kind::Below:
      if (is_in_zone(name, reversal.from)) {
        name = name.substr(0, name.size() - reversal.from.size()) + reversal.to;
      }
      return;
    case Reversal::Kind::Suffix:
      if (name.ends_with(reversal.from)) {
        name = name.substr(0, name.size() - reversal.from.size()) + reversal.to;
      }
      return;
    case Reversal::Kind::Owner:
    case Reversal::Kind::Value:
      if (is_owner != (reversal.kind == Reversal::Kind::Owner)) return;
      std::smatch match;
      const Answer& answer = answers_[reversal.pattern];
      if (std::regex_search(name, match, answer.pattern)) {
        std::string changed = filled(answer.replacement, match);
        name = std::move(changed);
      }
      return;
  }
}

void Rewriter::revert(const Rewritten& rewritten, const std::string& question,
                      DnsMessage& reply) const {
  if (!rewritten.reverts()) return;
  reply.name = question;
  for (std::vector<Record>* section : {&reply.answer, &reply.authority, &reply.additional}) {
    for (Record& record : *section) {
      // The last rule's change is undone first (since 1.11.4).
      for (auto reversal = rewritten.reversals.rbegin(); reversal != rewritten.reversals.rend();
           ++reversal) {
        map(*reversal, record.owner, true);
        if (!record.target.empty()) map(*reversal, record.target, false);
      }
    }
  }
}

}  // namespace meshsim::dns
