// Collects what is accepted, by the names that findings give their objects.
#include "sim/check/accept.hpp"

#include <fmt/format.h>

#include "sim/check/rules.hpp"
#include "sim/check/subject.hpp"

namespace meshsim::checks {

Acceptances::Acceptances(const Plan& plan, Diagnostics& diagnostics) {
  const Topology& topology = plan.scenario.topology;
  add("", plan.scenario.ignores, diagnostics);
  add("", topology.ignores, diagnostics);
  for (const Vcn& vcn : topology.vcns) add(object(vcn), vcn.ignores, diagnostics);
  for (const Drg& drg : topology.drgs) add(object(drg), drg.ignores, diagnostics);
  for (const Rpc& rpc : topology.rpcs) add(object(rpc), rpc.ignores, diagnostics);
  for (const PlannedCluster& cluster : plan.clusters) {
    add(object(cluster), cluster.topology->ignores, diagnostics);
    add(coredns_object(cluster), cluster.dns_ignores, diagnostics);
    for (const PlannedService& service : cluster.services) {
      add(object(cluster, service.manifest), service.manifest.ignores, diagnostics);
    }
    for (const PlannedCoherence& coherence : cluster.coherence) {
      add(object(cluster, coherence.manifest), coherence.manifest.ignores, diagnostics);
    }
  }
}

void Acceptances::add(const std::string& object, const std::vector<Ignore>& ignores,
                      Diagnostics& diagnostics) {
  for (const Ignore& ignore : ignores) {
    for (const std::string& rule : ignore.rules) {
      if (find_rule(rule) == nullptr) {
        const std::string_view near = nearest_rule(rule);
        diagnostics.warning(
            ignore.pos, "ignore",
            fmt::format("there is no rule {}{}; `meshsim explain rules` lists all", rule,
                        near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
      }
      list_.emplace(std::pair{object, rule}, &ignore);
    }
  }
}

void Acceptances::apply(Finding& finding) const {
  const auto accept = [&](const std::string& object) {
    const auto found = list_.find(std::pair{object, finding.rule});
    if (found == list_.end() || finding.is_accepted()) return;
    finding.accepted = found->second->reason;
    finding.accepted_at = found->second->pos;
  };
  for (const std::string& object : finding.objects) accept(object);
  accept("");
}

}  // namespace meshsim::checks
