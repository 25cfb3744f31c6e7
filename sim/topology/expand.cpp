// Makes the long form. Cluster number N gets the N-th row of the address plan; every VCN gets
// routes and rules for all other VCNs that the peering could connect, also where no route exists in
// the DRGs: that is what an operator of a hub does who hopes for transit, and the DRG then decides.
#include "sim/topology/expand.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/topology/complete.hpp"
#include "sim/topology/drg_defaults.hpp"
#include "sim/topology/oke_network.hpp"
#include "sim/topology/regions.hpp"

namespace meshsim {
namespace {

struct Pair {
  std::size_t a;
  std::size_t b;
  Pos pos;
};

class Expansion {
 public:
  Expansion(const TopologyDocument& document, Diagnostics& diagnostics, const std::string& path)
      : document_(document), diagnostics_(diagnostics), prefix_(path.empty() ? "" : path + ".") {}

  Topology run() {
    topology_.name = document_.name;
    topology_.description = document_.description;
    topology_.pos = document_.pos;
    topology_.vcns = document_.vcns;
    topology_.drgs = document_.drgs;
    topology_.rpcs = document_.rpcs;
    topology_.hosts = document_.hosts;
    topology_.on_premises = document_.on_premises;
    topology_.ignores = document_.ignores;
    collect_clusters();
    collect_peering();
    const std::vector<Pair> pairs = peering_ ? pairs_of(*peering_) : std::vector<Pair>{};
    for (std::size_t i = 0; i < specs_.size(); ++i) add_cluster(i);
    add_peerings(pairs);
    complete_peerings(topology_);
    apply_links();
    add_drg_defaults(topology_);
    place_default_tables();
    if (peering_ && peering_->transit.value) add_transit();
    add_regions(topology_);
    return std::move(topology_);
  }

 private:
  void error(Pos pos, const std::string& path, std::string message) {
    diagnostics_.error(pos, prefix_ + path, std::move(message));
  }

  // --- clusters

  void collect_clusters() {
    if (!document_.clusters.mapping) {
      specs_ = document_.clusters.brief;
      return;
    }
    const GeneratorSpec& generator = *document_.clusters.mapping;
    const std::vector<std::string_view> choice = regions_by_choice();
    for (std::uint32_t i = 0; i < generator.count; ++i) {
      ClusterSpec spec;
      spec.name = fmt::format("c{}", i + 1);
      spec.region = generator.regions.empty()
                        ? Located<std::string>{std::string{choice[i % choice.size()]}, {}}
                        : generator.regions[i % generator.regions.size()];
      spec.nodes = {generator.nodes, generator.pos};
      spec.shape = {generator.shape, generator.pos};
      spec.ocpus = {generator.ocpus, generator.pos};
      spec.kubernetes_version = generator.kubernetes_version;
      spec.coredns_version = generator.coredns_version;
      spec.coredns_replicas = generator.coredns_replicas;
      spec.pos = generator.pos;
      specs_.push_back(std::move(spec));
    }
  }

  std::string cluster_path(std::size_t index, const char* key) const {
    if (document_.clusters.mapping) return "clusters";
    return fmt::format("clusters[{}].{}", index, key);
  }

  std::string region_of(const ClusterSpec& spec, std::size_t index, const Vcn* vcn) {
    if (!spec.region && vcn != nullptr) return vcn->region;
    if (spec.region.value.empty()) {
      error(spec.pos, cluster_path(index, "region"), "is missing: identifier, like eu-paris-1");
      return "";
    }
    const KnownRegion* region = find_region(spec.region.value);
    return region != nullptr ? std::string{region->name} : spec.region.value;
  }

