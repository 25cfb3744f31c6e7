// One query through the plugins of its server block, and the reply back up; source: dns.md sections
// 1.4 (which block), 1.5 (order of plugins), 1.6 (codes that are returned, not written).
#include <algorithm>
#include <span>

#include "models/dns/coredns.hpp"
#include "models/dns/name.hpp"
#include "models/dns/observations.hpp"

namespace meshsim::dns {
namespace {

std::string question_text(const DnsMessage& message) {
  return std::string{to_string(message.type)} + " " + message.name;
}

// A random order of the addresses, aliases first.
void shuffle_addresses(DnsMessage& reply, RandomStream& random) {
  const auto is_address = [](const Record& record) {
    return record.type == RecordType::A || record.type == RecordType::Aaaa;
  };
  const auto first = std::stable_partition(reply.answer.begin(), reply.answer.end(),
                                           [&](const Record& each) { return !is_address(each); });
  random.shuffle(std::span{first, reply.answer.end()});
}

bool is_sendable(const DnsMessage& reply) {
  for (const auto* section : {&reply.answer, &reply.authority, &reply.additional}) {
    for (const Record& record : *section) {
      if (!is_legal(record.owner)) return false;
    }
  }
  return true;
}

}  // namespace

// The longest zone on the port that the name lies in; the file's order does not matter.
const CoreDns::Block* CoreDns::choose(const Runtime& runtime, std::uint16_t port,
                                      std::string_view name, std::size_t& index) const {
  const bool lowers_keys = at_least(spec_.version, 1, 14, 7);
  const Block* best = nullptr;
  std::size_t longest = 0;
  for (const Block& block : runtime.blocks) {
    for (const ServerKey& key : block.config->keys) {
      if (key.port != port || !is_in_zone(name, key.zone)) continue;
      // Before, a key with upper-case letters never matches, as queries are lower-cased.
      if (!lowers_keys && lower(key.zone) != key.zone) continue;
      if (best != nullptr && key.zone.size() <= longest) continue;
      best = &block;
      longest = key.zone.size();
      index = static_cast<std::size_t>(&block - runtime.blocks.data());
    }
  }
  return best;
}

// The zones of the cache default to those of its server block.
bool CoreDns::cache_serves(const Block& block, std::string_view name) const {
  if (!block.cache) return false;
  const std::vector<std::string>& zones = block.cache->config().zones;
  if (!zones.empty()) {
    return std::any_of(zones.begin(), zones.end(),
                       [&](const std::string& zone) { return is_in_zone(name, zone); });
  }
  return std::any_of(block.config->keys.begin(), block.config->keys.end(),
                     [&](const ServerKey& key) { return is_in_zone(name, key.zone); });
}

void CoreDns::serve(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  const Runtime& runtime = runtimes_.at(generation_);
  query.served = true;
  query.generation = generation_;
  query.passed = query.asked;
  const Block* block = choose(runtime, query.port, query.asked.name, query.block);
  context.trace({.label = kQuery,
                 .decided_by = block == nullptr ? DecisionId{} : block->config->decision,
                 .text = question_text(query.asked) + " from " + to_string(query.client)});
  // No block, or a block without plugins.
  if (block == nullptr || block->config->plugins.empty()) {
    const DecisionId by = block == nullptr ? DecisionId{} : block->config->decision;
    return respond(context, number, {reply_to(query.asked, Rcode::Refused), true, by, false},
                   false);
  }
  if (cache_above_rewrite() && cache_serves(*block, query.asked.name)) {
    if (auto hit = block->cache->find(query.asked, context.now())) {
      context.count(metrics_.hits);
      return respond(context, number,
                     {std::move(*hit), true, block->cache->config().decision, true},
                     block->config->load_balance);
    }
  }
  query.rewritten = block->rewriter.apply(query.asked.name);
  if (query.rewritten.illegal) {
    Reply reply{reply_to(query.asked, Rcode::ServFail), true, query.rewritten.rule, false};
    query.rewritten = {};
    return complete(context, number, std::move(reply));
  }
  query.passed.name = query.rewritten.name;
  serve_below_rewrite(context, number);
}

void CoreDns::serve_below_rewrite(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  const Runtime& runtime = runtime_of(query);
  const Block& block = runtime.blocks[query.block];
  if (!cache_above_rewrite() && cache_serves(block, query.passed.name)) {
    if (auto hit = block.cache->find(query.passed, context.now())) {
      context.count(metrics_.hits);
      return complete(context, number,
                      {std::move(*hit), true, block.cache->config().decision, true});
    }
  }
  if (block.config->kubernetes) {
    if (auto answer = names_.answer(*block.config->kubernetes, query.passed)) {
      return complete(context, number,
                      {std::move(*answer), true, block.config->kubernetes->decision, false});
    }
  }
  // The first line whose zone the name lies in, not the longest.
  for (std::size_t index = 0; index < block.forwarders; ++index) {
    const std::size_t forwarder = block.first_forwarder + index;
    if (runtime.forwarders[forwarder].takes(query.passed.name)) {
      return start_forward(context, number, forwarder);
    }
  }
  complete(context, number,
           {reply_to(query.passed, Rcode::ServFail), false, block.config->decision, false});
}

void CoreDns::complete(Context& context, std::uint32_t number, Reply reply) {
  Query& query = queries_.at(number);
  Block& block = runtime_of(query).blocks[query.block];
  const bool below = !cache_above_rewrite() && cache_serves(block, query.passed.name);
  if (below && reply.written && !reply.from_cache) {
    block.cache->pass(query.passed, reply.message, context.now());
  }
  if (reply.written) {
    block.rewriter.revert(query.rewritten, query.asked.name, reply.message);
  } else if (query.rewritten.stopped) {
    // rewrite writes the code that was returned to it, and so a cache above it sees a reply.
    reply.written = true;
    reply.message.name = query.asked.name;
  } else if (cache_above_rewrite() && block.cache) {
    reply.message.name = query.asked.name;  // the cache handed down a copy
  }
  const bool above = cache_above_rewrite() && cache_serves(block, query.asked.name);
  if (above && reply.written) {
    block.cache->pass(query.asked, reply.message, context.now());
  }
  const bool load_balance = block.config->load_balance && reply.written;
  respond(context, number, std::move(reply), load_balance);
}

void CoreDns::respond(Context& context, std::uint32_t number, Reply reply, bool load_balance) {
  const auto found = queries_.find(number);
  const Query& query = found->second;
  if (load_balance) shuffle_addresses(reply.message, shuffle_);
  // A name that a reversal made illegal cannot be packed: the client gets no reply at all.
  if (!is_sendable(reply.message)) {
    context.trace(
        {.label = kUnsendable,
         .decided_by = query.rewritten.rule,
         .text = question_text(query.asked) + ": a rewritten record has an illegal name"});
    const std::uint32_t old = query.generation;
    queries_.erase(found);
    return retire(old);
  }
  const std::uint32_t bytes = fit(reply.message, udp_limit(query.asked));
  context.trace({.label = kAnswer,
                 .value = static_cast<std::int64_t>(reply.message.rcode),
                 .other = static_cast<std::int64_t>(reply.message.answer.size()),
                 .decided_by = reply.by,
                 .text = question_text(query.asked) + " " +
                         std::string{to_string(reply.message.rcode)} + " to " +
                         to_string(query.client)});
  stack_.send_udp(context, query.port, query.client, query.client_port, bytes,
                  context.payloads().put(std::move(reply.message)));
  const std::uint32_t generation = query.generation;
  queries_.erase(found);
  retire(generation);
}

}  // namespace meshsim::dns
