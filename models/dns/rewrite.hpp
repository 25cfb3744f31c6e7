// The rewrite plugin: `rewrite name` on the way down, the reversal of names on the way back.
// Source: dns.md section 2.1. Left out: the other fields (type, class, ttl, edns0, cname, rcode).
// Patterns are ECMAScript's, not RE2's; the importer warns where that differs.
#pragma once

#include <memory>
#include <regex>
#include <string>
#include <vector>

#include "models/dns/config.hpp"
#include "models/dns/message.hpp"

namespace meshsim::dns {

// How one matched rule maps names of the reply back.
struct Reversal {
  enum class Kind : std::uint8_t {
    Below,   // `from`, and every name below it, is mapped to `to`
    Suffix,  // every name ending in `from` gets `to` instead
    Owner,   // owners matching the rule's pattern become its replacement
    Value,   // likewise names inside values
  };
  Kind kind = Kind::Below;
  std::string from;
  std::string to;
  std::uint32_t pattern = 0;  // of Owner and Value: index into the rewriter's patterns
};

struct Rewritten {
  std::string name;  // to ask for
  bool matched = false;
  bool stopped = false;  // by a rule with `stop`
  bool illegal = false;  // the new name cannot be asked for
  std::vector<Reversal> reversals;
  DecisionId rule;  // the last that matched

  // Whether the reply is changed back (its question at least): a chain that only continued and
  // has no answer rules lets the rewritten question out.
  bool reverts() const { return matched && (stopped || !reversals.empty()); }
};

class Rewriter {
 public:
  Rewriter() = default;
  explicit Rewriter(const std::vector<NameRule>& rules);

  Rewritten apply(std::string_view name) const;
  // Puts the question back and maps the names of all sections.
  void revert(const Rewritten& rewritten, const std::string& question, DnsMessage& reply) const;

 private:
  struct Answer {
    bool of_value = false;
    std::regex pattern;
    std::string replacement;
  };
  struct Rule {
    NameRule rule;
    std::regex pattern;
    std::uint32_t first_answer = 0;
  };
  bool rewrite(const Rule& rule, const std::string& name, std::string& changed) const;
  void add_reversals(const Rule& rule, const std::string& before, const std::string& after,
                     std::vector<Reversal>& reversals) const;
  void map(const Reversal& reversal, std::string& name, bool is_owner) const;

  std::vector<Rule> rules_;
  std::vector<Answer> answers_;
};

}  // namespace meshsim::dns
