// One CoreDNS after the other until somebody answers, or nobody will.
#include "sim/check/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "models/dns/name.hpp"
#include "models/dns/rewrite.hpp"
#include "models/fabric/well_known.hpp"

namespace meshsim::checks {
namespace {

using Kind = NameEnd::Kind;

// "SERVICE.NAMESPACE.svc" in front of the zone; nullptr if it is no such name or Service.
const PlannedService* service_named(const PlannedCluster& cluster, std::string_view name,
                                    std::string_view zone) {
  std::string_view rest = name.substr(0, name.size() - zone.size());
  if (!rest.ends_with(".svc.")) return nullptr;
  rest.remove_suffix(5);
  const std::size_t dot = rest.rfind('.');
  if (dot == std::string_view::npos) return nullptr;
  std::string_view service = rest.substr(0, dot);
  service = service.substr(service.rfind('.') + 1);  // names of single pods stand before it
  for (const PlannedService& one : cluster.services) {
    if (one.manifest.name == service && one.manifest.namespace_ == rest.substr(dot + 1)) {
      return &one;
    }
  }
  return nullptr;
}

const std::string* kubernetes_zone(const dns::ServerBlock& block, std::string_view name) {
  if (!block.kubernetes) return nullptr;
  for (const std::string& zone : block.kubernetes->zones) {
    if (dns::is_in_zone(name, zone)) return &zone;
  }
  return nullptr;
}

const dns::ForwardConfig* forward_for(const dns::ServerBlock& block, std::string_view name) {
  for (const dns::ForwardConfig& forward : block.forwards) {
    if (!dns::is_in_zone(name, dns::absolute(forward.from))) continue;
    const bool is_excepted = std::any_of(
        forward.except.begin(), forward.except.end(),
        [&](const std::string& zone) { return dns::is_in_zone(name, dns::absolute(zone)); });
    if (!is_excepted) return &forward;
  }
  return nullptr;
}

bool selects_coredns(const ServiceManifest& service) {
  const Label* const app = find_label(service.selector, "k8s-app");
  return app != nullptr && app->value == "kube-dns";
}

class Follower {
 public:
  Follower(const Subject& subject, const PlannedCluster& cluster, std::string_view name)
      : subject_(subject) {
    end_.cluster = &cluster;
    end_.name = dns::lower(dns::absolute(name));
  }

  NameEnd follow() {
    while (step()) {
    }
    return std::move(end_);
  }

 private:
  bool finish(Kind kind, Pos pos, std::string text) {
    end_.kind = kind;
    if (pos) end_.pos = pos;
    end_.steps.push_back({pos, std::move(text)});
    return false;
  }

  bool unknown_services(const PlannedCluster& cluster, Pos pos) {
    end_.cluster = &cluster;
    return finish(Kind::Unknown, pos,
                  fmt::format("no file says which Services {} has", name_of(cluster)));
  }

  // Asks one CoreDNS; true if it asks another one.
  bool step() {
    const PlannedCluster& at = *end_.cluster;
    const std::string& where = name_of(at);
    if (!seen_.emplace(where, end_.name).second) {
      return finish(Kind::Circle, end_.pos,
                    fmt::format("CoreDNS of {} is asked for {} again", where, end_.name));
    }
    if (final_config(at) == nullptr) {
      return finish(Kind::Unknown, {}, fmt::format("the Corefile of {} is not known", where));
    }
    const dns::ServerBlock* const block = block_for(subject_, at, end_.name);
    if (block == nullptr) {
      return finish(Kind::Refused, {},
                    fmt::format("CoreDNS of {} has no server block for {}", where, end_.name));
    }
    const dns::Rewritten rewritten =
        dns::Rewriter{block->rewrites, at.topology->coredns_version}.apply(end_.name);
    end_.steps.push_back(
        {block->pos, fmt::format("CoreDNS of {}: block {}{}", where, block->keys.front().zone,
                                 rewritten.matched ? " asks for " + rewritten.name : "")});
    end_.pos = block->pos;
    end_.name = dns::lower(rewritten.name);
    if (const std::string* const zone = kubernetes_zone(*block, end_.name)) {
      end_.service = service_named(at, end_.name, *zone);
      if (end_.service != nullptr) {
        const ServiceManifest& service = end_.service->manifest;
        return finish(Kind::Answered, service.pos,
                      fmt::format("Service {}/{} of {}", service.namespace_, service.name, where));
      }
      const bool falls = block->kubernetes->falls_through.applies_to(end_.name);
      if (!falls) {
        if (!subject_.has_files(at)) return unknown_services(at, block->kubernetes->pos);
        return finish(Kind::NoService, block->kubernetes->pos,
                      fmt::format("{} has no Service {}", where, end_.name));
      }
    }
    if (has_records(*block)) {
      return finish(Kind::Unknown, block->pos,
                    "may be answered by hosts, template or file, which are not followed");
    }
    return forward(*block);
  }

