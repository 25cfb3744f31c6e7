// MS04nn: names that end nowhere, circles, shadowed zones, answers that are too long.
// Source: dns.md sections 1.3 to 1.8, 2.1, 5 and 8.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "models/dns/name.hpp"
#include "models/dns/rewrite.hpp"
#include "models/fabric/well_known.hpp"
#include "sim/check/members.hpp"
#include "sim/check/names.hpp"
#include "sim/check/pairs.hpp"
#include "sim/check/rules.hpp"

namespace meshsim::checks {
namespace {

using Kind = NameEnd::Kind;

constexpr std::uint32_t kUdpLimit = 512;    // without EDNS; source: dns.md section 5.1
constexpr std::uint32_t kHeader = 12;       // of a message
constexpr std::uint32_t kQuestionTail = 4;  // type and class
constexpr std::uint32_t kRecord = 16;       // an A record with a compressed owner

// Every block that is not the main one, with the zone of its first key.
template <class Use>
void for_custom_blocks(const Subject& subject, Use&& use) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    const dns::Config* const config = final_config(cluster);
    if (config == nullptr) continue;
    for (const dns::ServerBlock& block : config->blocks) {
      if (!block.kubernetes && !block.keys.empty()) use(cluster, block);
    }
  }
}

std::vector<std::string> objects_of(const PlannedCluster& cluster) {
  return {coredns_object(cluster), object(cluster)};
}

// A name that the block would be asked for.
std::string probe(const dns::ServerBlock& block) {
  return "name.namespace." + dns::lower(block.keys.front().zone);
}

void find_circles(const Subject& subject, Findings& findings) {
  for_custom_blocks(subject, [&](const PlannedCluster& cluster, const dns::ServerBlock& block) {
    const NameEnd end = follow_name(subject, cluster, probe(block));
    if (end.kind != Kind::Circle) return;
    Finding& finding = findings.add(
        block.pos, objects_of(cluster),
        fmt::format("a name below {} that is asked for in {} goes round in a circle: CoreDNS of {} "
                    "gets it a second time",
                    block.keys.front().zone, name_of(cluster), name_of(*end.cluster)),
        "rewrite the name to svc.cluster.local where it reaches its own cluster, and forward each "
        "zone to that cluster only");
    finding.steps = end.steps;
  });
}

void find_dead_forwards(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    const dns::Config* const config = final_config(cluster);
    if (config == nullptr) continue;
    for (const dns::ServerBlock& block : config->blocks) {
      for (const dns::ForwardConfig& forward : block.forwards) {
        for (const dns::Upstream& upstream : forward.to) {
          const Vcn* const vcn = subject.vcn_with(upstream.address);
          const LoadBalancerAt balancer = subject.load_balancer_at(upstream.address);
          if (vcn == nullptr || upstream.address == cluster.dns_address) continue;
          if (subject.cluster_with_node(upstream.address) != nullptr) continue;
          const bool listens =
              balancer && std::any_of(balancer.service().ports.begin(),
                                      balancer.service().ports.end(), [&](const ServicePort& port) {
                                        return port.port.value == upstream.port;
                                      });
          if (listens) continue;
          if (findings.is_unknown(Unknown::Of::Vcn, vcn->name)) continue;
          const PlannedCluster* const silent = subject.silent_cluster_in(*vcn);
          if (silent != nullptr && findings.is_unknown(Unknown::Of::Cluster, name_of(*silent))) {
            continue;
          }
          findings.add(
              forward.pos, objects_of(cluster),
              fmt::format("CoreDNS of {} forwards to {}:{}, where nothing listens in VCN "
                          "{}: each lookup takes seconds and ends in SERVFAIL",
                          name_of(cluster), to_string(upstream.address), upstream.port, vcn->name),
              "write the address of the load balancer in front of that cluster's CoreDNS");
        }
      }
    }
  }
}

void find_shadowed_zones(const Subject& subject, Findings& findings) {
  for_custom_blocks(subject, [&](const PlannedCluster& cluster, const dns::ServerBlock& block) {
    for (const dns::ServerBlock& main : final_config(cluster)->blocks) {
      if (!main.kubernetes) continue;
      for (const std::string& own : main.kubernetes->zones) {
        for (const dns::ServerKey& key : block.keys) {
          const bool is_reverse = own.ends_with(".arpa.") && key.zone.size() > own.size();
          if (key.port != 53 || is_reverse || !dns::is_in_zone(key.zone, own)) continue;
          findings.add(key.pos, objects_of(cluster),
                       fmt::format("server block {} of {} takes names away from the cluster's own "
                                   "zone {}: Services below it are no longer found",
                                   key.zone, name_of(cluster), own),
                       "choose a zone outside of the cluster's domain, like cluster.c2",
                       {{main.kubernetes->pos, "answers " + own}});
        }
      }
    }
  });
}

