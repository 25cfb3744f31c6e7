// Domain names as text; lengths as on the wire (source: dns.md section 5.1).
#include "models/dns/name.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "meshsim/base/ip.hpp"

namespace meshsim::dns {
namespace {

// Not std::tolower: names must not depend on a locale.
char lower_char(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string lower(std::string_view text) {
  std::string result{text};
  std::transform(result.begin(), result.end(), result.begin(), lower_char);
  return result;
}

std::string absolute(std::string_view name) {
  std::string result{name};
  if (result.empty() || result.back() != '.') result += '.';
  return result;
}

std::string qualified(std::string_view name, std::string_view origin) {
  if (name == "@") return std::string{origin};
  if (name.ends_with('.')) return std::string{name};
  return std::string{name} + "." + (origin == "." ? "" : std::string{origin});
}

std::optional<std::array<unsigned char, 16>> ipv6_bytes(std::string_view text) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET6, std::string{text}.c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

std::string canonical_ipv6(std::string_view text) {
  const auto bytes = ipv6_bytes(text);
  if (!bytes) return {};
  std::array<char, INET6_ADDRSTRLEN> printed{};
  inet_ntop(AF_INET6, bytes->data(), printed.data(), printed.size());
  return printed.data();
}

std::string from_in_addr(std::string_view name) {
  constexpr std::string_view kSuffix = ".in-addr.arpa.";
  if (!name.ends_with(kSuffix)) return {};
  const auto backwards = parse_ipv4(name.substr(0, name.size() - kSuffix.size()));
  return backwards ? to_string(Ipv4{__builtin_bswap32(backwards->value)}) : std::string{};
}

std::vector<std::string_view> labels_of(std::string_view name) {
  std::vector<std::string_view> labels;
  for (std::string_view rest = name; rest != "." && !rest.empty();) {
    labels.push_back(rest.substr(0, rest.find('.')));
    rest.remove_prefix(std::min(rest.size(), labels.back().size() + 1));
  }
  return labels;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower_char(x) == lower_char(y); });
}

bool is_in_zone(std::string_view name, std::string_view zone) {
  if (zone == ".") return true;
  if (name.size() < zone.size()) return false;
  const std::size_t start = name.size() - zone.size();
  if (!same_name(name.substr(start), zone)) return false;
  return start == 0 || name[start - 1] == '.';
}

bool is_legal(std::string_view name) {
  if (name == ".") return true;
  if (name.empty() || name.back() != '.' || wire_bytes(name) > 255) return false;
  std::size_t label = 0;
  for (const char c : name) {
    if (c != '.') {
      ++label;
    } else if (label == 0 || label > 63) {
      return false;
    } else {
      label = 0;
    }
  }
  return true;
}

std::string_view parent(std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos || dot + 1 >= name.size()) return ".";
  return name.substr(dot + 1);
}

std::uint32_t wire_bytes(std::string_view name) {
  return name == "." ? 1 : static_cast<std::uint32_t>(name.size()) + 1;
}

}  // namespace meshsim::dns
