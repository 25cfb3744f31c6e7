// Describes the documents by the tables that their readers use.
#include "tools/documents.hpp"

#include <array>

#include "sim/scenario/document.hpp"
#include "sim/topology/document.hpp"

namespace meshsim::tools {

std::span<const ExplainRoot> documents() {
  static constexpr std::array kDocuments{
      ExplainRoot{"scenario", "what is applied to which cluster when, and what must hold",
                  value_type<ScenarioDocument>},
      ExplainRoot{"topology", "what exists: regions, VCNs, DRGs, peerings, OKE clusters",
                  value_type<TopologyDocument>},
  };
  return kDocuments;
}

}  // namespace meshsim::tools
