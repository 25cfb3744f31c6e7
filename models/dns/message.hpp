// A DNS message as the payload of a packet, its size on the wire, and truncation.
// Left out: EDNS options, DNSSEC, TCP framing, classes other than IN.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/ip.hpp"

namespace meshsim::dns {

inline constexpr std::uint16_t kDnsPort = 53;
inline constexpr std::uint32_t kPlainLimit = 512;  // bytes of a UDP answer without EDNS

// The numbers of the protocol.
enum class RecordType : std::uint16_t {
  A = 1,
  Ns = 2,
  Cname = 5,
  Soa = 6,
  Ptr = 12,
  Hinfo = 13,
  Mx = 15,
  Txt = 16,
  Aaaa = 28,
  Srv = 33,
};

enum class Rcode : std::uint8_t {
  NoError = 0,
  FormErr = 1,
  ServFail = 2,
  NxDomain = 3,
  NotImp = 4,
  Refused = 5,
};

std::string_view to_string(RecordType type);
std::string_view to_string(Rcode rcode);  // "NXDOMAIN"

struct Record {
  std::string owner;  // absolute
  RecordType type = RecordType::A;
  std::uint32_t ttl = 0;      // seconds
  Ipv4 address{};             // of an A record
  std::string target{};       // name in a CNAME, NS, PTR, SRV; primary server of an SOA
  std::uint16_t port = 0;     // of an SRV record
  std::uint16_t weight = 0;   // of an SRV record
  std::uint32_t minimum = 0;  // last field of an SOA, seconds
};

struct DnsMessage {
  std::uint16_t id = 0;
  bool response = false;
  std::string name;  // of the question, absolute
  RecordType type = RecordType::A;
  Rcode rcode = Rcode::NoError;
  bool authoritative = false;        // AA
  bool truncated = false;            // TC
  bool recursion_desired = true;     // RD
  bool recursion_available = false;  // RA
  std::uint32_t edns_size = 0;       // advertised UDP size; 0: no OPT record
  std::vector<Record> answer{};
  std::vector<Record> authority{};
  std::vector<Record> additional{};
};

// The empty answer to a query: same ID, question and RD.
DnsMessage reply_to(const DnsMessage& query, Rcode rcode);

// The largest UDP answer the sender of this query takes.
std::uint32_t udp_limit(const DnsMessage& query);

// Bytes of the UDP payload, without and with compression.
std::uint32_t plain_size(const DnsMessage& message);
std::uint32_t compressed_size(const DnsMessage& message);

// Makes the message fit: uncompressed if that does, else compressed, else records are dropped from
// the end (additional, authority, answer) and TC is set. Returns its bytes on the wire.
std::uint32_t fit(DnsMessage& message, std::uint32_t limit);

}  // namespace meshsim::dns
