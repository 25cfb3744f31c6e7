// The names of types, classes and codes, and the data of records as in a zone file.
#include <algorithm>
#include <array>
#include <charconv>

#include "models/dns/message.hpp"
#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

template <class T>
struct Named {
  T value;
  std::string_view name;
};

constexpr std::array kTypes{Named{RecordType::A, "A"},           Named{RecordType::Ns, "NS"},
                            Named{RecordType::Cname, "CNAME"},   Named{RecordType::Soa, "SOA"},
                            Named{RecordType::Ptr, "PTR"},       Named{RecordType::Hinfo, "HINFO"},
                            Named{RecordType::Mx, "MX"},         Named{RecordType::Txt, "TXT"},
                            Named{RecordType::Aaaa, "AAAA"},     Named{RecordType::Srv, "SRV"},
                            Named{RecordType::Naptr, "NAPTR"},   Named{RecordType::Dname, "DNAME"},
                            Named{RecordType::Opt, "OPT"},       Named{RecordType::Ds, "DS"},
                            Named{RecordType::Rrsig, "RRSIG"},   Named{RecordType::Nsec, "NSEC"},
                            Named{RecordType::Dnskey, "DNSKEY"}, Named{RecordType::Svcb, "SVCB"},
                            Named{RecordType::Https, "HTTPS"},   Named{RecordType::Ixfr, "IXFR"},
                            Named{RecordType::Axfr, "AXFR"},     Named{RecordType::Any, "ANY"},
                            Named{RecordType::Caa, "CAA"}};

constexpr std::array kClasses{Named{RecordClass::In, "IN"}, Named{RecordClass::Chaos, "CH"},
                              Named{RecordClass::Hesiod, "HS"}, Named{RecordClass::None, "NONE"},
                              Named{RecordClass::Any, "ANY"}};

constexpr std::array kRcodes{Named{Rcode::NoError, "NOERROR"},   Named{Rcode::FormErr, "FORMERR"},
                             Named{Rcode::ServFail, "SERVFAIL"}, Named{Rcode::NxDomain, "NXDOMAIN"},
                             Named{Rcode::NotImp, "NOTIMP"},     Named{Rcode::Refused, "REFUSED"},
                             Named{Rcode::YxDomain, "YXDOMAIN"}, Named{Rcode::YxRrset, "YXRRSET"},
                             Named{Rcode::NxRrset, "NXRRSET"},   Named{Rcode::NotAuth, "NOTAUTH"},
                             Named{Rcode::NotZone, "NOTZONE"},   Named{Rcode::BadVers, "BADVERS"}};

template <class Table, class T>
std::string_view name_in(const Table& table, T value) {
  for (const auto& entry : table) {
    if (entry.value == value) return entry.name;
  }
  return {};
}

// By name, or by number behind `prefix` ("TYPE123").
template <class T, class Table>
std::optional<T> value_in(const Table& table, std::string_view text, std::string_view prefix) {
  for (const auto& entry : table) {
    if (same_name(entry.name, text)) return entry.value;
  }
  if (prefix.empty() || text.size() <= prefix.size()) return std::nullopt;
  if (!same_name(text.substr(0, prefix.size()), prefix)) return std::nullopt;
  std::uint16_t number = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data() + prefix.size(), end, number);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  return static_cast<T>(number);
}

std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n()"), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t\n()"));
  rest.remove_prefix(word.size());
  return word;
}

bool take_number(std::string_view& rest, std::uint16_t& number) {
  const std::string_view word = next_word(rest);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return !word.empty() && error == std::errc{} && end == word.data() + word.size();
}

bool take_name(std::string_view& rest, std::string_view origin, std::string& name) {
  const std::string_view word = next_word(rest);
  if (word.empty()) return false;
  name = qualified(word, origin);
  return true;
}

