// Cases of several clusters whose CoreDNS servers forward to each other.
#pragma once

#include <string>

#include "sim/resolve/case_json.hpp"

namespace meshsim::resolve {

// All questions of one topology of the file, put to the same running servers in the order of the
// file. Results by case: {reply, queries_between_clusters, queries_to_vcn_resolver, latency_ms}.
// Throws std::runtime_error if the file is wrong.
Json run_chain(const Json& file, const std::string& topology, const std::string& version);

}  // namespace meshsim::resolve
