// Rules and their reversal; source: dns.md section 2.1 (coredns, plugin/rewrite).
#include "models/dns/rewrite.hpp"

#include <algorithm>

#include "models/dns/edns_rewrite.hpp"
#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

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

Rewriter::Rewriter(const std::vector<RewriteRule>& rules, std::string_view version)
    : last_first_(at_least(version, 1, 11, 4)),
      codes_of_empty_(at_least(version, 1, 14, 7)),
      follows_new_targets_(at_least(version, 1, 13, 0)) {
  for (const RewriteRule& rule : rules) {
    Rule compiled{rule, {}, static_cast<std::uint32_t>(answers_.size())};
    if (rule.match == NameMatch::Regex) compiled.pattern = Pattern{rule.from};
    for (const AnswerRule& answer : rule.answers) {
      answers_.push_back({answer.of_value, Pattern{answer.pattern}, answer.replacement});
    }
    rules_.push_back(std::move(compiled));
  }
}

Rewritten Rewriter::apply(DnsMessage& query, const RewriteClient& client) const {
  Rewritten result;
  for (std::uint32_t index = 0; index < rules_.size(); ++index) {
    const Rule& rule = rules_[index];
    const RewriteRule& r = rule.rule;
    bool matched = false;
    switch (r.field) {
      case RewriteField::Name: matched = apply_name(rule, query, result); break;
      case RewriteField::Type:
        matched = static_cast<std::uint16_t>(query.type) == r.old_number;
        if (matched) query.type = static_cast<RecordType>(r.new_number);
        break;
      case RewriteField::Class:
        matched = static_cast<std::uint16_t>(query.record_class) == r.old_number;
        if (matched) query.record_class = static_cast<RecordClass>(r.new_number);
        break;
      case RewriteField::Ttl:
        matched = matches(rule, lower(query.name));
        if (matched) {
          result.reversals.push_back({Reversal::Kind::Ttl, {}, {}, 0, r.ttl_min, r.ttl_max});
        }
        break;
      case RewriteField::Rcode:
        matched = matches(rule, lower(query.name));
        if (matched) {
          result.reversals.push_back(
              {Reversal::Kind::Rcode, {}, {}, 0, r.old_number, r.new_number});
        }
        break;
      case RewriteField::Cname:
        matched = true;
        result.reversals.push_back({Reversal::Kind::Cname, {}, {}, index, 0, 0});
        break;
      case RewriteField::Edns0: matched = apply_edns(rule, query, client, result); break;
    }
    if (!matched) continue;
    result.matched = true;
    result.rule = r.decision;
    result.illegal = !is_legal(query.name);
    if (result.illegal) break;
    if (!r.stop) continue;
    result.stopped = true;
    break;
  }
  result.name = query.name;
  return result;
}

Rewritten Rewriter::apply(std::string_view name) const {
  DnsMessage query;
  query.name = name;
  return apply(query, {});
}

bool Rewriter::apply_name(const Rule& rule, DnsMessage& query, Rewritten& result) const {
  const std::string before = lower(query.name);
  std::string after;
  if (!change(rule, before, after)) return false;
  query.name = after;
  if (is_legal(after)) add_reversals(rule, before, after, result.reversals);
  return true;
}

bool Rewriter::apply_edns(const Rule& rule, DnsMessage& query, const RewriteClient& client,
                          Rewritten& result) const {
  std::optional<EdnsOption> before;
  if (!rewrite_edns(rule.rule.edns, client, query, before)) return false;
  if (rule.rule.edns.reverts) {
    result.reversals.push_back({Reversal::Kind::Option,
                                before ? before->data : std::string{},
                                {},
                                0,
                                rule.rule.edns.code,
                                before ? 1U : 0U});
  }
  return true;
}

bool Rewriter::matches(const Rule& rule, const std::string& name) const {
  const std::string& from = rule.rule.from;
  switch (rule.rule.match) {
    case NameMatch::Exact: return name == from;
    case NameMatch::Prefix: return name.starts_with(from);
    case NameMatch::Suffix: return name.ends_with(from);
    case NameMatch::Substring: return name.find(from) != name.npos;
    case NameMatch::Regex: return rule.pattern.matches(name);
  }
  return false;
}