  void add_cluster(std::size_t index) {
    const ClusterSpec& spec = specs_[index];
    const Vcn* const own = spec.vcn ? find_named(document_.vcns, spec.vcn.value) : nullptr;
    const ClusterAddresses plan = planned_addresses(
        static_cast<std::uint32_t>(std::min<std::size_t>(index, kMaxClusters - 1)) + 1);
    Cluster cluster;
    cluster.name = spec.name;
    cluster.region = region_of(spec, index, own);
    cluster.vcn = spec.vcn ? spec.vcn.value : spec.name;
    cluster.pods_cidr = spec.pods_cidr ? spec.pods_cidr.value : plan.pods;
    cluster.services_cidr = spec.services_cidr ? spec.services_cidr.value : plan.services;
    cluster.node_pod_bits = spec.node_pod_bits;
    cluster.type = spec.type;
    cluster.kubernetes_version = spec.kubernetes_version;
    cluster.coredns_version = spec.coredns_version;
    cluster.coredns_replicas = spec.coredns_replicas;
    cluster.pools = pools_of(spec, index);
    cluster.lb_subnet = spec.lb_subnet;
    cluster.lb_nsgs = spec.lb_nsgs;
    cluster.cni = spec.cni;
    cluster.endpoint = spec.endpoint;
    cluster.ignores = spec.ignores;
    cluster.pos = spec.pos;
    if (!spec.vcn) {
      if (cluster.lb_nsgs.empty()) cluster.lb_nsgs = {"int_lb"};
      if (!cluster.endpoint) cluster.endpoint.emplace().pos = spec.pos;
      if (cluster.endpoint->nsgs.empty()) cluster.endpoint->nsgs = {"cp"};
      make_network(index, cluster.region);
      add_hosts(spec, cluster.vcn);
    } else {
      refuse_made_parts(spec, index);
    }
    topology_.clusters.push_back(std::move(cluster));
  }

  // What stands in a VCN that is made, and can only be asked for there.
  void refuse_made_parts(const ClusterSpec& spec, std::size_t index) {
    if (spec.vcn_cidr) {
      error(spec.vcn_cidr.pos, cluster_path(index, "vcn_cidr"),
            "the cluster names a VCN; write the CIDR there");
    }
    for (const auto& [asked, key] :
         {std::pair{spec.bastion, "bastion"}, std::pair{spec.operator_host, "operator"}}) {
      if (!asked.value) continue;
      error(asked.pos, cluster_path(index, key),
            "the cluster names a VCN; write the host into `hosts`");
    }
  }

  void add_hosts(const ClusterSpec& spec, const std::string& vcn) {
    const auto add = [&](const Located<bool>& asked, const std::string& what, bool is_public) {
      if (!asked.value) return;
      Host host;
      host.name = spec.name + "-" + what;
      host.vcn = vcn;
      host.subnet = what;
      host.nsgs = {what};
      host.is_public = is_public;
      host.tcp_ports = {22};
      host.pos = asked.pos;
      topology_.hosts.push_back(std::move(host));
    };
    add(spec.bastion, "bastion", true);
    add(spec.operator_host, "operator", false);
  }

  std::vector<NodePool> pools_of(const ClusterSpec& spec, std::size_t index) {
    if (!spec.pools.empty()) {
      for (const Pos pos : {spec.nodes.pos, spec.shape.pos, spec.ocpus.pos}) {
        if (pos) error(pos, cluster_path(index, "pools"), "given too; write it into the pools");
      }
      return spec.pools;
    }
    NodePool pool;
    pool.name = "np1";
    if (spec.nodes) pool.nodes = spec.nodes.value;
    if (spec.shape) pool.shape = spec.shape.value;
    if (spec.ocpus) pool.ocpus = spec.ocpus.value;
    if (!spec.vcn) pool.nsgs = {"workers"};
    pool.pos = spec.pos;
    return {pool};
  }

  Prefix vcn_cidr(std::size_t index) const {
    const ClusterSpec& spec = specs_[index];
    if (spec.vcn_cidr) return spec.vcn_cidr.value;
    return planned_addresses(static_cast<std::uint32_t>(index) + 1).vcn;
  }