void find_capital_zones(const Subject& subject, Findings& findings) {
  for_custom_blocks(subject, [&](const PlannedCluster& cluster, const dns::ServerBlock& block) {
    if (dns::at_least(cluster.topology->coredns_version, 1, 14, 7)) return;
    for (const dns::ServerKey& key : block.keys) {
      if (dns::lower(key.zone) == key.zone) continue;
      findings.add(key.pos, objects_of(cluster),
                   fmt::format("CoreDNS {} starts with the zone {}, but never uses it: names are "
                               "compared in lower case",
                               cluster.topology->coredns_version, key.zone),
                   fmt::format("write {}", dns::lower(key.zone)));
    }
  });
}

void find_endless_rewrites(const Subject& subject, Findings& findings) {
  for_custom_blocks(subject, [&](const PlannedCluster& cluster, const dns::ServerBlock& block) {
    if (block.rewrites.empty()) return;
    const dns::Rewriter rewriter{block.rewrites, cluster.topology->coredns_version};
    const dns::Rewritten rewritten = rewriter.apply(probe(block));
    if (!rewritten.matched || rewriter.reverts(rewritten)) return;
    findings.add(block.rewrites.back().pos, objects_of(cluster),
                 fmt::format("the rewrites of block {} in {} only continue: the answer shows the "
                             "rewritten question, and resolvers throw it away",
                             block.keys.front().zone, name_of(cluster)),
                 "let the last rule stop: rewrite stop name ...");
  });
}

void find_unasked_forwards(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    const dns::Config* const config = final_config(cluster);
    if (config == nullptr) continue;
    for (const dns::ServerBlock& block : config->blocks) {
      for (std::size_t i = 1; i < block.forwards.size(); ++i) {
        const dns::ForwardConfig& later = block.forwards[i];
        for (std::size_t j = 0; j < i; ++j) {
          const dns::ForwardConfig& former = block.forwards[j];
          if (!dns::is_in_zone(dns::absolute(later.from), dns::absolute(former.from))) continue;
          if (!former.except.empty()) continue;
          findings.add(
              later.pos, objects_of(cluster),
              fmt::format("forward {} in {} is never asked: forward {} stands before it in "
                          "the same block and takes all",
                          later.from, name_of(cluster), former.from),
              "write a server block of its own (a key that ends in .server)",
              {{former.pos, "the forward that is asked"}});
          break;
        }
      }
    }
  }
}

void find_idle_caches(const Subject& subject, Findings& findings) {
  for_custom_blocks(subject, [&](const PlannedCluster& cluster, const dns::ServerBlock& block) {
    if (!block.cache || !dns::at_least(cluster.topology->coredns_version, 1, 14, 7)) {
      return;
    }
    const dns::Rewritten rewritten =
        dns::Rewriter{block.rewrites, cluster.topology->coredns_version}.apply(probe(block));
    const dns::Zones& zones = block.cache->zones;
    const bool leaves =
        rewritten.matched && std::none_of(zones.begin(), zones.end(), [&](const std::string& zone) {
          return dns::is_in_zone(rewritten.name, zone);
        });
    if (!leaves) return;
    findings.add(block.cache->pos, objects_of(cluster),
                 fmt::format("CoreDNS {} stores nothing in the cache of block {}: it sees the "
                             "rewritten name, which is not of that zone",
                             cluster.topology->coredns_version, block.keys.front().zone),
                 "write the zone it is to store: cache 10 .");
  });
}

void find_missing_caches(const Subject& subject, Findings& findings) {
  for_custom_blocks(subject, [&](const PlannedCluster& cluster, const dns::ServerBlock& block) {
    if (block.cache || block.forwards.empty()) return;
    const LoadBalancerAt balancer =
        block.forwards.front().to.empty()
            ? LoadBalancerAt{}
            : subject.load_balancer_at(block.forwards.front().to.front().address);
    if (!balancer || balancer.cluster == &cluster) return;
    findings.add(block.pos, objects_of(cluster),
                 fmt::format("block {} of {} has no cache: every query crosses to {}, and server "
                             "blocks inherit nothing from the main one",
                             block.keys.front().zone, name_of(cluster), name_of(*balancer.cluster)),
                 "add cache 10 to the block");
  });
}

// Bytes of the answer with that many A records.
std::uint32_t answer_bytes(std::string_view name, std::size_t records) {
  return kHeader + dns::wire_bytes(dns::absolute(name)) + kQuestionTail +
         kRecord * static_cast<std::uint32_t>(records);
}

