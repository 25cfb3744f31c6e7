// Boost.Graph over DRGs and peerings; with routes.cpp and print.cpp its only users.
#include "sim/topology/graph.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <map>

#include "sim/topology/peering.hpp"

namespace meshsim {
namespace {

using Graph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property,
                          boost::property<boost::edge_weight_t, std::int64_t>>;

std::map<std::string_view, std::size_t> indices_of(const std::vector<Drg>& drgs) {
  std::map<std::string_view, std::size_t> indices;
  for (std::size_t i = 0; i < drgs.size(); ++i) indices.emplace(drgs[i].name, i);
  return indices;
}

// One vertex per DRG, one edge per peering that is up; its weight is the round trip.
Graph graph_of(const Topology& topology, const std::map<std::string_view, std::size_t>& indices) {
  Graph graph{topology.drgs.size()};
  for (const Rpc& rpc : topology.rpcs) {
    const auto a = indices.find(rpc.drg_a);
    const auto b = indices.find(rpc.drg_b);
    if (a == indices.end() || b == indices.end()) continue;
    if (!peering_state(topology, rpc).is_up()) continue;
    // One more per peering, so that of equal round trips the shorter path is taken.
    boost::add_edge(a->second, b->second, rpc.round_trip.count() + 1, graph);
  }
  return graph;
}

}  // namespace

std::vector<std::size_t> islands_of_vcns(const Topology& topology) {
  const auto indices = indices_of(topology.drgs);
  const Graph graph = graph_of(topology, indices);
  std::vector<std::size_t> components(topology.drgs.size());
  std::size_t islands = 0;
  if (!components.empty()) islands = boost::connected_components(graph, components.data());
  std::vector<std::size_t> result;
  for (const Vcn& vcn : topology.vcns) {
    const auto drg = indices.find(vcn.drg);
    result.push_back(drg == indices.end() ? islands++ : components[drg->second]);
  }
  return result;
}

std::vector<std::string_view> shortest_path(const Topology& topology, std::string_view drg_from,
                                            std::string_view drg_to) {
  const auto indices = indices_of(topology.drgs);
  const auto from = indices.find(drg_from);
  const auto to = indices.find(drg_to);
  if (from == indices.end() || to == indices.end()) return {};
  const Graph graph = graph_of(topology, indices);
  std::vector<Graph::vertex_descriptor> before(topology.drgs.size());
  boost::dijkstra_shortest_paths(graph, from->second, boost::predecessor_map(before.data()));
  std::vector<std::string_view> path;
  std::size_t at = to->second;
  for (; at != from->second; at = before[at]) {
    if (before[at] == at) return {};  // never reached
    path.push_back(topology.drgs[at].name);
  }
  path.push_back(topology.drgs[at].name);
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace meshsim
