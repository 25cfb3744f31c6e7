// The rewrite plugin: rules on the way down, the reversal of names and the changes of TTLs and
// codes on the way back. Source: dns.md section 2.1.
#pragma once

#include <string>
#include <vector>

#include "models/dns/config.hpp"
#include "models/dns/message.hpp"
#include "models/dns/pattern.hpp"

namespace meshsim::dns {

// How one matched rule changes the reply.
struct Reversal {
  enum class Kind : std::uint8_t {
    Below,   // `from`, and every name below it, is mapped to `to`
    Suffix,  // every name ending in `from` gets `to` instead
    Owner,   // owners matching the rule's pattern become its replacement
    Value,   // likewise names inside values
    Ttl,     // all TTLs are put between `low` and `high`
    Rcode,   // `low` becomes `high`
    Cname,   // targets are replaced as the rule says
    Option,  // the option of code `low` is taken out again, or gets its old data `from`
  };
  Kind kind = Kind::Below;
  std::string from;
  std::string to;
  std::uint32_t pattern = 0;  // of Owner and Value: the answer rule; of Cname: the rule
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};

struct Rewritten {
  std::string name;  // to ask for
  bool matched = false;
  bool stopped = false;  // by a rule with `stop`
  bool illegal = false;  // the new name cannot be asked for
  std::vector<Reversal> reversals;
  DecisionId rule;  // the last that matched
};

// Who asks, for the variables of `rewrite edns0`.
struct RewriteClient {
  Ipv4 address;
  std::uint16_t port = 0;
  bool is_tcp = false;
  Ipv4 server;
  std::uint16_t server_port = 0;
};

class Rewriter {
 public:
  Rewriter() = default;
  // `version` of CoreDNS, which decides about order and empty replies.
  explicit Rewriter(const std::vector<RewriteRule>& rules,
                    std::string_view version = kDefaultVersion);

  // Changes the query.
  Rewritten apply(DnsMessage& query, const RewriteClient& client) const;
  // What becomes of a name alone.
  Rewritten apply(std::string_view name) const;
  // Whether replies pass through the reversal at all: a chain that only continued and has no
  // answer rules lets the rewritten question out.
  bool reverts(const Rewritten& rewritten) const {
    return rewritten.matched && (rewritten.stopped || !rewritten.reversals.empty());
  }
  // Puts the question back and changes all sections.
  void revert(const Rewritten& rewritten, const DnsMessage& asked, DnsMessage& reply) const;
  // The alias whose target a `cname` rule replaces, and by what; empty: none.
  std::string new_target(const Rewritten& rewritten, const DnsMessage& reply) const;

 private:
  struct Answer {
    bool of_value = false;
    Pattern pattern;
    std::string replacement;
  };
  struct Rule {
    RewriteRule rule;
    Pattern pattern;
    std::uint32_t first_answer = 0;
  };
  bool change(const Rule& rule, const std::string& name, std::string& changed) const;
  bool matches(const Rule& rule, const std::string& name) const;
  bool apply_name(const Rule& rule, DnsMessage& query, Rewritten& result) const;
  bool apply_edns(const Rule& rule, DnsMessage& query, const RewriteClient& client,
                  Rewritten& result) const;
  void add_reversals(const Rule& rule, const std::string& before, const std::string& after,
                     std::vector<Reversal>& reversals) const;
  void map(const Reversal& reversal, std::string& name, bool is_owner) const;
  void revert_record(const Rewritten& rewritten, Record& record, DnsMessage& reply) const;

  std::vector<Rule> rules_;
  std::vector<Answer> answers_;
  bool last_first_ = true;       // reversals in reverse order (since 1.11.4)
  bool codes_of_empty_ = false;  // RCODEs of replies without records, too
  bool follows_new_targets_ = false;
};

}  // namespace meshsim::dns