  static bool has_records(const dns::ServerBlock& block) {
    return block.hosts || !block.templates.empty() || !block.files.empty();
  }

  bool forward(const dns::ServerBlock& block) {
    const PlannedCluster& at = *end_.cluster;
    const dns::ForwardConfig* const forward = forward_for(block, end_.name);
    if (forward == nullptr || forward->to.empty()) {
      return finish(Kind::Refused, block.pos,
                    fmt::format("block {} of {} forwards {} to nobody", block.keys.front().zone,
                                name_of(at), end_.name));
    }
    const Ipv4 address = forward->to.front().address;
    const std::string text = fmt::format("forward {} to {}", forward->from, to_string(address));
    if (address == at.dns_address) {
      end_.steps.push_back({forward->pos, text});
      end_.pos = forward->pos;
      return true;
    }
    const LoadBalancerAt balancer = subject_.load_balancer_at(address);
    if (balancer && selects_coredns(balancer.service())) {
      end_.steps.push_back({forward->pos, text + ", CoreDNS of " + name_of(*balancer.cluster)});
      end_.through.push_back(balancer.balancer);
      end_.to.push_back(balancer.cluster);
      end_.cluster = balancer.cluster;
      end_.pos = forward->pos;
      return true;
    }
    const Vcn* const vcn = subject_.vcn_with(address);
    if (vcn == nullptr) return finish(Kind::Outside, forward->pos, text + ", outside of the mesh");
    if (const PlannedCluster* const silent = subject_.silent_cluster_in(*vcn)) {
      return unknown_services(*silent, forward->pos);
    }
    return finish(Kind::Nobody, forward->pos,
                  fmt::format("{}, where no CoreDNS of VCN {} listens", text, vcn->name));
  }

  const Subject& subject_;
  NameEnd end_;
  std::set<std::pair<std::string, std::string>> seen_;  // cluster and name
};

}  // namespace

const dns::Config* final_config(const PlannedCluster& cluster) {
  return cluster.corefiles.empty() ? nullptr : &cluster.corefiles.back().config;
}

const dns::ServerBlock* block_for(const Subject& subject, const PlannedCluster& cluster,
                                  std::string_view name) {
  const Subject::Blocks& blocks = subject.blocks_of(cluster);
  for (std::string_view zone = name;; zone = dns::parent(zone)) {
    const auto found = blocks.find(zone);
    if (found != blocks.end()) return found->second;
    if (zone == ".") return nullptr;
  }
}

NameEnd follow_name(const Subject& subject, const PlannedCluster& cluster, std::string_view name) {
  return Follower{subject, cluster, name}.follow();
}

NameEnd resolve(const Subject& subject, const PlannedCluster& cluster, std::string_view namespace_,
                std::string_view name) {
  const std::string search[] = {
      fmt::format("{}.{}.svc.cluster.local.", name, namespace_),
      fmt::format("{}.svc.cluster.local.", name),
      fmt::format("{}.cluster.local.", name),
  };
  for (const std::string& candidate : search) {
    NameEnd end = follow_name(subject, cluster, candidate);
    if (end.kind == Kind::Answered) return end;
  }
  return follow_name(subject, cluster, dns::absolute(name));
}

std::string_view without_port(std::string_view address) {
  return address.substr(0, address.find(':'));
}

}  // namespace meshsim::checks