  void make_network(std::size_t index, const std::string& region) {
    const ClusterSpec& spec = specs_[index];
    const std::string drg = spec.name + "-drg";
    if (index >= kMaxClusters) {
      error(spec.pos, cluster_path(index, "vcn_cidr"),
            "the address plan ends at 255 clusters; write `vcns` for more");
      return;
    }
    const Prefix cidr = vcn_cidr(index);
    if (cidr.length < kVcnShortest || cidr.length > kVcnLongest) {
      error(spec.vcn_cidr.pos, cluster_path(index, "vcn_cidr"),
            fmt::format("the subnets of a cluster need a /{} to /{}; '{}' is none", kVcnShortest,
                        kVcnLongest, to_string(cidr)));
      return;
    }
    topology_.vcns.push_back(oke_network(spec.name, region, cidr, drg, remotes_of(index), spec.pos,
                                         peering_pos(spec.pos)));
    topology_.drgs.push_back({drg, region, {}, {}, spec.pos});
  }

  Pos peering_pos(Pos otherwise) const {
    if (!peering_) return otherwise;
    for (const Pos pos : {peering_->hub.pos, peering_->mesh.pos, peering_->pos}) {
      if (pos) return pos;
    }
    return otherwise;
  }

  std::vector<RemoteVcn> remotes_of(std::size_t index) const {
    std::vector<RemoteVcn> remotes;
    if (!peering_) return remotes;
    std::set<std::string> seen{specs_[index].name};
    for (std::size_t other = 0; other < specs_.size(); ++other) {
      const ClusterSpec& spec = specs_[other];
      const Vcn* const vcn = spec.vcn ? find_named(document_.vcns, spec.vcn.value) : nullptr;
      const std::string& name = spec.vcn ? spec.vcn.value : spec.name;
      if ((spec.vcn && vcn == nullptr) || other >= kMaxClusters) continue;
      if (!seen.insert(name).second) continue;
      remotes.push_back({name, vcn != nullptr ? vcn->cidrs : std::vector{vcn_cidr(other)}});
    }
    return remotes;
  }

  // --- peering

  void collect_peering() {
    peering_ = document_.peering;
    if (!document_.clusters.mapping) return;
    const GeneratorSpec& generator = *document_.clusters.mapping;
    if (!generator.mesh && !generator.transit) return;
    if (peering_) {
      error(peering_->pos, "peering", "clusters.mesh says who is peered; remove one of the two");
      return;
    }
    peering_.emplace();
    peering_->mesh = generator.mesh;
    peering_->transit = generator.transit;
    peering_->pos = generator.pos;
  }

  std::optional<std::size_t> cluster_index(const Located<std::string>& name,
                                           const std::string& path) {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < specs_.size(); ++i) {
      if (specs_[i].name == name.value) return i;
      names.push_back(specs_[i].name);
    }
    const std::string_view near = nearest(name.value, names);
    error(name.pos, path,
          near.empty()
              ? fmt::format("there is no cluster '{}'", name.value)
              : fmt::format("there is no cluster '{}'; did you mean '{}'?", name.value, near));
    return std::nullopt;
  }

  std::optional<Pair> pair_of(const PairSpec& spec, const std::string& path) {
    if (spec.value.size() != 2) {
      error(spec.pos, path, fmt::format("names {} clusters; write two", spec.value.size()));
      return std::nullopt;
    }
    const auto a = cluster_index(spec.value[0], path + "[0]");
    const auto b = cluster_index(spec.value[1], path + "[1]");
    if (!a || !b) return std::nullopt;
    if (*a == *b) {
      error(spec.pos, path, "a cluster is not peered with itself; write two different ones");
      return std::nullopt;
    }
    return Pair{std::min(*a, *b), std::max(*a, *b), spec.pos};
  }

  std::vector<Pair> pairs_of(const PeeringSpec& peering) {
    const int given = (peering.mesh ? 1 : 0) + (peering.pairs.empty() ? 0 : 1);
    const bool is_hub = peering.mesh.value == Mesh::Hub && peering.mesh;
    if (given > 1 || (peering.hub && given == 1 && !is_hub)) {
      error(peering.pos, "peering", "write one of mesh, hub and pairs");
    } else if (given == 0 && !peering.hub) {
      error(peering.pos, "peering", "write one of mesh, hub and pairs, like {mesh: full}");
    }
    const bool is_full = peering.mesh && peering.mesh.value == Mesh::Full;
    if (peering.transit.value && is_full) {
      error(peering.transit.pos, "peering.transit",
            "all are peered directly in a full mesh; remove it");
    }
    if (!peering.pairs.empty()) return listed_pairs(peering);
    if (peering.hub || is_hub) return hub_pairs(peering);
    return mesh_pairs(peering.mesh);
  }