// WKA names whose answer does not fit 512 bytes.
template <class Use>
void for_long_answers(const Subject& subject, Use&& use) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    for (const MemberSet& set : sets) {
      for (const WkaTarget& target : wka_targets(subject, set)) {
        if (target.is_literal || target.end.kind != Kind::Answered) continue;
        const std::uint32_t bytes = answer_bytes(target.end.name, target.pods.size());
        if (bytes > kUdpLimit) use(set, target, bytes);
      }
    }
  }
}

void find_truncation(const Subject& subject, Findings& findings) {
  for_long_answers(subject, [&](const MemberSet& set, const WkaTarget& target,
                                std::uint32_t bytes) {
    findings.add(target.address->pos ? target.address->pos : wka_pos(set.manifest()),
                 {set.object(), object(*set.cluster)},
                 fmt::format("the answer for {} has {} A records and {} bytes; over UDP without "
                             "EDNS {} are the limit, so it is truncated and asked for again by TCP",
                             target.address->value, target.pods.size(), bytes, kUdpLimit),
                 "let fewer members be well known (excludeFromWKA on a second resource), or set "
                 "options edns0 in the pods' dnsConfig",
                 target.end.steps);
  });
}

bool takes_tcp(const ServiceManifest& service) {
  return std::any_of(service.ports.begin(), service.ports.end(),
                     [](const ServicePort& port) { return port.protocol == "TCP"; });
}

void find_missing_tcp(const Subject& subject, Findings& findings) {
  for_long_answers(subject, [&](const MemberSet& set, const WkaTarget& target,
                                std::uint32_t bytes) {
    for (std::size_t i = 0; i < target.end.through.size(); ++i) {
      const PlannedCluster& cluster = *target.end.to[i];
      const ServiceManifest& service = cluster.services[target.end.through[i]->service].manifest;
      if (takes_tcp(service)) continue;
      findings.add(service.pos, {object(cluster, service), object(cluster), set.object()},
                   fmt::format("Service {} of {} listens at udp 53 only, but the answer for {} has "
                               "{} bytes and needs TCP: every lookup fails, glibc takes 134 s to "
                               "give up",
                               service.name, name_of(cluster), target.address->value, bytes),
                   "add a port 53 with protocol: TCP, and let tcp 53 in at the load balancers' NSG",
                   target.end.steps);
    }
  });
}

void find_resets(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    if (cluster.topology->type != ClusterType::Basic) continue;
    bool is_reported = false;
    for_custom_blocks(subject, [&](const PlannedCluster& owner, const dns::ServerBlock& block) {
      if (&owner != &cluster || is_reported) return;
      is_reported = true;
      findings.add(block.pos, objects_of(cluster),
                   fmt::format("{} is a basic cluster: coredns-custom is deleted by internal "
                               "updates now and then, and zone {} with it",
                               name_of(cluster), block.keys.front().zone),
                   "make it an enhanced cluster, or apply the ConfigMap again from a job that "
                   "watches it");
    });
  }
}

void find_single_replicas(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    if (cluster.topology->coredns_replicas != 1) continue;
    findings.add(
        cluster.topology->pos, {object(cluster), coredns_object(cluster)},
        fmt::format("{} has one CoreDNS pod: while it restarts, no name resolves here, nor "
                    "for clusters that forward to it",
                    name_of(cluster)),
        "write coredns_replicas: 2 or more, on different nodes");
  }
}

bool selects_coredns(const ServiceManifest& service) {
  const Label* const app = find_label(service.selector, "k8s-app");
  return app != nullptr && app->value == "kube-dns";
}

void find_public_dns(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
      const ServiceManifest& service = cluster.services[balancer.service].manifest;
      if (!selects_coredns(service) || service.load_balancer.is_internal.value) continue;
      findings.add(service.pos, {object(cluster, service), object(cluster)},
                   fmt::format("Service {} shows CoreDNS of {} to the internet: its load balancer "
                               "is public",
                               service.name, name_of(cluster)),
                   "annotate it with oci-network-load-balancer.oraclecloud.com/internal: \"true\"");
    }
  }
}

// The Kubernetes cluster that a zone is named after: c2 of "cluster.c2.".
const PlannedCluster* named_by(const Subject& subject, std::string_view zone) {
  std::string_view label = zone;
  if (label.ends_with('.')) label.remove_suffix(1);
  return subject.cluster(label.substr(label.rfind('.') + 1));
}

