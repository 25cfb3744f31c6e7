// What a scenario says about one member: identity, addresses, WKA list, services.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "meshsim/base/units.hpp"
#include "models/dns/stub_resolver.hpp"

namespace meshsim::coherence {

// How IpMonitor asks whether an address lives; source: coherence.md section 2.3.
enum class Port7Mode : std::uint8_t {
  Icmp,  // the process may open a raw socket
  Tcp,   // a connection to port 7: accepted and refused both mean alive
};

enum class ServiceKind : std::uint8_t { Transport, Plain, Partitioned };

struct ServiceSpec {
  std::string name;
  ServiceKind kind = ServiceKind::Plain;
  DurationRange cpu{};  // local cost of its start; zero: Parameters::svc_cpu
};

// The services of com.tangosol.net.Coherence in the order of their start; source: section 8.2.
std::vector<ServiceSpec> default_services();
// The same with the concurrent module, whose session comes before the default one (not verified).
std::vector<ServiceSpec> concurrent_services();

struct MemberSpec {
  std::string cluster;
  std::string member;  // the pod's name
  std::string role = "storage";
  std::string site;
  std::string rack;
  std::string machine;
  std::string process;
  std::vector<std::string> wka;  // addresses or names, each with or without ":port"
  std::uint16_t cluster_port = 7574;
  std::uint16_t local_port = 7575;
  std::uint16_t mtu = 1450;  // of the pod: a tunnel over 1500 leaves no more
  Port7Mode port7 = Port7Mode::Tcp;
  std::vector<ServiceSpec> services = default_services();
  dns::ResolverSpec resolver;
};

}  // namespace meshsim::coherence