  std::vector<Pair> listed_pairs(const PeeringSpec& peering) {
    std::vector<Pair> pairs;
    std::map<std::pair<std::size_t, std::size_t>, Pos> seen;
    for (std::size_t i = 0; i < peering.pairs.size(); ++i) {
      const std::string path = fmt::format("peering.pairs[{}]", i);
      const auto pair = pair_of(peering.pairs[i], path);
      if (!pair) continue;
      const auto [first, is_new] = seen.emplace(std::pair{pair->a, pair->b}, pair->pos);
      if (!is_new) {
        error(pair->pos, path,
              fmt::format("these are peered already, at {}:{}", first->second.line,
                          first->second.column));
        continue;
      }
      pairs.push_back(*pair);
    }
    return pairs;
  }

  std::vector<Pair> hub_pairs(const PeeringSpec& peering) {
    std::size_t hub = 0;
    if (peering.hub) {
      const auto named = cluster_index(peering.hub, "peering.hub");
      if (!named) return {};
      hub = *named;
    }
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < specs_.size(); ++i) {
      if (i != hub) pairs.push_back({std::min(i, hub), std::max(i, hub), peering_pos({})});
    }
    return pairs;
  }

  std::vector<Pair> mesh_pairs(const Located<Mesh>& mesh) const {
    std::vector<Pair> pairs;
    const std::size_t count = specs_.size();
    if (!mesh) return pairs;
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = a + 1; b < count; ++b) {
        const bool is_neighbour = b == a + 1;
        const bool closes_ring = mesh.value == Mesh::Ring && a == 0 && b + 1 == count;
        if (mesh.value == Mesh::Full || is_neighbour || closes_ring) {
          pairs.push_back({a, b, mesh.pos});
        }
      }
    }
    return pairs;
  }

  const std::string& drg_of(std::size_t index) const {
    static const std::string none;
    const Vcn* const vcn = find_named(topology_.vcns, topology_.clusters[index].vcn);
    return vcn == nullptr ? none : vcn->drg;
  }

  void add_peerings(const std::vector<Pair>& pairs) {
    for (const Pair& pair : pairs) {
      Rpc rpc;
      rpc.name = specs_[pair.a].name + "-" + specs_[pair.b].name;
      rpc.drg_a = drg_of(pair.a);
      rpc.drg_b = drg_of(pair.b);
      rpc.loss = kRpcLoss;
      rpc.pos = pair.pos;
      const std::size_t without = rpc.drg_a.empty() ? pair.a : pair.b;
      if (rpc.drg_a.empty() || rpc.drg_b.empty()) {
        // A network that could not be made has been reported.
        if (find_named(topology_.vcns, topology_.clusters[without].vcn) != nullptr) {
          error(pair.pos, "peering",
                fmt::format("the VCN of cluster '{}' has no DRG", specs_[without].name));
        }
        continue;
      }
      if (rpc.drg_a == rpc.drg_b) continue;  // two clusters behind one DRG need no peering
      topology_.rpcs.push_back(std::move(rpc));
    }
  }

  void apply_links() {
    for (std::size_t i = 0; i < document_.links.size(); ++i) {
      const LinkSpec& link = document_.links[i];
      const std::string path = fmt::format("links[{}].between", i);
      if (!link.between) continue;  // missing, and reported as such
      const auto pair = pair_of(link.between, path);
      if (!pair) continue;
      const std::string& a = drg_of(pair->a);
      const std::string& b = drg_of(pair->b);
      bool is_peered = false;
      for (Rpc& rpc : topology_.rpcs) {
        if (!(rpc.drg_a == a && rpc.drg_b == b) && !(rpc.drg_a == b && rpc.drg_b == a)) continue;
        is_peered = true;
        apply(link, rpc);
      }
      if (!is_peered) {
        error(link.between.pos, path,
              fmt::format("'{}' and '{}' are not peered; add the pair to `peering`",
                          specs_[pair->a].name, specs_[pair->b].name));
      }
    }
  }

  static void apply(const LinkSpec& link, Rpc& rpc) {
    if (link.round_trip) {
      rpc.round_trip = *link.round_trip;
      rpc.round_trip_from = "given in links";
      rpc.jitter = *link.round_trip / kRpcJitterShare;
    }
    if (link.jitter) rpc.jitter = *link.jitter;
    if (link.loss) rpc.loss = *link.loss;
    if (link.rate) rpc.rate = *link.rate;
    if (link.mtu) rpc.mtu = *link.mtu;
  }

  // The default tables of a DRG that was made stand where the peering stands: whoever wants others
  // has to change that line.
  void place_default_tables() {
    for (std::size_t i = document_.drgs.size(); i < topology_.drgs.size(); ++i) {
      for (DrgRouteTable& table : topology_.drgs[i].route_tables) {
        table.pos = peering_pos(table.pos);
        for (DistributionStatement& statement : table.imports) statement.pos = table.pos;
      }
    }
  }

  // The recipe of oci-oke.md section 2.3: a table that imports from VCNs and from peerings, used by
  // all peerings of the DRG.
  void add_transit() {
    using Match = DistributionStatement::Match;
    const Pos pos = peering_->transit.pos;
    for (Drg& drg : topology_.drgs) {
      const auto is_rpc = [](const DrgAttachment& attachment) {
        return attachment.type == DrgAttachment::Type::Rpc;
      };
      if (std::count_if(drg.attachments.begin(), drg.attachments.end(), is_rpc) < 2) continue;
      if (find_named(drg.route_tables, "transit") != nullptr) continue;
      DrgRouteTable table;
      table.name = "transit";
      table.imports = {{1, Match::AttachmentType, kMatchVcn, pos},
                       {2, Match::AttachmentType, kMatchRpc, pos}};
      table.pos = pos;
      drg.route_tables.push_back(std::move(table));
      for (DrgAttachment& attachment : drg.attachments) {
        if (is_rpc(attachment)) attachment.route_table = "transit";
      }
    }
  }

  const TopologyDocument& document_;
  Diagnostics& diagnostics_;
  std::string prefix_;
  Topology topology_;
  std::vector<ClusterSpec> specs_;
  std::optional<PeeringSpec> peering_;
};

}  // namespace

