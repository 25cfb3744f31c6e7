// One query through the plugins of its server block, and the reply back up; source: dns.md sections
// 1.4 (which block), 1.5 (order of plugins), 1.6 (codes that are returned, not written).
#include <algorithm>
#include <span>

#include "models/dns/coredns.hpp"
#include "models/dns/name.hpp"
#include "models/dns/observations.hpp"

namespace meshsim::dns {
namespace {

constexpr std::uint16_t kNsid = 3;
constexpr std::uint32_t kWholeTcp = 65535;  // bytes

std::string question_text(const DnsMessage& message) {
  return to_string(message.type) + " " + message.name;
}

bool is_address(const Record& record) {
  return record.type == RecordType::A || record.type == RecordType::Aaaa ||
         record.type == RecordType::Mx;
}

// A random order of the addresses, aliases first.
void shuffle_addresses(std::vector<Record>& records, RandomStream& random) {
  const auto is_alias = [](const Record& one) { return one.type == RecordType::Cname; };
  std::stable_partition(records.begin(), records.end(), is_alias);
  const auto first = std::stable_partition(records.begin(), records.end(),
                                           [&](const Record& one) { return !is_address(one); });
  random.shuffle(std::span{first, records.end()});
}

void prefer(std::vector<Record>& records, const std::vector<Prefix>& nets) {
  const auto rank = [&](const Record& record) {
    for (std::size_t index = 0; index < nets.size(); ++index) {
      if (record.type == RecordType::A && nets[index].contains(record.address)) return index;
    }
    return nets.size();
  };
  std::stable_sort(records.begin(), records.end(),
                   [&](const Record& a, const Record& b) { return rank(a) < rank(b); });
}

// Keeps the answer and drops what is not asked for; replies without an answer stay whole.
void make_minimal(DnsMessage& reply) {
  if (reply.rcode != Rcode::NoError || reply.answer.empty()) return;
  reply.authority.clear();
  reply.additional.clear();
}

void set_flag(DnsMessage& message, const HeaderRule& rule) {
  switch (rule.flag) {
    case 'a': message.authoritative = rule.set; break;
    case 'r': message.recursion_available = rule.set; break;
    case 'd': message.recursion_desired = rule.set; break;
    default: break;
  }
}

// What a reply's OPT record says follows from the query's; options that are not of the server are
// left out. Source: coredns, request.SizeAndDo.
void set_opt(const DnsMessage& query, DnsMessage& reply) {
  if (!query.edns) return;
  if (reply.edns) {
    reply.edns->size = query.edns->size;
    reply.edns->version = 0;
    reply.edns->dnssec_ok = reply.edns->dnssec_ok || query.edns->dnssec_ok;
    return;
  }
  reply.edns = *query.edns;
  reply.edns->version = 0;
  std::erase_if(reply.edns->options, [](const EdnsOption& option) {
    return option.code != kNsid && !(option.code >= 9 && option.code <= 12);
  });
}

}  // namespace

CacheHabits CoreDns::cache_habits() const {
  const std::string& version = spec_.version;
  return {at_least(version, 1, 14, 4), at_least(version, 1, 14, 7), at_least(version, 1, 14, 7)};
}

// The longest zone on the port that the name lies in; the file's order does not matter, but among
// views of one zone. A query for DS is for the parent, if that is served, too.
const CoreDns::Block* CoreDns::choose(const Runtime& runtime, const Query& query,
                                      std::size_t& index) const {
  const auto best_below = [&](std::size_t limit, std::size_t& longest) {
    const Block* best = nullptr;
    longest = 0;
    for (const Block& block : runtime.blocks) {
      const std::vector<Ipv4>& bind = block.config->bind;
      const bool is_bound =
          bind.empty() || std::find(bind.begin(), bind.end(), query.server) != bind.end();
      if (!is_bound || !view_holds(block.config->view, query.client)) continue;
      for (const ServerKey& key : block.config->keys) {
        if (key.port != query.port || !is_in_zone(query.asked.name, key.zone)) continue;
        // Queries are lower-cased, and keys only since 1.14.7, by whoever reads the Corefile.
        if (lower(key.zone) != key.zone) continue;
        if (key.zone.size() >= limit || (best != nullptr && key.zone.size() <= longest)) continue;
        best = &block;
        longest = key.zone.size();
      }
    }
    return best;
  };
  std::size_t longest = 0;
  const Block* best = best_below(~std::size_t{0}, longest);
  if (best != nullptr && query.asked.type == RecordType::Ds && !best->stages.empty()) {
    std::size_t of_parent = 0;
    const Block* const parent = best_below(longest, of_parent);
    if (parent != nullptr) best = parent;
  }
  if (best != nullptr) index = static_cast<std::size_t>(best - runtime.blocks.data());
  return best;
}

void CoreDns::serve(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  const Runtime& runtime = runtimes_.at(generation_);
  query.served = true;
  query.generation = generation_;
  query.passed = query.asked;
  if (refuse_early(context, number)) return;
  const Block* block = choose(runtime, query, query.block);
  const DecisionId by = block == nullptr ? DecisionId{} : block->config->decision;
  if (query.role == Role::Client) {
    context.trace({.label = kQuery,
                   .decided_by = by,
                   .text = question_text(query.asked) + " from " + to_string(query.client)});
  }
  // No block, or a block without plugins.
  if (block == nullptr || block->config->plugins.empty()) {
    return finish(context, number, {reply_to(query.asked, Rcode::Refused), false, by});
  }
  descend(context, number, 0);
}

// What the server answers before any block is looked for.
bool CoreDns::refuse_early(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  const auto refuse = [&](Rcode rcode) {
    DnsMessage reply = reply_to(query.asked, rcode);
    finish(context, number, {std::move(reply), false, {}});
    return true;
  };
  if (!query.asked.has_question) return refuse(Rcode::ServFail);
  if (query.asked.record_class != RecordClass::In) {
    const std::vector<Block>& blocks = runtimes_.at(generation_).blocks;
    const bool takes_classes = std::any_of(blocks.begin(), blocks.end(), [](const Block& block) {
      return block.config->has(Plugin::Chaos) || block.config->has(Plugin::Forward);
    });
    if (!takes_classes) return refuse(Rcode::Refused);
  }
  if (query.asked.edns && query.asked.edns->version != 0) {
    DnsMessage reply = reply_to(query.asked, Rcode::BadVers);
    reply.edns.emplace();
    query.passed.edns.reset();  // the OPT stays as it is made here
    query.asked.edns.reset();
    finish(context, number, {std::move(reply), true, {}});
    return true;
  }
  return false;
}

void CoreDns::descend(Context& context, std::uint32_t number, std::size_t stage) {
  const Query& query = queries_.at(number);
  const Block& block = runtime_of(query).blocks[query.block];
  for (; stage < block.stages.size(); ++stage) {
    queries_.at(number).stage = static_cast<std::uint32_t>(stage);
    if (enter(context, number, block.stages[stage])) return;
  }
  ascend(context, number, block.stages.size(),
         {reply_to(query.passed, Rcode::ServFail), false, block.config->decision});
}

bool CoreDns::enter(Context& context, std::uint32_t number, Plugin plugin) {
  Query& query = queries_.at(number);
  const Block& block = runtime_of(query).blocks[query.block];
  const ServerBlock& config = *block.config;
  const Asker asker{query.client, query.client_port, query.is_tcp};
  switch (plugin) {
    case Plugin::Bufsize:
      for (DnsMessage* one : {&query.asked, &query.passed}) {
        if (one->edns) one->edns->size = std::min(one->edns->size, config.bufsize);
      }
      return false;
    case Plugin::Nsid:
    case Plugin::Dns64:
    case Plugin::Loadbalance:
    case Plugin::Minimal: return false;
    case Plugin::Header:
      for (const HeaderRule& rule : config.headers) {
        if (!rule.of_response) set_flag(query.passed, rule);
      }
      return false;
    case Plugin::Local: return take(context, number, answer_local(query.passed), {});
    case Plugin::Any: return take(context, number, answer_any(query.passed), {});
    case Plugin::Chaos:
      return take(context, number, answer_chaos(*config.chaos, query.passed), config.decision);
    case Plugin::Acl: return enter_acl(context, number);
    case Plugin::Cache: return enter_cache(context, number);
    case Plugin::Rewrite: return enter_rewrite(context, number);
    case Plugin::Autopath: return enter_autopath(context, number);
    case Plugin::Template:
      return take(context, number, block.templates.answer(query.passed, asker),
                  config.templates.front().decision);
    case Plugin::Hosts:
      return take(context, number, answer_hosts(*config.hosts, query.passed),
                  config.hosts->decision);
    case Plugin::Kubernetes: return enter_kubernetes(context, number);
    case Plugin::File:
      for (const FileConfig& file : config.files) {
        if (take(context, number, answer_file(file, query.passed), file.decision)) return true;
      }
      return false;
    case Plugin::Loop: return enter_loop(context, number);
    case Plugin::Forward: return enter_forward(context, number, 0);
    case Plugin::Erratic: return enter_erratic(context, number);
    case Plugin::Whoami:
      return take(context, number, answer_whoami(query.passed, asker), config.decision);
  }
  return false;
}

bool CoreDns::take(Context& context, std::uint32_t number, MaybeAnswered answered, DecisionId by) {
  if (!answered) return false;
  Query& query = queries_.at(number);
  if (!answered->chase.empty()) {
    query.pending = std::move(answered->message);
    query.pending_by = by;
    look_up(context, number, Role::Chase, std::move(answered->chase), query.passed.type);
    return true;
  }
  ascend(context, number, query.stage, {std::move(answered->message), answered->written, by});
  return true;
}

bool CoreDns::enter_acl(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  const ServerBlock& config = *runtime_of(query).blocks[query.block].config;
  const auto action = judge_acl(config.acls, query.passed, query.client);
  if (!action) return false;
  if (*action == AclRule::Action::Drop) {
    finish(context, number, {{}, false, config.acls.front().decision});
    return true;
  }
  const bool blocks = *action == AclRule::Action::Block;
  DnsMessage reply = reply_to(query.passed, blocks ? Rcode::Refused : Rcode::NoError);
  // With an extended error: blocked or filtered; source: RFC 8914.
  reply.edns =
      Edns{4096, 0, true, {{15, blocks ? std::string{"\0\x0f", 2} : std::string{"\0\x11", 2}}}};
  ascend(context, number, query.stage, {std::move(reply), true, config.acls.front().decision});
  return true;
}

// The zones of the cache default to those of its server block.
bool CoreDns::enter_cache(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  Block& block = runtime_of(query).blocks[query.block];
  query.cached_as = query.passed;
  query.meets_cache = matching_zone(block.cache->config().zones, query.passed.name) != nullptr;
  if (!query.meets_cache) return false;
  auto hit = block.cache->find(query.passed, context.now());
  if (!hit) return false;
  const DecisionId by = block.cache->config().decision;
  if (hit->is_stale && block.cache->config().verify_stale) {
    query.pending = std::move(hit->reply);
    query.pending_by = by;
    ask_below(context, number, Role::VerifyStale, query.stage + 1, query.passed);
    return true;
  }
  context.count(metrics_.hits);
  if (hit->is_stale || hit->is_due) {
    ask_below(context, number, Role::Refresh, query.stage + 1, query.passed);
  }
  ascend(context, number, query.stage + std::size_t{1}, {std::move(hit->reply), true, by, true});
  return true;
}

bool CoreDns::enter_rewrite(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  const Block& block = runtime_of(query).blocks[query.block];
  query.rewritten_from = query.passed;
  query.rewritten = block.rewriter.apply(
      query.passed, {query.client, query.client_port, query.is_tcp, stack_.address(), query.port});
  if (!query.rewritten.illegal) return false;
  query.passed.name = query.rewritten_from.name;
  ascend(context, number, query.stage,
         {reply_to(query.passed, Rcode::ServFail), false, query.rewritten.rule});
  return true;
}

bool CoreDns::enter_kubernetes(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  const KubernetesConfig& config = *runtime_of(query).blocks[query.block].config->kubernetes;
  auto answer = names_.answer(config, query.passed, {to_string(stack_.address()), spec_.own_ipv6});
  if (!answer) return false;
  if (answer->refused) {
    ascend(context, number, query.stage,
           {reply_to(query.passed, Rcode::Refused), false, config.decision});
    return true;
  }
  return take(context, number, Answered{std::move(answer->message), true, std::move(answer->chase)},
              config.decision);
}

// The first line whose zone the name lies in, not the longest.
bool CoreDns::enter_forward(Context& context, std::uint32_t number, std::size_t first) {
  const Query& query = queries_.at(number);
  const Runtime& runtime = runtime_of(query);
  const Block& block = runtime.blocks[query.block];
  for (std::size_t index = first; index < block.forwarders; ++index) {
    const std::size_t forwarder = block.first_forwarder + index;
    if (!runtime.forwarders[forwarder].takes(query.passed.name)) continue;
    start_forward(context, number, forwarder);
    return true;
  }
  return false;
}

bool CoreDns::enter_erratic(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  Block& block = runtime_of(query).blocks[query.block];
  const ErraticConfig& config = *block.config->erratic;
  const std::uint32_t count = block.erratic_queries++;
  const auto is_due = [count](std::uint32_t every) { return every > 0 && count % every == 0; };
  if (is_due(config.drop)) {
    finish(context, number, {{}, false, block.config->decision});
    return true;
  }
  DnsMessage reply = reply_to(query.passed, Rcode::NoError);
  reply.authoritative = true;
  reply.truncated = is_due(config.truncate);
  Record record{.owner = query.passed.name, .type = query.passed.type};
  if (set_value(record, query.passed.type == RecordType::Aaaa ? "2001:db8::53" : "192.0.2.53")) {
    reply.answer.push_back(std::move(record));
  }
  ascend(context, number, query.stage, {std::move(reply), true, block.config->decision});
  return true;
}

void CoreDns::ascend(Context& context, std::uint32_t number, std::size_t stage, Reply reply) {
  const Query& query = queries_.at(number);
  const Block& block = runtime_of(query).blocks[query.block];
  while (stage > query.floor) {
    --stage;
    queries_.at(number).stage = static_cast<std::uint32_t>(stage);
    if (leave(context, number, block.stages[stage], reply)) return;
  }
  finish(context, number, std::move(reply));
}

bool CoreDns::leave(Context& context, std::uint32_t number, Plugin plugin, Reply& reply) {
  Query& query = queries_.at(number);
  Block& block = runtime_of(query).blocks[query.block];
  const ServerBlock& config = *block.config;
  switch (plugin) {
    case Plugin::Cache: leave_cache(context, number, reply); return false;
    case Plugin::Rewrite: return leave_rewrite(context, number, reply);
    case Plugin::Dns64:
      if (!wants_dns64(query, reply)) return false;
      query.pending = std::move(reply.message);
      query.pending_by = reply.by;
      look_up(context, number, Role::Dns64, query.passed.name, RecordType::A);
      return true;
    default: break;
  }
  if (!reply.written) return false;
  switch (plugin) {
    case Plugin::Loadbalance:
      if (!config.preferred.empty()) {
        prefer(reply.message.answer, config.preferred);
      } else {
        shuffle_addresses(reply.message.answer, shuffle_);
        shuffle_addresses(reply.message.additional, shuffle_);
      }
      break;
    case Plugin::Header:
      for (const HeaderRule& rule : config.headers) {
        if (rule.of_response) set_flag(reply.message, rule);
      }
      break;
    case Plugin::Minimal: make_minimal(reply.message); break;
    case Plugin::Nsid: {
      const auto is_nsid = [](const EdnsOption& option) { return option.code == kNsid; };
      if (!query.asked.edns) break;
      std::vector<EdnsOption>& asked = query.asked.edns->options;
      if (std::none_of(asked.begin(), asked.end(), is_nsid)) break;
      set_opt(query.asked, reply.message);
      std::erase_if(reply.message.edns->options, is_nsid);
      reply.message.edns->options.push_back({kNsid, config.nsid});
      break;
    }
    default: break;
  }
  return false;
}

void CoreDns::leave_cache(Context& context, std::uint32_t number, Reply& reply) {
  Query& query = queries_.at(number);
  Block& block = runtime_of(query).blocks[query.block];
  if (reply.written && query.meets_cache && !reply.from_cache) {
    // The name that was asked for is remembered, type and class are those that rewrite has made.
    DnsMessage asked = query.cached_as;
    asked.type = query.passed.type;
    asked.record_class = query.passed.record_class;
    block.cache->pass(asked, reply.message, context.now());
  }
  // It has handed a copy down: what is below changes nothing above.
  query.passed = query.cached_as;
  if (!reply.written) reply.message = reply_to(query.passed, reply.message.rcode);
}

bool CoreDns::leave_rewrite(Context& context, std::uint32_t number, Reply& reply) {
  Query& query = queries_.at(number);
  const Block& block = runtime_of(query).blocks[query.block];
  if (query.rewritten.illegal || !block.config->reverts_rewrites) return false;
  if (!reply.written) {
    const bool writes = query.rewritten.stopped || (at_least(spec_.version, 1, 14, 0) &&
                                                    block.rewriter.reverts(query.rewritten));
    if (!writes) return false;
    // It writes the code that was returned to it, and so a cache above it sees a reply.
    reply.message = reply_to(query.passed, reply.message.rcode);
    set_opt(query.passed, reply.message);
    reply.written = true;
  }
  const std::string target = block.rewriter.new_target(query.rewritten, reply.message);
  if (!target.empty() && !query.searched) {
    query.pending = std::move(reply.message);
    query.pending_by = reply.by;
    look_up(context, number, Role::NewTarget, target, query.passed.type);
    return true;
  }
  block.rewriter.revert(query.rewritten, query.rewritten_from, reply.message);
  return false;
}

// The server's own part: a code becomes a reply, and the reply is made to fit.
void CoreDns::finish(Context& context, std::uint32_t number, Reply reply) {
  const Query& query = queries_.at(number);
  const bool is_silent = !reply.written && !reply.message.response;
  if (query.role == Role::Client) {
    if (is_silent) return forget(number);
    if (!reply.written) reply.message = reply_to(query.passed, reply.message.rcode);
    return respond(context, number, std::move(reply));
  }
  const std::uint32_t parent = query.parent;
  const Role role = query.role;
  if (role == Role::Refresh) {
    Block& block = runtime_of(query).blocks[query.block];
    if (reply.written) block.cache->pass(query.cached_as, reply.message, context.now(), true);
  }
  const bool is_whole = role == Role::Chase || role == Role::Dns64 || role == Role::NewTarget;
  if (is_whole) {
    if (!reply.written) reply.message = reply_to(query.asked, reply.message.rcode);
    reply.written = true;
    if (!query.is_tcp) fit(reply.message, udp_limit(query.asked));
  }
  forget(number);
  if (queries_.contains(parent)) resume(context, parent, role, std::move(reply));
}

void CoreDns::respond(Context& context, std::uint32_t number, Reply reply) {
  const auto found = queries_.find(number);
  const Query& query = found->second;
  set_opt(query.passed, reply.message);
  // A name that a reversal made illegal cannot be packed: the client gets no reply at all.
  if (!is_packable(reply.message)) {
    context.trace(
        {.label = kUnsendable,
         .decided_by = query.rewritten.rule,
         .text = question_text(query.asked) + ": a rewritten record has an illegal name"});
    return forget(number);
  }
  const std::uint32_t limit = query.is_tcp ? kWholeTcp : udp_limit(query.passed);
  const std::uint32_t bytes = fit(reply.message, limit, !query.is_tcp);
  reply.message.id = query.asked.id;
  context.trace({.label = kAnswer,
                 .value = static_cast<std::int64_t>(reply.message.rcode),
                 .other = static_cast<std::int64_t>(reply.message.answer.size()),
                 .decided_by = reply.by,
                 .text = question_text(query.asked) + " " +
                         std::string{to_string(reply.message.rcode)} + " to " +
                         to_string(query.client)});
  const PayloadId payload = context.payloads().put(std::move(reply.message));
  if (query.is_tcp) {
    stack_.send_segment(context, query.port, query.client, query.client_port, bytes, payload);
  } else {
    stack_.send_udp(context, query.port, query.client, query.client_port, bytes, payload);
  }
  forget(number);
}

void CoreDns::forget(std::uint32_t number) {
  const auto found = queries_.find(number);
  const std::uint32_t generation = found->second.generation;
  queries_.erase(found);
  retire(generation);
}

}  // namespace meshsim::dns
