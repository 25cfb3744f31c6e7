// Answers of the VCN's resolver; source: dns.md sections 1.8 and 10 (its NXDOMAIN is an
// assumption).
#include "models/dns/vcn_resolver.hpp"

#include <algorithm>

#include "models/dns/name.hpp"

namespace meshsim::dns {

void VcnResolver::on(Context& context, const Packet& packet) {
  const Duration processing = random_.between(spec_.parameters.vcn_processing);
  HostStack stack{spec_.address, uplink, spec_.uplink_delay + processing};
  stack.listen_udp(kDnsPort);
  const Arrival arrival = stack.receive(context, packet);
  if (arrival != Arrival::Datagram && arrival != Arrival::Segment) return;
  if (arrival == Arrival::Datagram && context.payloads().holds<DnsMessage>(packet.payload)) {
    const DnsMessage& query = context.payloads().get<DnsMessage>(packet.payload);
    if (!query.response) {
      DnsMessage reply = answer(query);
      const std::uint32_t bytes = fit(reply, udp_limit(query));
      stack.send_udp(context, kDnsPort, packet.source, packet.source_port, bytes,
                     context.payloads().put(std::move(reply)));
    }
  }
  context.payloads().release(packet.payload);
}

DnsMessage VcnResolver::answer(const DnsMessage& query) const {
  const auto ttl =
      static_cast<std::uint32_t>(spec_.parameters.vcn_negative_ttl / std::chrono::seconds{1});
  DnsMessage reply = reply_to(query, Rcode::NoError);
  reply.recursion_available = true;
  const auto host = std::find_if(spec_.hosts.begin(), spec_.hosts.end(), [&](const auto& entry) {
    return same_name(entry.first, query.name);
  });
  const bool known = host != spec_.hosts.end();
  if (known && query.type == RecordType::A) {
    reply.answer.push_back({.owner = query.name, .ttl = ttl, .address = host->second});
    return reply;
  }
  // "." exists: the health probe of CoreDNS asks for its servers.
  if (!known && query.name != ".") reply.rcode = Rcode::NxDomain;
  reply.authority.push_back({.owner = ".",
                             .type = RecordType::Soa,
                             .ttl = ttl,
                             .target = "a.root-servers.net.",
                             .text = "hostmaster. 1 7200 1800 86400 " + std::to_string(ttl)});
  return reply;
}

}  // namespace meshsim::dns