bool Rewriter::change(const Rule& rule, const std::string& name, std::string& changed) const {
  const std::string& from = rule.rule.from;
  const std::string& to = rule.rule.to;
  if (!matches(rule, name)) return false;
  switch (rule.rule.match) {
    case NameMatch::Exact: changed = to; break;
    case NameMatch::Prefix: changed = to + name.substr(from.size()); break;
    case NameMatch::Suffix:  // no boundary on the left: ".c2." needs its dot
      changed = name.substr(0, name.size() - from.size()) + to;
      break;
    case NameMatch::Substring: changed = replaced_all(name, from, to); break;
    case NameMatch::Regex: changed = with_groups(to, *rule.pattern.find(name)); break;
  }
  return true;
}

void Rewriter::add_reversals(const Rule& rule, const std::string& before, const std::string& after,
                             std::vector<Reversal>& reversals) const {
  using Kind = Reversal::Kind;
  if (rule.rule.match == NameMatch::Exact) {
    reversals.push_back({Kind::Below, after, before});
  } else if (rule.rule.answer_auto && rule.rule.match == NameMatch::Suffix) {
    reversals.push_back({Kind::Suffix, rule.rule.to, rule.rule.from});
  } else if (rule.rule.answer_auto) {
    reversals.push_back({Kind::Below, after, before});
  }
  for (std::uint32_t index = 0; index < rule.rule.answers.size(); ++index) {
    const std::uint32_t pattern = rule.first_answer + index;
    const Kind kind = answers_[pattern].of_value ? Kind::Value : Kind::Owner;
    reversals.push_back({kind, {}, {}, pattern});
  }
}

void Rewriter::map(const Reversal& reversal, std::string& name, bool is_owner) const {
  using Kind = Reversal::Kind;
  switch (reversal.kind) {
    case Kind::Below:
      if (is_in_zone(name, reversal.from)) {
        name = name.substr(0, name.size() - reversal.from.size()) + reversal.to;
      }
      return;
    case Kind::Suffix:
      if (name.ends_with(reversal.from)) {
        name = name.substr(0, name.size() - reversal.from.size()) + reversal.to;
      }
      return;
    case Kind::Owner:
    case Kind::Value: {
      if (is_owner != (reversal.kind == Kind::Owner)) return;
      const Answer& answer = answers_[reversal.pattern];
      if (const auto groups = answer.pattern.find(name)) {
        name = with_groups(answer.replacement, *groups);
      }
      return;
    }
    default: return;
  }
}

void Rewriter::revert_record(const Rewritten& rewritten, Record& record, DnsMessage& reply) const {
  const std::size_t count = rewritten.reversals.size();
  for (std::size_t step = 0; step < count; ++step) {
    const Reversal& reversal = rewritten.reversals[last_first_ ? count - 1 - step : step];
    if (reversal.kind == Reversal::Kind::Ttl) {
      record.ttl = std::clamp(record.ttl, reversal.low, reversal.high);
    } else if (reversal.kind == Reversal::Kind::Rcode) {
      if (static_cast<std::uint32_t>(reply.rcode) == reversal.low) {
        reply.rcode = static_cast<Rcode>(reversal.high);
      }
    } else {
      map(reversal, record.owner, true);
      if (!record.target.empty()) map(reversal, record.target, false);
    }
  }
}

void Rewriter::revert(const Rewritten& rewritten, const DnsMessage& asked,
                      DnsMessage& reply) const {
  if (!reverts(rewritten)) return;
  reply.name = asked.name;
  reply.type = asked.type;
  reply.record_class = asked.record_class;
  const bool is_empty = reply.answer.empty() && reply.authority.empty() && reply.additional.empty();
  if (is_empty && codes_of_empty_) {
    Record none;
    revert_record(rewritten, none, reply);
  }
  for (std::vector<Record>* section : {&reply.authority, &reply.answer, &reply.additional}) {
    for (Record& record : *section) revert_record(rewritten, record, reply);
  }
  for (const Reversal& reversal : rewritten.reversals) {
    if (reversal.kind == Reversal::Kind::Option) {
      revert_edns(static_cast<std::uint16_t>(reversal.low),
                  reversal.high != 0 ? &reversal.from : nullptr, reply);
    }
  }
}

std::string Rewriter::new_target(const Rewritten& rewritten, const DnsMessage& reply) const {
  if (!follows_new_targets_) return {};
  for (const Reversal& reversal : rewritten.reversals) {
    if (reversal.kind != Reversal::Kind::Cname) continue;
    const Rule& rule = rules_[reversal.pattern];
    for (const Record& record : reply.answer) {
      if (record.type != RecordType::Cname) continue;
      std::string target;
      if (change(rule, record.target, target) && target != record.target) return target;
    }
  }
  return {};
}

}  // namespace meshsim::dns