bool set_soa(Record& record, std::string_view rest, std::string_view origin) {
  std::string mailbox;
  if (!take_name(rest, origin, record.target) || !take_name(rest, origin, mailbox)) return false;
  record.text = mailbox;
  int numbers = 0;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    record.text.append(" ").append(word);
    ++numbers;
  }
  return numbers == 5;
}

// Quotes every string of a TXT that is not quoted yet.
std::string quoted_strings(std::string_view rest) {
  std::string text;
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n"), rest.size()));
    if (rest.empty()) return text;
    if (!text.empty()) text += ' ';
    if (rest.front() == '"') {
      std::size_t end = 1;
      while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
      end = std::min(end + 1, rest.size());
      text += rest.substr(0, end);
      rest.remove_prefix(end);
    } else {
      text.append("\"").append(next_word(rest)).append("\"");
    }
  }
}

}  // namespace

std::string to_string(RecordType type) {
  const std::string_view name = name_in(kTypes, type);
  return name.empty() ? "TYPE" + std::to_string(static_cast<std::uint16_t>(type))
                      : std::string{name};
}

std::string to_string(RecordClass record_class) {
  const std::string_view name = name_in(kClasses, record_class);
  return name.empty() ? "CLASS" + std::to_string(static_cast<std::uint16_t>(record_class))
                      : std::string{name};
}

std::string_view to_string(Rcode rcode) {
  const std::string_view name = name_in(kRcodes, rcode);
  return name.empty() ? "?" : name;
}

std::optional<RecordType> parse_type(std::string_view text) {
  return value_in<RecordType>(kTypes, text, "TYPE");
}
std::optional<RecordClass> parse_class(std::string_view text) {
  if (same_name(text, "CHAOS")) return RecordClass::Chaos;
  return value_in<RecordClass>(kClasses, text, "CLASS");
}
std::optional<Rcode> parse_rcode(std::string_view text) {
  return value_in<Rcode>(kRcodes, text, "");
}

std::string value_of(const Record& record) {
  switch (record.type) {
    case RecordType::A: return to_string(record.address);
    case RecordType::Ns:
    case RecordType::Cname:
    case RecordType::Ptr:
    case RecordType::Dname: return record.target;
    case RecordType::Mx: return std::to_string(record.priority) + " " + record.target;
    case RecordType::Srv:
      return std::to_string(record.priority) + " " + std::to_string(record.weight) + " " +
             std::to_string(record.port) + " " + record.target;
    case RecordType::Soa: return record.target + " " + record.text;
    default: return record.text;
  }
}

Record address_record(std::string owner, const std::string& address, std::uint32_t ttl) {
  Record record{.owner = std::move(owner), .ttl = ttl};
  record.type = is_ipv6(address) ? RecordType::Aaaa : RecordType::A;
  set_value(record, address);
  return record;
}

bool set_value(Record& record, std::string_view value, std::string_view origin) {
  std::string_view rest = value;
  switch (record.type) {
    case RecordType::A: {
      const auto address = parse_ipv4(next_word(rest));
      if (address) record.address = *address;
      return address.has_value();
    }
    case RecordType::Aaaa: {
      const std::string address = canonical_ipv6(next_word(rest));
      record.text = address;
      return !address.empty();
    }
    case RecordType::Ns:
    case RecordType::Cname:
    case RecordType::Ptr:
    case RecordType::Dname: return take_name(rest, origin, record.target);
    case RecordType::Mx:
      return take_number(rest, record.priority) && take_name(rest, origin, record.target);
    case RecordType::Srv:
      return take_number(rest, record.priority) && take_number(rest, record.weight) &&
             take_number(rest, record.port) && take_name(rest, origin, record.target);
    case RecordType::Soa: return set_soa(record, rest, origin);
    case RecordType::Txt:
    case RecordType::Hinfo: record.text = quoted_strings(rest); return !record.text.empty();
    default: record.text = std::string{rest}; return true;
  }
}

}  // namespace meshsim::dns
