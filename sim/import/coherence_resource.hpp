// A Coherence resource of the operator (coherence.oracle.com/v1), or the StatefulSet that the
// operator made from one as a dump shows it; and what the operator derives from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "meshsim/topology/topology.hpp"
#include "sim/config/located.hpp"
#include "sim/import/jvm_settings.hpp"
#include "sim/import/labels.hpp"

namespace meshsim {

struct Node;

struct CoherenceManifest {
  std::string name;
  std::string namespace_ = "default";
  Located<std::string> cluster;  // not given: the name of the resource
  Located<std::string> role;     // not given: the name of the resource
  Located<std::uint32_t> replicas{3, {}};
  Located<std::string> image;
  Located<std::string> heap_size;
  Located<std::string> cpu_request;
  Located<std::string> memory_limit;
  JvmSettings jvm;
  Pos wka_pos;        // of the argument or field that gives the WKA list; none if neither does
  Labels pod_labels;  // what the pods carry: the operator's and the resource's own
  bool is_wka_member = true;
  bool has_readiness_probe = true;
  bool from_stateful_set = false;
  Located<std::string> override_config;  // a configuration of its own, which is not read
  std::vector<Ignore> ignores;           // meshsim.dev/ignore
  Pos pos;
};

// `document` is a Coherence resource. Without a WKA list it has the operator's own: the Service
// "<name>-wka".
CoherenceManifest read_coherence(const Node& document, Diagnostics& diagnostics);

// `document` is a StatefulSet that the operator made, from a dump.
CoherenceManifest read_coherence_stateful_set(const Node& document, Diagnostics& diagnostics);

struct ServiceManifest;

// The headless Services that the operator makes beside the StatefulSet: "<name>-wka" and
// "<name>-sts"; they stand where the resource stands.
std::vector<ServiceManifest> operator_services(const CoherenceManifest& coherence);

}  // namespace meshsim
