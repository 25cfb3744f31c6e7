// The importer overlooks nothing: whatever single resource is taken out of the sample state, the
// topology is another one or says that it does not know; and whatever single attachment, peering or
// statement is taken out of the topology, the way between the regions ends at the right object.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "sim/import/terraform.hpp"
#include "sim/topology/print.hpp"
#include "sim/topology/routes.hpp"

namespace meshsim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::ordered_json;

constexpr const char* kState = "scenarios/imported/two-region/state.json";

struct Imported {
  Sources sources;
  Diagnostics diagnostics;
  ImportedTopology result;

  explicit Imported(const std::string& text) {
    const std::vector<Node> documents = parse_yaml(text, sources.add("state.json"), diagnostics);
    result = read_terraform(documents, sources, diagnostics);
  }
  // All that a user is told: the topology, what is unknown and what is wrong, without places.
  std::string answer() const {
    std::string text = print_topology(result.topology, TopologyFormat::Yaml);
    for (const Unknown& one : result.unknowns) text += "unknown: " + one.what + "\n";
    for (const Diagnostic& one : diagnostics.list()) {
      if (one.severity == Severity::Error) text += "error: " + one.message + "\n";
    }
    return text;
  }
};

// The lists that hold resources, by pointer into the state.
void collect_modules(Json& module, std::vector<Json*>& lists) {
  if (module.contains("resources")) lists.push_back(&module["resources"]);
  if (!module.contains("child_modules")) return;
  for (Json& child : module["child_modules"]) collect_modules(child, lists);
}

TEST(TerraformRemoval, OfAnySingleResourceOfTheSampleIsNoticed) {
  // An open gateway is known by the kind that its id names in the route. Data sources only look.
  const std::set<std::string> unneeded{"oci_core_internet_gateway", "oci_core_nat_gateway",
                                       "oci_core_service_gateway"};
  std::ifstream file{kState};
  Json state = Json::parse(file);
  const std::string whole = Imported{state.dump()}.answer();
  std::vector<Json*> lists;
  collect_modules(state["values"]["root_module"], lists);
  std::size_t removed = 0;
  std::string overlooked;
  for (Json* list : lists) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      const Json resource = (*list)[i];
      if (resource["mode"] == "data" || unneeded.contains(resource["type"])) continue;
      list->erase(i);
      if (Imported{state.dump()}.answer() == whole) {
        overlooked += resource["address"].get<std::string>() + "\n";
      }
      list->insert(list->begin() + static_cast<std::ptrdiff_t>(i), resource);
      ++removed;
    }
  }
  EXPECT_EQ(overlooked, "");
  EXPECT_EQ(removed, 130U);
}

class WayBetweenRegions : public testing::Test {
 protected:
  static ImportedTopology import() {
    std::ifstream file{kState};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    return Imported{text}.result;
  }
  // "arrives", or why not.
  static std::string way(const Topology& topology, std::size_t from, const char* target) {
    const DrgRoutes routes = resolve_drg_routes(topology);
    const DrgTrace trace = trace_route(topology, routes, topology.vcns[from], *parse_ipv4(target));
    return trace.arrives ? "arrives" : trace.no_route.text;
  }
  std::string there() const { return way(topology, 0, "10.2.73.222"); }
  std::string back() const { return way(topology, 1, "10.1.124.240"); }

  Topology topology = import().topology;
};

TEST_F(WayBetweenRegions, IsOpenBothWays) {
  EXPECT_EQ(there(), "arrives");
  EXPECT_EQ(back(), "arrives");
}

TEST_F(WayBetweenRegions, EndsAtAVcnWithoutAttachment) {
  topology.drgs[0].attachments.erase(topology.drgs[0].attachments.begin());
  EXPECT_EQ(there(), "VCN c1 is attached to no DRG");
  EXPECT_THAT(back(), HasSubstr("DRG c2 has no route to VCN c1"));
  EXPECT_THAT(back(), HasSubstr("no attachment to DRG c1-drg"));
}

TEST_F(WayBetweenRegions, EndsAtTheFarVcnWithoutAttachment) {
  topology.drgs[1].attachments.erase(topology.drgs[1].attachments.begin());
  EXPECT_THAT(there(), HasSubstr("no attachment to DRG c2"));
  EXPECT_EQ(back(), "VCN c2 is attached to no DRG");
}

TEST_F(WayBetweenRegions, EndsWithoutThePeering) {
  for (Drg& drg : topology.drgs) drg.attachments.pop_back();
  topology.rpcs.clear();
  EXPECT_THAT(there(), HasSubstr("no remote peering leads there"));
  EXPECT_THAT(back(), HasSubstr("no remote peering leads there"));
}

TEST_F(WayBetweenRegions, EndsAtTheTableWithoutAStatement) {
  // One way each: the table of packets from the VCN, and that of the peering at the far end.
  for (DrgRouteTable& table : topology.drgs[0].route_tables) {
    if (table.name == "auto-vcn") table.imports.clear();
  }
  EXPECT_THAT(there(), HasSubstr("DRG c1-drg has no route to VCN c2: its "));
  EXPECT_EQ(back(), "arrives");
}

TEST_F(WayBetweenRegions, EndsAtTheTableOfThePeeringWithoutAStatement) {
  for (DrgRouteTable& table : topology.drgs[1].route_tables) {
    if (table.name == "auto-rpc") table.imports.clear();
  }
  EXPECT_THAT(there(), HasSubstr("DRG c2 does not announce it"));
  EXPECT_EQ(back(), "arrives");
}

}  // namespace
}  // namespace meshsim
