// Plain virtual machines: the bastion and the operator's host of the OKE module, firewalls. Nodes
// of pools are not resources of their own; terraform_oke.cpp has them.
#include <fmt/format.h>

#include "sim/import/terraform_build.hpp"

namespace meshsim {
namespace {

// The VNIC as it was created; a state also has what it got in the end.
TerraformBlock vnic_of(const TerraformResource& resource) {
  return resource.values.block("create_vnic_details");
}

void read_nsgs(TerraformBuild& build, const TerraformResource& resource, Host& host) {
  const TerraformBlock vnic = vnic_of(resource);
  if (vnic.is_unknown("nsg_ids")) {
    build.unknown_attribute(Unknown::Of::Vcn, host.vcn, resource, vnic, "nsg_ids");
  }
  for (const Located<std::string>& id : vnic.texts("nsg_ids")) {
    const auto found = build.nsgs.find(id.value);
    if (found != build.nsgs.end()) {
      host.nsgs.push_back(found->second.name);
    } else {
      build.unknown(Unknown::Of::Vcn, host.vcn, fmt::format("NSGs of {}", resource.address), id.pos,
                    fmt::format("'{}' is in none of the files", id.value));
    }
  }
}

void add_host(TerraformBuild& build, const TerraformResource& resource) {
  Topology& topology = build.out.topology;
  const TerraformBlock vnic = vnic_of(resource);
  Located<std::string> subnet = vnic.text("subnet_id");
  if (!subnet) subnet = resource.values.text("subnet_id");
  const auto found = build.subnets.find(subnet.value);
  if (found == build.subnets.end()) {
    // Nothing else refers to a host, so nothing else depends on it.
    build.warn(resource, subnet ? subnet.pos : resource.pos,
               "its subnet is in none of the files; the host is left out");
    return;
  }
  Host host;
  host.vcn = topology.vcns[found->second.owner].name;
  host.subnet = found->second.name;
  host.name = free_name(topology.hosts, host.vcn + "-" + terraform_name(resource));
  read_nsgs(build, resource, host);
  Located<std::string> address = resource.values.text("private_ip");
  if (!address) address = vnic.text("private_ip");
  if (address) host.address = parse_ipv4(address.value).value_or(Ipv4{});
  host.is_public = vnic.flag("assign_public_ip").value;
  host.skip_source_dest_check = vnic.flag("skip_source_dest_check").value;
  host.tcp_ports = {22};
  host.pos = resource.pos;
  topology.hosts.push_back(std::move(host));
}

}  // namespace

void add_hosts(TerraformBuild& build) {
  for (const TerraformResource* resource : build.all("oci_core_instance")) {
    const std::string state = resource->values.text("state").value;
    if (state == "TERMINATED" || state == "TERMINATING") continue;
    add_host(build, *resource);
  }
}

}  // namespace meshsim
