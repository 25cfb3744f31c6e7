// Labels of the trace records of the cluster mesh. The component is the agent of a node; `text` is
// the name of the remote cluster, decided_by its entry in the agent's configuration.
#pragma once

#include <string_view>

namespace meshsim::fabric {

// A connection attempt begins. value: attempts since the last success, from 1.
inline constexpr std::string_view kMeshConnecting = "cilium.mesh-connecting";
// The first list is complete. value: keys, other: ns since the connecting began.
inline constexpr std::string_view kMeshReady = "cilium.mesh-ready";
// A ready connection was lost; its entries are kept. value: keys.
inline constexpr std::string_view kMeshLost = "cilium.mesh-lost";
// The entry was removed, and with it all that it had brought. value: keys.
inline constexpr std::string_view kMeshRemoved = "cilium.mesh-removed";

}  // namespace meshsim::fabric