void find_wrong_cluster(const Subject& subject, Findings& findings) {
  for_custom_blocks(subject, [&](const PlannedCluster& cluster, const dns::ServerBlock& block) {
    const std::string zone = dns::lower(block.keys.front().zone);
    const PlannedCluster* const wanted = named_by(subject, zone);
    if (wanted == nullptr) return;
    const NameEnd end = follow_name(subject, cluster, probe(block));
    const bool is_answer = end.kind == Kind::Answered || end.kind == Kind::NoService;
    if (!is_answer || end.cluster == wanted) return;
    Finding& finding = findings.add(
        end.pos ? end.pos : block.pos, objects_of(cluster),
        fmt::format("names below {} asked for in {} are answered by {}: its Services are taken for "
                    "those of {}",
                    zone, name_of(cluster), name_of(*end.cluster), name_of(*wanted)),
        fmt::format("forward the zone to CoreDNS of {}", name_of(*wanted)));
    finding.steps = end.steps;
  });
}

// Which names of others each cluster can ask for: by a block for a zone that is named after them.
void find_dns_hub(const Subject& subject, Findings& findings) {
  std::set<std::pair<std::string, std::string>> known;
  PairFindings pairs{findings};
  for_custom_blocks(subject, [&](const PlannedCluster& owner, const dns::ServerBlock& block) {
    const PlannedCluster* const target = named_by(subject, block.keys.front().zone);
    if (target != nullptr) known.emplace(name_of(owner), name_of(*target));
  });
  if (known.empty()) return;
  for (const PlannedCluster& from : subject.clusters()) {
    for (const PlannedCluster& to : subject.clusters()) {
      if (&from == &to || final_config(from) == nullptr) continue;
      const std::string name = "name.namespace.cluster." + name_of(to) + ".";
      if (known.contains({name_of(from), name_of(to)})) continue;
      const NameEnd end = follow_name(subject, from, name);
      if (end.kind == Kind::Answered || end.kind == Kind::NoService) continue;
      const Pos pos = from.corefiles.back().config.blocks.back().pos;
      pairs.add(
          pos, "hub", meshsim::checks::to(from, to), objects_of(from),
          fmt::format("{} has no server block for names of {}: the DNS graph is no full mesh; "
                      "enough as long as nothing there asks for such a name",
                      name_of(from), name_of(to)),
          fmt::format("add a block cluster.{}:53 that forwards to its CoreDNS", name_of(to)));
    }
  }
}

void find_version_gap(const Subject& subject, Findings& findings) {
  const PlannedCluster* old = nullptr;
  const PlannedCluster* recent = nullptr;
  for (const PlannedCluster& cluster : subject.clusters()) {
    const bool is_recent = dns::at_least(cluster.topology->coredns_version, 1, 14, 7);
    const PlannedCluster*& slot = is_recent ? recent : old;
    if (slot == nullptr) slot = &cluster;
  }
  if (old == nullptr || recent == nullptr) return;
  findings.add(old->topology->pos, {object(*old), object(*recent)},
               fmt::format("CoreDNS is {} in {} and {} in {}: since 1.14.7 rewrite comes before "
                           "cache, so one Corefile behaves differently in the two",
                           old->topology->coredns_version, name_of(*old),
                           recent->topology->coredns_version, name_of(*recent)),
               "run one version, or write cache 10 . which does the same in both",
               {{recent->topology->pos, "the other version"}});
}

constexpr Rule kRules[] = {
    {"MS0401", Level::Error, "names are forwarded in a circle", find_circles},
    {"MS0402", Level::Error, "a forward leads to an address where nothing listens",
     find_dead_forwards},
    {"MS0403", Level::Error, "a server block shadows the cluster's own zone", find_shadowed_zones},
    {"MS0404", Level::Error, "a zone in capital letters never matches", find_capital_zones},
    {"MS0405", Level::Error, "rewrite rules only continue", find_endless_rewrites},
    {"MS0406", Level::Warning, "a forward is never asked", find_unasked_forwards},
    {"MS0407", Level::Warning, "a cache stores nothing", find_idle_caches},
    {"MS0408", Level::Note, "a block that forwards to another cluster has no cache",
     find_missing_caches},
    {"MS0409", Level::Warning, "a WKA answer will be truncated", find_truncation},
    {"MS0410", Level::Error, "a truncated answer needs TCP, and the load balancer has UDP only",
     find_missing_tcp},
    {"MS0411", Level::Warning, "CoreDNS is customised in a basic cluster", find_resets},
    {"MS0412", Level::Warning, "one CoreDNS pod for a cluster", find_single_replicas},
    {"MS0413", Level::Error, "CoreDNS is open to the internet", find_public_dns},
    {"MS0414", Level::Error, "names of one cluster are answered by another", find_wrong_cluster},
    {"MS0415", Level::Note, "the DNS graph is no full mesh", find_dns_hub},
    {"MS0416", Level::Warning, "CoreDNS versions treat the same Corefile differently",
     find_version_gap},
};

}  // namespace

std::span<const Rule> dns_rules() { return kRules; }

}  // namespace meshsim::checks
