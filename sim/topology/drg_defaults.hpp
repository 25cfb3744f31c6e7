// What OCI makes by itself in a DRG: attachments of peerings and the two default route tables.
#pragma once

#include "meshsim/topology/topology.hpp"

namespace meshsim {

// Names of the default tables: for packets from VCNs, and for packets from remote peerings.
inline constexpr const char* kVcnTable = "auto-vcn";
inline constexpr const char* kRpcTable = "auto-rpc";
// The values of an attachment-type statement.
inline constexpr const char* kMatchVcn = "VCN";
inline constexpr const char* kMatchRpc = "REMOTE_PEERING_CONNECTION";
inline constexpr const char* kMatchCircuit = "VIRTUAL_CIRCUIT";
inline constexpr const char* kMatchTunnel = "IPSEC_TUNNEL";

// The value that matches attachments of the type.
const char* match_value(DrgAttachment::Type type);
bool is_match_value(std::string_view value);

// Completes every DRG: an attachment "vcn-<vcn>" for each VCN that names it and "rpc-<rpc>" for
// each peering that ends in it, where none is listed; the two default tables, where they are
// missing; and the default table of its type for an attachment without one. Source: oci-oke.md
// section 2.2.
void add_drg_defaults(Topology& topology);

// The attachment that stands for the object, or nullptr.
const DrgAttachment* find_attachment(const Drg& drg, DrgAttachment::Type type,
                                     std::string_view target);

}  // namespace meshsim
