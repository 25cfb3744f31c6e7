// A DNS message as the payload of a packet, its size on the wire, and truncation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshsim/base/ip.hpp"

namespace meshsim::dns {

inline constexpr std::uint16_t kDnsPort = 53;
inline constexpr std::uint32_t kPlainLimit = 512;  // bytes of a UDP answer without EDNS

// The numbers of the protocol. Any other number is allowed, too, and printed as TYPE123.
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
  Naptr = 35,
  Dname = 39,
  Opt = 41,
  Ds = 43,
  Rrsig = 46,
  Nsec = 47,
  Dnskey = 48,
  Svcb = 64,
  Https = 65,
  Ixfr = 251,
  Axfr = 252,
  Any = 255,
  Caa = 257,
};

enum class RecordClass : std::uint16_t { In = 1, Chaos = 3, Hesiod = 4, None = 254, Any = 255 };

enum class Rcode : std::uint8_t {
  NoError = 0,
  FormErr = 1,
  ServFail = 2,
  NxDomain = 3,
  NotImp = 4,
  Refused = 5,
  YxDomain = 6,
  YxRrset = 7,
  NxRrset = 8,
  NotAuth = 9,
  NotZone = 10,
  BadVers = 16,
};

std::string to_string(RecordType type);
std::string to_string(RecordClass record_class);
std::string_view to_string(Rcode rcode);  // "NXDOMAIN"
// Nothing if the name is unknown; letter case does not matter.
std::optional<RecordType> parse_type(std::string_view text);
std::optional<RecordClass> parse_class(std::string_view text);
std::optional<Rcode> parse_rcode(std::string_view text);

// What a record's data holds depends on its type: an address (A), one name (CNAME, NS, PTR, DNAME),
// numbers and a name (SRV, MX), a name and text (SOA: primary server, then mailbox and numbers as
// in a zone file), or text alone as in a zone file (all others; the strings of a TXT are quoted).
struct Record {
  std::string owner;  // absolute
  RecordType type = RecordType::A;
  std::uint32_t ttl = 0;  // seconds
  Ipv4 address{};
  std::string target{};
  std::uint16_t port = 0;    // of an SRV record
  std::uint16_t weight = 0;  // of an SRV record
  std::uint16_t priority = 0;
  std::string text{};
  RecordClass record_class = RecordClass::In;
};

// The data as in a zone file: "10.1.2.3", "10 mail.example.".
std::string value_of(const Record& record);
// Sets the data from that text; names without a final dot are completed by `origin`. False if it
// does not fit the type.
bool set_value(Record& record, std::string_view value, std::string_view origin = ".");

// An A or AAAA record.
Record address_record(std::string owner, const std::string& address, std::uint32_t ttl);

struct EdnsOption {
  std::uint16_t code = 0;
  std::string data;  // bytes
  friend bool operator==(const EdnsOption&, const EdnsOption&) = default;
};

// OPT record; source: RFC 6891.
struct Edns {
  std::uint16_t size = 0;  // advertised UDP size
  std::uint8_t version = 0;
  bool dnssec_ok = false;  // DO
  std::vector<EdnsOption> options{};
};

struct DnsMessage {
  std::uint16_t id = 0;
  bool response = false;
  bool has_question = true;
  std::string name;  // of the question, absolute
  RecordType type = RecordType::A;
  RecordClass record_class = RecordClass::In;
  Rcode rcode = Rcode::NoError;
  bool authoritative = false;        // AA
  bool truncated = false;            // TC
  bool recursion_desired = true;     // RD
  bool recursion_available = false;  // RA
  bool authentic = false;            // AD
  bool checking_disabled = false;    // CD
  std::optional<Edns> edns{};
  std::vector<Record> answer{};
  std::vector<Record> authority{};
  std::vector<Record> additional{};

  bool dnssec_ok() const { return edns && edns->dnssec_ok; }
};

// The empty answer to a query: same ID, question, RD and CD, no OPT.
DnsMessage reply_to(const DnsMessage& query, Rcode rcode);

// The largest UDP answer the sender of this query takes.
std::uint32_t udp_limit(const DnsMessage& query);

// Bytes of the UDP payload, without and with compression.
std::uint32_t plain_size(const DnsMessage& message);
std::uint32_t compressed_size(const DnsMessage& message);

// Makes the message fit: uncompressed if that does, else compressed, else records are dropped from
// the end (additional, authority, answer) and TC is set. Returns its bytes on the wire. Over UDP
// what is larger than a fragment is compressed in any case.
std::uint32_t fit(DnsMessage& message, std::uint32_t limit, bool is_udp = true);

// Whether every name can be put on the wire.
bool is_packable(const DnsMessage& message);

}  // namespace meshsim::dns
