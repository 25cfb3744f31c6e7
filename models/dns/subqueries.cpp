// Queries that a query makes: for the target of an alias, along a search path, to refresh a cache
// entry, to find loops. Source: dns.md sections 1.4, 2.4, 2.5, 2.7.
#include <algorithm>

#include "models/dns/coredns.hpp"
#include "models/dns/name.hpp"
#include "models/dns/observations.hpp"

namespace meshsim::dns {
namespace {

constexpr std::uint32_t kTtlWithoutSoa = 600;  // seconds; source: RFC 6147 section 5.1.7

// The IPv4 address in the last 32 bits of a /96.
std::string embedded(std::string_view prefix, Ipv4 address) {
  std::string text{prefix.substr(0, prefix.find('/'))};
  return canonical_ipv6(text + to_string(address));
}

// The aliases that lead to the asked name come first.
void name_as(DnsMessage& reply, const std::string& original) {
  for (const Record& record : reply.answer) {
    if (same_name(original, record.owner)) continue;
    Record alias{.owner = original, .type = RecordType::Cname, .ttl = record.ttl};
    alias.target = record.owner;
    reply.answer.insert(reply.answer.begin(), std::move(alias));
    break;
  }
  reply.name = original;
}

}  // namespace

// Through the whole server, as a client would ask.
void CoreDns::look_up(Context& context, std::uint32_t number, Role role, std::string name,
                      RecordType type) {
  const Query& parent = queries_.at(number);
  const std::uint32_t child = ++last_query_;
  Query& query = queries_[child];
  query.asked.name = std::move(name);
  query.asked.type = type;
  query.client = parent.client;
  query.client_port = parent.client_port;
  query.server = parent.server;
  query.port = parent.port;
  query.is_tcp = parent.is_tcp;
  query.role = role;
  query.parent = number;
  serve(context, child);
}

// Through the plugins from `stage` on.
void CoreDns::ask_below(Context& context, std::uint32_t number, Role role, std::size_t stage,
                        const DnsMessage& asked) {
  const Query& parent = queries_.at(number);
  const std::uint32_t child = ++last_query_;
  Query& query = queries_[child];
  query.asked = asked;
  query.passed = asked;
  query.cached_as = asked;
  query.client = parent.client;
  query.client_port = parent.client_port;
  query.server = parent.server;
  query.port = parent.port;
  // A refresh goes by TCP, whatever the client came by.
  query.is_tcp = parent.is_tcp || role == Role::Refresh;
  query.served = true;
  query.generation = parent.generation;
  query.block = parent.block;
  query.floor = static_cast<std::uint32_t>(stage);
  query.role = role;
  query.parent = role == Role::Refresh ? 0 : number;
  descend(context, child, stage);
}

void CoreDns::resume(Context& context, std::uint32_t number, Role role, Reply reply) {
  Query& query = queries_.at(number);
  Block& block = runtime_of(query).blocks[query.block];
  switch (role) {
    case Role::Chase: {
      DnsMessage whole = std::move(query.pending);
      whole.truncated = whole.truncated || reply.message.truncated;
      whole.answer.insert(whole.answer.end(), reply.message.answer.begin(),
                          reply.message.answer.end());
      return ascend(context, number, query.stage, {std::move(whole), true, query.pending_by});
    }
    case Role::Dns64: {
      DnsMessage made = reply_to(query.passed, Rcode::NoError);
      made.truncated = reply.message.truncated;
      made.authority = reply.message.authority;
      made.additional = reply.message.additional;
      std::uint32_t longest = kTtlWithoutSoa;
      for (const Record& record : query.pending.authority) {
        if (record.type == RecordType::Soa) longest = record.ttl;
      }
      for (Record record : reply.message.answer) {
        if (record.type == RecordType::A) {
          record.type = RecordType::Aaaa;
          record.text = embedded(block.config->dns64->prefix, record.address);
          record.ttl = std::min(record.ttl, longest);
        }
        made.answer.push_back(std::move(record));
      }
      return ascend(context, number, query.stage, {std::move(made), true, query.pending_by});
    }
    case Role::NewTarget: {
      DnsMessage whole = std::move(query.pending);
      const std::string target = block.rewriter.new_target(query.rewritten, whole);
      std::vector<Record> answer;
      for (const Record& record : whole.answer) {
        if (record.type != RecordType::Cname) continue;
        answer.push_back(record);
        DnsMessage alone;
        alone.answer.push_back(record);
        if (block.rewriter.new_target(query.rewritten, alone) == target) {
          answer.back().target = target;
          break;
        }
      }
      answer.insert(answer.end(), reply.message.answer.begin(), reply.message.answer.end());
      whole.answer = std::move(answer);
      whole.truncated = whole.truncated || reply.message.truncated;
      query.searched = true;
      return ascend(context, number, query.stage + std::size_t{1},
                    {std::move(whole), true, query.pending_by});
    }
    case Role::VerifyStale: {
      const bool is_good = reply.written && (reply.message.rcode == Rcode::NoError ||
                                             reply.message.rcode == Rcode::NxDomain);
      if (is_good) {
        block.cache->pass(query.cached_as, reply.message, context.now());
      } else {
        reply = {std::move(query.pending), true, query.pending_by};
      }
      return ascend(context, number, query.stage, std::move(reply));
    }
    case Role::SearchPath: {
      if (query.pending.response == false) {  // the first one
        query.pending = reply.message;
        query.searched = reply.written;
        query.pending_by = reply.by;
      }
      const bool is_found = reply.written && reply.message.rcode != Rcode::NxDomain;
      if (!is_found) return search_next(context, number);
      name_as(reply.message, query.passed.name);
      return ascend(context, number, query.stage, std::move(reply));
    }
    case Role::Client:
    case Role::Refresh:
    case Role::LoopProbe: return;
  }
}

// A name in the first domain of the client's search list is tried through the whole list here.
bool CoreDns::enter_autopath(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  const Block& block = runtime_of(query).blocks[query.block];
  const AutopathConfig& config = *block.config->autopath;
  if (matching_zone(config.zones, query.passed.name) == nullptr) return false;
  std::vector<std::string> search = config.search;
  if (config.of_kubernetes) {
    const std::string own = names_.namespace_of_pod(query.client);
    if (own.empty() || !block.config->kubernetes) return false;
    const std::string& zone = block.config->kubernetes->zones.front();
    search = {own + ".svc." + zone, "svc." + zone, zone};
    search.insert(search.end(), config.search.begin(), config.search.end());
  }
  if (search.empty() || !is_in_zone(query.passed.name, search.front())) return false;
  if (same_name(query.passed.name, search.front())) {
    ascend(context, number, query.stage,
           {reply_to(query.passed, Rcode::ServFail), false, config.decision});
    return true;
  }
  const std::string base =
      query.passed.name.substr(0, query.passed.name.size() - search.front().size());
  query.search.clear();
  for (const std::string& domain : search) query.search.push_back(base + domain);
  query.search.push_back(base);
  query.pending = {};
  search_next(context, number);
  return true;
}

void CoreDns::search_next(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  if (query.search.empty()) {  // all have failed: the first reply as it was
    return ascend(context, number, query.stage,
                  {std::move(query.pending), query.searched, query.pending_by});
  }
  DnsMessage next = query.passed;
  next.name = query.search.front();
  query.search.erase(query.search.begin());
  ask_below(context, number, Role::SearchPath, query.stage + 1, next);
}

bool CoreDns::wants_dns64(const Query& query, const Reply& reply) const {
  const Dns64Config& config = *runtimes_.at(query.generation).blocks[query.block].config->dns64;
  if (query.passed.type != RecordType::Aaaa || query.passed.record_class != RecordClass::In) {
    return false;
  }
  if (!config.allow_ipv4 || !reply.written || reply.message.rcode == Rcode::NxDomain) return false;
  if (config.translate_all) return true;
  return std::none_of(reply.message.answer.begin(), reply.message.answer.end(),
                      [](const Record& record) { return record.type == RecordType::Aaaa; });
}

// `loop` asks for a name of its own; who sees it come back has a loop.
void CoreDns::probe_for_loops(Context& context) {
  Runtime& runtime = runtimes_.at(generation_);
  for (std::size_t index = 0; index < runtime.blocks.size(); ++index) {
    Block& block = runtime.blocks[index];
    if (!block.config->has(Plugin::Loop)) continue;
    const ServerKey& key = block.config->keys.front();
    block.loop_name = std::to_string(random_.below(1U << 30)) + "." +
                      std::to_string(random_.below(1U << 30)) + "." +
                      (key.zone == "." ? "" : lower(key.zone));
    const std::uint32_t number = ++last_query_;
    Query& query = queries_[number];
    query.asked.name = block.loop_name;
    query.asked.type = RecordType::Hinfo;
    query.client = stack_.address();
    query.server = stack_.address();
    query.port = key.port;
    query.role = Role::LoopProbe;
    serve(context, number);
    if (!running_) return;
  }
}

bool CoreDns::enter_loop(Context& context, std::uint32_t number) {
  constexpr std::uint32_t kMostSeen = 2;
  const Query& query = queries_.at(number);
  Block& block = runtime_of(query).blocks[query.block];
  if (query.passed.type != RecordType::Hinfo || block.loop_name.empty()) return false;
  if (!same_name(query.passed.name, block.loop_name)) return false;
  if (++block.loop_seen <= kMostSeen) return false;
  context.trace({.label = kLoop, .decided_by = block.config->decision, .text = block.loop_name});
  exit(context);
  return true;
}

}  // namespace meshsim::dns