Topology expand(const TopologyDocument& document, Diagnostics& diagnostics,
                const std::string& path) {
  return Expansion{document, diagnostics, path}.run();
}

TopologyDocument long_form(const Topology& topology) {
  TopologyDocument document;
  document.api_version = kApiVersion;
  document.kind = "Topology";
  document.name = topology.name;
  document.description = topology.description;
  document.vcns = topology.vcns;
  document.drgs = topology.drgs;
  document.rpcs = topology.rpcs;
  document.hosts = topology.hosts;
  document.on_premises = topology.on_premises;
  document.ignores = topology.ignores;
  constexpr Pos kGiven{1, 0, 0};  // any place: what has none is left out as a default
  for (const Cluster& cluster : topology.clusters) {
    ClusterSpec spec;
    spec.name = cluster.name;
    spec.region = {cluster.region, kGiven};
    spec.vcn = {cluster.vcn, kGiven};
    spec.pods_cidr = {cluster.pods_cidr, kGiven};
    spec.services_cidr = {cluster.services_cidr, kGiven};
    spec.node_pod_bits = cluster.node_pod_bits;
    spec.type = cluster.type;
    spec.kubernetes_version = cluster.kubernetes_version;
    spec.coredns_version = cluster.coredns_version;
    spec.coredns_replicas = cluster.coredns_replicas;
    spec.pools = cluster.pools;
    spec.lb_subnet = cluster.lb_subnet;
    spec.lb_nsgs = cluster.lb_nsgs;
    spec.cni = cluster.cni;
    spec.endpoint = cluster.endpoint;
    spec.ignores = cluster.ignores;
    document.clusters.brief.push_back(std::move(spec));
  }
  return document;
}

}  // namespace meshsim
