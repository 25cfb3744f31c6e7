// Sizes and truncation of DNS messages; source: dns.md section 5.1 (miekg/dns).
#include "models/dns/message.hpp"

#include <algorithm>
#include <set>

#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

constexpr std::uint32_t kHeader = 12;
constexpr std::uint32_t kQuestionFixed = 4;  // type and class
constexpr std::uint32_t kRecordFixed = 10;   // type, class, TTL, length
constexpr std::uint32_t kOpt = 11;
constexpr std::uint32_t kOptionFixed = 4;
constexpr std::uint32_t kPointer = 2;
constexpr std::uint32_t kPointerReach = 1 << 14;  // a pointer has 14 bits
constexpr std::uint32_t kCompressAbove = 1480;    // IPv4: then in any case

// Counts names, replacing suffixes that occurred before by a pointer if `compress`.
class NameCounter {
 public:
  NameCounter(bool compress, std::uint32_t at) : compress_(compress), at_(at) {}

  std::uint32_t at() const { return at_; }
  void skip(std::uint32_t bytes) { at_ += bytes; }
  // `by_pointer`: the name itself may be a pointer; one that may not can still be pointed at.
  void count(std::string_view name, bool by_pointer = true) {
    if (!compress_) return skip(wire_bytes(name));
    for (std::string_view rest = name; rest != "."; rest = parent(rest)) {
      if (by_pointer && seen_.contains(rest)) return skip(kPointer);
      if (at_ < kPointerReach) seen_.emplace(rest);
      skip(static_cast<std::uint32_t>(rest.find('.')) + 1);
    }
    skip(1);
  }

 private:
  bool compress_;
  std::uint32_t at_;
  std::set<std::string, std::less<>> seen_;
};

// Bytes of quoted strings as in a zone file, each with its length byte; \DDD and \c are one byte.
std::uint32_t strings_bytes(std::string_view text) {
  std::uint32_t bytes = 0;
  bool inside = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      inside = !inside;
      if (inside) ++bytes;
    } else if (inside) {
      if (text[at] == '\\') {
        const bool is_code = at + 3 < text.size() && text[at + 1] >= '0' && text[at + 1] <= '9';
        at += is_code ? 3 : 1;
      }
      ++bytes;
    }
  }
  return bytes;
}

std::uint32_t words_of(std::string_view text) {
  std::uint32_t words = 0;
  bool in_word = false;
  for (const char c : text) {
    words += c != ' ' && !in_word ? 1 : 0;
    in_word = c != ' ';
  }
  return words;
}

void count_data(const Record& record, NameCounter& names) {
  switch (record.type) {
    case RecordType::A: return names.skip(4);
    case RecordType::Aaaa: return names.skip(16);
    case RecordType::Srv: names.skip(6); return names.count(record.target, false);
    case RecordType::Mx: names.skip(2); return names.count(record.target);
    case RecordType::Soa:
      names.count(record.target);
      names.count(std::string_view{record.text}.substr(0, record.text.find(' ')));
      return names.skip(20);
    case RecordType::Txt:
    case RecordType::Hinfo: return names.skip(strings_bytes(record.text));
    case RecordType::Ns:
    case RecordType::Cname:
    case RecordType::Ptr: return names.count(record.target);
    case RecordType::Dname: return names.count(record.target, false);
    case RecordType::Naptr: {  // order, preference, three strings, a name
      const std::size_t name = record.text.rfind(' ');
      names.skip(4 + strings_bytes(record.text));
      return names.count(std::string_view{record.text}.substr(name + 1), false);
    }
    case RecordType::Caa: {  // flag, tag with its length, value without
      const std::size_t tag = record.text.find(' ');
      const std::size_t value = record.text.find(' ', tag + 1);
      return names.skip(2 + static_cast<std::uint32_t>(value - tag - 1) +
                        strings_bytes(std::string_view{record.text}.substr(value)) - 1);
    }
    default:  // words and what stands in them; a guess for types that no model makes
      return names.skip(static_cast<std::uint32_t>(record.text.size()) + 2 - words_of(record.text));
  }
}

void count_record(const Record& record, NameCounter& names) {
  names.count(record.owner);
  names.skip(kRecordFixed);
  count_data(record, names);
}

std::uint32_t opt_bytes(const DnsMessage& message) {
  if (!message.edns) return 0;
  std::uint32_t bytes = kOpt;
  for (const EdnsOption& option : message.edns->options) {
    bytes += kOptionFixed + static_cast<std::uint32_t>(option.data.size());
  }
  return bytes;
}

std::uint32_t size_of(const DnsMessage& message, bool compress) {
  NameCounter names{compress, kHeader};
  if (message.has_question) {
    names.count(message.name);
    names.skip(kQuestionFixed);
  }
  for (const auto* section : {&message.answer, &message.authority, &message.additional}) {
    for (const Record& record : *section) count_record(record, names);
  }
  return names.at() + opt_bytes(message);
}

}  // namespace

DnsMessage reply_to(const DnsMessage& query, Rcode rcode) {
  DnsMessage reply;
  reply.id = query.id;
  reply.response = true;
  reply.has_question = query.has_question;
  reply.name = query.name;
  reply.type = query.type;
  reply.record_class = query.record_class;
  reply.rcode = rcode;
  reply.recursion_desired = query.recursion_desired;
  reply.checking_disabled = query.checking_disabled;
  return reply;
}

std::uint32_t udp_limit(const DnsMessage& query) {
  return std::max<std::uint32_t>(kPlainLimit, query.edns ? query.edns->size : 0);
}

std::uint32_t plain_size(const DnsMessage& message) { return size_of(message, false); }
std::uint32_t compressed_size(const DnsMessage& message) { return size_of(message, true); }

std::uint32_t fit(DnsMessage& message, std::uint32_t limit, bool is_udp) {
  const std::uint32_t plain = plain_size(message);
  if (plain <= (is_udp ? std::min(limit, kCompressAbove) : limit)) return plain;
  // In the order of the wire, as long as records and the OPT fit; what follows is left out.
  NameCounter names{true, kHeader};
  if (message.has_question) {
    names.count(message.name);
    names.skip(kQuestionFixed);
  }
  const std::uint32_t opt = opt_bytes(message);
  bool is_full = false;
  std::uint32_t bytes = names.at() + opt;
  for (auto* section : {&message.answer, &message.authority, &message.additional}) {
    std::size_t kept = 0;
    while (!is_full && kept < section->size()) {
      count_record((*section)[kept], names);
      is_full = names.at() + opt > limit;
      if (is_full) break;
      bytes = names.at() + opt;
      ++kept;
    }
    if (kept == section->size()) continue;
    section->resize(kept);
    message.truncated = true;
  }
  return bytes;
}

bool is_packable(const DnsMessage& message) {
  for (const auto* section : {&message.answer, &message.authority, &message.additional}) {
    for (const Record& record : *section) {
      if (!is_legal(record.owner)) return false;
      if (!record.target.empty() && !is_legal(record.target)) return false;
    }
  }
  return true;
}

}  // namespace meshsim::dns
