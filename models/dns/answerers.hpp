// Plugins that answer a query by themselves and at once. Source: dns.md section 2.7 (coredns,
// plugin/hosts, template, file, any, chaos, whoami, local).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/dns/config.hpp"
#include "models/dns/message.hpp"
#include "models/dns/pattern.hpp"

namespace meshsim::dns {

// What a plugin does with a query that it does not pass on.
struct Answered {
  DnsMessage message;
  bool written = true;  // false: only the code counts, and is returned
  std::string chase{};  // an alias to be looked up through the whole server
};
// Nothing: the query goes on.
using MaybeAnswered = std::optional<Answered>;

// Who asks.
struct Asker {
  Ipv4 address;
  std::uint16_t port = 0;
  bool is_tcp = false;
};

MaybeAnswered answer_hosts(const HostsConfig& config, const DnsMessage& query);

// The templates of one server block, compiled.
class Templates {
 public:
  Templates() = default;
  explicit Templates(const std::vector<TemplateConfig>& configs);
  MaybeAnswered answer(const DnsMessage& query, const Asker& asker) const;

 private:
  struct Compiled {
    TemplateConfig config;
    std::vector<Pattern> patterns;
  };
  std::vector<Compiled> templates_;
};

MaybeAnswered answer_file(const FileConfig& config, const DnsMessage& query);
MaybeAnswered answer_any(const DnsMessage& query);
MaybeAnswered answer_chaos(const ChaosConfig& config, const DnsMessage& query);
MaybeAnswered answer_local(const DnsMessage& query);
Answered answer_whoami(const DnsMessage& query, const Asker& asker);

// What `acl` does with the query; nothing: it passes.
std::optional<AclRule::Action> judge_acl(const std::vector<AclConfig>& acls,
                                         const DnsMessage& query, Ipv4 client);

// Whether the expression of a `view` lets a client pass; an empty one lets all.
bool view_holds(std::string_view expression, Ipv4 client);
// Whether view_holds() can read it.
bool is_view_expression(std::string_view expression);

}  // namespace meshsim::dns
